"""The shell that will evaluate our output is found out, whatever stands between."""

import os
from pathlib import Path

import pytest

from awsenv.shells import detection
from tests.shells.real import BIN, SHELLS, Shell, clean

ASK = "import os; from awsenv.shells import detection; print(detection.detect_shell(dict(os.environ)))"


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell.name)
@pytest.mark.parametrize("between", ["", "timeout 60 ", "env A=b "])
def test_the_nearest_shell_is_found(shell: Shell, between: str, tmp_path: Path) -> None:
    command = f"{between}{BIN}/python {tmp_path}/ask.py"
    (tmp_path / "ask.py").write_text(ASK)
    # Not the last command: a shell replaces itself by that one.
    script = f"{command}\ntrue"
    # A login shell of another name misleads only those who ask $SHELL.
    result = shell.run(script, clean(tmp_path, SHELL="/bin/tcsh"), tmp_path)
    assert result.stdout.decode() == shell.form + "\n", result.stderr


@pytest.mark.parametrize(
    ("variable", "form"),
    [("/usr/bin/fish", "fish"), ("/opt/zsh-5.9", "zsh"), ("/bin/ksh93", "posix"), ("", "posix")],
)
def test_without_proc_the_login_shell_counts(
    variable: str, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.getppid", lambda: 1)
    assert detection.detect_shell({"SHELL": variable}) == form


TABLE = """\
    1     0 /sbin/launchd
  100     1 /usr/bin/login
  200   100 -fish
  300   200 /bin/bash
  400   300 /usr/local/bin/python3.11 -x
  500   400 awsenv
"""


@pytest.mark.parametrize(
    ("parent", "table", "form"),
    [(400, TABLE, "bash"), (200, TABLE, "fish"), (100, TABLE, "zsh"), (9, TABLE, "zsh"), (400, "junk\n", "zsh")],
)  # fmt: skip
def test_without_proc_ps_tells(
    parent: int, table: str, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bash script under a fish login shell, as on macOS."""
    (tmp_path / "table").write_text(table)
    ps = tmp_path / "ps"
    ps.write_text(f'#!/bin/sh\n[ "$*" = "-A -o pid=,ppid=,comm=" ] && cat {tmp_path}/table\n')
    ps.chmod(0o755)
    there = os.path.exists
    monkeypatch.setattr(detection, "_PS", (str(ps),))
    monkeypatch.setattr("os.path.exists", lambda p: p != "/proc/self/exe" and there(p))
    monkeypatch.setattr("os.getppid", lambda: parent)
    assert detection.detect_shell({"SHELL": "/bin/zsh"}) == form
