"""``list`` and ``show``: what is in the two AWS files."""

import json
import os
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Annotated, Any

import typer

from awsenv import durations, near
from awsenv.cli import shared_options
from awsenv.errors import AwsenvError, UsageError
from awsenv.paths import shorten
from awsenv.profiles import account, causes, client_settings, production, read
from awsenv.profiles.ini import Section
from awsenv.profiles.profile import KINDS, Profile
from awsenv.sessions import resolve
from awsenv.ui import terminal
from awsenv.variables import AWSENV_PROFILE, SETTINGS, remove_session

Json = Annotated[bool, typer.Option("--json", help="For programs.")]
TITLES = ("profile", "kind", "account", "region", "source", "left", "")


def list_(
    pattern: Annotated[
        str, typer.Argument(help="Only profiles, accounts or roles like it: 'prod*'.")
    ] = "*",
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="Only this kind.")] = "",
    as_json: Json = False,
) -> None:
    """List the profiles: kind, account, Region, source profile, time left; active, production.

    Example: awsenv list 'prod*'
    """
    if kind and kind not in KINDS:
        raise UsageError(f"no such kind: {kind}", f"one of {', '.join(KINDS)}")
    environ = dict(os.environ)
    known = read.profiles(environ)
    every = [describe(each, environ) for each in known.values() if kind in ("", each.kind)]
    rows = [row for row in every if _is_like(row, pattern)]
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
    terminal.print_table(TITLES, [format_cells(row) for row in rows])


def _is_like(row: dict[str, Any], pattern: str) -> bool:
    """Whether the name of ``row``, its account or its role is like ``pattern``."""
    return any(fnmatchcase(row[each] or "", pattern) for each in ("name", "account", "role"))


def show(profile: shared_options.OfShell = "", as_json: Json = False) -> None:
    """Show a profile's values, each with its file and line; secrets masked.

    Example: awsenv show xxx-dev
    """
    environ = dict(os.environ)
    found = read.profile(shared_options.find_profile(profile, environ), environ)
    rows = _list_values(found)
    if as_json:
        print(json.dumps({**describe(found, environ), "values": rows}, indent=2))
        return
    known = " · ".join(
        cell for cell in format_cells(describe(found, environ)) if cell not in ("-", "")
    )
    print(terminal.printable(known))
    lines = [
        [
            str(row["name"]),
            str(row["value"]),
            f"{shorten(str(row['file']))}:{row['line']}",
            str(row["note"]),
        ]
        for row in rows
    ]
    terminal.print_table(("setting", "value", "from", ""), lines)
    for cause in causes.find_causes(found, environ):
        terminal.say(f"{cause.text}; {cause.fix}")
    if reaching := describe_leaks(found, remove_session(environ)):
        terminal.say(f"{reaching}; set it in {profile}, too, or take it out of [default]")


def describe_leaks(profile: Profile, environ: dict[str, str]) -> str:
    """The line on what ``[default]`` says in the place of ``profile``; empty for nothing."""
    names = client_settings.find_leaks(profile, environ)
    if not names:
        return ""
    return f"programs read {', '.join(names)} of [default], since {profile.name} says nothing of it"


def describe(profile: Profile, environ: dict[str, str]) -> dict[str, Any]:
    """What there is to say of ``profile``, by what it is called in JSON; ``left`` is in seconds."""
    try:
        number = account.of_profile(profile)
    except AwsenvError:  # half a key: `show` and `status --all` say so
        number = None
    expires = profile.expires or resolve.find_end(profile, environ)
    return {
        "name": profile.name,
        "kind": profile.kind,
        "account": number,
        "region": profile.get("region"),
        "source": profile.get("source_profile"),
        "left": int((expires - datetime.now(UTC)).total_seconds()) if expires else None,
        "role": profile.get("sso_role_name")
        or (profile.get("role_arn") or "").rpartition("/")[2]
        or None,
        "active": profile.name == environ.get(AWSENV_PROFILE),
        "production": production.is_production(profile),
    }


def format_cells(row: dict[str, Any]) -> list[str]:
    """``row`` as a person reads it, under ``TITLES``."""
    words = [row[name] or "-" for name in ("name", "kind", "account", "region", "source")]
    left = "-" if row["left"] is None else durations.format_time_left(row["left"])
    marks = [mark for mark in ("active", "production") if row[mark]]
    return [*words, left, ", ".join(marks)]


def _list_values(profile: Profile) -> list[dict[str, str | int]]:
    """Every value in either file, and which of two counts."""
    places = [place for place in (profile.credentials, profile.config) if place is not None]
    return [
        {
            "name": name,
            "value": terminal.mask(name, value),
            "file": place.path,
            "line": line,
            "note": _note(profile, place, name, value),
        }
        for place in places
        for name, (value, line, _) in place.options.items()
    ]


def _note(profile: Profile, place: Section, name: str, value: str) -> str:
    if name in Profile.OF_KEY:
        own = profile.key_place in (place, None)
        return "" if own else "unused: the key is the other file's"
    other = profile.config if place is profile.credentials else profile.credentials
    if other is not None and name in other.options:
        wins = place is profile.credentials
        return "wins: credentials before config" if wins else "unused: credentials wins"
    if name == "services":
        return f"as {', '.join(client_settings.list_endpoints(profile)) or 'nothing: it does not exist'}"
    if value.startswith("\n"):
        return "only with --profile-only: no variable says this"
    return f"as {SETTINGS[name]}" if name in SETTINGS else ""
