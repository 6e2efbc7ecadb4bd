"""The files that a shell reads as it starts: which of them has the hook, and how its line comes and goes."""

import functools
import os
from collections.abc import Iterator

from awsenv.errors import AwsenvError, UsageError
from awsenv.files import folders, reading
from awsenv.files.writing import hold_folder, write_whole
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
    """What loads the hook, in any shell's start file: path, line, its text."""
    for path in (path for shell in SHELLS for path in list_paths(shell, environ)):
        for number, line in enumerate(read_text(path).split("\n"), 1):
            if _calls_hook(line) or _begins_hook(line):
                yield path, number, line


def plan(shell: str, environ: dict[str, str]) -> tuple[str, bytes | None, str]:
    """How the hook of ``shell`` comes into a start file: its path, what it is to hold (``None`` where it
    has it), and that in a few words. Raises ``UsageError`` for a shell without one."""
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


def is_ours(line: str) -> bool:
    """Whether ``line`` is what ``plan`` puts in, to the letter, and nothing of a person's own."""
    return _begins_hook(line) or line in [load_shell(s).format_start_line() for s in SHELLS]


def remove_line(path: str, line: str, environ: dict[str, str]) -> None:
    """Take ``line``, one that ``is_ours``, out of the start file at ``path``. Raises ``AwsenvError``."""
    if _begins_hook(line):
        with reading.explain_errors("remove", path):
            folders.discard(path)
        return
    kept = [each for each in read_text(path).split("\n") if each != line]
    write(path, os.fsencode("\n".join(kept)), environ)


def read_text(path: str) -> str:
    """What the file at ``path`` holds; nothing where it cannot be read."""
    try:
        return os.fsdecode(reading.read(path))
    except (OSError, AwsenvError):
        return ""


def _calls_hook(line: str) -> bool:
    return "awsenv hook" in line and not line.lstrip().startswith("#")


def _begins_hook(line: str) -> bool:
    """Whether a file that begins so is the hook itself."""
    return line.startswith(_list_beginnings())


@functools.cache
def _list_beginnings() -> tuple[str, ...]:
    return tuple(filter(None, (load_shell(shell).start_file_begins for shell in SHELLS)))


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
