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
from awsenv.files import in_place
from awsenv.paths import shorten
from awsenv.state import NOWHERE

# What a writer has in the folder of its file while it writes; before, a process ID was in the name.
_LITTER = re.compile(r"\.awsenv-(?:[0-9a-f]{16}|\d+)~")
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
            os.chmod(folder, 0o700)


def make_private(path: str) -> str:
    """``path`` as a folder of ours alone, made where it is missing: mode 0700, no symlink.

    Raises ``AwsenvError`` when it is somebody else's or cannot be made.
    """
    try:
        make(path)
        found = os.lstat(path)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise AwsenvError(
                f"{shorten(path)} is not a folder of yours", f"ls -ld {shorten(path)}"
            )
        if found.st_mode & 0o077:
            os.chmod(path, 0o700)
    except OSError as error:
        raise AwsenvError(
            f"cannot make the folder {shorten(path)}: {error.strerror}",
            "export HOME=FOLDER"
            if path.startswith(f"{NOWHERE}/")
            else f"ls -ld {shorten(os.path.dirname(path))}",
        ) from None
    return path


def open_temporary(folder: str, apart: bool) -> tuple[str, int]:
    """A new name of ours in ``folder`` that nobody guesses, and a descriptor that holds its lock for
    as long as its writer lives: of an empty file or, ``apart``, of a folder that git sees as empty,
    so that no ``git add -A`` takes what is in it. Raises ``OSError``."""
    while True:
        path = os.path.join(folder, f".awsenv-{os.urandom(8).hex()}~")
        if apart:
            os.mkdir(path, 0o700)
            os.chmod(path, 0o700)
            descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        else:
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(path, flags, 0o600)
        if _is_ours(descriptor) and _is_still(path, descriptor):
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
    """Remove what writers that were killed left in ``folder``; a file that one was in the middle of
    becomes what it was. ``ours``: the folder is awsenv's own, and its word on where that file lies is
    believed; anywhere else it lies beside."""
    try:
        names = [name for name in os.listdir(folder) if _LITTER.fullmatch(name)]
    except OSError:
        return
    for name in names:
        path = os.path.join(folder, name)
        # What is in a folder of that name may be a cloned repo's: no error of it holds a writer up.
        with contextlib.suppress(OSError, AwsenvError):
            _sweep(path, None if ours else folder)


def _sweep(path: str, beside: str | None) -> None:
    if os.path.islink(path):
        os.unlink(path)
        return
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not _is_ours(descriptor, os.fstat(descriptor).st_mtime):
            return
        in_place.recover(path, beside)
        remove(path)
    finally:
        os.close(descriptor)


def _is_ours(descriptor: int, since: float | None = None) -> bool:
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
