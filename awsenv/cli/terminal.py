"""Everything a person sees or is asked: messages go to stderr, code for the shell to stdout."""

import os
import sys
from collections.abc import Sequence

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


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """``rows`` under ``titles`` on a terminal; plain lines with tabs between cells elsewhere.

    Cells beyond the titles are left out.
    """
    cells = [[printable(cell) for cell, _ in zip(row, titles, strict=False)] for row in rows]
    if not sys.stdout.isatty():
        for row in cells:
            print("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for title in titles:
        drawn.add_column(title)
    for row in cells:
        drawn.add_row(*(Text(cell) for cell in row))  # Text, not str: a name is no markup
    Console().print(drawn)
