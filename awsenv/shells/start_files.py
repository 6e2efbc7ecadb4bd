"""The files that a shell reads as it starts: which of them has the hook, and how its line comes and goes."""

import contextlib
import functools
import os
from collections.abc import Iterator

from awsenv.errors import AwsenvError, UsageError
from awsenv.files import folders, reading
from awsenv.files.writing import hold_folder, write_whole
from awsenv.paths import shorten
from awsenv.shells import Shell, hook_text
from awsenv.shells.table import SHELLS, load_shell
from awsenv.state import home_folder, state_folder

_BELOW = {".config/": "XDG_CONFIG_HOME", ".local/share/": "XDG_DATA_HOME"}


def list_paths(shell: str, environ: dict[str, str]) -> list[str]:
    """The start files of ``shell``; empty for one without any of its own."""
    found = load_shell(shell)
    names = (*found.start_files, *found.other_start_files)
    return [_find_place(name, found, environ) for name in names]


def list_lines(environ: dict[str, str]) -> Iterator[tuple[str, int, str]]:
    """What loads the hook, in any shell's start file that can be read: path, line, its text."""
    for path in _list_all(environ):
        with contextlib.suppress(AwsenvError):
            for number, line in enumerate(read_text(path).split("\n"), 1):
                if _calls_hook(line) or _find_shell(line):
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


def plan(shell: str, environ: dict[str, str]) -> tuple[str, bytes | None, str]:
    """How the hook of ``shell`` comes into a start file: its path, what it is to hold (``None`` where it
    has it), and that in a few words. Raises ``UsageError`` for a shell without one, and ``AwsenvError`` where the file
    cannot be read: it would be lost."""
    known = load_shell(shell)
    line = known.format_start_line()
    found = [_find_place(name, known, environ) for name in known.start_files]
    if not found:
        hint = f"put it into the file that your shell reads: {line}"
        raise UsageError(f"{shell} has no start file of its own", hint)
    path = next(filter(os.path.exists, found), found[0])
    text = read_text(path)
    if known.start_file_begins:
        whole = hook_text.render_hook(shell)
        if text and not _find_shell(text):
            what = f"{shorten(path)} is there, and is no hook of awsenv's"
            raise UsageError(what, f"mv {shorten(path)} ELSEWHERE")
        return path, None if text == whole else whole.encode(), "the hook"
    if any(map(_calls_hook, text.split("\n"))):
        return path, None, line
    before = text + ("\n" if text and not text.endswith("\n") else "")
    return path, os.fsencode(f"{before}{line}\n"), line


def write(path: str, data: bytes, environ: dict[str, str]) -> None:
    """Make the start file at ``path`` hold ``data``. Raises ``AwsenvError``."""
    folders.make(os.path.dirname(path))
    with (
        hold_folder(os.path.dirname(path), state_folder(environ)) as aside,
        reading.explain_errors("write", path),
    ):
        write_whole(path, data, mode=0o644, aside=aside)


def is_ours(path: str, line: str) -> bool:
    """Whether ``line`` in the start file at ``path`` is what ``plan`` puts in, to the letter, or begins that, and nothing
    of a person's own."""
    if shell := _find_shell(line):
        return hook_text.render_hook(shell) in read_text(path)
    return line in [load_shell(s).format_start_line() for s in SHELLS]


def remove_line(path: str, line: str, environ: dict[str, str]) -> None:
    """Take ``line``, one that ``is_ours``, and what it begins out of the start file at ``path``; of a file that was all
    hook nothing is left. Raises ``AwsenvError``."""
    text = read_text(path)
    if shell := _find_shell(line):
        kept = text.replace(hook_text.render_hook(shell), "", 1)
    else:
        kept = "\n".join(each for each in text.split("\n") if each != line)
    if shell and not kept.strip():
        with reading.explain_errors("remove", path):
            folders.discard(path)
        return
    write(path, os.fsencode(kept), environ)


def read_text(path: str) -> str:
    """What the file at ``path`` holds; nothing where there is none. Raises ``AwsenvError`` where it cannot be read."""
    return os.fsdecode(reading.read_if_there(path) or b"")


def _calls_hook(line: str) -> bool:
    return "awsenv hook" in line and not line.lstrip().startswith("#")


def _find_shell(text: str) -> str:
    """The shell whose hook's own text begins so; empty for none."""
    return next((shell for begins, shell in _list_beginnings() if text.startswith(begins)), "")


@functools.cache
def _list_beginnings() -> list[tuple[str, str]]:
    found = ((load_shell(shell).start_file_begins, shell) for shell in SHELLS)
    return [(begins, shell) for begins, shell in found if begins]


def _find_place(name: str, shell: Shell, environ: dict[str, str]) -> str:
    """Where the start file ``name`` lies."""
    for start, variable in _BELOW.items():
        base = environ.get(variable, "")
        if name.startswith(start) and base[:1] == "/":
            return os.path.join(base, name.removeprefix(start))
    home = environ.get(shell.home_variable, "")
    if home[:1] != "/":
        home = home_folder(environ)
    return os.path.join(home, name)
