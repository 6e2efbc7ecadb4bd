"""``exec``: one command with a session; signals, terminal and exit code are its own."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pexpect
import pytest

from awsenv.demo.sts import Role
from tests.place import Place, place
from tests.program import awsenv, program_path
from tests.shells.clock import Clock, clock
from tests.shells.real import clean

__all__ = ["clock", "place"]
ADMIN = "arn:aws:iam::444455556666:role/admin"


def started(
    place: Place, *words: str, before: Sequence[str] = (), **options: Any
) -> "subprocess.Popen[str]":
    program: subprocess.Popen[str] = subprocess.Popen(
        [*before, program_path(), "exec", *words],
        env=clean(place.home) | place.endpoint,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **options,
    )
    return program


def test_the_command_has_the_session_and_nothing_of_another(place: Place) -> None:
    result = place.run(
        "exec", "key", "--", "sh", "-c", 'echo "$AWS_ACCESS_KEY_ID/$AWS_SESSION_TOKEN/$AWS_PROFILE/$AWS_MAX_ATTEMPTS"',
        AWS_SESSION_TOKEN="other", AWS_PROFILE="other", AWS_MAX_ATTEMPTS="9", AWSENV_SET="AWS_MAX_ATTEMPTS",
    )  # fmt: skip
    assert result.stdout == f"{place.plain.key_id}///\n"


def test_exit_code_stdin_and_arguments_pass_through(place: Place) -> None:
    result = place.run(
        "exec", "key", "--", "sh", "-c", 'printf "<%s>" "$@"; exit 7', "sh", "a b", "--help", "-x"
    )
    assert (result.returncode, result.stdout) == (7, "<a b><--help><-x>")
    piped = started(place, "key", "--", "cat", stdin=subprocess.PIPE)
    assert piped.communicate("untouched\n")[0] == "untouched\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_reaches_the_command(number: signal.Signals, place: Place) -> None:
    program = started(
        place,
        "key",
        "--",
        "sh",
        "-c",
        f"trap 'echo got; exit 3' {number.name[3:]}; echo up; while :; do sleep 0.05; done",
    )
    assert program.stdout
    assert program.stdout.readline() == "up\n"
    program.send_signal(number)
    assert program.communicate(timeout=30)[0] == "got\n"
    assert program.returncode == 3


def test_terminal_size_and_stopping(place: Place) -> None:
    shell = pexpect.spawn(
        "bash",
        ["--norc", "-i"],
        env=clean(place.home, PS1="") | place.endpoint,
        encoding="utf-8",
        timeout=60,
        dimensions=(33, 77),
    )
    shell.sendline("awsenv exec key -- stty size")
    shell.expect_exact("33 77")
    shell.sendline("awsenv exec key -- sh -c 'echo RUN''NING; exec sleep 600'")
    shell.expect_exact("RUNNING")
    shell.sendcontrol("z")
    shell.expect_exact("Stopped")
    # bash takes away a job that was stopped when it gets to it.
    shell.sendline(
        "kill %1; wait; while ps -o stat= --ppid $$ | grep -q Z; do :; done; echo LEFT''=0="
    )
    shell.expect_exact("LEFT=0=")
    shell.close(force=True)


def test_a_missing_command_is_127_and_one_that_may_not_run_126(place: Place) -> None:
    for command, code in (("nonexistent-x", 127), ("/etc/passwd", 126)):
        result = place.run("exec", "key", "--", command)
        assert (result.returncode, result.stderr.count("\n")) == (code, 1)
        assert command in result.stderr


def test_awsenv_inside_exec_acts_as_its_own_profile(place: Place) -> None:
    script = f"{program_path()} exec key -- sh -c 'echo $AWS_ACCESS_KEY_ID $AWSENV_PROFILE'"
    result = place.run("exec", "mfa", "--mfa-code", place.code, "--", "sh", "-c", script)
    assert result.stdout == f"{place.plain.key_id} key\n", result.stderr


LOOP = """
import boto3, sys, time
client = boto3.client("sts", region_name="us-east-1")
for _ in sys.stdin:
    try:
        print(client.get_caller_identity()["Arn"], flush=True)
    except Exception as error:
        print("failed", flush=True)
