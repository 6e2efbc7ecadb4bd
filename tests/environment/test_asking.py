"""The shell that will evaluate our output is found out, whatever stands between."""

from pathlib import Path

import pytest

from awsenv import environment
from tests.shells.real import BIN, SHELLS, Shell, clean

ASK = "import os; from awsenv import environment; print(environment.asking(dict(os.environ)))"


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
    assert environment.asking({"SHELL": variable}) == form
