"""Values that a folder must not set unseen, whatever their variable is called: what a program would run, its options,
and a file of the folder itself, which a program may read as its settings."""

import os
import re
import shlex
import shutil
import stat
from collections.abc import Iterable

from awsenv.envrc import unsafe

# A shell's substitution; a pipe or a shell's escape, as less, vim and git have them; `exec:`, `unixexec:` of D-Bus,
# `EXEC:` of socat, `ext::` of git.
_RUNS = re.compile(r"\$\(|`|^\s*[|!]|\b\w*exec:|\bext::", re.IGNORECASE)
# `-e x`, `--require=x`; a number and a PEM file begin with a dash, too.
_OPTION = re.compile(r"^\s*--?[A-Za-z]")
# `A=b` in front of a command.
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
# What a path ends at in a list, a URL or an option.
_BETWEEN_PATHS = re.compile(r"[\s:;,=@'\"()<>|&!?#]+")
# Files that hold data and that nothing takes for settings, by how their names end.
_DATA = (
    ".csv", ".db", ".gif", ".ico", ".jpeg", ".jpg", ".log", ".md", ".pdf", ".png", ".sqlite", ".sqlite3", ".svg", ".tsv",
    ".webp",
)  # fmt: skip


# Where a name is of a class, and such a value says nothing but how or how much.
_SETTING = re.compile(r"(?:true|false|yes|no|on|off|null|none|-?[\d.]*)", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z_][\w-]*")
# What lies there is another thing for each process, or comes over the network.
_NOWHERE_FIXED = ("/proc/", "/dev/", "/net/", "//")


def needs_consent(name: str, value: str, folders: Iterable[str], search: str | None) -> bool:
    """Whether the variable ``name`` with ``value``, which the files of ``folders`` set, needs ``--unsafe``. Programs are
    looked up along ``search``, a PATH."""
    folders = list(folders)
    if unsafe.is_always_unsafe(name) or _may_act(value, folders, search):
        return True
    return unsafe.is_unsafe(name) and not _is_harmless(name, value, folders, search)


def _may_act(value: str, folders: list[str], search: str | None) -> bool:
    """Whether some program may run ``value``, or read the file of ``folders`` that it names."""
    return (
        _RUNS.search(value) is not None
        or _OPTION.match(value) is not None
        or _is_command(value, search)
        or any(_names_file(value, folder) for folder in folders)
    )


def _is_harmless(name: str, value: str, folders: list[str], search: str | None) -> bool:
    """Whether ``value`` says nothing that a variable of a class of names could act on: a setting, a word that is no
    program's, a path where only root writes."""
    if value.startswith("/"):
        return unsafe.takes_places(name) and _is_roots(value)
    if any(os.path.lexists(os.path.join(folder, value)) for folder in folders if value):
        return False
    if _SETTING.fullmatch(value):
        return True
    is_word = _WORD.fullmatch(value) is not None and unsafe.takes_words(name)
    return is_word and shutil.which(value, path=search) is None


def _is_roots(path: str) -> bool:
    """Whether ``path`` is one in which root alone can put something, now and later."""
    if not path.startswith("/") or path.startswith(_NOWHERE_FIXED) or "\0" in path:
        return False
    path = os.path.realpath(path)
    while True:
        try:
            found = os.stat(path)
        except OSError:
            found = None
        if found and (found.st_uid or stat.S_IMODE(found.st_mode) & 0o022):
            return False
        if path == "/":
            return True
        path = os.path.dirname(path)


def _is_command(value: str, search: str | None) -> bool:
    """Whether ``value`` is a program with words behind it, or the path of one."""
    try:
        words = shlex.split(value)
    except ValueError:  # a quote without its other one
        words = value.split()
    while words and _ASSIGNMENT.match(words[0]):
        del words[0]
    if not words or (len(words) == 1 and "/" not in words[0]):
        return False
    return shutil.which(os.path.expanduser(words[0]), path=search) is not None


def _names_file(value: str, folder: str) -> bool:
    """Whether something in ``value`` is the path of a file that lies in ``folder``."""
    for word in {value, *_BETWEEN_PATHS.split(value)}:
        path = os.path.expanduser(re.sub("^//+", "/", word))
        if not path or "\0" in path or path.lower().endswith(_DATA):
            continue
        path = os.path.normpath(os.path.join(folder, path))
        if path.startswith(folder.rstrip("/") + "/") and os.path.isfile(path):
            return True
    return False
