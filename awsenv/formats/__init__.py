"""The forms in which a change reaches a shell or a program: one module each, named here.

Each has ``render(change) -> str``, what makes it so, and ``FAIL``, the text of a failing command.
Fast half: imports what it names and ``os``.
"""

import os
import sys

# Name → module, so that one form imports one module.
MODULES = {
    "bash": "bash",
    "zsh": "zsh",
    "fish": "fish",
    "posix": "posix",
    "direnv": "bash",
    "json": "json_object",
}
# Programs that are POSIX shells though they have another name.
_POSIX = ("sh", "dash", "ash", "busybox", "ksh", "ksh93", "mksh", "lksh", "oksh", "yash")


def module(name: str):  # type: ignore[no-untyped-def]  # a module has no better type
    """The module of the form called ``name``."""
    path = "awsenv.formats." + MODULES[name]
    __import__(path)
    return sys.modules[path]


def asking(environ: dict[str, str]) -> str:
    """The shell that will evaluate our output: the nearest one above us, by its executable.

    ``comm`` would be a script's name. Without /proc it is ``$SHELL``, else a POSIX shell.
    """
    pid = os.getppid()
    while pid > 1:
        try:
            program = os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
            with open(f"/proc/{pid}/stat", "rb") as stat:
                # The name in parentheses may hold anything, a parenthesis too.
                parent = int(stat.read().rpartition(b")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            break
        if shell := _known(program):
            return shell
        pid = parent
    return _known(environ.get("SHELL", "")) or "posix"


def _known(program: str) -> str:
    name = program.rpartition("/")[2]
    if name in ("bash", "zsh", "fish"):
        return name
    if name.startswith(("bash-", "zsh-", "fish-")):  # zsh-5.9: a name with its version
        return name.partition("-")[0]
    return "posix" if name in _POSIX else ""
