"""The one writer: files replaced whole, with everything that they were kept."""

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator

from awsenv.errors import AwsenvError
from awsenv.files import folders, in_place, locks
from awsenv.state import STAGING

# What a rename says where the file is mounted by itself.
_MOUNTED = (errno.EBUSY, errno.EXDEV)
# What a folder says that takes no new file.
_SHUT = (errno.EACCES, errno.EPERM, errno.EROFS)
_KEEPERS = ("listxattr", "getxattr", "setxattr")  # Linux has them


@contextlib.contextmanager
def hold_folder(
    folder: str, state: str, say: Callable[[str], None] = lambda _: None
) -> Iterator[str]:
    """Be the only awsenv that writes into ``folder``; what killed ones left there is mended.

    The lock lies in ``state``, our state folder; the value is a folder there for ``write_whole``'s
    ``aside``, empty where there can be none. Raises ``AwsenvError`` as ``locks.hold`` does.
    """
    with locks.hold(state, "folder " + os.path.realpath(folder), say):
        try:
            aside = folders.make_private(os.path.join(state, STAGING))
        except AwsenvError:
            aside = ""
        folders.sweep(aside, ours=True)
        folders.sweep(folder)
        yield aside


def write_whole(
    path: str,
    data: bytes,
    mode: int = 0o600,
    secret: bool = False,
    aside: str = "",
) -> None:
    """Replace the file at ``path`` by one holding ``data``: a temporary file, fsync, rename, fsync of
    the folder. What killed writers left in that folder is removed first.

    A symlink stays and its target is replaced. An existing file keeps its owner, group, extended
    attributes and mode, but for group's and others' bits when it is ``secret``; a new one gets
    ``mode``.

    Where no rename can do that, the file is overwritten in place, with the old text in its folder, or
    in ``aside`` (a folder of ours) where that cannot be written, until it is whole. Raises
    ``OSError``; then the old file is there, untouched. A file that may not be written is refused,
    though a rename would replace it.
    """
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    old = _open_existing(target)
    if old is not None:
        mode = stat.S_IMODE(old.st_mode)
    if secret:
        mode &= 0o700
    folders.sweep(folder)
    try:
        place, descriptor = folders.open_temporary(folder, apart=secret)
    except OSError as error:
        if error.errno not in _SHUT or old is None or not aside:
            raise
        _overwrite(target, data, aside, mode if secret else None)
        return
    try:
        whole = os.path.join(place, "new") if secret else place
        _write(whole, data, target, old, mode)
        os.rename(whole, target)
    except OSError as error:
        if old is None or not (error.errno in _MOUNTED or isinstance(error, _KeptError)):
            raise
        _overwrite(target, data, folder, mode if secret else None)
    else:
        with contextlib.suppress(OSError):  # not every file system can
            in_place.sync_folder(folder)
    finally:
        with contextlib.suppress(FileNotFoundError):
            folders.remove(place)
        os.close(descriptor)


class _KeptError(OSError):
    """The new file cannot be given what the old one has."""


def _open_existing(target: str) -> os.stat_result | None:
    """What is there; ``None`` for nothing. Raises ``OSError`` for what may not be written."""
    try:
        found = os.stat(target)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no plain file", target)
    os.close(os.open(target, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC))
    return found


def _write(
    whole: str,
    data: bytes,
    target: str,
    old: os.stat_result | None,
    mode: int,
) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(whole, flags, 0o600)
    with open(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        if old is not None:
            _keep(descriptor, target, old)
        os.fchmod(descriptor, mode)
        os.fsync(descriptor)


def _keep(descriptor: int, target: str, old: os.stat_result) -> None:
    """Give the new file the owner, the group and the extended attributes (lists of access, labels)
    of the one at ``target``. Raises ``_KeptError``."""
    try:
        made = os.fstat(descriptor)
        if (made.st_uid, made.st_gid) != (old.st_uid, old.st_gid):
            os.fchown(descriptor, old.st_uid, old.st_gid)
        if not all(hasattr(os, name) for name in _KEEPERS):
            return
        there = set(os.listxattr(descriptor))
        for name in os.listxattr(target):
            value = os.getxattr(target, name)
            if name not in there or os.getxattr(descriptor, name) != value:
                os.setxattr(descriptor, name, value)
    except OSError as error:
        if error.errno == errno.ENOTSUP:
            return  # a file system without them
        raise _KeptError(error.errno, error.strerror, target) from None


def _overwrite(target: str, data: bytes, aside: str, mode: int | None) -> None:
    place, descriptor = folders.open_temporary(aside, apart=True)
    try:
        in_place.overwrite(target, data, place, mode)
    finally:
        folders.remove(place)
        os.close(descriptor)
