"""A form that is not the shell's own is printed as it is and never run: in hooks, under direnv."""

import json
from pathlib import Path

import pytest

from tests.program import awsenv
from tests.shells.conftest import NASTY
from tests.shells.real import SHELLS, Shell, clean, environment, installed, snapshot
from tests.shells.test_hook import load

# What a person may add to `awsenv use dev`, each of which prints another form than the shell's.
OTHERS = {
    "sts": "use dev --format sts",
    "sts, joined": "use dev --format=sts",
    "sts in front": "use --format sts dev",
    "json": "use dev --shell json",
    "json, joined": "use dev --shell=json",
    "credential_process": "use dev --format credential-process",
    "off": "off --shell json",
}


@pytest.mark.parametrize("command", OTHERS.values(), ids=OTHERS)
def test_a_hooked_shell_prints_another_form_and_stays_as_it_is(
    command: str, shell: Shell, home: Path, tmp_path: Path
) -> None:
    before, after = tmp_path / "before", tmp_path / "after"
    lines = [load(shell), snapshot(before), f"awsenv {command}", snapshot(after)]
    result = shell.run("\n".join(lines), clean(home), tmp_path)
    assert not list(tmp_path.rglob("pwned"))
    told = json.loads(result.stdout)
    assert told.get("AWS_SECRET_ACCESS_KEY", NASTY) == NASTY
    assert environment(after) == environment(before)
    # The control: the same without it acts.
    own, _, _ = command.partition(" --")
    lines = [load(shell), "awsenv use dev", f"awsenv {own}", snapshot(after)]
    printed = shell.run("\n".join(lines), clean(home), tmp_path).stdout
    assert printed == (b"false\n" if own == "use" and shell.form == "fish" else b"")
    assert (b"AWS_SECRET_ACCESS_KEY" in environment(after)) == (own != "off")


@pytest.mark.parametrize("separators", ["_", "A", ""])
def test_an_odd_ifs_hides_no_option_from_the_hook(
    separators: str, shell: Shell, home: Path, tmp_path: Path
) -> None:
    if shell.form == "fish":
        pytest.skip("fish has no IFS")
    lines = [load(shell), f"IFS='{separators}'", "awsenv use dev --shell json"]
    result = shell.run("\n".join(lines), clean(home), tmp_path)
    assert json.loads(result.stdout)["AWS_SECRET_ACCESS_KEY"] == NASTY
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize("more", ["--format sts", "--shell json", "--shell=json", "--format=json"])
def test_under_direnv_another_form_closes_the_door(more: str, home: Path, tmp_path: Path) -> None:
    installed("direnv")
    folder = tmp_path / "org"
    folder.mkdir()
    assert awsenv(home, "direnv", "install").returncode == 0
    bash = SHELLS[0]

    def enter(text: str) -> dict[bytes, bytes]:
        (folder / ".envrc").write_text(text)
        out = tmp_path / "env"
        line = f'direnv allow && eval "$(direnv export bash)" && {snapshot(out)}'
        bash.run(line, clean(home), folder)
        return environment(out)

    assert b"AWS_ACCESS_KEY_ID" in enter("use_aws dev\n")  # the control
    inside = enter(f"use_aws dev {more}\n")
    assert not list(tmp_path.rglob("pwned"))
    assert b"AWS_ACCESS_KEY_ID" not in inside
    assert inside[b"AWS_PROFILE"] == b"awsenv-no-session:dev"


@pytest.mark.parametrize(
    "more", [("--shell", "bash", "--shell", "json"), ("--shell", "bash", "--format", "sts")]
)
@pytest.mark.parametrize("command", ["use dev", "use dev --fresh"])
def test_two_forms_at_once_are_a_usage_error(
    more: tuple[str, ...], command: str, home: Path
) -> None:
    result = awsenv(home, *command.split(), *more)
    assert (result.returncode, result.stdout) == (2, "false\n")
    assert "--shell bash and " in result.stderr
    assert result.stderr.count("\n") == 1
