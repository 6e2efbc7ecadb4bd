"""Beside what people have in their shells: ours acts, and theirs does its job, in either order.

Those that no package brings are tried where AWSENV_NEIGHBOURS names a folder with their checkouts:
bash-preexec, ble.sh (built), ohmyzsh, powerlevel10k.
"""

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.shells.ground import HOUR, Ground, left
from tests.shells.real import BIN, HOOKED, Shell, missing
from tests.shells.terminal import Terminal

NODE = BIN.parent / "node"
STATUS = """
add_newline = false
format = "$status$character"
[character]
format = "> "
[status]
disabled = false
format = "ST:$status"
"""


def _starship(tmp_path: Path) -> str:
    """As its package on PyPI brings it; that leaves out that it is a program."""
    if not (BIN / "starship").exists():
        missing("starship")
    shutil.copy(BIN / "starship", tmp_path / "starship")
    (tmp_path / "starship").chmod(0o755)
    (tmp_path / "starship.toml").write_text(STATUS)
    return str(tmp_path)


def _vs_code(_: Path) -> str:
    """The scripts that its terminal loads, out of the package of its server."""
    found = sorted(NODE.rglob("shellIntegration-bash.sh"))
    if not found:
        missing("VS Code's shell integration")
    return str(found[0].parent)


def _mise(_: Path) -> str:
    """As its package on npm brings it."""
    found = [path for path in NODE.rglob("bin/mise") if path.is_file() and os.access(path, os.X_OK)]
    if not found:
        missing("mise")
    return str(found[0].parent)


def _checkout(name: str) -> Callable[[Path], str]:
    def find(_: Path) -> str:
        folder = Path(os.environ.get("AWSENV_NEIGHBOURS", "/nowhere"), name)
        if not folder.is_dir():
            pytest.skip(f"no checkout of {name}: AWSENV_NEIGHBOURS")
        return str(folder)

    return find


@dataclass(frozen=True)
class Neighbour:
    """``lines`` are a person's for it, ``@`` in them is its folder; ``sign`` is what it shows after
    a command that failed with 7, and ``before`` says that it calls what is to run before a command."""

    name: str
    shell: str
    find: Callable[[Path], str]
    lines: str
    sign: str = ""
    before: bool = True


NEIGHBOURS = [
    Neighbour(
        "starship",
        "bash",
        _starship,
        'PATH=@:$PATH; export STARSHIP_CONFIG=@/starship.toml; eval "$(starship init bash)"',
        "ST:7",
        before=False,
    ),
    Neighbour(
        "starship",
        "zsh",
        _starship,
        'PATH=@:$PATH; export STARSHIP_CONFIG=@/starship.toml; eval "$(starship init zsh)"',
        "ST:7",
    ),
    Neighbour(
        "starship",
        "fish",
        _starship,
        "set -gx PATH @ $PATH; set -gx STARSHIP_CONFIG @/starship.toml; starship init fish | source",
        "ST:7",
    ),
    Neighbour(
        "VS Code", "bash", _vs_code, ". @/shellIntegration-bash.sh", "\x1b]633;D;7\a", before=False
    ),
    Neighbour("VS Code", "zsh", _vs_code, ". @/shellIntegration-rc.zsh", "\x1b]633;D;7\a"),
    Neighbour("VS Code", "fish", _vs_code, "source @/shellIntegration.fish", "\x1b]633;D;7\a"),
    Neighbour("mise", "bash", _mise, 'eval "$(@/mise activate bash)"'),
    Neighbour("mise", "zsh", _mise, 'eval "$(@/mise activate zsh)"'),
    Neighbour("mise", "fish", _mise, "@/mise activate fish | source"),
    Neighbour(
        "bash-preexec",
        "bash",
        _checkout("bash-preexec"),
        """. @/bash-preexec.sh; pre() { case $1 in sh*) seen=PRE;; esac; }
post() { echo "$seen:$?"; }; preexec_functions+=(pre); precmd_functions+=(post)""",
        "PRE:7",
    ),
    Neighbour(
        "ble.sh",
        "bash",
        _checkout("ble.sh"),
        """. @/out/ble.sh --norc; pre() { case $1 in sh*) seen=PRE;; esac; }
post() { echo "$seen:$?"; }; blehook PREEXEC+=pre PRECMD+=post""",
        "PRE:7",
    ),
    Neighbour(
        "oh-my-zsh",
        "zsh",
        _checkout("ohmyzsh"),
        "ZSH=@ ZSH_THEME=gallifrey DISABLE_AUTO_UPDATE=true; plugins=(git aws); . @/oh-my-zsh.sh",
        "7 ↵",
    ),
    Neighbour(
        "powerlevel10k",
        "zsh",
        _checkout("powerlevel10k"),
        "POWERLEVEL9K_DISABLE_GITSTATUS=true POWERLEVEL9K_DISABLE_CONFIGURATION_WIZARD=true; "
        "POWERLEVEL9K_LEFT_PROMPT_ELEMENTS=(aws) POWERLEVEL9K_RIGHT_PROMPT_ELEMENTS=(status); "
        ". @/powerlevel10k.zsh-theme",
        "↵",
    ),
]


