"""A file that no rename can replace (it is mounted by itself, as in a container; its owner cannot be
given to another one) is overwritten where it is, with both texts aside until it is whole.

Aside are ``target``, the file's path, ``old`` and ``new``. While the bytes are put in from the front,
the file is a beginning of ``new`` and the rest of ``old``, and nothing else: by that it is known.
"""

import contextlib
import os

from awsenv.files import abilities, reading


def overwrite(target: str, new: bytes, aside: str, mode: int | None) -> None:
    """Make the file at ``target`` hold ``new``, and what is there meanwhile recoverable from the
    folder ``aside``. ``mode`` is what it gets, where it may be changed. Raises ``OSError``; then it is
    what it was."""
    old = reading.read(target)
    for name, data in (("old", old), ("new", new), ("target", os.fsencode(target))):
        _store(os.path.join(aside, name), data)
    sync_folder(aside)
    try:
        _put(target, new, mode)
    except OSError:
        with contextlib.suppress(OSError):
            _put(target, old, None)
        raise


def recover(aside: str) -> None:
    """Where a writer was killed that had its texts in ``aside``, in a folder of ours: the file becomes what it was before,
    if it is half written. Raises ``OSError``."""
    names = [os.path.join(aside, name) for name in ("target", "old", "new")]
    if not os.path.isfile(names[0]):
        return
    target, old, new = (reading.read(name, follow=False) for name in names)
    path = os.fsdecode(target)
    if is_between(reading.read(path, follow=False), old, new):
        _put(path, old, None)


def is_between(found: bytes, old: bytes, new: bytes) -> bool:
    """Whether ``found`` is what putting ``new`` over ``old`` had reached when it was cut off."""
    if found in (old, new):
        return False
    pairs = enumerate(zip(found, new, strict=False))
    same = next((at for at, (a, b) in pairs if a != b), min(len(found), len(new)))
    # All of new is in, and what was longer is not yet cut off; or a part of it is in.
    return found[same:] == old[same:]


def _put(path: str, data: bytes, mode: int | None) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        at = 0
        while at < len(data):
            at += os.pwrite(descriptor, data[at:], at)
        os.ftruncate(descriptor, len(data))
        if mode is not None:
            abilities.set_mode(descriptor, mode)
        abilities.sync(descriptor)
    finally:
        os.close(descriptor)


def _store(path: str, data: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(path, flags, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        abilities.sync(file.fileno())


def sync_folder(path: str) -> None:
    """Make a rename in ``path`` outlast a power cut. Raises ``OSError``."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        abilities.sync(descriptor)
    finally:
        os.close(descriptor)
