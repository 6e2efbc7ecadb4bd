"""The door: whatever goes wrong, a shell that evaluates the text fails; nobody else's modules run."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import awsenv
from tests.shells.real import BIN, SHELLS, Shell, clean
from tests.shells.test_hook import load

POSIX = [shell for shell in SHELLS if shell.form == "posix"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws/credentials").write_text(
        "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = hiddensecret\n"
    )
    return home


USE = ("use", "dev", "--shell", "bash")


@pytest.mark.parametrize(
    ("name", "command"),
    [*((name, USE) for name in ("typing", "json", "re", "boto3", "typer", "random")), ("typer", ("list",)),
     ("json", ("status",))],
)  # fmt: skip
def test_the_modules_of_a_pythonpath_do_not_run(
    name: str, command: tuple[str, ...], home: Path
) -> None:
    (home / "lib").mkdir()
    (home / f"lib/{name}.py").write_text(f"open('{home}/pwned', 'w')\nraise RuntimeError\n")
    result = awsenv(home, *command, PYTHONPATH=f"{home}/lib")
    assert "internal error" not in result.stderr
    assert not (home / "pwned").exists()
    # The control: Python itself takes it from there.
    python = [str(BIN / "python"), "-c", f"import {name}"]
    subprocess.run(python, env=clean(home, PYTHONPATH=f"{home}/lib"), check=False, stderr=-3)
    assert (home / "pwned").exists() or name in ("typing", "re")  # loaded before, by site


def test_ctrl_c_and_a_broken_installation_fail_in_the_shell(home: Path) -> None:
    for error, code, told in (
        ("KeyboardInterrupt", 130, ""),
        ("ImportError", 1, "awsenv: internal error (ImportError); again with AWSENV_DEBUG=1\n"),
    ):
        program = (
            f"import sys, awsenv; sys.argv = ['awsenv', 'use', 'x', '--shell', 'bash']\n"
            f"def broken(_): raise {error}\n"
            "awsenv._run = broken; awsenv.main()"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], env=clean(home), capture_output=True, text=True, check=False
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (code, "false\n", told)


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">/dev/full"])
def test_a_closed_stdout_or_stderr_is_no_traceback(closed: str, home: Path) -> None:
    script = f"awsenv use nope --shell bash {closed}; awsenv list {closed}"
    done = subprocess.run(
        ["bash", "-c", script], env=clean(home), capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stdout + done.stderr


def test_a_closed_stderr_changes_no_answer(home: Path) -> None:
    """By every way out: a record's, a new session's, the hook's, a plain list's, Typer's."""
    for words in ("use dev --shell bash", "use dev --shell bash --fresh", "hook-env bash d", "list", "list --kind key"):  # fmt: skip
        answers = [
            subprocess.run(["bash", "-c", f"awsenv {words} {more}"], env=clean(home), capture_output=True, check=False)
            for more in ("2>/dev/null", "2>&-")
        ]  # fmt: skip
        assert [done.returncode for done in answers] == [0, 0], words
        # What a hook is told holds times.
        plain = [re.sub(rb"\d+", b"N", done.stdout) for done in answers]
        assert plain[0] == plain[1] != b""


@pytest.mark.parametrize("shell", POSIX, ids=lambda shell: shell.name)
def test_a_trace_of_the_posix_hook_holds_no_secret(shell: Shell, home: Path) -> None:
    script = f"{load(shell)}\nset -x\nawsenv use dev\necho on"
    result = shell.run(script, clean(home), home)
    assert b"hiddensecret" not in result.stderr
    assert b"echo on" in result.stderr  # the control: it is traced again afterwards


def test_live_copies_no_key_wherever_it_stands(home: Path) -> None:
    (home / ".aws/config").write_text(
        "# aws_secret_access_key = commentsecret\n[DEFAULT]\naws_secret_access_key = defaultsecret\n"
        "region = d-1\n[profile other]\n; aws_session_token = commenttoken\ns3 =\n  a = 1\n  b = 2\n"
    )
    script = 'cat "$AWS_CONFIG_FILE"'
    result = awsenv(home, "exec", "--live", "dev", "--", "sh", "-c", script)
    assert result.returncode == 0, result.stderr
    assert not [
        word for word in ("commentsecret", "defaultsecret", "commenttoken") if word in result.stdout
    ]
    assert "[profile other]\ns3 = \n  a = 1\n  b = 2\nregion = d-1\n" in result.stdout or (
        "[profile other]\nregion = d-1\ns3 = \n  a = 1\n  b = 2\n" in result.stdout
    )
