"""Sessions that end: renewed in the background, before a command at the latest, and never in vain."""

import subprocess
import time

import pytest

from tests.shells.ground import ROLES, Ground, left, short
from tests.shells.real import Shell, installed

SECONDS = 8


def test_a_shell_that_is_used_never_runs_a_command_with_an_ended_session(
    ground: Ground, hooked: Shell
) -> None:
    short(ground, SECONDS)
    shell = ground.shell(hooked)
    shell.typed(f"cd {ground.a}")
    until = time.monotonic() + 2.5 * SECONDS
    while time.monotonic() < until:
        assert left(ground, shell) > 0
        time.sleep(1.3)
    # One call for each end, and not one for each prompt.
    assert 2 <= ground.server.calls.count("AssumeRole") <= 5


@pytest.mark.parametrize("by_hand", [False, True])
def test_a_shell_that_was_idle_is_right_on_its_first_command(
    by_hand: bool, ground: Ground, hooked: Shell
) -> None:
    short(ground, 4)
    shell = ground.shell(hooked, cwd=ground.home if by_hand else ground.a)
    if by_hand:
        shell.typed("awsenv use org-a --region mine-1")
    assert left(ground, shell) > 0
    time.sleep(5)
    assert left(ground, shell) > 0
    assert shell.environment()[b"AWS_REGION"] == (b"mine-1" if by_hand else b"a-1")


def test_a_person_who_is_needed_is_told_once(ground: Ground, hooked: Shell) -> None:
    folder = ground.home / "gone"
    folder.mkdir()
    ground.run("link", "org-a", str(folder))
    short(ground, 4)
    shell = ground.shell(hooked, cwd=folder)
    assert left(ground, shell) > 0
    # The role may be assumed no more: like a person who would have to sign in.
    ground.server.sts.roles.pop(ROLES["a"])
    time.sleep(5)
    told = shell.typed("true") + shell.typed("true") + shell.typed("true")
    assert told.count("may not be assumed") == 1
    closed = shell.environment()
    assert closed[b"AWS_PROFILE"] == b"awsenv-no-session:org-a"
    assert ground.who(closed) == ""


def test_without_a_person_an_mfa_session_says_what_to_type(ground: Ground) -> None:
    result = ground.run("renew", "mfa", prefix=(installed("setsid"), "--wait"))
    assert (result.returncode, result.stdout) == (3, "")
    assert result.stderr == "awsenv: the session of mfa has ended; awsenv login mfa\n"


def test_a_session_with_options_of_its_own_is_not_replaced_by_the_usual_one(
    ground: Ground, hooked: Shell
) -> None:
    short(ground, 4)
    shell = ground.shell(hooked)
    shell.typed(f"awsenv use key --role-arn {ROLES['a']}")
    before = shell.environment()
    assert ground.who(before) == "a"
    time.sleep(5)
    assert shell.environment()[b"AWS_ACCESS_KEY_ID"] == before[b"AWS_ACCESS_KEY_ID"]


def test_fifty_idle_shells_cause_one_renewal(ground: Ground) -> None:
    short(ground, 6)
    script = f'eval "$(awsenv hook bash)"; cd {ground.a}; __awsenv_prompt; sleep 6.2; __awsenv_prompt; env | grep ^AWS_ACCESS'
    shells = [
        subprocess.Popen([installed("bash"), "--norc", "-c", script], env=ground.environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for _ in range(50)
    ]  # fmt: skip
    keys = [shell.communicate(timeout=100)[0] for shell in shells]
    assert all(key.startswith("AWS_ACCESS_KEY_ID=ASIA") for key in keys)
    # One for the start, one for each end that passed meanwhile (fifty shells take a while to start).
    assert ground.server.calls.count("AssumeRole") <= len(set(keys)) + 2


def test_direnv_loads_again_when_the_record_is_renewed(ground: Ground, hooked: Shell) -> None:
    installed("direnv")
    ground.run("direnv", "install")
    subprocess.run(["direnv", "allow", str(ground.a)], env=ground.environ, check=True)
    short(ground, SECONDS)
    shell = ground.shell(hooked)
    shell.typed(hooked.evaluate(f"direnv hook {hooked.name}"))
    shell.typed(f"cd {ground.a}")
    assert b"AWSENV_DIR" not in shell.environment()  # direnv's, not ours
    until = time.monotonic() + 2.5 * SECONDS
    while time.monotonic() < until:
        assert left(ground, shell) > 0
        time.sleep(1.3)
    time.sleep(SECONDS + 1)
    assert left(ground, shell) > 0
    shell.typed("cd")
    assert ground.who(shell.environment()) == ""


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
    ground: Ground, hooked: Shell
) -> None:
    short(ground, 20)
    shell = ground.shell(hooked, cwd=ground.a)
    assert left(ground, shell) > 0
    ground.server.slow = 1.0
    while left(ground, shell) > 2:
        time.sleep(0.2)
    told = shell.typed("true")
    for _ in range(8):
        told += shell.typed("true")
        time.sleep(0.2)
    assert "[1]" not in told
    assert "awsenv" not in told.replace("awsenv hook", "")
    assert shell.typed("jobs").count("renew") == 0


def test_an_ssh_session_would_close_at_once(ground: Ground, hooked: Shell) -> None:
    """Nothing that the hook left behind holds the terminal open."""
    short(ground, 20)
    shell = ground.shell(hooked, cwd=ground.a)
    while left(ground, shell) > 2:
        time.sleep(0.3)
    ground.server.slow = 5.0
    shell.typed("true")
    start = time.monotonic()
    shell.end()
    assert time.monotonic() - start < 3
