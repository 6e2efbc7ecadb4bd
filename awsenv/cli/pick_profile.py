"""Which profile, where none was named and a person is at the terminal."""

import time

from awsenv.aws import token_file
from awsenv.cli.profiles import TITLES, describe, format_cells
from awsenv.errors import AwsenvError
from awsenv.identity_center import token
from awsenv.profiles import production, read
from awsenv.profiles.profile import Profile
from awsenv.ui import picker


def pick(environ: dict[str, str]) -> str:
    """The name that a person picks. Raises ``AwsenvError`` where there is none to pick."""
    known = list(read.profiles(environ).values())
    if not known:
        raise AwsenvError("there is no profile yet", "awsenv add PROFILE, or awsenv sso setup")
    signs_in: dict[str, str] = {}
    rows = [_format_row(profile, environ, signs_in) for profile in known]
    marked = [production.is_production(profile) for profile in known]
    [number] = picker.pick("profile", (*TITLES[:5], "session"), rows, marked)
    return known[number].name


def _format_row(profile: Profile, environ: dict[str, str], signs_in: dict[str, str]) -> list[str]:
    """The cells of ``profile`` in the list; where one of IAM Identity Center has no session, whether one has to sign
    in is in its place. ``signs_in`` holds that by token, once looked up."""
    row = format_cells(describe(profile, environ))[:6]
    if profile.kind != "sso" or row[-1] != "-":
        return row
    try:
        path = token.of_profile(profile, environ).token_path(environ)
    except AwsenvError:  # `show` says what it lacks
        return row
    if path not in signs_in:
        alive = token_file.seconds_left(token_file.load(path), "expiresAt", time.time()) > 0
        signs_in[path] = "signed in" if alive else "signed out"
    return [*row[:-1], signs_in[path]]
