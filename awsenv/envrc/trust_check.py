"""Whether an ``.envrc`` is allowed as it lies there now. Hot path: a hook asks on entering a folder.

What a person allowed lies in a mirror of its path, ``STATE/trust/home/me/org/.envrc``, as a record:
the text of each ``.envrc`` and the digest of each ``.env`` that take part, and what was derived from
them, which is all that is ever loaded. ``awsenv.envrc.trust`` writes it.
"""

import os

from awsenv import record_file
from awsenv.errors import AwsenvError
from awsenv.files import reading, spelling
from awsenv.state import TRUST, state_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# Bytes of a file that is compared: a small one.
MAX_ENV_FILE_BYTES = 128 * 1024


def mirror(path: str, environ: dict[str, str]) -> str:
    """Where the record of the ``.envrc`` at ``path`` lies; ``path`` has no links above its name."""
    return state_path(environ, TRUST) + spelling.spell(path)


def read_record(path: str, environ: dict[str, str]) -> dict[str, str] | None:
    """The record of the ``.envrc`` at ``path``, whatever has become of the files since."""
    path = spelling.spell(path)
    record = record_file.read(state_path(environ, TRUST) + path)
    return record if record is not None and record.get("path") == path else None


def find_allowed(path: str, environ: dict[str, str]) -> dict[str, str] | None:
    """The record of the ``.envrc`` at ``path`` if every file that takes part is as it was allowed."""
    record = read_record(path, environ)
    return record if record is not None and is_as_allowed(record) else None


def is_as_allowed(record: dict[str, str]) -> bool:
    """Whether every file that takes part is as it was when ``record`` was written."""
    for field, value in record.items():
        kind, _, number = field.partition(".")
        if kind == "none":
            if os.path.isfile(value):
                return False
        elif kind in ("file", "env") and not _is_same(value, kind, number, record):
            return False
    return True


def list_places(folder: str) -> "Iterator[str]":
    """Where an ``.envrc`` of ``folder`` or one above it would lie, the nearest first."""
    folder = folder.rstrip("/")
    while True:
        yield f"{folder}/.envrc"
        if not folder:
            return
        folder = folder.rpartition("/")[0]


def list_above(folder: str) -> "list[str]":
    """Where an ``.envrc`` above ``folder`` would lie, the nearest first."""
    return list(list_places(folder))[1:]


def is_envrc(path: str) -> bool:
    """Whether an ``.envrc`` is there, as direnv (``rc.go``, ``fileExists``) and every hook has it: what can be opened to
    be read. A link that leads nowhere, a folder or a socket of that name is none; a pipe or a device, which direnv
    waits for or goes past, is one that nobody has allowed."""
    try:
        mode = os.stat(path).st_mode & 0o170000
    except (OSError, ValueError):
        return False
    return mode not in (0o040000, 0o140000) and os.access(path, os.R_OK)


def find_nearest(folder: str) -> str:
    """The nearest ``.envrc`` in the physical ``folder`` or above; empty where there is none."""
    return next(filter(is_envrc, list_places(folder)), "")


def list_nearer(folder: str, envrc: str) -> list[str]:
    """The places between the physical ``folder`` and ``envrc``, its nearest, where one that comes would
    count instead."""
    places = []
    for path in list_places(folder):
        if path == envrc:
            break
        places.append(path)
    return places


def read_variables(record: dict[str, str]) -> dict[str, str]:
    """The variables that ``record`` has the hook load. Of a key it says only in which file it stands, and where; it is
    left out whole where that file is another by now."""
    found = {name[4:]: value for name, value in record.items() if name[:4] == "var."}
    places = {name[1:]: value.split(":") for name, value in record.items() if name[:1] == "@"}
    try:
        for name, (number, start, length) in places.items():
            text = _read_compared(number, record)
            found[name] = text[int(start) : int(start) + int(length)]
    except (OSError, AwsenvError, ValueError, KeyError):
        found = {name: value for name, value in found.items() if name not in places}
    return found


def list_watched(record: dict[str, str]) -> list[str]:
    """The files that ``record`` compares, and those that must not be there."""
    kinds = ("file", "env", "none")
    return [value for field, value in record.items() if field.partition(".")[0] in kinds]


def compared_text(text: str, own: set[str]) -> str:
    """What is compared of a ``.env``, and kept of it: its lines but for comments, which nothing
    loads, and for those of ``own`` names."""
    lines = text.removesuffix("\n").split("\n") if text else []
    return "".join(
        line + "\n"
        for line in lines
        if not line.lstrip(" \t").startswith("#")
        and not ("=" in line and line.removeprefix("export ").partition("=")[0] in own)
    )


def _is_same(path: str, kind: str, number: str, record: dict[str, str]) -> bool:
    try:
        if kind == "env":
            _read_compared(number, record)
            return True
        text = reading.read(path, MAX_ENV_FILE_BYTES).decode("utf-8", "surrogateescape")
    except (OSError, AwsenvError, ValueError):
        return False
    return text == record.get(f"text.{number}")


def _read_compared(number: str, record: dict[str, str]) -> str:
    """What is compared of the ``.env`` of that ``number``. Raises ``OSError``, ``AwsenvError``, and ``ValueError`` where it
    is not as it was allowed."""
    text = reading.read(record[f"env.{number}"], MAX_ENV_FILE_BYTES).decode(
        "utf-8", "surrogateescape"
    )
    compared = compared_text(text, set(record.get(f"skip.{number}", "").split()))
    from awsenv.digests import sha256  # late: few folders have a .env

    if sha256(compared) != record.get(f"sum.{number}"):
        raise ValueError
    return compared
