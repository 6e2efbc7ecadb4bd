"""The server's socket: alone in a folder, which containers may see. It makes it itself, or takes it from whoever holds it for
it: systemd (``sd_listen_fds(3)``), or launchd (``launch_activate_socket(3)``). Those start a server for who connects.
"""

import contextlib
import os
import socket
import sys
from collections.abc import Iterator

from awsenv import paths
from awsenv.errors import AwsenvError
from awsenv.files import folders
from awsenv.state import SOCKET, state_path

_NAME = "awsenv.sock"
# The first descriptor that systemd hands over; and what our agent calls its socket.
_FIRST, LAUNCHD_NAME = 3, "awsenv"


def socket_path(environ: dict[str, str]) -> str:
    """Where the socket is."""
    return os.path.join(state_path(environ, SOCKET), _NAME)


def open_socket(environ: dict[str, str]) -> socket.socket:
    """The socket in its folder; one that a killed server left is taken away. Raises ``AwsenvError``."""
    place = socket_path(environ)
    folders.make_private(os.path.dirname(place))
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _folder_of(place):
            folders.discard(_NAME)
            listening.bind(_NAME)
            os.chmod(_NAME, 0o600)
    except OSError as error:
        raise AwsenvError(f"cannot listen on {paths.shorten(place)}: {error.strerror}") from None
    listening.listen(1024)
    return listening


def connect(environ: dict[str, str]) -> socket.socket:
    """A connection to whoever listens there. Raises ``OSError``."""
    found = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _folder_of(socket_path(environ)):
            found.connect(_NAME)
    except OSError:
        found.close()
        raise
    return found


def take_sockets(environ: dict[str, str]) -> list[socket.socket]:
    """Those that are held for this process; none where it was started by hand. They outlive it, and are never taken away
    by us."""
    if sys.platform == "darwin":
        return [socket.socket(fileno=each) for each in _ask_launchd()]
    count, process = environ.pop("LISTEN_FDS", ""), environ.pop("LISTEN_PID", "")
    environ.pop("LISTEN_FDNAMES", None)
    if process != str(os.getpid()) or not count.isdigit():
        return []
    found = []
    for descriptor in range(_FIRST, _FIRST + int(count)):
        os.set_inheritable(descriptor, False)
        found.append(socket.socket(fileno=descriptor))
    return found


def _ask_launchd() -> list[int]:
    """The descriptors that launchd holds under our name; none where it did not start us."""
    import ctypes  # this is loaded where a shell waits

    try:
        system = ctypes.CDLL(None)
        descriptors, count = ctypes.POINTER(ctypes.c_int)(), ctypes.c_size_t()
        failed = system.launch_activate_socket(
            LAUNCHD_NAME.encode(), ctypes.byref(descriptors), ctypes.byref(count)
        )
        if failed:
            return []
        found = [descriptors[number] for number in range(count.value)]
        system.free(descriptors)
    except (OSError, AttributeError):
        return []
    return found


@contextlib.contextmanager
def _folder_of(place: str) -> Iterator[None]:
    """Stand in the socket's folder, and reach it by its name alone: a path of a socket may have 108 bytes at most."""
    before = os.open(".", os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.chdir(os.path.dirname(place))
        yield
    finally:
        os.fchdir(before)
        os.close(before)
