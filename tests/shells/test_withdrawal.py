"""A session that somebody else takes away is named no longer, and comes back with its key."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from awsenv.envrc import trust
from tests.shells.every import shell
from tests.shells.real import HOOKED, Shell, clean, installed
from tests.shells.terminal import Terminal, at_home

__all__ = ["shell"]

KEYS = """\
[dev]
aws_access_key_id = AKIADEV
aws_secret_access_key = s
[live]
aws_access_key_id = ASIALIVE
aws_secret_access_key = t
aws_session_token = token
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(KEYS)
    (tmp_path / ".aws/config").write_text("[profile live]\nregion = eu-west-1\n")
    (tmp_path / "org").mkdir()
    path = tmp_path / "org/.envrc"
    path.write_text("use_aws live\n")
    trust.allow(str(path), trust.derive(str(path)), clean(tmp_path))
    return tmp_path


@pytest.fixture
def prompt(shell: Shell, home: Path) -> Iterator[Terminal]:
    with closing(at_home(shell, home, AWS_REGION="mine-1")) as it:
        yield it


def visible(prompt: Terminal) -> dict[str, str]:
    """What of a session a command is given."""
    names = (
        "AWS_ACCESS_KEY_ID",
        "AWS_SESSION_TOKEN",
        "AWS_REGION",
        "AWS_PROFILE",
        "AWSENV_PROFILE",
    )
    return {name: value for name in names if (value := prompt.get(name))}


LIVE = {
    "AWS_ACCESS_KEY_ID": "ASIALIVE",
    "AWS_SESSION_TOKEN": "token",
    "AWS_REGION": "eu-west-1",
    "AWSENV_PROFILE": "live",
}


def test_a_session_is_withdrawn_and_comes_back(prompt: Terminal) -> None:
    prompt.typed("awsenv use live")
    assert visible(prompt) == LIVE
    # Another key is a person's, and with the old one it is the session again.
    said = prompt.export(AWS_ACCESS_KEY_ID="AKIAMINE", AWS_SECRET_ACCESS_KEY="mine")
    line = "awsenv: live is no longer in force, changed outside awsenv; awsenv use live"
    assert said.count(line) == 1
    assert visible(prompt) == {"AWS_ACCESS_KEY_ID": "AKIAMINE", "AWS_REGION": "mine-1"}
    prompt.export(AWS_ACCESS_KEY_ID="ASIALIVE", AWS_SECRET_ACCESS_KEY="t")
    assert visible(prompt) == LIVE
    # A profile beside it takes its place as long as it stands.
    prompt.export(AWS_PROFILE="dev")
    assert visible(prompt) == {"AWS_PROFILE": "dev", "AWS_REGION": "mine-1"}
    prompt.export(AWS_PROFILE="")
    assert visible(prompt) == LIVE
    # `off` leaves what is a person's.
    prompt.export(AWS_ACCESS_KEY_ID="AKIAMINE", AWS_SECRET_ACCESS_KEY="mine")
    prompt.typed("awsenv off")
    assert visible(prompt) == {"AWS_ACCESS_KEY_ID": "AKIAMINE", "AWS_REGION": "mine-1"}
    # Keys that are unset are as off.
    prompt.typed("awsenv use live")
    said = prompt.export(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert said.count(line) == 1
    assert visible(prompt) == {"AWS_REGION": "mine-1"}


def test_a_folder_whose_keys_are_unset_acts_as_nobody_until_a_person_chooses(
    prompt: Terminal, home: Path
) -> None:
    prompt.typed(f"cd {home}/org")
    assert visible(prompt) == LIVE
    said = prompt.export(AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert "awsenv: live was changed outside awsenv: nobody here; awsenv use live" in said
    assert visible(prompt) == {"AWS_PROFILE": "awsenv-no-session:live", "AWS_REGION": "mine-1"}
    prompt.export(AWS_PROFILE="")
    assert visible(prompt) == {"AWS_PROFILE": "awsenv-no-session:live", "AWS_REGION": "mine-1"}
    prompt.typed("awsenv use live")
    assert visible(prompt) == LIVE
    # Another key is a choice by hand, also behind the folder.
    prompt.export(AWS_ACCESS_KEY_ID="AKIAMINE", AWS_SECRET_ACCESS_KEY="mine")
    assert visible(prompt) == {"AWS_ACCESS_KEY_ID": "AKIAMINE", "AWS_REGION": "mine-1"}
    prompt.typed(f"cd {home}")
    assert visible(prompt) == {"AWS_ACCESS_KEY_ID": "AKIAMINE", "AWS_REGION": "mine-1"}
    prompt.typed(f"cd {home}/org")
    assert visible(prompt) == LIVE
    prompt.typed(f"cd {home}")
    assert visible(prompt) == {"AWS_ACCESS_KEY_ID": "AKIAMINE", "AWS_REGION": "mine-1"}


def test_a_name_alone_is_no_session(shell: Shell, home: Path) -> None:
    """As it comes along by ssh, or in a container; and in the child of another switcher, with other keys."""
    words = "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION key:ASIALIVE"
    for mine in ({}, {"AWS_ACCESS_KEY_ID": "AKIAMINE", "AWS_SECRET_ACCESS_KEY": "mine"}):
        environ: Any = {
            "AWSENV_PROFILE": "live",
            "AWSENV_SET": words,
            "AWS_REGION": "mine-1",
            **mine,
        }
        with closing(at_home(shell, home, **environ)) as prompt:
            prompt.typed("echo 1")
            kept = {"AWS_ACCESS_KEY_ID": "AKIAMINE"} if mine else {}
            assert visible(prompt) == kept | {"AWS_REGION": "mine-1"}
            prompt.typed("awsenv off")
            assert visible(prompt) == kept | {"AWS_REGION": "mine-1"}


@pytest.mark.parametrize("shell", HOOKED, ids=str)
@pytest.mark.parametrize("direnv_first", [True, False])
def test_direnv_takes_it_away_and_gives_it_back(
    direnv_first: bool, shell: Shell, home: Path
) -> None:
    installed("direnv")
    folder = home / "theirs"
    folder.mkdir()
    (folder / ".envrc").write_text("export AWS_ACCESS_KEY_ID=AKIADIRENV AWS_SECRET_ACCESS_KEY=d\n")
    hook = (
        f"direnv hook {shell.name} | source"
        if shell.name == "fish"
        else f'eval "$(direnv hook {shell.name})"'
    )
    with closing(at_home(shell, home, not direnv_first, DIRENV_LOG_FORMAT="")) as prompt:
        prompt.typed(f"direnv allow {folder}; {hook}")
        if direnv_first:
            prompt.load_hook()
        prompt.typed("awsenv use live")
        said = prompt.typed(f"cd {folder}") + prompt.typed("echo 1")
        assert "awsenv: live is no longer in force, changed by direnv; awsenv use live" in said
        assert prompt.look("AWS_ACCESS_KEY_ID") == "AKIADIRENV"
        assert visible(prompt) == {"AWS_ACCESS_KEY_ID": "AKIADIRENV"}
        prompt.typed(f"cd {home}")
        prompt.look("AWS_ACCESS_KEY_ID")
        assert visible(prompt) == LIVE
        # Chosen inside, it ends with what direnv puts back.
        prompt.typed("awsenv off")
        prompt.typed(f"cd {folder}")
        prompt.typed("awsenv use live")
        assert prompt.get("AWSENV_PROFILE") == "live"
        prompt.typed(f"cd {home}")
        prompt.look("AWS_ACCESS_KEY_ID")
        assert visible(prompt) == {}
