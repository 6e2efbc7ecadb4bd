"""The port of 127.0.0.1 on which the server listens where that is wished."""

import os
import secrets
import socket
from typing import NamedTuple

from awsenv import record_file, records
from awsenv.errors import AwsenvError
from awsenv.server import grants, loopback, running


class Port(NamedTuple):
    """A port of 127.0.0.1 that is listened on by ``socket``, from now on as ``listener``: what was granted at a port
    before this is granted no more. ``warning`` is what a person must hear of that; empty for nothing."""

    socket: socket.socket
    listener: str
    warning: str


def open_port(port: int, environ: dict[str, str]) -> Port:
    """``port`` of 127.0.0.1; for 0 the one of the last time, where it is free: a relay has it. Raises
    ``AwsenvError``."""
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
    number = listening.getsockname()[1]
    # Whoever had it meanwhile may have been told the tokens of all that asked there.
    ended = grants.end_port(environ)
    records.write(running.file_path("port", environ), {"port": str(number)})
    warning = describe_stranger(environ, last) if last not in (0, number) else ""
    if ended:
        who = ", ".join(each.where for each in ended)
        warning = "; ".join(filter(None, [warning, f"what was granted at a port has ended: start {who} again"]))  # fmt: skip
    return Port(listening, secrets.token_hex(16), warning)


def describe_stranger(environ: dict[str, str], port: int = 0) -> str:
    """What a person must hear where somebody else listens on ``port``, by default the server's last one; empty where
    nobody does."""
    port = port or _read_last_port(environ)
    user = loopback.find_listener(port) if port else None
    if user is None:
        return ""
    who = "another program of yours" if user == os.geteuid() else loopback.name_user(user).upper()
    return f"port {port} of 127.0.0.1, which was this server's, is held by {who}: what still asks there is answered by them, and not by awsenv"  # fmt: skip


def _read_last_port(environ: dict[str, str]) -> int:
    """The port of the last time; 0 where none is known."""
    fields = record_file.read(running.file_path("port", environ)) or {}
    try:
        return record_file.parse_count(fields.get("port", "0"), 65535)
    except ValueError:
        return 0
