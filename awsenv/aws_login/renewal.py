"""A session of ``aws login``: the one that is stored, else renewed, one process at a time."""

import shlex
import time
from typing import Any

from awsenv import debug
from awsenv.aws import child, token_file
from awsenv.aws.context import Context
from awsenv.aws_login import dpop, tokens
from awsenv.errors import AwsenvError, PersonNeededError
from awsenv.files import locks
from awsenv.paths import shorten
from awsenv.profiles.profile import Profile
from awsenv.state import state_folder

# Seconds before its end in which botocore renews it, too.
WINDOW = 5 * 60


def get(profile: Profile, context: Context, least: float = 0) -> dict[str, Any]:
    """The sign-in of ``profile`` with a session that lives for ``least`` seconds at least, or as long as
    may be had without a person. Raises ``AwsenvError``, ``PersonNeededError`` where one has to sign in."""
    login_session, now = profile.get("login_session") or "", context.prompter.now
    found = tokens.load(login_session, context.environ)
    path = tokens.path(login_session, context.environ)
    left = tokens.seconds_left(found, now())
    debug.note(
        f"the sign-in of {profile.name} is in {shorten(path)}, its session has {left:.0f} s left"
    )
    if found is not None and left > max(WINDOW, least):
        return found
    dpop.check_library()
    if found is None:
        what = f"profile {profile.name}: nobody is signed in"
        raise PersonNeededError(what, f"awsenv login {shlex.quote(profile.name)}")
    try:
        dpop.Key(found["dpopKey"])  # what is wrong with it is said here, before a child is made
    except ValueError:
        what = (
            f"profile {profile.name}: its sign-in cannot be renewed: {shorten(path)} holds no key"
        )
        raise PersonNeededError(what, f"awsenv login {shlex.quote(profile.name)}") from None
    # A refresh token is spent by the call, so a kill of this process must not lose the new one.
    failure = _renew(path, profile, context, least)
    newer = tokens.load(login_session, context.environ)
    if newer is not None and (newer != found or left > 0):
        return newer
    what = f"profile {profile.name}: the session was not renewed"
    raise failure or AwsenvError(what, "try again")


def _renew(path: str, profile: Profile, context: Context, least: float) -> AwsenvError | None:
    with locks.hold(state_folder(context.environ), f"renew {path}", seconds=30) as lock:
        found = token_file.load(path)
        if found is None or tokens.seconds_left(found, time.time()) > max(WINDOW, least):
            return None  # somebody has signed out, or renewed it first
        token_file.check_storable(path)
        return child.run(_spend, path, found, profile, context.without_people(), lock=lock)


def _spend(path: str, found: dict[str, Any], profile: Profile, context: Context) -> None:
    given = {
        "clientId": found["clientId"],
        "grantType": "refresh_token",
        "refreshToken": found["refreshToken"],
    }
    region = str(found.get("signInRegion") or "")
    try:
        got = tokens.exchange(given, dpop.Key(found["dpopKey"]), profile, context, region)
    except PersonNeededError:
        token_file.wait_for_change(path, found)
        raise
    token_file.store(path, tokens.renew(found, got, time.time()))
