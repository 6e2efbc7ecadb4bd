"""The file whose time says when a shell has looked: what is younger has changed since. Hot path."""

import os

from awsenv import record_file
from awsenv.state import WATCH, state_path

# Times of files lag behind the clock by a tick; nanoseconds.
_TICK = 20_000_000
# So many are kept: a shell whose own is gone looks anew.
_MOST = 64


def write(
    files: list[str], environ: dict[str, str], since: int, whole_seconds: bool = False
) -> str:
    """The path of the stamp for a look at ``files`` that began at ``since`` (nanoseconds since 1970);
    empty where none can be written. Shells that saw the same files share it. ``whole_seconds``: the
    shell compares no finer, as bash 3.2 does.
    """
    seen = []
    moment = since - _TICK
    for path in files:
        try:
            found = os.stat(path)
        except OSError:
            seen.append(path)
            continue
        seen.append(f"{path} {record_file.format_stamp(found)}")
        # What this very look has written is no change.
        if moment < found.st_mtime_ns <= since:
            moment = found.st_mtime_ns
    if whole_seconds:
        # What is edited later in this second has its number, too: until it is over, a file of this
        # second counts as younger.
        moment = (since // 1_000_000_000 - 1) * 1_000_000_000
        seen.append("whole seconds")
    folder = state_path(environ, WATCH)
    name = record_file.checksum("\n".join(seen).encode("utf-8", "surrogateescape")).decode().strip()
    path = f"{folder}/{name}"
    try:
        _touch(path, moment)
    except OSError:
        try:
            os.makedirs(folder, 0o700, exist_ok=True)
            _clear(folder)
            _touch(path, moment)
        except OSError:
            return ""
    return path


def _touch(path: str, moment: int) -> None:
    if not os.path.lexists(path):
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        os.close(os.open(path, flags, 0o600))
        _clear(os.path.dirname(path))
    elif os.stat(path, follow_symlinks=False).st_mtime_ns >= moment:
        return
    os.utime(path, ns=(moment, moment), follow_symlinks=False)


def _clear(folder: str) -> None:
    names = os.listdir(folder)
    if len(names) <= _MOST:
        return
    ages = {name: os.lstat(f"{folder}/{name}").st_mtime_ns for name in names}
    for name in sorted(names, key=ages.__getitem__)[: len(names) - _MOST]:
        os.unlink(f"{folder}/{name}")
