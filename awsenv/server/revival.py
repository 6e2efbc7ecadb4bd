"""Whether a server ought to run that does not: after a kill, a reboot, its time. Hot path: a shell's first look asks."""

import fcntl
import os

from awsenv.state import GRANTS, SERVER, state_path


def is_wanted(environ: dict[str, str]) -> bool:
    """Whether something is granted and no server answers, though nobody has ended it on purpose."""
    try:
        with os.scandir(state_path(environ, GRANTS)) as grants:
            if next(grants, None) is None:
                return False
    except OSError:
        return False
    return not os.path.lexists(_path("stopped", environ)) and not is_held(environ)


def is_held(environ: dict[str, str]) -> bool:
    """Whether a server holds its lock."""
    try:
        lock = os.open(_path("lock", environ), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(lock)
    return False


def _path(name: str, environ: dict[str, str]) -> str:
    return os.path.join(state_path(environ, SERVER), name)
