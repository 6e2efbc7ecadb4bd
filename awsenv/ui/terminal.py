"""Everything a person sees or is asked: messages go to stderr, code for the shell to stdout."""

import contextlib
import io
import os
import re
import sys
from collections.abc import Callable, Sequence

from awsenv.errors import AwsenvError, PersonNeededError
from awsenv.replay import printable as printable
from awsenv.variables import COLORS

# Columns that a table may have, whatever the window has.
_WIDEST = 10_000


def mask(name: str, value: str) -> str:
    """``value``, or only its last four characters where ``name`` is that of a secret."""
    if any(word in name.lower() for word in ("secret", "token", "password")) and "file" not in name:
        return "…" + value[-4:] if len(value) > 8 else "…"
    return value


def say(text: str) -> None:
    """One line for the person; where nobody can read it, it is lost."""
    with contextlib.suppress(OSError, ValueError):
        if sys.stderr:
            sys.stderr.write(f"awsenv: {printable(text)}\n")
            sys.stderr.flush()


def fail(error: AwsenvError) -> None:
    """The one line that an error is: what failed, what to type."""
    say(error.format_line())


def find_asker() -> Callable[[str], str] | None:
    """What asks the person at the terminal; ``None`` without one, or in the background, where a
    question would stop the process."""
    try:
        descriptor = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError:
        return None
    try:
        return ask if os.tcgetpgrp(descriptor) == os.getpgrp() else None
    except OSError:
        return None
    finally:
        os.close(descriptor)


def ask(question: str, default: str | None = None) -> str:
    """What the person types, stripped; ``default``, which is shown, for an empty line.

    Asked on /dev/tty, so that a pipe does not matter. Raises ``AwsenvError`` without a terminal.
    """
    offer = "" if default is None else f" [{default or 'None'}]"
    return _ask_terminal(lambda tty: _read_line(tty, f"{question}{offer}: ")) or default or ""


def confirm(question: str) -> bool:
    """Whether a person answers ``question`` with yes; an empty line is no. Raises ``PersonNeededError`` without a terminal."""
    return ask(f"{question} (y/N)").lower() in ("y", "yes")


def confirm_command(name: str, question: str) -> bool:
    """The same for the command ``name``, which asks before it changes anything; one that is not wanted says so. ``--yes`` goes
    without."""
    try:
        is_wanted = confirm(question)
    except PersonNeededError:
        raise PersonNeededError(f"{name} asks first, and there is no terminal", "--yes") from None
    if not is_wanted:
        say("nothing was changed")
    return is_wanted


def ask_secret(question: str) -> str:
    """What the person types at ``question``, stripped, and not shown meanwhile. Raises as ``ask`` does."""
    import getpass

    return _ask_terminal(lambda tty: getpass.getpass(f"{question}: ", tty))


def _ask_terminal(how: Callable[[io.TextIOWrapper], str]) -> str:
    try:
        with open("/dev/tty", "r+b", buffering=0) as raw, io.TextIOWrapper(raw) as tty:
            return how(tty).strip()
    except OSError:
        raise PersonNeededError("this asks a question and there is no terminal", "--help") from None
    except EOFError:
        raise AwsenvError("no answer") from None


def _read_line(tty: io.TextIOWrapper, question: str) -> str:
    tty.write(printable(question))
    tty.flush()
    answer = tty.readline()
    if not answer:
        raise EOFError
    return answer


def paint(text: str, color: str | None) -> str:
    """``text`` in ``color`` where stdout is a terminal that a person wants to have colors (no-color.org)."""
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") == "dumb"
    if not color or is_plain or not sys.stdout.isatty():
        return text
    return f"\x1b[{COLORS[color]}m{text}\x1b[0m"


def print_table(
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    colors: Sequence[str | None] | None = None,
) -> None:
    """``rows`` under ``titles`` on a terminal, each in one of ``colors``; plain lines with tabs between cells elsewhere.

    Cells beyond the titles are left out. Nothing is cut or folded: a line that is longer than the window
    is wrapped by the terminal, so that what one copies is whole.
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
        drawn.add_column(title, no_wrap=True)
    for row, color in zip(cells, colors or [None] * len(cells), strict=True):
        drawn.add_row(*(Text(cell) for cell in row), style=color or "")  # Text: a name is no markup
    console = Console()
    console.width = _WIDEST
    with console.capture() as told:
        console.print(drawn)
    # What a wider cell above or below padded would be a line of blanks in a narrow window.
    sys.stdout.write(re.sub(r" +((?:\x1b\[[0-9;]*m)*)$", r"\1", told.get(), flags=re.MULTILINE))
