"""``list``: the profiles of the two AWS files."""

import json
import os
from fnmatch import fnmatchcase
from typing import Any

from awsenv import near, settings
from awsenv.errors import AwsenvError, UsageError
from awsenv.profiles import read
from awsenv.profiles.profile import KINDS
from awsenv.ui import terminal
from awsenv.views.profile_rows import TITLES, describe, format_cells

EVERY = "*"


def print_profiles(pattern: str = EVERY, kind: str = "", as_json: bool = False) -> None:
    """Print those whose name, account or role is like ``pattern``, of that ``kind`` unless it is empty. Raises
    ``AwsenvError``."""
    if kind and kind not in KINDS:
        raise UsageError(f"no such kind: {kind}", f"one of {', '.join(KINDS)}")
    environ = dict(os.environ)
    known = read.profiles(environ)
    looks = settings.read(environ)
    every = [describe(each, environ, looks) for each in known.values() if kind in ("", each.kind)]
    rows = [row for row in every if pattern == EVERY or _is_like(row, pattern)]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    if not known:
        terminal.say("there is no profile yet; awsenv add PROFILE, or awsenv sso setup")
        return
    if not rows:
        raise AwsenvError(
            f"no profile is like {pattern}",
            near.ask_whether(pattern.strip("*?"), known, "awsenv list"),
        )
    colors = [row["color"] for row in rows]
    terminal.print_table(TITLES, [format_cells(row) for row in rows], colors)


def _is_like(row: dict[str, Any], pattern: str) -> bool:
    """Whether the name of ``row``, its account or its role is like ``pattern``."""
    return any(
        fnmatchcase(row[each] or "", pattern)
        for each in ("name", "account", "account_name", "role")
    )
