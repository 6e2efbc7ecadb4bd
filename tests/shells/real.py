"""Real shells, each with how it is started and what it cannot do."""

import os
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import pytest

from tests import forkserver

BIN = forkserver.REAL_BIN
# What a shell changes by itself (IFS: ksh93, at the first `$(…)` under `set -a`).
ITS_OWN = {b"_", b"SHLVL", b"PWD", b"OLDPWD", b"_AST_FEATURES", b"IFS"}


def installed(name: str) -> str:
    """The path of a program; without it the test is skipped, in CI it fails."""
    found = shutil.which(name)
    if not found:
        missing(name)
    return found


def missing(name: str) -> NoReturn:
    """Skip the test that needs ``name``; in CI, where everything is to be there, fail it."""
    if os.environ.get("CI"):
        pytest.fail(f"{name} is not installed")
    pytest.skip(f"{name} is not installed")


@dataclass(frozen=True)
class Shell:
    """``form`` is the format that awsenv prints for it; ``options`` are settings to try it in."""

    name: str
    form: str
    start: tuple[str, ...] = ()
    options: tuple[str, ...] = ("set -eu", "set -a", "set -f", "IFS=_A")
    readonly: str = "readonly AWS_REGION"
    bytes_in_c: bool = True  # passes bytes above 0x7f on unchanged under LC_ALL=C
    version: str = ""  # where it is another one than the machine's
    path: str = ""

    @property
    def program(self) -> str:
        """Its path."""
        return self.path or installed(self.name)

    def __str__(self) -> str:
        return self.name + self.version

    def evaluate(self, command: str) -> str:
        """How a person has this shell run what ``command`` prints."""
        return f"{command} | source" if self.form == "fish" else f'eval "$({command})"'

    def export(self, name: str, value: str) -> str:
        """A statement that exports a plain ``value``."""
        return f"set -gx {name} '{value}'" if self.form == "fish" else f"export {name}='{value}'"

    def run(
        self, script: str, environ: dict[str, str], cwd: Path
    ) -> subprocess.CompletedProcess[bytes]:
        """Run ``script``; it ends within a minute."""
        return subprocess.run(
            [self.program, *self.start, "-c", script],
            env=environ,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )


SHELLS = [
    Shell("bash", "bash", ("--norc", "--noprofile")),
    Shell(
        "zsh", "zsh", ("-f",), ("set -eu", "set -a", "setopt ksh_arrays sh_word_split", "IFS=_A")
    ),
    Shell("fish", "fish", ("--no-config",), (), readonly="", bytes_in_c=False),
    Shell("dash", "posix"),
    Shell("mksh", "posix"),
    Shell("ksh", "posix"),
]


# macOS's bash, which no package has: tried where a person names one.
if "AWSENV_BASH32" in os.environ:
    SHELLS.append(replace(SHELLS[0], version="3.2", path=os.environ["AWSENV_BASH32"]))

# Those that have the whole hook.
HOOKED = [shell for shell in SHELLS if shell.name in ("bash", "zsh", "fish")]


def snapshot(path: Path) -> str:
    """A statement that writes the whole environment of a child to ``path``."""
    return f"/usr/bin/env -0 > '{path}'"


def environment(path: Path) -> dict[bytes, bytes]:
    """What ``snapshot`` wrote, but for what the shell changes by itself."""
    pairs = [entry.partition(b"=") for entry in path.read_bytes().split(b"\0") if entry]
    return {name: value for name, _, value in pairs if name not in ITS_OWN}


def clean(home: Path, **more: str) -> dict[str, str]:
    """An environment that holds nothing of the caller's."""
    path = dict.fromkeys([forkserver.program.folder, BIN, "/usr/bin", "/bin"])
    return {"HOME": str(home), "PATH": ":".join(map(str, path)), "LC_ALL": "C.UTF-8", **more}
