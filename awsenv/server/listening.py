"""Where the server listens: a socket in a folder of its own, and 127.0.0.1 where wished."""

import os
import socket

from awsenv import paths, record_file, records
from awsenv.errors import AwsenvError
from awsenv.files import folders
from awsenv.server import running
from awsenv.state import SOCKET, state_path

_NAME = "awsenv.sock"


def socket_path(environ: dict[str, str]) -> str:
    """Where the socket is: alone in its folder, which containers may see."""
    return os.path.join(state_path(environ, SOCKET), _NAME)


def open_socket(environ: dict[str, str]) -> socket.socket:
    """The socket in its folder; one that a killed server left is taken away. Raises ``AwsenvError``."""
    place = socket_path(environ)
    folder = folders.make_private(os.path.dirname(place))
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.open(".", os.O_RDONLY | os.O_CLOEXEC)
    try:
        # By its name alone: a path of a socket may have 108 bytes at most.
        os.chdir(folder)
        folders.discard(_NAME)
        listening.bind(_NAME)
        os.chmod(_NAME, 0o600)
    except OSError as error:
        raise AwsenvError(f"cannot listen on {paths.shorten(place)}: {error.strerror}") from None
    finally:
        os.fchdir(before)
        os.close(before)
    listening.listen(1024)
    return listening


def open_port(port: int, environ: dict[str, str]) -> socket.socket:
    """``port`` of 127.0.0.1; for 0 the one of the last time, where it is free: programs have it in
    their environment. Raises ``AwsenvError``."""
    last = _read_last_port(environ)
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    for each in (port,) if port else (last, 0):
        try:
            listening.bind(("127.0.0.1", each))
            break
        except OSError as error:
            if each == port:
                what = f"cannot listen on port {port} of 127.0.0.1: {error.strerror}"
                raise AwsenvError(what, "awsenv serve --port 0, for any that is free") from None
    listening.listen(1024)
    records.write(running.file_path("port", environ), {"port": str(listening.getsockname()[1])})
    return listening


def _read_last_port(environ: dict[str, str]) -> int:
    """The port of the last time; 0 where none is known."""
    fields = record_file.read(running.file_path("port", environ)) or {}
    try:
        return record_file.parse_count(fields.get("port", "0"), 65535)
    except ValueError:
        return 0
