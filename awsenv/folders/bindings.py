"""Which profile a folder is bound to: the nearest ``.envrc`` with a ``use_aws`` line."""

import os

from awsenv import files
from awsenv.errors import AwsenvError
from awsenv.folders import envrc
from awsenv.paths import shown


def bound(folder: str, top: str) -> str:
    """The profile that ``folder`` is bound to, by its own ``.envrc`` or one above it up to
    ``top``; empty when it is to none. Raises ``AwsenvError`` for one that cannot be told."""
    while True:
        found = envrc.binding(_read(path), path) if _there(path := _path(folder)) else None
        if found is not None and found.profile:
            return found.profile
        if folder == top or os.path.dirname(folder) == folder:
            return ""
        folder = os.path.dirname(folder)


def link(profile: str, folder: str) -> tuple[str, bool]:
    """Bind ``folder`` to ``profile`` in its ``.envrc``: the file's path, and whether it changed.

    Raises ``AwsenvError`` when the folder is none or its file cannot be changed.
    """
    if not profile.isprintable() or profile.startswith("-"):
        raise AwsenvError(f"a profile named {profile} cannot stand in an .envrc", "rename it")
    if not os.path.isdir(folder):
        raise AwsenvError(f"{shown(folder)} is not a folder", f"mkdir -p {shown(folder)}")
    path = _path(folder)
    old = _read(path) if _there(path) else b""
    return path, _write(path, old, envrc.bind(old, profile, path))


def unlink(folder: str) -> tuple[str, bool]:
    """Take the ``use_aws`` line out of ``folder``'s ``.envrc``; a file left empty is removed.

    The file's path, and whether it changed.
    """
    path = _path(folder)
    if not _there(path):
        return path, False
    old = _read(path)
    new = envrc.unbind(old, path)
    if new == b"" and old != b"" and not os.path.islink(path):
        os.unlink(path)
        return path, True
    return path, _write(path, old, new)


def _write(path: str, old: bytes, new: bytes) -> bool:
    if new == old:
        return False
    try:
        files.write_whole(path, new, mode=0o644)
    except OSError as error:
        raise AwsenvError(
            f"cannot write {shown(path)}: {error.strerror}", f"ls -ld {shown(path)}"
        ) from None
    return True


def _path(folder: str) -> str:
    return os.path.join(folder, ".envrc")


def _there(path: str) -> bool:
    return os.path.isfile(path)


def _read(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise AwsenvError(
            f"cannot read {shown(path)}: {error.strerror}", f"ls -l {shown(path)}"
        ) from None
