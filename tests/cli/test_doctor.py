"""doctor and uninstall: what is wrong has a mend, what is left is shown before it goes; --debug tells why."""

import json
from pathlib import Path

import pytest

from tests.cli.test_profiles import home
from tests.program import awsenv
from tests.shells.real import HOOKED, Shell, clean

__all__ = ["home"]


# A bash between the tests and the program, which asks what shell stands above it: make's, else.
IN_BASH = ("bash", "-c", '"$@"; exit "$?"', "bash")


def found(home: Path, **environ: str) -> dict[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = {}
    for row in json.loads(awsenv(home, "doctor", "--json", prefix=IN_BASH, **environ).stdout):
        rows.setdefault(row["what"], []).append(row)
    return rows


def test_an_empty_home_hears_of_the_hook_and_where_it_goes(tmp_path: Path) -> None:
    (hook,) = found(tmp_path, SHELL="/bin/bash")["hook"]
    assert "awsenv hook" in hook["fix"]
    assert awsenv(tmp_path, "doctor", prefix=IN_BASH).returncode == 1


@pytest.mark.parametrize("shell", HOOKED, ids=str)
def test_a_loaded_hook_is_known_and_an_older_one_told(shell: Shell, tmp_path: Path) -> None:
    load = shell.evaluate(f"awsenv hook {shell.name}")
    script = f"{load}; awsenv doctor; awsenv status; "
    old = "set -g" if shell.name == "fish" else ""
    sign = " " if old else "="
    script += f"{old} __awsenv_hook{sign}{shell.name}:0000; awsenv doctor"
    told = shell.run(script, clean(tmp_path), tmp_path).stdout.decode()
    assert f"hook         {shell.name}, current" in told
    assert "of another version" in told
    # A program that is started from here is not told.
    script = f"{load}; awsenv exec x -- env; awsenv demo --help >/dev/null; env"
    assert "AWSENV_HOOK" not in shell.run(script, clean(tmp_path), tmp_path).stdout.decode()


def test_a_start_file_with_ours_above_direnvs_is_told(tmp_path: Path) -> None:
    lines = ['eval "$(awsenv hook bash)"', 'eval "$(direnv hook bash)"']
    for order, wrong in ((lines, True), (lines[::-1], False)):
        (tmp_path / ".bashrc").write_text("\n".join(order))
        told = awsenv(tmp_path, "doctor", prefix=IN_BASH).stdout
        assert ("has direnv hook below awsenv hook" in told) == wrong


def test_modes_files_and_a_proxys_password(home: Path) -> None:
    (home / ".aws/credentials").chmod(0o644)
    cache = home / ".aws/cli/cache"
    cache.mkdir(parents=True)
    (cache / "x.json").write_text("{}")
    (cache / "x.json").chmod(0o644)
    told = awsenv(home, "doctor", HTTPS_PROXY="http://me:hush@proxy:1").stdout
    assert "chmod 600 ~/.aws/credentials" in told
    assert "chmod 600 ~/.aws/cli/cache/x.json" in told
    assert "HTTPS_PROXY is proxy:1" in told
    assert "hush" not in told


def test_uninstall_shows_and_then_takes_what_is_ours(home: Path) -> None:
    assert awsenv(home, "direnv", "install").returncode == 0
    assert awsenv(home, "use", "dev", "--shell", "bash").returncode == 0
    (home / ".bashrc").write_text('x=1\neval "$(awsenv hook bash)"\n')
    state, library = home / ".local/state/awsenv", home / ".config/direnv/lib/awsenv.sh"
    aws = (home / ".aws/config").read_text()
    told = awsenv(home, "uninstall")
    assert "would remove ~/.local/state/awsenv" in told.stderr
    assert "would take the awsenv hook out of ~/.bashrc, line 2" in told.stderr
    assert state.exists()
    assert library.exists()
    assert awsenv(home, "uninstall", "--yes").returncode == 0
    assert not state.exists()
    assert not library.exists()
    assert (home / ".bashrc").read_text() == "x=1\n"
    assert (home / ".aws/config").read_text() == aws
    # Somebody else's file of that name stays.
    library.write_text("mine\n")
    awsenv(home, "uninstall", "--yes")
    assert library.read_text() == "mine\n"


def test_debug_tells_what_is_looked_up_and_no_secret(home: Path) -> None:
    plain = awsenv(home, "use", "role", "--shell", "bash", "--fresh")
    told = awsenv(
        home,
        "use",
        "role",
        "--shell",
        "bash",
        "--fresh",
        "--debug",
        AWS_ENDPOINT_URL="http://127.0.0.1:1",
    )
    assert "[" not in plain.stderr
    for words in ("profile role is of kind role", "no record answers", "asks sts in"):
        assert words in told.stderr
    secret = next(
        line for line in (home / ".aws/credentials").read_text().splitlines() if "secret" in line
    )
    assert secret.partition("= ")[2] not in told.stderr
    assert awsenv(home, "use", "dev", "--shell", "bash", AWSENV_DEBUG="1").stdout == awsenv(home, "use", "dev", "--shell", "bash").stdout  # fmt: skip
    # Behind -- it is the command's own word.
    assert awsenv(home, "exec", "dev", "--", "echo", "--debug").stdout == "--debug\n"
