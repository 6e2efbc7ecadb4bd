"""The one reader of every file that may be somebody else's, or anything by now."""

import os
import stat

from awsenv.errors import AwsenvError
from awsenv.paths import shorten

TYPE_CHECKING = False
if TYPE_CHECKING:  # this is loaded where a prompt waits
    from typing import BinaryIO

# Bytes. The two AWS files with 20,000 profiles are a quarter of it.
MAX_FILE_BYTES = 16 << 20


class NotPlainError(AwsenvError):
    """What was to be read is no regular file: a folder, a FIFO, a device, a socket."""


def read(path: str, max_bytes: int = MAX_FILE_BYTES, follow: bool = True) -> bytes:
    """The bytes of the regular file at ``path``, at most ``max_bytes``; opened without waiting, so that
    a FIFO or a terminal in its place holds nothing up. A symlink at its end is refused unless
    ``follow``.

    Raises ``OSError`` where it cannot be opened, ``NotPlainError``, or ``AwsenvError`` for a larger
    one; the messages name the file and never quote it.
    """
    try:
        data = _read_at_most(path, max_bytes + 1, follow)
    except OSError as error:
        import errno  # late: a prompt waits for this module

        if error.errno != errno.ESTALE:
            raise
        # NFS: another machine replaced it while it was open here; what is opened now is the new one (open(2), nfs(5)).
        data = _read_at_most(path, max_bytes + 1, follow)
    if len(data) > max_bytes:
        size = f"{max_bytes >> 20} MiB" if max_bytes >> 20 else f"{max_bytes >> 10} KiB"
        raise AwsenvError(f"{shorten(path)} is over {size}", f"ls -l {shorten(path)}")
    return data


def _read_at_most(path: str, size: int, follow: bool) -> bytes:
    with open_plain(path, follow) as file:
        return file.read(size)


def open_plain(path: str, follow: bool = True) -> "BinaryIO":
    """The regular file at ``path``, open for reading. Raises as ``read`` does."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
    # Looked at before it is opened: opening a device may do something.
    _check_plain(os.stat(path, follow_symlinks=follow), path)
    descriptor = os.open(path, flags | (0 if follow else os.O_NOFOLLOW))
    try:
        _check_plain(os.fstat(descriptor), path)
    except NotPlainError:
        os.close(descriptor)
        raise
    return open(descriptor, "rb")


def read_text(path: str, max_bytes: int = MAX_FILE_BYTES) -> str:
    """The text of the regular file at ``path``, which is UTF-8, with its line ends. Raises as ``read`` does, and
    ``AwsenvError`` where it is not UTF-8."""
    try:
        return read(path, max_bytes).decode("utf-8")
    except UnicodeDecodeError:
        raise AwsenvError(f"{shorten(path)} is not UTF-8", "save it as UTF-8") from None


def read_if_there(path: str) -> bytes | None:
    """The bytes of the regular file at ``path``; ``None`` where there is none. Raises ``AwsenvError`` alone."""
    with explain_errors("read", path):
        try:
            return read(path)
        except FileNotFoundError:
            return None


class explain_errors:  # noqa: N801  # used like a function
    """A context in which an ``OSError`` becomes the ``AwsenvError`` that a person reads: that awsenv cannot ``verb``
    the file at ``path``. By hand, for ``contextlib`` is slow to load."""

    def __init__(self, verb: str, path: str) -> None:
        self._verb = verb
        self._path = shorten(path)

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, where: object) -> None:
        if isinstance(error, OSError):
            what = f"cannot {self._verb} {self._path}: {error.strerror}"
            raise AwsenvError(what, f"ls -ld {self._path}") from None


def _check_plain(found: os.stat_result, path: str) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise NotPlainError(
            f"{shorten(path)} is a directory, not a file", f"ls -ld {shorten(path)}"
        )
    if not stat.S_ISREG(found.st_mode):
        raise NotPlainError(f"{shorten(path)} is no plain file", f"ls -ld {shorten(path)}")
