"""A profile's session: resolved, checked and stored for replay."""

from awsenv import records
from awsenv.errors import AwsenvError
from awsenv.profiles import read
from awsenv.profiles.account import of_key, of_profile
from awsenv.replay import Request
from awsenv.sessions import resolve

# Linux: one NAME=VALUE with its NUL may be 128 KiB at most (MAX_ARG_STRLEN), or no program starts.
LONGEST = 128 * 1024


class Chosen:
    """``variables`` to set; the ``account``, where it is known; whether they hold a key that does
    not end."""

    def __init__(self, variables: dict[str, str], account: str | None, long_lived: bool) -> None:
        self.variables = variables
        self.account = account
        self.long_lived = long_lived


def variables(request: Request, environ: dict[str, str]) -> Chosen:
    """What ``request`` sets. Raises ``AwsenvError``, too when that is not of its account."""
    sources = records.Sources(environ)
    profile = read.profile(request.profile, environ)
    if request.profile_only:
        chosen = Chosen(resolve.profile_only(profile, request.region), of_profile(profile), False)
        if profile.kind not in ("key", "temporary"):
            sources.keep(profile, chosen.account, resolve.profile_only(profile, ""))
    else:
        session = resolve.session(profile, request.region)
        known = of_key(session.access_key_id)
        if request.account and known is None:
            from awsenv.sessions import client

            known, _ = client.caller_identity(session, profile, environ)
        chosen = Chosen(session.variables(), known, session.session_token is None)
        sources.keep(profile, known, resolve.session(profile, "").variables())
    if request.account and chosen.account != request.account:
        of = f"of account {chosen.account}" if chosen.account else "of an account nobody can tell"
        raise AwsenvError(
            f"profile {request.profile} is {of}, not {request.account}", "awsenv list"
        )
    for name, value in (*chosen.variables.items(), ("AWSENV_PROFILE", request.profile)):
        _check(request.profile, name, value)
    return chosen


def _check(profile: str, name: str, value: str) -> None:
    if "\0" in value:
        raise AwsenvError(f"profile {profile}: {name} would hold a NUL byte", "take it out")
    if len(name) + len(value.encode("utf-8", "surrogateescape")) + 2 > LONGEST:
        raise AwsenvError(
            f"profile {profile}: {name} would be over 128 KiB, and then no program starts",
            "shorten it",
        )
