"""The server as a process, until its end. It alone loads the HTTP library."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from typing import Any

import uvicorn

from awsenv import paths, records
from awsenv.server import grants, limits, listening, running
from awsenv.server import sockets as our_sockets
from awsenv.server.answers import Answers
from awsenv.server.app import App
from awsenv.server.log import LibraryLog, Saying, rotate
from awsenv.variables import remove_session

# Seconds between two looks at the clock and the grants; a machine may sleep meanwhile.
_TICK = 1.0
# Seconds between two clocks that mean that the machine slept.
_SLEPT = 30.0
# Bytes that the line and the headers of a request may have; those of an SDK have some hundred.
_MAX_HEADER_BYTES = 16 << 10


def serve(
    port: int | None,
    seconds: int,
    as_json: bool,
    environ: dict[str, str],
    say: Callable[[str], None],
) -> None:
    """Serve until a signal; with ``seconds`` at most so long, and only while anything is granted.
    ``port`` on 127.0.0.1, 0 for the one of the last time or any. Raises ``AwsenvError``."""
    environ = remove_session(environ)
    os.umask(0o077)
    most = limits.raise_descriptors()
    say = Saying(say)
    logging.basicConfig(handlers=[LibraryLog(say)], force=True)
    with running.hold_lock(environ), contextlib.ExitStack() as stack:
        sockets = our_sockets.take_sockets(environ) or [our_sockets.open_socket(environ)]
        for each in sockets:
            stack.enter_context(contextlib.closing(each))
        opened = None
        if port is not None:
            opened = listening.open_port(port, environ)
            sockets.append(stack.enter_context(contextlib.closing(opened.socket)))
            stack.callback(grants.end_port, environ)
            if opened.warning:
                say(opened.warning)
        number = opened.socket.getsockname()[1] if opened else 0
        clock = _Clock(seconds)
        waiting = grants.Watch(environ)

        def log(told: dict[str, Any]) -> None:
            if as_json:
                _write(json.dumps({"time": round(time.time(), 3), **told}) + "\n")

        app = App(environ, Answers(environ, say), log, opened.listener if opened else "", say)
        fields = {"process": str(os.getpid()), "port": str(number)}
        if opened:
            fields |= {"listener": opened.listener, "warning": opened.warning}

        def tell() -> None:
            more = {"until": str(clock.tell_end()), "refused": str(app.refused)}
            records.write(running.file_path("running", environ), fields | more)

        def is_over() -> bool:
            rotate(running.file_path("log", environ))
            if clock.has_slept():
                tell()
            if not seconds or (not clock.is_over and waiting.is_anything()):
                return False
            # Who looks for a server from now on finds none, and starts one; who found this one before
            # has granted something by then.
            running.forget(environ)
            if not clock.is_over and waiting.is_anything():
                tell()
                return False
            return True

        say(f"serves {paths.shorten(our_sockets.socket_path(environ))}" + (f" and port {number} of 127.0.0.1" if number else ""))  # fmt: skip
        os.chdir("/")  # the server is every folder's
        signal.signal(signal.SIGTERM, _end)
        asyncio.run(_served(app, sockets, most, tell, is_over))


class _Clock:
    """``seconds`` from now on (0: no end), in which the machine is awake: a lid that was closed takes none of them."""

    def __init__(self, seconds: int) -> None:
        self._end = time.monotonic() + seconds if seconds else 0.0
        self._told = 0.0

    @property
    def is_over(self) -> bool:
        return time.monotonic() >= self._end

    def tell_end(self) -> float:
        """When it is over, in seconds since 1970, if the machine stays awake; 0 for never."""
        self._told = self._find_end()
        return self._told

    def has_slept(self) -> bool:
        """Whether the end is by now another one than was told last."""
        return abs(self._find_end() - self._told) > _SLEPT

    def _find_end(self) -> float:
        return time.time() + self._end - time.monotonic() if self._end else 0.0


async def _served(
    app: App,
    sockets: list[socket.socket],
    most: int,
    tell: Callable[[], None],
    is_over: Callable[[], bool],
) -> None:
    config = uvicorn.Config(
        app,
        http=limits.bound_connections(most),
        backlog=limits.ACCEPTED_AT_ONCE,
        h11_max_incomplete_event_size=_MAX_HEADER_BYTES,
        loop="asyncio",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)

    async def watch() -> None:
        while not server.started:
            await asyncio.sleep(0.01)
        for each in sockets:
            each.listen(1024)  # who waits outside is not refused
        tell()
        refused = app.refused
        while not is_over():
            await asyncio.sleep(_TICK)
            if app.refused != refused:
                tell()
                refused = app.refused
        server.should_exit = True

    watching = asyncio.create_task(watch())
    try:
        await server.serve(sockets)
    finally:
        watching.cancel()


def _write(line: str) -> None:
    """Log it; to nothing from then on, where nobody reads any more."""
    try:
        sys.stdout.write(line)
        sys.stdout.flush()
    except OSError:
        nothing = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        os.dup2(nothing, 1)
        os.close(nothing)


def _end(*_: object) -> None:
    raise SystemExit(0)
