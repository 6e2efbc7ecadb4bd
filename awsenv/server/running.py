"""Whether the server runs: one for each user, in the background or wherever one started it."""

import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Iterator

from awsenv import paths, programs, record_file, records
from awsenv.errors import AwsenvError
from awsenv.files import folders
from awsenv.server import revival, sockets
from awsenv.state import SERVER, state_path

# Seconds in which a server that was started has to listen.
_START = 15.0


class Running:
    """A server that listens: its ``process``, its ``port`` (0 for none) and as which ``listener`` there, ``until`` when
    (seconds since 1970, 0 for as long as it is let), how many it ``refused``, and a ``warning`` for a person."""

    def __init__(self, fields: dict[str, str]) -> None:
        self.process = record_file.parse_count(fields["process"])
        self.port = record_file.parse_count(fields["port"], 65535)
        self.until = record_file.parse_time(fields["until"])
        self.refused = record_file.parse_count(fields["refused"])
        self.listener = fields.get("listener", "")
        self.warning = fields.get("warning", "")


def find_server(environ: dict[str, str]) -> Running | None:
    """The server that listens now."""
    if revival.is_held(environ):
        fields = record_file.read(file_path("running", environ)) or {}
        with contextlib.suppress(KeyError, ValueError):
            return Running(fields)
    return None


def start(seconds: int, environ: dict[str, str]) -> Running:
    """A server in the background, for ``seconds`` and no longer than anything is granted; the one
    that is there, where one is, or that whoever holds its socket starts. Raises ``AwsenvError``."""
    folders.make_private(folder(environ))
    folders.discard(file_path("stopped", environ))
    if found := find_server(environ) or _wake(environ):
        return found
    words = [*paths.program_words(), "serve", "--for", f"{seconds}s", "--port", "0"]
    log = file_path("log", environ)
    programs.start(words, environ, log=log)
    if found := _wait(environ):
        return found
    raise AwsenvError("awsenv serve does not start", f"cat {paths.shorten(log)}, or awsenv serve")


def _wake(environ: dict[str, str]) -> Running | None:
    """The server that systemd or launchd starts for who connects to the socket that it holds; ``None`` where nobody does."""
    try:
        with sockets.connect(environ):
            return _wait(environ)
    except OSError:
        return None


def _wait(environ: dict[str, str]) -> Running | None:
    end = time.monotonic() + _START
    while time.monotonic() < end:
        if found := find_server(environ):
            return found
        time.sleep(0.02)
    return None


def stop(environ: dict[str, str]) -> bool:
    """End the server, which comes back when a person starts it and not by itself; whether there was one. Raises
    ``AwsenvError``."""
    found = find_server(environ)
    folders.make_private(folder(environ))
    records.write(file_path("stopped", environ), {})
    if found is None:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(found.process, signal.SIGTERM)
    end = time.monotonic() + _START
    while find_server(environ):
        if time.monotonic() > end:
            what = f"awsenv serve, process {found.process}, does not end"
            raise AwsenvError(what, f"kill -9 {found.process}")
        time.sleep(0.02)
    return True


@contextlib.contextmanager
def hold_lock(environ: dict[str, str]) -> Iterator[None]:
    """While it lasts there is no other server. Raises ``AwsenvError``."""
    folders.make_private(folder(environ))
    with open(file_path("lock", environ), "ab") as lock:
        end = time.monotonic() + 5
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > end:
                    what = "awsenv serve runs already"
                    raise AwsenvError(what, "awsenv serve --status") from None
                time.sleep(0.02)  # somebody may just be looking
        forget(environ)
        try:
            yield
        finally:
            forget(environ)


def forget(environ: dict[str, str]) -> None:
    """There is none any more, or not yet."""
    folders.discard(file_path("running", environ))


def folder(environ: dict[str, str]) -> str:
    """Ours in the state folder."""
    return state_path(environ, SERVER)


def file_path(name: str, environ: dict[str, str]) -> str:
    """A file of the server's."""
    return os.path.join(folder(environ), name)
