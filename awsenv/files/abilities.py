"""What not every file system can: to keep permissions (vfat refuses, CIFS and WSL's /mnt/c take a chmod and do nothing), and
to say when bytes are on the disk. What comes of it is looked at by whoever needs it.
"""

import errno
import os

_NOT_KEPT = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS)
_NOT_SYNCED = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)


def set_mode(file: str | int, mode: int) -> None:
    """Give ``file``, a path or a descriptor, its permissions, where they are kept. Raises ``OSError``."""
    try:
        os.chmod(file, mode)
    except OSError as error:
        if error.errno not in _NOT_KEPT:
            raise


def sync(descriptor: int) -> None:
    """Have what was written outlast a power cut, where that can be. Raises ``OSError``."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _NOT_SYNCED:
            raise


def find_remedy(path: str, environ: dict[str, str], otherwise: str) -> str:
    """What a person may do where the disk of ``path`` keeps no permissions: WSL has them kept on Windows' drives by one line
    (learn.microsoft.com, "Advanced settings configuration in WSL"); else ``otherwise``."""
    if environ.get("WSL_DISTRO_NAME") and os.path.realpath(path).startswith("/mnt/"):
        return 'options = "metadata" below [automount] in /etc/wsl.conf, then wsl.exe --shutdown'
    return otherwise
