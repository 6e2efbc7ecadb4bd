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


def allow(home: Path, text: str, folder: Path | None = None) -> None:
    folder = folder or home / "org"
    (folder / ".env").write_text(text)
    path = str(folder / ".envrc")
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
def test_a_newline_in_a_folders_name_keeps_nobody_elses_session(shell: Shell, home: Path) -> None:
    """tcsh cannot hold its name, so nobody acts there; the others can."""
    folder = home / "new\nline"
    (home / "org").rename(folder)
    allow(home, "STAGE=dev\n", folder)
    (home / ".aws/credentials").write_text(
        KEYS + KEYS.replace("dev", "prod").replace("DEV", "PROD")
    )
    with closing(at_home(shell, home)) as prompt:
        prompt.typed("awsenv use prod")
        said = prompt.typed("cd 'new\nline'" if shell.name == "nushell" else "cd new*")
        said += prompt.typed("echo 1") + prompt.typed("echo 2")
        if shell.can("a newline"):
            assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
        else:
            assert said.count("holds a newline, which tcsh cannot take") == 1
            assert prompt.get("AWS_ACCESS_KEY_ID") == ""
            assert prompt.get("AWS_PROFILE") == "awsenv-no-session:dev"
        prompt.typed(f"cd {home}")
        assert prompt.look("AWS_ACCESS_KEY_ID") == "AKIAPROD"


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
