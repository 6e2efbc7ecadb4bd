"""The AWS files changed on the disk: whole, under a lock, and never over somebody's edit."""

import os
import time
from collections.abc import Callable

from awsenv.errors import AwsenvError
from awsenv.files import folders, reading, writing
from awsenv.paths import shorten
from awsenv.profiles import edit
from awsenv.state import state_folder

# Seconds for which nobody has written a file that is read to be written again.
_STILL = 0.05
_TRIES = 20


def change(
    path: str,
    make: Callable[[str], str],
    environ: dict[str, str],
    say: Callable[[str], None] = lambda _: None,
) -> bool:
    """Replace the text of the AWS file at ``path`` by what ``make`` makes of it; whether that changed it.

    A file or folder that is missing is made for the user alone. ``make`` is called again when
    another program has written meanwhile. Raises ``AwsenvError``; then nothing was changed.
    """
    folder = os.path.dirname(os.path.realpath(path))
    with reading.explain_errors("write", path):
        folders.make(folder)
        with writing.hold_folder(folder, state_folder(environ), say) as aside:
            written = late = None
            for _ in range(_TRIES):
                before = _wait_until_still(path)
                old = read_text(path) if late is None else late
                if old == written:
                    return True
                new = make(old)
                if new == old:
                    return written is not None
                if _read_stamp(path) == before:
                    late = _replace(path, old, new, aside)
                    written = new
    raise AwsenvError(f"{shorten(path)} is being written by another program", "try again")


def put_options(path: str, header: str, options: dict[str, str], environ: dict[str, str]) -> bool:
    """Have ``options`` in the section ``[header]`` of the AWS file at ``path``; as ``change``."""
    return change(path, lambda text: edit.put(text, path, header, options), environ)


def take_options(path: str, header: str, names: set[str], environ: dict[str, str]) -> bool:
    """Take the options ``names`` out of that section; as ``change``."""
    return change(path, lambda text: edit.take_options(text, path, header, names), environ)


def take_section(path: str, header: str, environ: dict[str, str]) -> bool:
    """Take the section ``[header]`` out of the AWS file at ``path``; as ``change``."""
    return change(path, lambda text: edit.take_section(text, path, header), environ)


def _replace(path: str, old: str, new: str, aside: str) -> str | None:
    """Put ``new`` in the place of ``old``; what a program that had opened the old file wrote there
    meanwhile, where one did."""
    try:
        replaced = reading.open_plain(path)
    except FileNotFoundError:
        writing.write_whole(path, new.encode("utf-8"), secret=True, aside=aside)
        return None
    with replaced as file:
        writing.write_whole(path, new.encode("utf-8"), secret=True, aside=aside)
        _wait_until_still(path)
        if os.fstat(file.fileno()).st_nlink:
            return None  # written in place, or linked to from elsewhere, too
        late = file.read().decode("utf-8", "replace")
    return None if late == old else late


def _wait_until_still(path: str) -> tuple[int, ...] | None:
    """The stamp of ``path`` once nobody is writing it: the AWS CLI takes no lock, empties the file
    and fills it again, from what it read before."""
    while (found := _read_stamp(path)) is not None:
        age = time.time() - found[2] / 1e9
        if not 0 <= age < _STILL:
            break
        time.sleep(_STILL - age)
    return found


def _read_stamp(path: str) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def read_text(path: str) -> str:
    """The text of the AWS file at ``path``, empty where there is none. Raises ``AwsenvError``."""
    with reading.explain_errors("read", path):
        try:
            return reading.read_text(path)
        except FileNotFoundError:
            return ""
