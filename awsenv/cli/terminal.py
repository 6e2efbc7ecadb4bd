"""Everything a person sees or is asked: messages go to stderr, code for the shell to stdout."""

import os
import sys

from awsenv.errors import AwsenvError


def printable(text: str) -> str:
    """``text`` on one line and without control characters: names and server errors may hold any."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def say(text: str) -> None:
    """One line for the person."""
    sys.stderr.write(f"awsenv: {printable(text)}\n")


def fail(error: AwsenvError) -> None:
    """The one line that an error is: what failed, what to type."""
    say(f"{error.message}; {error.hint}" if error.hint else error.message)


def emit(text: str) -> None:
    """``text`` to stdout, whole, as the very bytes that the environment had."""
    sys.stdout.flush()
    data = os.fsencode(text)
    while data:
        data = data[os.write(1, data) :]