"""


def test_live_outlives_two_sessions_and_plain_exec_does_not(place: Place, clock: Clock) -> None:
    place.server.sts.roles[ADMIN] = Role(ADMIN)
    place.config(f"[profile role]\nrole_arn = {ADMIN}\nsource_profile = key\nregion = r-1\n")
    clock.leap(5)  # the AWS files are no longer fresh, so that sessions are recorded
    (place.home / "loop.py").write_text(LOOP)
    loop = (sys.executable, str(place.home / "loop.py"))
    plain, live = (
        started(place, *words, "role", "--", *loop, before=clock.words, stdin=subprocess.PIPE)
        for words in ((), ("--live",))
    )

    def ask(program: "subprocess.Popen[str]") -> str:
        assert program.stdin
        assert program.stdout
        program.stdin.write("\n")
        program.stdin.flush()
        return program.stdout.readline().strip()

    assert "assumed-role/admin/" in ask(plain)
    for _ in range(3):
        assert "assumed-role/admin/" in ask(live)
        clock.leap(3601)
    assert ask(plain) == "failed"
    for program in (plain, live):
        program.communicate(timeout=60)
    folder = place.home / ".local/state/awsenv/live"
    assert place.run("exec", "--live", "key", "--", "true").returncode == 0
    assert len(list(folder.iterdir())) == 1  # those of programs that are gone are cleared away


def test_live_keeps_the_persons_profiles_and_holds_no_secret(place: Place) -> None:
    place.config(
        "[profile key]\nregion = r-1\noutput = json\n[profile other]\nregion = o-1\naws_secret_access_key = hush\n"
    )
    script = 'cat "$AWS_CONFIG_FILE"; echo "$AWS_PROFILE,$AWS_ACCESS_KEY_ID,$AWS_REGION"'
    result = place.run("exec", "--live", "key", "--", "sh", "-c", script)
    assert result.returncode == 0, result.stderr
    assert "[profile other]\nregion = o-1\n" in result.stdout
    assert "hush" not in result.stdout
    assert place.plain.secret not in result.stdout
    name, key, region = result.stdout.splitlines()[-1].split(",")
    assert name.startswith("awsenv-live-")
    assert (key, region) == ("", "r-1")
    assert f"[profile {name}]\nregion = r-1\noutput = json\ncredential_process = " in result.stdout
    assert Path(place.home / ".local/state/awsenv/live").stat().st_mode & 0o777 == 0o700


def bound(place: Place, text: str, env: str = "") -> Path:
    """A folder whose .envrc is allowed."""
    folder = place.home / "org"
    (folder / "repo").mkdir(parents=True)
    (folder / ".envrc").write_text(text)
    if env:
        (folder / ".env").write_text(env)
    assert place.run("allow", str(folder)).returncode == 0
    return folder


SHOW = ("--", "sh", "-c", 'echo "$AWS_ACCESS_KEY_ID/$AWS_REGION/$STAGE/$AWSENV_DIR/$AWS_PROFILE"')


def test_without_a_profile_it_acts_as_the_folder_says(place: Place) -> None:
    folder = bound(place, "use_aws key --region r-1\ndotenv\n", "STAGE=dev\n")
    expected = f"{place.plain.key_id}/r-1/dev/{folder}/\n"
    outside = {"AWS_PROFILE": "other", "AWS_ACCESS_KEY_ID": "AKIAOTHER", "STAGE": "mine"}
    for words in ((), ("--dir", f"{folder}/repo")):
        cwd = None if words else folder / "repo"
        result = awsenv(place.home, "exec", *words, *SHOW, cwd=cwd, **(place.endpoint | outside))
        assert (result.returncode, result.stdout) == (0, expected), result.stderr
    # Another Region for this once; and a command that looks like a profile.
    result = place.run("exec", "--dir", str(folder), "--region", "x-1", *SHOW)
    assert result.stdout.split("/")[1] == "x-1"
    result = place.run("exec", f"--dir={folder}", "--", "printf", "<%s>", "--", "a")
    assert result.stdout == "<--><a>"


def test_a_folder_that_says_nothing_runs_nothing(place: Place) -> None:
    folder = bound(place, "use_aws key\n")
    (folder / ".envrc").write_text("use_aws mfa\n")
    for words, told in (
        (("--dir", str(folder)), "~/org/.envrc is not allowed, so nothing is run; awsenv allow"),
        ((), "there is no .envrc in"),
        (("key", "--dir", str(folder)), "--dir says whose profile it is"),
    ):
        result = place.run("exec", *words, "--", "touch", "ran")
        assert result.returncode == (2 if words[:1] == ("key",) else 1)
        assert told in result.stderr
        assert result.stderr.count("\n") == 1
    assert place.run("allow", str(folder)).returncode == 0
    # Nobody is there to answer: exit 3.
    result = place.run("exec", "--dir", str(folder), "--", "touch", "ran")
    assert (result.returncode, result.stderr.count("\n")) == (3, 1)
    assert not (place.home / "ran").exists()
