"""Sessions that end: renewed in the background, before a command at the latest, and never in vain."""

import contextlib
import os
import subprocess
from pathlib import Path

import pytest

from tests.program import is_long, until
from tests.shells.ground import HOUR, ROLES, Ground, key_of, left
from tests.shells.real import HOOKED, Shell, installed

# Seconds after which a new session has a minute left, and after which it has ended.
ALMOST, OVER = HOUR - 60, HOUR + 1


def leap(ground: Ground, seconds: float) -> None:
    assert ground.clock
    ground.clock.leap(seconds)


def test_a_shell_that_is_used_never_runs_a_command_with_an_ended_session(
    timed: Ground, hooked: Shell
) -> None:
    shell = timed.shell(hooked)
    shell.typed(f"cd {timed.a}")
    timed.server.calls.clear()
    for renewals in (1, 2):
        before = key_of(shell)
        leap(timed, ALMOST)
        # Behind the person's back, while the old one still holds.
        assert left(timed, shell) > 0
        until(lambda before=before: key_of(shell) != before)  # type: ignore[misc]
        assert left(timed, shell) > HOUR - 60
        # One call for each end, and not one for each prompt.
        assert timed.server.calls.count("AssumeRole") == renewals


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_shell_that_was_idle_is_right_on_its_first_command(
    by_hand: bool, timed: Ground, hooked: Shell
) -> None:
    shell = timed.shell(hooked, cwd=timed.home if by_hand else timed.a)
    if by_hand:
        shell.typed("awsenv use org-a --region mine-1")
    assert left(timed, shell) > 0
    leap(timed, OVER)
    assert left(timed, shell) > 0
    assert shell.environment()[b"AWS_REGION"] == (b"mine-1" if by_hand else b"a-1")


def test_a_person_who_is_needed_is_told_once(timed: Ground, hooked: Shell) -> None:
    shell = timed.shell(hooked, cwd=timed.a)
    assert left(timed, shell) > 0
    # The role may be assumed no more: like a person who would have to sign in.
    timed.server.sts.roles.pop(ROLES["a"])
    leap(timed, OVER)
    told = shell.typed("true") + shell.typed("true") + shell.typed("true")
    assert told.count("may not be assumed") == 1
    closed = shell.environment()
    assert closed[b"AWS_PROFILE"] == b"awsenv-no-session:org-a"
    assert timed.who(closed) == ""


def test_without_a_person_an_mfa_session_says_what_to_type(ground: Ground) -> None:
    result = ground.run("renew", "mfa", prefix=(installed("setsid"), "--wait"))
    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr == "awsenv: the session of mfa has ended; awsenv login mfa\n"


def test_a_session_with_options_of_its_own_is_not_replaced_by_the_usual_one(
    timed: Ground, hooked: Shell
) -> None:
    shell = timed.shell(hooked)
    shell.typed(f"awsenv use key --role-arn {ROLES['a']}")
    before = shell.environment()
    assert timed.who(before) == "a"
    leap(timed, OVER)
    assert key_of(shell) == before[b"AWS_ACCESS_KEY_ID"].decode()