def _shell(name: str) -> Shell:
    return next(shell for shell in HOOKED if shell.name == name)


def _beside(neighbour: Neighbour, ours_first: bool, ground: Ground, tmp_path: Path) -> Terminal:
    """A shell in whose start file both are, in this order."""
    shell = _shell(neighbour.shell)
    assert shell.program
    place = tmp_path / "neighbour"
    place.mkdir()
    lines = [neighbour.lines.replace("@", neighbour.find(place))]
    lines.insert(0 if ours_first else 1, shell.evaluate(f"awsenv hook {shell.name}"))
    rc = tmp_path / "rc"
    rc.write_text("\n".join(lines) + "\n")
    program = ground.bare(
        shell,
        TERM="xterm-256color",
        TERM_PROGRAM="vscode",
        MISE_OFFLINE="1",
        MISE_TRUSTED_CONFIG_PATHS="/",
    )
    program.typed(f"source {rc}")
    return program


@pytest.mark.parametrize("ours_first", [True, False], ids=["ours first", "theirs first"])
@pytest.mark.parametrize("neighbour", NEIGHBOURS, ids=lambda each: f"{each.name} {each.shell}")
def test_both_do_their_job(
    neighbour: Neighbour, ours_first: bool, ground: Ground, tmp_path: Path
) -> None:
    (ground.a / "mise.toml").write_text('[env]\nFROM_MISE = "a"\n')
    program = _beside(neighbour, ours_first, ground, tmp_path)
    for folder, who in ((ground.home, ""), (ground.a, "a"), (ground.b, "b"), (ground.home, "")):
        program.typed(f"cd {folder}")
        values = program.environment()
        assert ground.who(values) == who
        if neighbour.name == "mise":
            assert values.get(b"FROM_MISE", b"") == (b"a" if folder == ground.a else b"")
        if neighbour.sign:
            program.typed_on("sh -c 'exit 7'")
            program.shows(neighbour.sign)
    program.typed("awsenv use key")
    assert ground.who(program.environment()) == "key"
    program.typed("awsenv off")
    assert ground.who(program.environment()) == ""


ARMED = [each for each in NEIGHBOURS if each.shell == "bash" and each.before]


@pytest.mark.parametrize("ours_first", [True, False], ids=["ours first", "theirs first"])
@pytest.mark.parametrize("neighbour", ARMED, ids=lambda each: each.name)
def test_a_session_that_ended_is_renewed_before_the_command(
    neighbour: Neighbour, ours_first: bool, timed: Ground, tmp_path: Path
) -> None:
    program = _beside(neighbour, ours_first, timed, tmp_path)
    program.typed(f"cd {timed.a}")
    assert left(timed, program) > 0
    assert timed.clock
    timed.clock.leap(HOUR + 1)
    assert left(timed, program) > 0
