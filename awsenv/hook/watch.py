"""The watched files as a shell compares them: with what they were, by builtins alone.

A file has changed when it is another than the one that was read: a backup that is restored, an archive that is
unpacked and a symlink that is switched bring older times. A shell that can compare the times of two files and no
others is given a stamp, ``STATE/looked/TIME``: an empty file that has the time of the watched one. It never has another,
and all shells share it. Hot path.
"""

import os
import time

from awsenv import record_file
from awsenv.shells.answer import WatchedFile
from awsenv.state import RECORDS, WATCH, state_path

# Times of files lag behind the clock by a tick, and a server's may be ahead of it; nanoseconds.
_TICK, _AHEAD, _SECOND = 20_000_000, 2_000_000_000, 1_000_000_000
# A stamp that was made or confirmed so long ago is removed, in seconds; of this many none is looked at.
_MAX_AGE, _CONFIRM_AFTER, _FEW = 30 * 86_400, 86_400, 256


def list_files(watched: dict[str, os.stat_result | None]) -> list[WatchedFile]:
    """Those of ``watched`` that were there."""
    return [
        WatchedFile(path, target if (target := os.path.realpath(path)) != path else "", found)
        for path, found in watched.items()
        if found is not None
    ]


def list_absent(watched: dict[str, os.stat_result | None]) -> list[str]:
    """Those of ``watched`` that were not there."""
    return [path for path, found in watched.items() if found is None]


def is_settled(
    files: list[WatchedFile], environ: dict[str, str], since: int, whole_seconds: bool
) -> bool:
    """Whether a change that comes after a look, which began at ``since`` (nanoseconds since 1970), gives each of
    ``files`` another time. ``whole_seconds``: the shell compares no finer."""
    records = state_path(environ, RECORDS) + "/"
    first = since - _TICK  # the earliest time that a change to come may have
    for file in files:
        changed = max(file.mtime, file.ctime)
        # Two sessions of one profile do not come at once, and from the future is no change to come.
        if file.path.startswith(records) or changed > since + _AHEAD:
            continue
        is_whole = whole_seconds or file.mtime % _SECOND == 0
        if changed > first or (is_whole and changed // _SECOND >= first // _SECOND):
            return False
    return True


def write_stamps(files: list[WatchedFile], environ: dict[str, str]) -> bool:
    """Give each of ``files`` its stamp, and its link where it lies behind one; whether that could be done."""
    folder = state_path(environ, WATCH)
    try:
        # In a folder of another user's they would say what he likes.
        if files and os.path.isdir(folder) and os.stat(folder).st_uid != _find_owner(folder):
            return False
        for file in files:
            file.stamp = _write_stamp(folder, file.mtime)
            file.link = _write_link(folder, file.target) if file.target else ""
    except OSError:
        return False
    return True


def _write_stamp(folder: str, mtime: int) -> str:
    path = f"{folder}/{mtime}"
    try:
        found = os.lstat(path)
    except FileNotFoundError:
        _prepare(folder)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        _give(path)
    else:
        if found.st_mtime_ns == mtime and time.time() - found.st_ctime < _CONFIRM_AFTER:
            return path
    os.utime(path, ns=(mtime, mtime), follow_symlinks=False)
    if os.lstat(path).st_mtime_ns != mtime:  # the file system has coarser times
        raise OSError
    return path


def _write_link(folder: str, target: str) -> str:
    digest = record_file.checksum(os.fsencode(target)).decode().strip()
    path = f"{folder}/l{digest}"
    try:
        if os.readlink(path) == target:
            return path
        os.unlink(path)
    except FileNotFoundError:
        _prepare(folder)
    os.symlink(target, path)
    _give(path)
    return path


def _find_owner(folder: str) -> int:
    """Whose ``folder`` has to be: this user's, for root of whoever has the one above."""
    user = os.geteuid()
    return user or os.stat(os.path.dirname(folder)).st_uid


def _give(path: str) -> None:
    if os.geteuid() == 0:
        from awsenv.files import folders

        folders.give_to_owner(path)


def _prepare(folder: str) -> None:
    if not os.path.isdir(folder):
        from awsenv.errors import AwsenvError
        from awsenv.files import folders

        try:
            folders.make_private(folder)
        except AwsenvError as error:
            raise OSError(error.message) from None
    names = os.listdir(folder)
    if len(names) <= _FEW:
        return
    for name in names:
        if time.time() - os.lstat(f"{folder}/{name}").st_ctime > _MAX_AGE:
            os.unlink(f"{folder}/{name}")
