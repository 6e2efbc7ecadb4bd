"""Whoever has no home folder is served without anything being kept, wherever that would have lain."""

import os
import resource
import subprocess
from pathlib import Path

import pytest

from awsenv.errors import AwsenvError
from awsenv.files import folders
from awsenv.state import NOWHERE, home_folder
from tests.program import awsenv_with
from tests.shells.real import clean, installed

KEYS = "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\n[sso]\nsso_start_url = https://x.example\n"
COMMANDS = ("use dev --shell bash", "hook-env bash -", "exec dev -- true", "dotenv dev --allow-long-lived -o .env",
            "logout --all", "doctor", "complete bash -- use d")  # fmt: skip


def bound_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (1 << 31, 1 << 31))


@pytest.mark.real_program
@pytest.mark.skipif(os.getuid() != 0, reason="only root becomes a user without a name")
@pytest.mark.parametrize("home", [None, "rel"])
def test_every_command_ends_and_keeps_nothing(home: str | None, tmp_path: Path) -> None:
    for path in (tmp_path, *tmp_path.parents[:3]):
        path.chmod(path.stat().st_mode | 0o055)
    folder = tmp_path / "stands"
    folder.mkdir()
    folder.chmod(0o777)
    (tmp_path / "credentials").write_text(KEYS)
    (tmp_path / "credentials").chmod(0o644)
    for command in COMMANDS:
        environ = clean(tmp_path) | {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials")}
        environ |= {"AWS_CONFIG_FILE": str(tmp_path / "config"), "PYTHONDONTWRITEBYTECODE": "1"}
        del environ["HOME"]
        words = [installed("setpriv"), "--reuid", "54321", "--regid", "54321", "--clear-groups", "awsenv", *command.split()]  # fmt: skip
        done = subprocess.run(
            words, env=environ | ({"HOME": home} if home is not None else {}), cwd=folder, timeout=60,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, preexec_fn=bound_memory,
        )  # fmt: skip
        assert "internal error" not in done.stderr, (command, done.stderr)
        assert "Traceback" not in done.stderr, (command, done.stderr)
        assert done.returncode >= 0, command
        if command.startswith(("use", "credential-process")):
            assert "AKIADEV" in done.stdout, done.stderr
        for path in folder.iterdir():
            assert path.name == ".env", command  # which was asked for


def test_a_home_is_an_absolute_one() -> None:
    assert home_folder({"HOME": "/home/x"}) == "/home/x"
    assert home_folder({"HOME": "rel"}) == NOWHERE
    assert os.path.isabs(home_folder({}))


def test_nothing_is_made_for_nobody() -> None:
    with pytest.raises(AwsenvError, match="this user has no home folder"):
        folders.make_private(f"{NOWHERE}/.local/state/awsenv")


def test_a_relative_folder_is_made_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folders.make("a/b")
    assert (tmp_path / "a/b").is_dir()


@pytest.mark.parametrize(
    "command", [("list",), ("use", "dev", "--shell", "bash"), ("login", "dev")]
)
def test_a_python_that_is_none_of_a_unix_is_told_by_name(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile dev]\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = k\n")  # fmt: skip
    (tmp_path / ".aws/credentials").write_text(KEYS.replace("dev", "k"))
    done = awsenv_with("sys.modules['fcntl'] = None", tmp_path, *command)
    assert done.returncode == 1
    assert done.stderr == "awsenv: this Python has no fcntl, as on Windows; awsenv inside WSL\n"
    assert done.stdout == ("false\n" if command[0] == "use" else "")
