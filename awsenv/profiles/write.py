"""The AWS files changed on the disk: whole, under a lock, and never over somebody's edit."""

import os
from collections.abc import Callable

from awsenv import environment
from awsenv.errors import AwsenvError
from awsenv.files import folders, reading, writing
from awsenv.paths import shown


def change(
    path: str,
    edit: Callable[[str], str],
    environ: dict[str, str],
    say: Callable[[str], None] = lambda _: None,
) -> bool:
    """Replace the text of the AWS file at ``path`` by ``edit`` of it; whether that changed it.

    A file or folder that is missing is made for the user alone. ``edit`` is called again when
    another program has written meanwhile. Raises ``AwsenvError``; then nothing was changed.
    """
    folder = os.path.dirname(os.path.realpath(path))
    try:
        folders.make(folder)
        with writing.alone(folder, environment.state_folder(environ), say) as aside:
            for _ in range(10):
                before = _stamp(path)
                old = text(path)
                new = edit(old)
                if new == old:
                    return False
                if _stamp(path) == before:
                    writing.write_whole(path, new.encode("utf-8"), secret=True, aside=aside)
                    return True
    except OSError as error:
        raise AwsenvError(
            f"cannot write {shown(path)}: {error.strerror}", f"ls -ld {shown(path)}"
        ) from None
    raise AwsenvError(f"{shown(path)} is being written by another program", "try again")


def _stamp(path: str) -> tuple[int, ...] | None:
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def text(path: str) -> str:
    """The text of the AWS file at ``path``, empty where there is none. Raises ``AwsenvError``."""
    try:
        return reading.read_text(path)
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise reading.unreadable(path, error) from None
