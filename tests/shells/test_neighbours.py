"""Beside what people have in their shells: ours acts, and theirs does its job, in either order."""

import os
import shutil
from pathlib import Path

import pytest

from tests.shells.ground import Ground
from tests.shells.real import BIN, Shell

STATUS = """
add_newline = false
format = "$status$character"
[character]
format = "> "
[status]
disabled = false
format = "ST:$status"
"""


@pytest.fixture
def starship(tmp_path: Path) -> Path:
    """The prompt, as its package on PyPI brings it; that leaves out that it is a program."""
    if not (BIN / "starship").exists():
        if os.environ.get("CI"):
            pytest.fail("starship is not installed")
        pytest.skip("starship is not installed")
    folder = tmp_path / "starship"
    folder.mkdir()
    shutil.copy(BIN / "starship", folder / "starship")
    (folder / "starship").chmod(0o755)
    (folder / "starship.toml").write_text(STATUS)
    return folder


@pytest.mark.parametrize("ours_first", [True, False])
def test_starship(ours_first: bool, starship: Path, ground: Ground, hooked: Shell) -> None:
    put = f"set -gx PATH {starship} $PATH" if hooked.name == "fish" else f"PATH={starship}:$PATH"
    ready = (
        hooked.export("TERM", "xterm")
        + "\n"
        + hooked.export("STARSHIP_CONFIG", f"{starship}/starship.toml")
    )
    theirs = (
        f"starship init {hooked.name} | source"
        if hooked.name == "fish"
        else f'eval "$(starship init {hooked.name})"'
    )
    shell = ground.shell(hooked, before=f"{put}\n{ready}\n" + ("true" if ours_first else theirs))
    if ours_first:
        shell.typed(theirs)
    for folder, who in ((ground.home, ""), (ground.a, "a"), (ground.b, "b"), (ground.home, "")):
        shell.typed(f"cd {folder}")
        assert ground.who(shell.environment()) == who
        failing = "sh -c 'exit 7'" if hooked.name == "fish" else "(exit 7)"
        shell.typed_on(failing)
        assert "ST:7" in shell.typed("true")
    shell.typed("awsenv use key")
    assert ground.who(shell.environment()) == "key"
