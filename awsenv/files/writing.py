"""The one writer: files replaced whole, with everything that they were kept."""

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterator

from awsenv.errors import AwsenvError
from awsenv.files import abilities, folders, in_place, locks
from awsenv.state import STAGING

# What a rename says where the file is mounted by itself.
_MOUNTED = (errno.EBUSY, errno.EXDEV)
# What a folder says that takes no new file.
_SHUT = (errno.EACCES, errno.EPERM, errno.EROFS)
_MAX_LINKS = 40  # Linux's own bound
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
    attributes and mode; a new one gets ``mode``, and of root the owner of its folder. ``secret``: it is
    for its owner alone, who is this user (root: or whoever has the folder), and a link to it, too.

    Where no rename can do that, the file is overwritten in place, with both texts in ``aside``, a folder of ours,
    until it is whole. Raises ``OSError``; then the old file is there, untouched. A file that may not be written is
    refused, though a rename would replace it, and a secret where the disk keeps no permissions.
    """
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    if secret:
        _check_links(path)
    old = _open_existing(target, secret)
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
        whole = _write(place, descriptor, data, target, old, mode, secret)
        os.rename(whole, target)
    except OSError as error:
        if old is None or not aside or not _needs_place(error):
            raise
        _overwrite(target, data, aside, mode if secret else None)
    else:
        with contextlib.suppress(OSError):  # not every file system can
            in_place.sync_folder(folder)
        if secret:
            _check_private(os.lstat(target), target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            folders.remove(place)
        os.close(descriptor)


class _KeptError(OSError):
    """The new file cannot be given what the old one has."""


def _needs_place(error: OSError) -> bool:
    """Whether only writing into the file itself is left."""
    return error.errno in _MOUNTED or isinstance(error, _KeptError)


def _check_links(path: str) -> None:
    """Raise ``OSError`` where another user's symlink says where a secret is to lie."""
    for _ in range(_MAX_LINKS):
        if not os.path.islink(path):
            return
        folder = os.path.dirname(path) or "."
        if not folders.is_ours(os.lstat(path), folder):
            raise OSError(errno.EPERM, "it is another user's link", path)
        path = os.path.join(folder, os.readlink(path))


def _open_existing(target: str, secret: bool) -> os.stat_result | None:
    """What is there; ``None`` for nothing. Raises ``OSError`` for what may not be written, and where a ``secret``
    would be another user's."""
    try:
        found = os.stat(target)
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no plain file", target)
    descriptor = os.open(target, os.O_WRONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    found = os.fstat(descriptor)
    os.close(descriptor)
    if secret and not folders.is_ours(found, os.path.dirname(target)):
        raise OSError(errno.EPERM, "it is another user's, who would read it", target)
    return found


def _write(
    place: str,
    descriptor: int,
    data: bytes,
    target: str,
    old: os.stat_result | None,
    mode: int,
    secret: bool,
) -> str:
    """Put ``data`` into what ``open_temporary`` made; the path of the file that is to be renamed."""
    if secret:
        # By the folder's descriptor: its name may be another's by now.
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        file = os.open("new", flags, 0o600, dir_fd=descriptor)
    else:
        file = os.dup(descriptor)
    with open(file, "wb") as stream:
        if secret:
            _check_private(os.fstat(file), target)
        stream.write(data)
        stream.flush()
        if old is not None:
            _keep(file, target, old)
        elif os.geteuid() == 0:
            owner = os.stat(os.path.dirname(target))
            os.fchown(file, owner.st_uid, owner.st_gid)
        abilities.set_mode(file, mode)
        if secret:
            _check_private(os.fstat(file), target)
        abilities.sync(file)
    return os.path.join(place, "new") if secret else place


def _check_private(found: os.stat_result, target: str) -> None:
    """Raise ``OSError`` where others may read what was ``found``, or it is theirs."""
    if found.st_mode & 0o077:
        raise OSError(errno.EPERM, "its disk keeps no permissions, so others would read it", target)
    if not folders.is_ours(found, os.path.dirname(target)):
        raise OSError(errno.EPERM, "it is another user's by now", target)


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
    if mode is not None:
        abilities.set_mode(target, mode)
        _check_private(os.stat(target), target)
    place, descriptor = folders.open_temporary(aside, apart=True)
    try:
        in_place.overwrite(target, data, place, mode)
    finally:
        folders.remove(place)
        os.close(descriptor)
