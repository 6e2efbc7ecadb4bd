"""What the server says: a line a cause a minute, in a file that does not grow."""

import contextlib
import logging
import os
import time
from collections.abc import Callable

# Seconds for which the same is not said again.
_EVERY = 60.0
# Bytes of the log, and of the one before it.
MAX_LOG_BYTES = 256 << 10
# Causes that are remembered at most.
_CAUSES = 1000


class Saying:
    """Lines for a person by ``say``. What is the same within a minute is said once, and how often it was."""

    def __init__(
        self, say: Callable[[str], None], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._say = say
        self._now = now
        self._last: dict[str, tuple[float, int]] = {}

    def __call__(self, line: str, cause: str = "") -> None:
        """Say ``line``, of which ``cause`` is what it is about: by default itself."""
        cause = cause or line
        now = self._now()
        since, missed = self._last.get(cause, (-_EVERY, 0))
        if now - since < _EVERY:
            self._last[cause] = (since, missed + 1)
            return
        if len(self._last) >= _CAUSES:
            self._last.clear()
        self._last[cause] = (now, 0)
        self._say(line + (f" ({missed} times more in the minute before)" if missed else ""))


class LibraryLog(logging.Handler):
    """What the HTTP library and asyncio would log, as lines of ours: without a traceback, which may quote a request."""

    def __init__(self, saying: Saying) -> None:
        super().__init__(logging.WARNING)
        self._saying = saying

    def emit(self, record: logging.LogRecord) -> None:
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        what = str(record.msg).partition("\n")[0]
        self._saying(
            f"{record.name}: {' '.join(filter(None, (what, kind)))}", f"{record.name} {what} {kind}"
        )


def rotate(path: str) -> None:
    """Where our stderr is the file at ``path`` and that is full, begin it anew; the one before it is kept."""
    with contextlib.suppress(OSError):
        found, ours = os.stat(path), os.fstat(2)
        if (found.st_dev, found.st_ino) != (
            ours.st_dev,
            ours.st_ino,
        ) or found.st_size < MAX_LOG_BYTES:
            return
        os.replace(path, f"{path}.1")
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.dup2(descriptor, 2)
        os.close(descriptor)
