"""Folders that awsenv makes, and litter of writers that were killed."""

import contextlib
import errno
import fcntl
import os
import re
import shutil
import stat
import time

from awsenv.errors import AwsenvError
from awsenv.files import abilities, in_place
from awsenv.paths import shorten
from awsenv.state import NOWHERE

# What a writer has in the folder of its file while it writes; before, a process ID was in the name.
_LITTER = re.compile(r"\.awsenv-(?:[0-9a-f]{16}|\d+)~")
# Linux's overflowuid, by default.
_NOBODY = 65534
# Seconds after which it is litter where no lock can tell that its writer is gone.
_OLD = 3600


def make(path: str) -> None:
    """Make the folder ``path`` and those above it that are missing, each 0700 whatever the umask.
    Raises ``OSError``."""
    path = os.path.abspath(path)
    if path.startswith(f"{NOWHERE}/"):
        raise OSError(errno.ENOENT, "this user has no home folder", path)
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for folder in reversed(missing):
        with contextlib.suppress(FileExistsError):  # another process was faster
            os.mkdir(folder, 0o700)
            abilities.set_mode(folder, 0o700)
            give_to_owner(folder)


def give_to_owner(path: str) -> None:
    """What root has made new at ``path`` belongs to whom the folder belongs in which it lies: ``sudo -E`` leaves nothing
    in a person's home that this person may not change. Raises ``OSError``."""
    if os.geteuid() == 0:
        owner = os.stat(os.path.dirname(path))
        if owner.st_uid != 0:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def is_ours(found: os.stat_result, folder: str) -> bool:
    """Whether what was ``found`` in ``folder`` is this user's; for root, of whoever has the folder, too."""
    if found.st_uid == os.geteuid():
        return True
    return os.geteuid() == 0 and found.st_uid == os.stat(folder).st_uid


def make_private(path: str) -> str:
    """``path`` as a folder of ours alone, made where it is missing: mode 0700, no symlink.

    Raises ``AwsenvError`` when it is somebody else's, lies in a folder in which somebody else could put another in its
    place, cannot be made, or lies on a disk that keeps no permissions.
    """
    try:
        if theirs := _find_foreign(os.path.dirname(path)):
            what = f"{shorten(path)} would lie in {shorten(theirs)}, which is not yours alone"
            raise AwsenvError(what, "XDG_STATE_HOME=FOLDER elsewhere")
        make(path)
        found = os.lstat(path)
        if not stat.S_ISDIR(found.st_mode) or not is_ours(found, os.path.dirname(path)):
            raise AwsenvError(
                f"{shorten(path)} is not a folder of yours", f"ls -ld {shorten(path)}"
            )
        if found.st_mode & 0o077:
            abilities.set_mode(path, 0o700)
            if os.lstat(path).st_mode & 0o077:
                what = f"{shorten(path)} stays open to others, for its disk keeps no permissions"
                raise AwsenvError(what, "XDG_STATE_HOME=FOLDER on another one")
    except OSError as error:
        raise AwsenvError(
            f"cannot make the folder {shorten(path)}: {error.strerror}",
            "export HOME=FOLDER"
            if path.startswith(f"{NOWHERE}/")
            else f"ls -ld {shorten(os.path.dirname(path))}",
        ) from None
    return path


def _find_foreign(path: str) -> str:
    """The folder at or above ``path`` in which another user could put something else in the place of what is there; empty
    for none. Above one of root's all are root's. For root, who writes as whoever has the folder, none is."""
    while os.geteuid():
        with contextlib.suppress(FileNotFoundError):
            found = os.stat(path)
            # What is root's outside is nobody's in a container's namespace of users.
            if found.st_uid in (0, _NOBODY):
                break
            if found.st_uid != os.geteuid() or (
                found.st_mode & stat.S_IWOTH and not found.st_mode & stat.S_ISVTX
            ):
                return path
        if path == os.path.dirname(path):
            break
        path = os.path.dirname(path)
    return ""


def open_temporary(folder: str, apart: bool) -> tuple[str, int]:
    """A new name of ours in ``folder`` that nobody guesses, and a descriptor that holds its lock for
    as long as its writer lives: of an empty file or, ``apart``, of a folder that git sees as empty,
    so that no ``git add -A`` takes what is in it. Raises ``OSError``."""
    while True:
        path = os.path.join(folder, f".awsenv-{os.urandom(8).hex()}~")
        if apart:
            os.mkdir(path, 0o700)
            abilities.set_mode(path, 0o700)
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        else:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(path, flags, 0o600)
        if _is_free(descriptor) and _is_still(path, descriptor):
            break
        os.close(descriptor)  # a sweeper took it for litter before it was locked
    try:
        if apart:
            with open(os.path.join(path, ".gitignore"), "wb", buffering=0) as ignore:
                ignore.write(b"*\n")
    except OSError:
        remove(path)
        os.close(descriptor)
        raise
    return path, descriptor


def keeps_permissions(folder: str) -> bool:
    """Whether a file in ``folder`` can be for its owner alone: WSL's ``/mnt/c`` and CIFS take a chmod, and do nothing.
    Tried with a file. Raises ``OSError``."""
    path, descriptor = open_temporary(folder, apart=False)
    try:
        return os.fstat(descriptor).st_mode & 0o077 == 0
    finally:
        remove(path)
        os.close(descriptor)


def remove(path: str) -> None:
    """Remove what ``open_temporary`` made. Raises ``OSError``."""
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path)
    else:
        os.unlink(path)


def discard(path: str) -> bool:
    """Remove the file at ``path``, if it is there; whether it was. Raises ``OSError``."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return False
    return True


def sweep(folder: str, ours: bool = False) -> None:
    """Remove what writers that were killed left in ``folder``. ``ours``: the folder is awsenv's own, and what lies there
    of a file that one was in the middle of is believed: the file becomes what it was. Anywhere else it may be a cloned
    repo's."""
    try:
        names = [name for name in os.listdir(folder) if _LITTER.fullmatch(name)]
    except OSError:
        return
    for name in names:
        path = os.path.join(folder, name)
        with contextlib.suppress(OSError, AwsenvError):  # no error of it holds a writer up
            _sweep(path, ours)


def _sweep(path: str, is_our_word: bool) -> None:
    if os.path.islink(path):
        os.unlink(path)
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        found = os.fstat(descriptor)
        if found.st_uid != os.geteuid() or not _is_free(descriptor, found.st_mtime):
            return
        if is_our_word:
            in_place.recover(path)
        remove(path)
    finally:
        os.close(descriptor)


def _is_free(descriptor: int, since: float | None = None) -> bool:
    """Whether no other process holds the lock of ``descriptor``. Where there are no locks, what was
    there ``since`` long is nobody's."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return since is None or time.time() - since > _OLD
    return True


def _is_still(path: str, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.lstat(path), os.fstat(descriptor))
    except FileNotFoundError:
        return False
