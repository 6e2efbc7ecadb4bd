"""``list``: what is in the two AWS files."""

import json
import os
import sys
from typing import Annotated

import typer

from awsenv.cli import terminal
from awsenv.profiles import read
from awsenv.profiles.profile import Profile


def list_(
    as_json: Annotated[bool, typer.Option("--json", help="A list of objects.")] = False,
) -> None:
    """List the profiles and their kinds.

    Example: awsenv list
    """
    found = list(read.profiles(dict(os.environ)).values())
    if as_json:
        print(json.dumps([_fields(profile) for profile in found], indent=2))
    elif sys.stdout.isatty():
        _table(found)
    else:
        for profile in found:
            print(f"{terminal.printable(profile.name)}\t{profile.kind}")


def _fields(profile: Profile) -> dict[str, str | None]:
    return {"name": profile.name, "kind": profile.kind, "region": profile.get("region")}


def _table(found: list[Profile]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("profile", "kind", "region"):
        table.add_column(title)
    for profile in found:
        # Text, not str: a name is no markup.
        cells = (profile.name, profile.kind, profile.get("region") or "")
        table.add_row(*(Text(terminal.printable(cell)) for cell in cells))
    Console().print(table)
