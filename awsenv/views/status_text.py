"""``status`` as a person reads it."""

import sys
from collections.abc import Iterable
from typing import Any

from awsenv import durations
from awsenv.paths import shorten
from awsenv.shells import hints
from awsenv.ui import terminal
from awsenv.views import shell_status


def print_status(active: bool, told: dict[str, Any], problems: Iterable[tuple[str, str]]) -> None:
    """Print what ``told`` says by its names, and each of ``problems`` with what mends it."""
    if active:
        left = told["left"]
        signed_in = told["signed_in"]
        told = {**told, "left": None if left is None else durations.format_time_left(left)}
        if told["mark"]:
            told["profile"] = f"{told['profile']}, {told['mark']}"
        told["sign-in"] = None if signed_in is None else durations.format_time_left(signed_in)
        for title in ("profile", "account", "region", "kind", "left", "sign-in", "arn"):
            if told.get(title):
                said = terminal.printable(told[title])
                color = told["color"] if title == "profile" else None
                print(f"{title:8} {terminal.paint(said, color)}")
        if told["folder"]:
            print(f"{'folder':8} {terminal.printable(shell_status.format_folder(told['folder']))}")
        if told["next"]:
            print(f"{'next':8} {terminal.printable(told['next'])}")
        print(f"{'hook':8} {shell_status.format_hook(told['hook'])}")
    elif told["next"]:
        terminal.say(f"no session is active: {told['next']}")
    else:
        terminal.say(f"no session is active; {hints.use_command('PROFILE')}")
    if told["variables"]:
        if sys.stdout.isatty():
            print()
        rows = [list(row.values()) for row in told["variables"]]
        terminal.print_table(("variable", "value", "from"), rows)
    if told["dotenv"]:
        if sys.stdout.isatty():
            print()
        rows = [[shorten(row["file"]), *list(row.values())[1:]] for row in told["dotenv"]]
        terminal.print_table((".env file", "profile", "state"), rows)
    if told["served"]:
        if sys.stdout.isatty():
            print()
        rows = [[shorten(row["to"]), *list(row.values())[1:]] for row in told["served"]]
        terminal.print_table(("granted to", "profile", "state"), rows)
    for what, fix in problems:
        terminal.say(f"{what}; {fix}" if fix else what)
