"""A job of GitHub's: secrets are masked first, then the next steps have the session."""

from pathlib import Path

import pytest

from tests.place import Place
from tests.place import place as place
from tests.program import awsenv

USE = ("use", "key", "--shell", "github")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    key = "[key]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = wJal%r\nregion = eu-west-1\n"
    (tmp_path / ".aws/credentials").write_text(key + "[lines]\naws_access_key_id = A\naws_secret_access_key = b\n c\n")  # fmt: skip
    (tmp_path / "env").write_text("MINE=1")  # left open by whoever wrote it
    return tmp_path


def read(path: Path) -> dict[str, str]:
    """What the runner makes of the file."""
    return dict(line.split("=", 1) for line in path.read_text().splitlines() if line)


def test_masks_come_first_and_then_the_file_is_appended_to(home: Path) -> None:
    for _ in range(2):  # the second by a record
        done = awsenv(home, *USE, GITHUB_ENV=str(home / "env"))
        assert done.returncode == 0, done.stderr
        assert (
            done.stdout
            == "::add-mask::AKIDEXAMPLE\n::add-mask::wJal%25r\nthe next steps act as key, by GITHUB_ENV\n"
        )
    told = read(home / "env")
    assert {name: told[name] for name in ("MINE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWSENV_PROFILE")} == {
        "MINE": "1", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "wJal%r", "AWS_REGION": "eu-west-1",
        "AWSENV_PROFILE": "key",
    }  # fmt: skip


def test_a_session_of_aws_masks_its_token_too(place: Place) -> None:
    path = place.home / "env"
    path.touch()
    done = place.run("use", "key", "--session", "--shell", "github", GITHUB_ENV=str(path))
    told = read(path)
    masks = [line.removeprefix("::add-mask::") for line in done.stdout.splitlines()[:-1]]
    assert masks == [told[f"AWS_{name}"] for name in ("ACCESS_KEY_ID", "SECRET_ACCESS_KEY", "SESSION_TOKEN")]  # fmt: skip
    # Nobody is there to be asked: a code is no step's to wait for.
    assert place.run("use", "mfa", "--shell", "github", GITHUB_ENV=str(path)).returncode == 3


@pytest.mark.parametrize(("environ", "words"), [
    ({}, "GITHUB_ENV is not set: this is no job of GitHub's; awsenv exec PROFILE -- CMD"),
    ({"GITHUB_ENV": "HOME/nowhere"}, "cannot write HOME/nowhere, which GITHUB_ENV names: No such file or directory"),
    ({"GITHUB_ENV": "HOME/env", "AWS_PROFILE": "other"}, "AWS_PROFILE is set in this job, and no step can unset it for the next; take AWS_PROFILE out"),
    ({"GITHUB_ENV": "HOME/env", "AWS_SESSION_TOKEN": "t", "AWS_ACCESS_KEY_ID": "x"}, "AWS_SESSION_TOKEN is set in this job"),
])  # fmt: skip
def test_what_cannot_be_done_is_said_and_nothing_written(
    environ: dict[str, str], words: str, home: Path
) -> None:
    given = {name: value.replace("HOME", str(home)) for name, value in environ.items()}
    done = awsenv(home, *USE, **given)
    assert done.returncode == 1
    assert words.replace("HOME", str(home)) in done.stderr
    assert "act as" not in done.stdout
    assert (home / "env").read_text() == "MINE=1"
