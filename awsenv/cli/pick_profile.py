"""Which profile, where none was named and a person is at the terminal."""

import os
import time
from collections.abc import Iterable

from awsenv import record_file, settings
from awsenv.aws import token_file
from awsenv.errors import AwsenvError
from awsenv.identity_center import token
from awsenv.profiles import marks, read
from awsenv.profiles.profile import Profile
from awsenv.ui import picker, terminal
from awsenv.variables import AWSENV_PREVIOUS, AWSENV_PROFILE
from awsenv.views.profile_rows import describe, format_cells
from awsenv.views.this_shell import find_named


def pick(environ: dict[str, str]) -> str:
    """The name that a person picks. Raises ``AwsenvError`` where there is none to pick."""
    known = read.profiles(environ).values()
    if not known:
        raise AwsenvError("there is no profile yet", "awsenv add PROFILE, or awsenv sso setup")
    return pick_among(known, environ)


def pick_named(profile: str, environ: dict[str, str]) -> str:
    """The name that ``profile`` means, this shell's where it is empty; where it means several, a person at the terminal picks.
    Raises ``UsageError``."""
    asks = terminal.find_asker() is not None
    return find_named(profile, environ, (lambda of: pick_among(of, environ)) if asks else None)


def pick_among(profiles: Iterable[Profile], environ: dict[str, str]) -> str:
    """The name of the one of ``profiles`` that a person picks. Raises ``KeyboardInterrupt`` where none is picked."""
    known = sorted(profiles, key=lambda each: _find_recency(each, environ))
    signs_in: dict[str, str] = {}
    looks = settings.read(environ)
    rows = [_format_row(profile, environ, signs_in, looks) for profile in known]
    seen = [marks.find_mark(profile, looks) for profile in known]
    [number] = picker.pick(
        "profile", ("session", "profile", "account", "role", "Region", "kind"), rows, seen
    )
    return known[number].name


def _format_row(
    profile: Profile, environ: dict[str, str], signs_in: dict[str, str], looks: settings.Settings
) -> list[str]:
    """The cells of ``profile``, what a person has to know first of all in front; ``signs_in`` holds by token whether one
    is signed in, once looked up."""
    found = describe(profile, environ, looks)
    kind, left = format_cells(found)[1], format_cells(found)[5]
    state = left if left != "-" else _find_sign_in(profile, environ, signs_in)
    words = [found[name] or "-" for name in ("name", "account", "role", "region")]
    return [state, *words, kind]


def _find_recency(profile: Profile, environ: dict[str, str]) -> tuple[int, float]:
    """Where it stands: this shell's, the one before, then the one whose session was got last; the others as in the files."""
    if profile.name in (environ.get(AWSENV_PROFILE), environ.get(AWSENV_PREVIOUS)):
        return (int(profile.name != environ.get(AWSENV_PROFILE)), 0.0)
    try:
        return (2, -os.stat(record_file.record_path(profile.name, environ)).st_mtime)
    except OSError:
        return (3, 0.0)


def _find_sign_in(profile: Profile, environ: dict[str, str], signs_in: dict[str, str]) -> str:
    """Whether one has to sign in for it; a dash where there is nothing to sign in to."""
    if profile.kind != "sso":
        return "-"
    try:
        path = token.of_profile(profile, environ).token_path(environ)
    except AwsenvError:  # `show` says what it lacks
        return "-"
    if path not in signs_in:
        alive = token_file.seconds_left(token_file.load(path), "expiresAt", time.time()) > 0
        signs_in[path] = "signed in" if alive else "signed out"
    return signs_in[path]
