"""The files that a shell reads as it starts, and which of them has the hook; `start_file_edits` changes them."""

import contextlib
import functools
import os
from collections.abc import Iterator

from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.shells import Shell
from awsenv.shells.table import SHELLS, load_shell
from awsenv.state import home_folder

_BELOW = {".config/": "XDG_CONFIG_HOME", ".local/share/": "XDG_DATA_HOME"}


def list_paths(shell: str, environ: dict[str, str]) -> list[str]:
    """The start files of ``shell``; empty for one without any of its own."""
    found = load_shell(shell)
    names = (*found.start_files, *found.other_start_files)
    return [find_place(name, found, environ) for name in names]


def list_lines(environ: dict[str, str]) -> Iterator[tuple[str, int, str]]:
    """What loads the hook, in any shell's start file that can be read: path, line, its text."""
    for path in _list_all(environ):
        with contextlib.suppress(AwsenvError):
            for number, line in enumerate(read_text(path).split("\n"), 1):
                if calls_hook(line) or find_shell(line):
                    yield path, number, line


def list_unreadable(environ: dict[str, str]) -> Iterator[AwsenvError]:
    """Why a start file that is there cannot be read, each."""
    for path in _list_all(environ):
        try:
            read_text(path)
        except AwsenvError as error:
            yield error


def _list_all(environ: dict[str, str]) -> list[str]:
    return list(dict.fromkeys(path for shell in SHELLS for path in list_paths(shell, environ)))


def read_text(path: str) -> str:
    """What the file at ``path`` holds; nothing where there is none. Raises ``AwsenvError`` where it cannot be read."""
    return os.fsdecode(reading.read_if_there(path) or b"")


def calls_hook(line: str) -> bool:
    """Whether ``line`` of a start file loads the hook."""
    return "awsenv hook" in line and not line.lstrip().startswith("#")


def find_shell(text: str) -> str:
    """The shell whose hook's own text begins so; empty for none."""
    return next((shell for begins, shell in _list_beginnings() if text.startswith(begins)), "")


@functools.cache
def _list_beginnings() -> list[tuple[str, str]]:
    found = ((load_shell(shell).start_file_begins, shell) for shell in SHELLS)
    return [(begins, shell) for begins, shell in found if begins]


def find_place(name: str, shell: Shell, environ: dict[str, str]) -> str:
    """Where the start file ``name`` lies."""
    for start, variable in _BELOW.items():
        base = environ.get(variable, "")
        if name.startswith(start) and base[:1] == "/":
            return os.path.join(base, name.removeprefix(start))
    home = environ.get(shell.home_variable, "")
    if home[:1] != "/":
        home = home_folder(environ)
    return os.path.join(home, name)
