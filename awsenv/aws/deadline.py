"""The one bound on anything that is asked over a network."""

import queue
import threading
from collections.abc import Callable
from typing import Any

# Seconds, for a call as a whole: with its tries, and however the answer comes in.
SECONDS = 30.0


class ExceededError(Exception):
    """A call to AWS, or all of them together, took longer than they may."""


def within(request: Callable[[], Any], seconds: float | None = None) -> Any:
    """What ``request`` gives or raises; ``ExceededError`` when it took longer than ``seconds``
    (``SECONDS``). Then it goes on in a thread that nobody waits for: a socket's own timeout begins
    anew with each byte, and a server that sends one now and then would hold its reader for ever."""
    done: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

    def work() -> None:
        try:
            done.put((request(), None))
        except BaseException as error:
            done.put((None, error))

    threading.Thread(target=work, daemon=True).start()
    try:
        value, error = done.get(timeout=SECONDS if seconds is None else seconds)
    except queue.Empty:
        raise ExceededError from None
    if error is not None:
        raise error
    return value
