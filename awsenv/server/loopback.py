"""Whose end of a connection over 127.0.0.1 is whose: any local user can connect to a port there, and any can listen on
one that is free. Linux says which user each socket is of (``/proc/net/tcp``, proc_pid_net(5)); elsewhere nobody is
known.
"""

import pwd
import socket
import sys
from collections.abc import Iterator
from typing import NamedTuple

_LISTENS = "0A"
_ANY = ("0.0.0.0", "127.0.0.1")


class _Socket(NamedTuple):
    local: str
    remote: str
    state: str
    user: int


def find_asker(client: tuple[str, int], server: tuple[str, int]) -> int | None:
    """The user (UID) of the socket at ``client`` that is connected to ``server``; ``None`` where that cannot be known."""
    ends = _list_forms(*client), _list_forms(*server)
    found = (s.user for s in _list_sockets() if s.local in ends[0] and s.remote in ends[1])
    return next(found, None)


def find_listener(port: int) -> int | None:
    """The user (UID) who listens on ``port`` of 127.0.0.1; ``None`` where that cannot be known."""
    places = {form for host in _ANY for form in _list_forms(host, port)} | {
        f"{'0' * 32}:{port:04X}"
    }
    found = (s.user for s in _list_sockets() if s.state == _LISTENS and s.local in places)
    return next(found, None)


def name_user(user: int) -> str:
    """A user by name."""
    try:
        return f"user {pwd.getpwuid(user).pw_name}"
    except KeyError:
        return f"user {user}"


def _list_forms(host: str, port: int) -> tuple[str, ...]:
    """``host`` and ``port`` as the table has them: in the machine's own order of bytes, as IPv4 and mapped to IPv6."""
    try:
        address = int.from_bytes(socket.inet_aton(host), sys.byteorder)
    except OSError:
        return ()
    mapped = int.from_bytes(b"\0\0\xff\xff", sys.byteorder)
    return f"{address:08X}:{port:04X}", f"{'0' * 16}{mapped:08X}{address:08X}:{port:04X}"


def _list_sockets() -> Iterator[_Socket]:
    for name in ("tcp", "tcp6"):
        try:
            with open(f"/proc/net/{name}", encoding="ascii") as table:
                for line in table.readlines()[1:]:
                    words = line.split()
                    yield _Socket(words[1], words[2], words[3], int(words[7]))
        except (OSError, ValueError, IndexError):
            continue
