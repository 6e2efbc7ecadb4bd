"""A shell whose program goes away: an upgrade, a removal, an environment that moved."""

import os
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from awsenv import distribution, paths
from awsenv.envrc import trust
from tests.program import program_path, until
from tests.shells.every import shell
from tests.shells.real import EVERY, Shell, clean
from tests.shells.terminal import Terminal, at_home

__all__ = ["shell"]

KEYS = "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\n[prod]\naws_access_key_id = AKIAPROD\naws_secret_access_key = t\n"
GONE = "awsenv: its program is gone"
NOBODY = "awsenv-no-session:awsenv-is-gone"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(KEYS)
    (tmp_path / "o:eg/deep").mkdir(parents=True)
    path = tmp_path / "o:eg/.envrc"
    path.write_text("use_aws dev\ndotenv\n")
    (tmp_path / "o:eg/.env").write_text("STAGE=dev\n")
    trust.allow(str(path), trust.derive(str(path)), clean(tmp_path))
    return tmp_path


@pytest.fixture
def program(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The hook's program: an interpreter and a file in a folder of their own."""
    folder = home / "keg"
    folder.mkdir()
    words = paths.program_words()
    (folder / "python").write_text(f'#!/bin/sh\nexec "{words[0]}" "$@"\n')
    (folder / "python").chmod(0o755)
    (folder / "main.py").write_text(
        f"import sys; sys.argv[0] = {words[-1]!r}; import runpy; runpy.run_path({words[-1]!r}, run_name='__main__')\n"
    )
    monkeypatch.setattr(
        paths,
        "program_words",
        lambda: [str(folder / "python"), "-I", "-S", str(folder / "main.py")],
    )
    return folder


def install(folder: Path) -> Path:
    """Another awsenv in ``folder``, which is to be on PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "awsenv"
    file.write_text(f'#!/bin/sh\nexec "{program_path()}" "$@"\n')
    file.chmod(0o755)
    return file


def values(prompt: Terminal) -> dict[str, str]:
    """What of a session and of a folder a command is given."""
    names = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWSENV_PROFILE", "AWSENV_DIR", "STAGE")
    return {name: value for name in names if (value := prompt.get(name))}


IN_ORG = {"AWS_ACCESS_KEY_ID": "AKIADEV", "AWSENV_PROFILE": "dev", "STAGE": "dev"}


# The interpreter, or the file: in one shell both.
GONE_PARTS = [(each, "main.py") for each in EVERY] + [(EVERY[0], "python")]


@pytest.mark.parametrize(("shell", "what"), GONE_PARTS, ids=str)
def test_a_folder_acts_as_nobody_and_outside_it_is_as_before(
    what: str, program: Path, shell: Shell, home: Path
) -> None:
    # Of files of this second a prompt asks, which may be just when the program goes.
    until(lambda: time.time() - (home / "o:eg/.env").stat().st_ctime > 1.1)
    with closing(at_home(shell, home, PATH="/usr/bin:/bin", STAGE="mine")) as prompt:
        prompt.typed("awsenv use prod")
        prompt.typed(f"cd {home}/o:eg")
        assert values(prompt) == IN_ORG | {"AWSENV_DIR": str(home / "o:eg")}
        (program / what).rename(home / "kept")
        # An edit has to be asked about.
        (home / ".aws/credentials").write_text(KEYS.replace("AKIADEV", "AKIANEW"))
        said = (
            prompt.typed(f"cd {home}/o:eg/deep")
            + prompt.typed("echo 1")
            + prompt.typed("echo 2")
            + prompt.typed("echo 3")
        )
        assert said.count(GONE) == 1, said
        assert "o such file" not in said
        assert values(prompt) == {"AWS_PROFILE": NOBODY, "STAGE": "mine"}
        said = prompt.typed(f"cd {home}") + prompt.typed("echo 1")
        assert GONE not in said
        assert values(prompt) == {
            "AWS_ACCESS_KEY_ID": "AKIAPROD",
            "AWSENV_PROFILE": "prod",
            "STAGE": "mine",
        }
        said = prompt.typed("awsenv use dev")
        assert GONE in said
        assert distribution.format_install() in said or "uv tool install awsenv-shell" in said
        assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIAPROD"
        assert GONE in prompt.typed("awsenv list")
        # What a person made of it stays, and nothing from before that comes back, not even with the program.
        prompt.export(AWS_ACCESS_KEY_ID="")
        prompt.typed(f"cd {home}/o:eg")
        assert values(prompt) == {"AWS_PROFILE": NOBODY, "STAGE": "mine"}
        prompt.export(AWS_PROFILE="own")
        prompt.typed(f"cd {home}")
        assert values(prompt) == {"AWS_PROFILE": "own", "STAGE": "mine"}
        (home / "kept").rename(program / what)
        prompt.typed("echo 1")
        assert values(prompt) == {"AWS_PROFILE": "own", "STAGE": "mine"}
        prompt.typed(f"cd {home}/o:eg")
        assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIANEW"


def test_the_awsenv_on_path_takes_its_place(program: Path, shell: Shell, home: Path) -> None:
    other = install(home / "bin")
    environ: Any = {"PATH": f"{home}/bin:/usr/bin:/bin"}
    with closing(at_home(shell, home, **environ)) as prompt:
        prompt.typed("awsenv use prod")
        (program / "main.py").unlink()
        said = prompt.typed(f"cd {home}/o:eg") + prompt.typed("echo 1")
        assert said.count("awsenv: its program has moved; ") == 1, said
        assert values(prompt) == IN_ORG | {"AWSENV_DIR": str(home / "o:eg")}
        prompt.typed("awsenv use prod")
        assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIAPROD"
        assert other.exists()


UNSAFE = ("writable", "folder", "in the project", "relative", "another program", "another protocol")


@pytest.mark.parametrize("unsafe", UNSAFE)
def test_not_one_that_may_be_anybodys(unsafe: str, program: Path, home: Path) -> None:
    """The search is the same text for every shell."""
    bin_ = home / ("o:eg/bin" if unsafe == "in the project" else "bin")
    other = install(bin_)
    if unsafe == "writable":
        other.chmod(0o777)
    elif unsafe == "folder":
        bin_.chmod(0o777)
    elif unsafe == "another program":
        other.write_text("#!/bin/sh\necho hello\n")
    elif unsafe == "another protocol":
        other.write_text("#!/bin/sh\necho awsenv-protocol 0; echo /bin/sh\n")
    path = "o:eg/../bin" if unsafe == "relative" else str(bin_)
    shell = next(each for each in EVERY if each.name == "bash")
    with closing(at_home(shell, home, PATH=f"{path}:/usr/bin:/bin")) as prompt:
        prompt.typed(f"cd {home}/o:eg")
        (program / "main.py").unlink()
        said = prompt.typed("awsenv use prod")
        assert GONE in said
        assert prompt.get("AWS_PROFILE") == NOBODY
        # And one that is nobody else's is.
        install(home / "good")
        (home / "good").chmod(0o755)
        prompt.typed(f"cd {home}; PATH=$PATH:{home}/good")
        prompt.typed("awsenv use prod")
        assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIAPROD"


def test_the_words_that_start_it_are_told() -> None:
    """What the one is asked that takes the place."""
    told = os.popen(f"{program_path()} hook-env program").read().splitlines()
    assert told[0] == "awsenv-protocol 1"
    assert Path(told[1]).samefile(sys.executable)
    assert told[2:4] == ["-I", "-S"]
    assert Path(told[-1]).samefile(Path(paths.__file__).with_name("__main__.py"))


def test_tcshs_hook_is_a_file_that_goes_as_well(
    program: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = next(each for each in EVERY if each.name == "tcsh")
    shipped = program / "awsenv.tcsh"
    shipped.write_text(Path(paths.shipped_path("awsenv.tcsh")).read_text())
    usual = paths.shipped_path
    monkeypatch.setattr(
        paths, "shipped_path", lambda name: str(shipped) if name == "awsenv.tcsh" else usual(name)
    )
    with closing(at_home(shell, home, PATH="/usr/bin:/bin")) as prompt:
        prompt.typed(f"cd {home}/o:eg")
        assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
        shipped.unlink()
        (program / "main.py").unlink()
        said = prompt.typed("echo 1") + prompt.typed("echo 2")
        assert said.count(GONE) == 1
        assert values(prompt) == {"AWS_PROFILE": NOBODY}
        assert GONE in prompt.typed("awsenv use prod")
