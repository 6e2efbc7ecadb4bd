"""A file system that takes names as macOS' do, over a folder: ``python -m tests.folding KIND FOLDER PLACE`` mounts it at PLACE
until it is unmounted. KIND is ``case`` (APFS: ``org`` is ``Org``), ``normal`` (HFS+: kept as NFD, whatever the form),
``seconds`` (times without their fraction) or ``modes`` (vfat for one user: permissions are fixed, a chmod and an fsync refused).
"""

import errno
import os
import stat
import sys
import unicodedata
from typing import Any

from fuse import FUSE, FuseOSError, Operations  # type: ignore[import-untyped]


class Folding(Operations):  # type: ignore[misc]  # fusepy has no types
    """``folder``, in which names are the same that ``fold`` makes the same."""

    def __init__(self, folder: str, kind: str) -> None:
        self._folder = folder
        self._kind = kind

    def _fold(self, name: str) -> str:
        if self._kind in ("seconds", "modes"):
            return name
        folded = unicodedata.normalize("NFD", name)
        return folded.casefold() if self._kind == "case" else folded

    def _real(self, path: str) -> str:
        """Where what ``path`` names lies, by the names that are there; a new name as the file system keeps it."""
        done = self._folder
        for part in filter(None, path.split("/")):
            name = unicodedata.normalize("NFD", part) if self._kind == "normal" else part
            try:
                there = os.listdir(done)
            except OSError:
                there = []
            found = [each for each in there if self._fold(each) == self._fold(part)]
            done = os.path.join(done, found[0] if found else name)
        return done

    def getattr(self, path: str, fh: Any = None) -> dict[str, Any]:
        try:
            found = os.lstat(self._real(path))
        except OSError as error:
            raise FuseOSError(error.errno) from None
        names = ("st_mode", "st_nlink", "st_uid", "st_gid", "st_size", "st_ino", "st_atime", "st_mtime", "st_ctime")  # fmt: skip
        told = {name: getattr(found, name) for name in names}
        if self._kind == "seconds":
            told |= {name: float(int(told[name])) for name in ("st_atime", "st_mtime", "st_ctime")}
        if self._kind == "modes":
            is_folder = stat.S_ISDIR(found.st_mode)
            told["st_mode"] = stat.S_IFMT(found.st_mode) | (0o700 if is_folder else 0o600)
        return told

    def readdir(self, path: str, fh: Any) -> list[str]:
        return [".", "..", *os.listdir(self._real(path))]

    def readlink(self, path: str) -> str:
        return os.readlink(self._real(path))

    def mkdir(self, path: str, mode: int) -> None:
        os.mkdir(self._real(path), mode)

    def rmdir(self, path: str) -> None:
        os.rmdir(self._real(path))

    def unlink(self, path: str) -> None:
        os.unlink(self._real(path))

    def symlink(self, target: str, source: str) -> None:
        os.symlink(source, self._real(target))

    def link(self, target: str, source: str) -> None:
        os.link(self._real(source), self._real(target))

    def rename(self, old: str, new: str) -> None:
        os.rename(self._real(old), self._real(new))

    def chmod(self, path: str, mode: int) -> None:
        if self._kind == "modes":
            raise FuseOSError(errno.EPERM)
        os.chmod(self._real(path), mode)

    def chown(self, path: str, uid: int, gid: int) -> None:
        os.lchown(self._real(path), uid, gid)

    def utimens(self, path: str, times: tuple[float, float] | None = None) -> None:
        if self._kind == "seconds" and times:
            times = (float(int(times[0])), float(int(times[1])))
        os.utime(self._real(path), times)

    def truncate(self, path: str, length: int, fh: Any = None) -> None:
        os.truncate(self._real(path), length)

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        return os.open(self._real(path), os.O_RDWR | os.O_CREAT | os.O_TRUNC, mode)

    def open(self, path: str, flags: int) -> int:
        try:
            return os.open(self._real(path), flags & ~(os.O_NOFOLLOW | os.O_EXCL))
        except OSError as error:
            raise FuseOSError(error.errno or errno.EIO) from None

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return os.pread(fh, size, offset)

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        return os.pwrite(fh, data, offset)

    def flush(self, path: str, fh: int) -> None:
        pass

    def fsync(self, path: str, datasync: int, fh: int) -> None:
        if self._kind == "modes":
            raise FuseOSError(errno.EINVAL)
        os.fsync(fh)

    def release(self, path: str, fh: int) -> None:
        os.close(fh)


if __name__ == "__main__":
    _kind, _folder, _place = sys.argv[1:]
    FUSE(Folding(_folder, _kind), _place, foreground=True, nothreads=True, use_ino=True, attr_timeout=0, entry_timeout=0)  # fmt: skip
