"""A shell that takes data says who one is once it holds that; what it refuses is named once, and the rest is done."""

from contextlib import closing
from pathlib import Path

import pytest

from awsenv.envrc import trust
from tests.shells.real import EVERY, HOOKED, OTHERS, Shell, clean
from tests.shells.terminal import at_home

KEYS = "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\n"
REFUSED = {"nushell": "FILE_PWD=/x", "xonsh": "ASYNC_INVALIDATE_INTERVAL=abc"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(KEYS)
    (tmp_path / "org").mkdir()
    (tmp_path / "org/.envrc").write_text("use_aws dev\ndotenv\n")
    return tmp_path


def allow(home: Path, text: str) -> None:
    (home / "org/.env").write_text(text)
    path = str(home / "org/.envrc")
    trust.allow(path, trust.derive(path), clean(home))


@pytest.mark.parametrize("shell", [each for each in OTHERS if each.name in REFUSED], ids=str)
def test_one_variable_that_a_shell_refuses_is_named_once(shell: Shell, home: Path) -> None:
    allow(home, f"FIRST=1\n{REFUSED[shell.name]}\nSTAGE=dev\n")
    name = REFUSED[shell.name].partition("=")[0]
    with closing(at_home(shell, home)) as prompt:
        said = prompt.typed(f"cd {home}/org") + prompt.typed("echo 1")
        assert said.count(f"awsenv: {name} is refused by this shell and left out") == 1
        assert said.count("awsenv: dev") == 1
        assert [prompt.get(n) for n in ("AWS_ACCESS_KEY_ID", "FIRST", "STAGE")] == [
            "AKIADEV",
            "1",
            "dev",
        ]
        said = prompt.typed(f"cd {home}") + prompt.typed("echo 1")
        assert "awsenv: left dev" in said
        assert [prompt.get(n) for n in ("AWS_ACCESS_KEY_ID", "FIRST", "STAGE")] == ["", "", ""]
        said = prompt.typed(f"cd {home}/org") + prompt.typed("echo 1")
        assert "is refused" not in said
        assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"


@pytest.mark.parametrize("shell", EVERY, ids=str)
def test_who_one_is_is_said_once(shell: Shell, home: Path) -> None:
    allow(home, "STAGE=dev\n")
    with closing(at_home(shell, home)) as prompt:
        said = prompt.typed(f"cd {home}/org") + prompt.typed("echo 1")
        assert said.count("awsenv: dev") == 1
        said = prompt.typed(f"cd {home}") + prompt.typed("echo 1")
        assert said.count("awsenv: left dev") == 1


def test_while_powerlevel10k_draws_nothing_is_said(home: Path) -> None:
    """Its instant prompt: what is printed before the first real prompt is a fault to it."""
    allow(home, "STAGE=dev\n")
    zsh = next(each for each in HOOKED if each.name == "zsh")
    with closing(at_home(zsh, home)) as prompt:
        prompt.typed("typeset -gi __p9k_instant_prompt_active=1")
        said = prompt.typed(f"cd {home}/org") + prompt.typed("echo 1")
        assert "awsenv:" not in said
        assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
        said = prompt.typed("unset __p9k_instant_prompt_active") + prompt.typed("echo 1")
        assert said.count("awsenv: dev") == 1