def test_many_idle_shells_cause_one_renewal(timed: Ground) -> None:
    assert timed.clock
    script = f'eval "$(awsenv hook bash)"; cd {timed.a}; __awsenv_prompt; echo there; read; __awsenv_prompt; env | grep ^AWS_ACCESS'
    shells = [
        subprocess.Popen([*timed.clock.words, installed("bash"), "--norc", "-c", script], env=timed.environ,
                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _ in range(20 if is_long() else 10)
    ]  # fmt: skip
    for shell in shells:
        assert shell.stdout
        assert shell.stdout.readline() == "there\n"
    timed.server.calls.clear()
    leap(timed, OVER)
    for shell in shells:
        assert shell.stdin
        shell.stdin.write("\n")
        shell.stdin.flush()
    keys = {shell.communicate(timeout=60)[0] for shell in shells}
    assert len(keys) == 1
    assert keys.pop().startswith("AWS_ACCESS_KEY_ID=ASIA")
    assert timed.server.calls.count("AssumeRole") == 1


def test_direnv_loads_again_when_the_record_is_renewed(timed: Ground, hooked: Shell) -> None:
    installed("direnv")
    timed.run("direnv", "install")
    subprocess.run(["direnv", "allow", str(timed.a)], env=timed.environ, check=True)
    shell = timed.shell(hooked)
    shell.typed(hooked.evaluate(f"direnv hook {hooked.name}"))
    shell.typed(f"cd {timed.a}")
    assert b"AWSENV_DIR" not in shell.environment()  # direnv's, not ours
    before = key_of(shell)
    leap(timed, ALMOST)
    assert left(timed, shell) > 0
    until(lambda: key_of(shell) != before)
    assert left(timed, shell) > HOUR - 60
    leap(timed, OVER)
    assert left(timed, shell) > 0
    shell.typed("cd")
    assert timed.who(shell.environment()) == ""


@pytest.mark.parametrize("ours_first", [True, False])
def test_beside_direnv_in_either_order(ours_first: bool, ground: Ground, hooked: Shell) -> None:
    installed("direnv")
    ground.run("direnv", "install")
    subprocess.run(["direnv", "allow", str(ground.a)], env=ground.environ, check=True)
    theirs = hooked.evaluate(f"direnv hook {hooked.name}")
    shell = ground.shell(hooked, before="" if ours_first else theirs)
    if ours_first:
        shell.typed(theirs)
    outside = shell.environment()
    shell.typed(f"cd {ground.a}/repo")
    inside = shell.environment()
    assert ground.who(inside) == "a"
    assert b"AWSENV_DIR" not in inside
    # What only our hook allowed, direnv does not load.
    shell.typed(f"cd {ground.b}")
    assert ground.who(shell.environment()) == ""
    # A choice by hand inside, left, and off: no key of the folder lives on.
    shell.typed(f"cd {ground.a}")
    shell.typed("awsenv use key")
    assert ground.who(shell.environment()) == "key"
    shell.typed("cd")
    assert ground.who(shell.environment()) == ""
    shell.typed("awsenv off")
    left_over = {n: v for n, v in shell.environment().items() if n != b"AWSENV_PREVIOUS"}
    assert left_over == outside


def test_a_background_renewal_shows_nothing_and_ends_with_nobody(
    timed: Ground, hooked: Shell
) -> None:
    shell = timed.shell(hooked, cwd=timed.a)
    before = key_of(shell)
    timed.server.calls.clear()
    leap(timed, ALMOST)
    told = shell.typed("true")
    until(lambda: timed.server.calls)  # it is at work
    told += shell.typed("true")

    def is_renewed() -> bool:
        nonlocal told
        told += shell.typed("true")
        return key_of(shell) != before

    until(is_renewed)
    assert "[1]" not in told
    assert "awsenv" not in told.replace("awsenv hook", "")
    assert shell.typed("jobs").count("renew") == 0


def test_an_ssh_session_would_close_at_once(timed: Ground, hooked: Shell) -> None:
    """Nothing that the hook left behind holds the terminal open."""
    shell = timed.shell(hooked, cwd=timed.a)
    assert left(timed, shell) > 0
    timed.server.calls.clear()
    timed.server.faults += ["hang"] * 3  # until this test is over
    leap(timed, ALMOST)
    shell.typed("true")
    until(lambda: timed.server.calls)
    shell.end()
    assert is_renewing(timed.home)  # still: it was not waited for


def is_renewing(home: Path) -> bool:
    """Whether a renewal in the background is at work for somebody with this ``home``."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended meanwhile
            words = (process / "cmdline").read_bytes().split(b"\0")
            variables = (process / "environ").read_bytes().split(b"\0")
            if b"renew" in words and os.fsencode(f"HOME={home}") in variables:
                return True
    return False


def test_whoever_does_not_wait_for_a_renewal_knows_that_the_session_has_ended(
    timed: Ground,
) -> None:
    """It is the program that says so, in every shell."""
    shell = timed.shell(HOOKED[0])
    shell.typed("awsenv use org-a")
    assert timed.clock
    timed.clock.leap(HOUR + 60)
    timed.server.faults += ["hang"] * 3
    timed.server.calls.clear()
    shell.typed_on("true")
    until(lambda: timed.server.calls)
    shell.interrupt()
    said = shell.typed("echo 1") + shell.typed("echo 2")
    assert said.count("awsenv: the session of org-a has ended; awsenv use org-a") == 1


@pytest.mark.parametrize("reset", ["SECONDS=0", "unset SECONDS"])
def test_a_person_who_times_a_command_sets_back_no_clock_of_ours(reset: str, timed: Ground) -> None:
    """bash before 5 has no other clock: a session that has ended would stay in force."""
    for bash in [each for each in HOOKED if each.name == "bash"]:
        shell = timed.shell(bash)
        shell.typed("awsenv use org-a")
        shell.typed("sleep 2")
        shell.typed(reset)
        first = key_of(shell)
        leap(timed, HOUR + 60)
        shell.typed("true")
        assert key_of(shell) != first
        leap(timed, 0)
