"""A kill at a call that changes a file, without a tracer: Python itself tells of each before it is done ("Audit events
table" in Python's documentation); of a write nothing tells, so it is wrapped."""

import os
import signal
import sys
import threading
from typing import Any

# Variables: the call to be killed at, counted from 1; 0 for none. The file to which each call is written.
AT, LOG = "TESTS_KILL_AT", "TESTS_KILL_LOG"
_CHANGES = {
    "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.truncate", "os.chmod", "os.chown", "os.link", "os.symlink",
    "os.utime",
}  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def install(at: int, log: str) -> None:
    """Have this process killed at its call number ``at``, by itself, and every call before it in the file ``log``."""
    kept = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    main, write = threading.get_ident(), os.write
    count = 0

    def meet(call: str) -> None:
        nonlocal count
        if threading.get_ident() != main:
            return
        count += 1
        write(kept, f"{call}\n".encode("utf-8", "replace"))
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        # What is no file of a person's, and what is only read.
        if event == "open" and not (
            isinstance(arguments[2], int)
            and arguments[2] & _WRITING
            and isinstance(arguments[0], str | bytes)
            and not os.fsdecode(arguments[0]).startswith(("/dev/", "/proc/"))
        ):
            return
        if event == "open" or event in _CHANGES:
            meet(f"{event}{arguments}")

    def written(descriptor: int, data: Any) -> int:
        if descriptor > 2:
            meet(f"os.write({os.readlink(f'/proc/self/fd/{descriptor}')})")
        return write(descriptor, data)

    os.write = written
    sys.addaudithook(look)
