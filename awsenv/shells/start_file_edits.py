"""How the hook comes into a start file and goes out of it again, to the letter: what changes is shown first, and the
file as it was before is kept once beside it.
"""

import difflib
import os
import re
import sys
from collections.abc import Iterator

from awsenv.errors import UsageError
from awsenv.files import folders, reading
from awsenv.files.writing import hold_folder, write_whole
from awsenv.paths import shorten
from awsenv.shells import Shell, hook_text, start_files
from awsenv.shells.table import SHELLS, load_shell
from awsenv.state import home_folder, state_folder

# What the copy of a start file is called behind the file's own name.
COPY = ".before-awsenv"
# Stands for a folder of any name in a line that loads the hook.
_ANY = "/any-folder"
# Lines of a difference that a person reads.
_MOST = 12
# A text of which no second copy shall lie about.
_SECRETS = re.compile(
    r"secret|token|passw|credential|api_?key|private|\bA[KS]IA[A-Z0-9]{12,}", re.IGNORECASE
)


def plan(shell: str, environ: dict[str, str]) -> tuple[str, bytes | None, str]:
    """How the hook of ``shell`` comes into a start file: its path, what it is to hold (``None`` where it
    has it), and that in a few words. Raises ``UsageError`` for a shell without one, and ``AwsenvError`` where the file
    cannot be read: it would be lost."""
    known = load_shell(shell)
    line = known.format_installed_line(_find_folder(environ))
    found = [start_files.find_place(name, known, environ) for name in known.start_files]
    if not found:
        hint = f"put it into the file that your shell reads: {line}"
        raise UsageError(f"{shell} has no start file of its own", hint)
    path = next(filter(os.path.exists, found), found[0])
    text = start_files.read_text(path)
    if known.start_file_begins:
        whole = hook_text.render_hook(shell)
        if text and not start_files.find_shell(text):
            what = f"{shorten(path)} is there, and is no hook of awsenv's"
            raise UsageError(what, f"mv {shorten(path)} ELSEWHERE")
        return path, None if text == whole else whole.encode(), "the hook"
    if any(map(start_files.calls_hook, text.split("\n"))):
        return path, None, line
    before = text + ("\n" if text and not text.endswith("\n") else "")
    return path, os.fsencode(f"{before}{line}\n"), line


def plan_login(shell: str, environ: dict[str, str]) -> tuple[str, bytes] | None:
    """A start file that a login shell needs so that it comes by the one with the hook, and what it is to hold; ``None``
    where it has one of its own."""
    known = load_shell(shell)
    if not known.login_files or any(
        os.path.lexists(each) for each in _login_places(known, environ)
    ):
        return None
    return _login_places(known, environ)[0], os.fsencode(known.login_line + "\n")


def find_login(environ: dict[str, str]) -> list[str]:
    """The files that ``plan_login`` made, and nobody changed."""
    return [
        path
        for known in map(load_shell, SHELLS)
        for path in _login_places(known, environ)[:1]
        if start_files.read_text(path) == known.login_line + "\n"
    ]


def _login_places(known: Shell, environ: dict[str, str]) -> list[str]:
    return [start_files.find_place(name, known, environ) for name in known.login_files]


def is_ours(path: str, line: str) -> bool:
    """Whether ``line`` in the start file at ``path`` is what ``plan`` puts in, to the letter, or begins that, and nothing
    of a person's own."""
    if shell := start_files.find_shell(line):
        return hook_text.render_hook(shell) in start_files.read_text(path)
    return any(_is_line_of(load_shell(each), line) for each in SHELLS)


def _is_line_of(shell: Shell, line: str) -> bool:
    """Whether ``line`` is what this release or one before puts into a start file of ``shell``, whatever folder it has."""
    begins, *_, ends = shell.format_installed_line(_ANY).split(_ANY)
    others = (shell.format_start_line(), shell.format_installed_line())
    return line in others or (line.startswith(begins) and line.endswith(ends))


def _find_folder(environ: dict[str, str]) -> str:
    """Where this awsenv's command lies, if the shells' own folders and ``~/.local/bin`` are not it."""
    usual = [
        os.path.join(home_folder(environ), ".local/bin"),
        *os.defpath.split(os.pathsep),
        "/usr/local/bin",
    ]
    # Beside the interpreter is that of a venv, however this one was started.
    for each in (sys.argv[0], sys.executable):
        folder = os.path.dirname(os.path.abspath(each))
        if os.access(os.path.join(folder, "awsenv"), os.X_OK):
            return "" if folder in usual else folder
    return ""


def plan_removal(path: str, line: str) -> bytes | None:
    """What the start file at ``path`` is to hold without ``line``, one that ``is_ours``, and what it begins; ``None`` for
    a file that was all hook, and goes. Raises ``AwsenvError``."""
    text = start_files.read_text(path)
    if shell := start_files.find_shell(line):
        kept = text.replace(hook_text.render_hook(shell), "", 1)
        if not kept.strip():
            return None
    else:
        kept = "\n".join(each for each in text.split("\n") if each != line)
    # The line end that the hook's line needed.
    before = _read_copy(path)
    same = before is not None and kept == before + "\n"
    return os.fsencode(before if same and before is not None else kept)


def write(path: str, data: bytes | None, environ: dict[str, str]) -> str:
    """Make the start file at ``path`` hold ``data``, or, for ``None``, have none there; the copy that is now kept of what
    it was before the first change, empty for none. Raises ``AwsenvError``."""
    folder = os.path.dirname(path)
    folders.make(folder)
    with (
        hold_folder(folder, state_folder(environ)) as aside,
        reading.explain_errors("write", path),
    ):
        before, copy = start_files.read_text(path), path + COPY
        kept = _read_copy(path)
        if kept is None and before and data and not _SECRETS.search(before):
            write_whole(copy, os.fsencode(before), aside=aside)
            kept = before
        if data is None:
            folders.discard(path)
        else:
            write_whole(path, data, mode=0o644, aside=aside)
        if kept is not None and data == os.fsencode(kept):
            folders.discard(copy)
            kept = None
    return "" if kept is None else copy


def format_change(path: str, data: bytes | None) -> Iterator[str]:
    """What ``data`` changes in the start file at ``path``, line by line, as ``diff -U0`` has it. Raises ``AwsenvError``."""
    before, after = start_files.read_text(path), os.fsdecode(data or b"")
    told = list(difflib.unified_diff(before.splitlines(), after.splitlines(), shorten(path), shorten(path), n=0, lineterm=""))  # fmt: skip
    shown = (
        told if len(told) <= _MOST else told[:3]
    )  # of a hook's own file where it is, and how much
    yield from shown
    if more := len(told) - len(shown):
        yield f"… {more} lines"


def _read_copy(path: str) -> str | None:
    try:
        return os.fsdecode(reading.read(path + COPY))
    except FileNotFoundError:
        return None
