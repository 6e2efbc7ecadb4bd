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
        return
    titles = ("profile", "kind", "region") if sys.stdout.isatty() else ("profile", "kind")
    rows = [[profile.name, profile.kind, profile.get("region") or ""] for profile in found]
    terminal.table(titles, rows)


def _fields(profile: Profile) -> dict[str, str | None]:
    return {"name": profile.name, "kind": profile.kind, "region": profile.get("region")}
