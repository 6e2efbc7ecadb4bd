"""How many may be connected at once: containers are anybody's, and a process has so many descriptors and no more."""

import contextlib
import resource
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

# Kept for files, for the programs that get sessions, and for who comes in while others are sent away.
_RESERVED = 128
# Never more at once, however many descriptors there are; and never fewer.
_MOST, _LEAST = 4096, 64
# Connections that are taken in one turn of the loop: before any of them can be sent away.
ACCEPTED_AT_ONCE = 32
# Seconds in which a request has to be there; SDKs wait for an answer for one or two.
_DROP_AFTER = 5.0


def raise_descriptors() -> int:
    """Have as many descriptors as this process may; how many connections that is good for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # macOS says "as many as you like" and refuses more than OPEN_MAX, 10240.
    for wished in (hard, 10_240):
        if wished == resource.RLIM_INFINITY or 0 <= soft >= wished:
            continue
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wished, hard))
            break
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY:
        return _MOST
    return max(_LEAST, min(_MOST, soft - _RESERVED))


class Connections:
    """Those that are open, at most ``most``; who has not sent a request goes first, the oldest of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open = 0
        self._waiting: dict[Bounded, None] = {}  # in the order in which they came

    def add(self, connection: "Bounded") -> None:
        self._open += 1
        self._waiting[connection] = None
        if self._open > self._most:
            next(iter(self._waiting)).drop()

    def has_asked(self, connection: "Bounded") -> None:
        """It sent a request, and is let alone."""
        self._waiting.pop(connection, None)

    def remove(self, connection: "Bounded") -> None:
        self._open -= 1
        self._waiting.pop(connection, None)


class Bounded(H11Protocol):
    """A connection on which no request has come in time is closed, or sooner, where others wait for its place."""

    bound: Connections

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self.bound.add(self)
        self.loop.call_later(_DROP_AFTER, self._drop_idle)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.cycle is not None:
            self.bound.has_asked(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.bound.remove(self)
        super().connection_lost(exc)

    def drop(self) -> None:
        """Send it away."""
        self.bound.has_asked(self)
        if not self.transport.is_closing():
            self.transport.abort()

    def _drop_idle(self) -> None:
        if self.cycle is None:
            self.drop()


def bound_connections(most: int) -> type[Bounded]:
    """The protocol with at most ``most`` connections at once."""
    return type("Connection", (Bounded,), {"bound": Connections(most)})
