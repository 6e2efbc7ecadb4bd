"""Files written whole: a kill at any moment leaves the old one or the new one."""

import os
import stat


def write_whole(path: str, data: bytes, mode: int = 0o600) -> None:
    """Replace the file at ``path`` by one holding ``data``: a temporary file, fsync, rename.

    A symlink stays and its target is replaced; an existing file keeps its mode, a new one gets
    ``mode``. Raises ``OSError``; then the old file is there, untouched. A file that is not
    writable is refused (a rename would replace it all the same).
    """
    target = os.path.realpath(path)
    try:
        mode = stat.S_IMODE(os.stat(target).st_mode)
    except FileNotFoundError:
        pass
    else:
        with open(target, "ab"):
            pass  # raises where the file may not be written
    # In the same folder, so that the rename is one step; a name of its own for each writer.
    temporary = os.path.join(os.path.dirname(target), f".awsenv-{os.getpid()}~")
    descriptor = os.open(
        temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
    )
    try:
        with open(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fchmod(descriptor, mode)
            os.fsync(descriptor)
        os.rename(temporary, target)
    except BaseException:
        os.unlink(temporary)
        raise
