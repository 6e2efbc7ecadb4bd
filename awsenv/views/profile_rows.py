"""A profile as ``list``, ``show`` and the picker tell it."""

from datetime import UTC, datetime
from typing import Any

from awsenv import durations
from awsenv.profiles import client_settings, marks, references
from awsenv.profiles.profile import Profile
from awsenv.sessions import resolve
from awsenv.settings import PRODUCTION, Settings
from awsenv.variables import AWSENV_PROFILE

TITLES = ("profile", "kind", "account", "region", "source", "left", "")


def describe(profile: Profile, environ: dict[str, str], settings: Settings) -> dict[str, Any]:
    """What there is to say of ``profile``, by what it is called in JSON; ``left`` is in seconds."""
    mark = marks.find_mark(profile, settings)
    expires = profile.expires or resolve.find_end(profile, environ)
    return {
        "name": profile.name,
        "kind": profile.kind,
        "account": references.find_account(profile),
        "account_name": profile.get(references.ACCOUNT_NAME),
        "region": profile.get("region"),
        "source": profile.get("source_profile"),
        "left": int((expires - datetime.now(UTC)).total_seconds()) if expires else None,
        "role": references.find_role(profile) or None,
        "active": profile.name == environ.get(AWSENV_PROFILE),
        "production": mark is not None and mark.word == PRODUCTION,
        "mark": mark.word if mark else None,
        "color": mark.color if mark else None,
    }


def format_cells(row: dict[str, Any]) -> list[str]:
    """``row`` as a person reads it, under ``TITLES``."""
    words = [row[name] or "-" for name in ("name", "kind", "account", "region", "source")]
    left = "-" if row["left"] is None else durations.format_time_left(row["left"])
    said = ["active" if row["active"] else None, row["mark"]]
    return [*words, left, ", ".join(filter(None, said))]


def describe_leaks(profile: Profile, environ: dict[str, str]) -> str:
    """The line on what ``[default]`` says in the place of ``profile``; empty for nothing."""
    names = client_settings.find_leaks(profile, environ)
    if not names:
        return ""
    return f"programs read {', '.join(names)} of [default], since {profile.name} says nothing of it"
