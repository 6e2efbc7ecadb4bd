"""Which session opens the console as a profile: AWS's sign-in takes those of roles and of GetFederationToken alone
("Compare AWS STS credentials" in the IAM User Guide), whatever the profile gives to tools."""

import shlex
from typing import NamedTuple

from awsenv.aws import client
from awsenv.aws.options import Prompter, SessionOptions
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError, UsageError
from awsenv.profiles.profile import STORED_OF, Profile
from awsenv.profiles.read import Profiles
from awsenv.records import AwsFiles
from awsenv.sessions.store import SessionStore
from awsenv.variables import remove_session

# May do all that the key may: the policy of a federated session only takes away.
_ALL = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'
# Seconds; GetFederationToken in the AWS STS API Reference, SessionDuration in the IAM User Guide.
_MIN, _MAX_FEDERATED, _MAX_ROLE = 900, 129_600, 43_200


class ConsoleSession(NamedTuple):
    """``session`` opens the console, for ``seconds`` where that has to be said of it (0: as long as it lasts); ``arn`` is
    whom it acts as, where that is known."""

    session: Session
    seconds: int
    arn: str


def get_session(
    profile: Profile,
    seconds: int,
    options: SessionOptions,
    prompter: Prompter,
    environ: dict[str, str],
) -> ConsoleSession:
    """The session that opens the console as ``profile``, for ``seconds`` (0: as long as it may be). Raises
    ``AwsenvError``; where AWS would refuse, before it is asked. Of a ``profile`` without a name it is the key of the shell
    itself."""
    if not profile.name:
        mine = remove_session(environ)
        secret, given = mine.get("AWS_SECRET_ACCESS_KEY", ""), mine.get("AWS_SESSION_TOKEN")
        session = Session("", mine.get("AWS_ACCESS_KEY_ID", ""), secret, given or None)
        _check_duration(seconds, _MAX_ROLE if given else _MAX_FEDERATED)
        if given:
            return ConsoleSession(session, seconds, "")
        return federate(session, profile, seconds, environ)
    if profile.kind in ("key", "mfa") and not options.role_arn:
        _check_duration(seconds, _MAX_FEDERATED)
        # AWS takes no session of GetSessionToken, with a code or without.
        options = SessionOptions(plain=True)
    else:
        _check_duration(seconds, _MAX_ROLE)
    profiles = Profiles(environ)
    of = profiles.get(profile.get(STORED_OF) or "") if profile.kind == "temporary" else None
    if of is not None and of.kind in ("key", "mfa"):
        raise refuse_session(profile)
    store = SessionStore(AwsFiles(environ), profiles, environ, prompter)
    session = store.get(profile, options)
    if session.session_token is None:
        return federate(session, profile, seconds, environ)
    if seconds and session.origin.from_session:
        what = f"the role of profile {profile.name} comes from a session, and AWS opens its console for as long as it lasts itself"  # fmt: skip
        raise UsageError(what, f"awsenv console {shlex.quote(profile.name)}, without --duration")
    if session.origin.call == "GetSessionToken":
        raise refuse_session(profile)
    return ConsoleSession(session, seconds, "")


def federate(
    session: Session, profile: Profile, seconds: int, environ: dict[str, str]
) -> ConsoleSession:
    """A session of a key that does not end which the sign-in takes: one GetFederationToken, with all that the key may
    do. Raises ``AwsenvError``."""
    from botocore.exceptions import ClientError

    sts = client.create_client("sts", session, profile, environ)
    more = {"DurationSeconds": seconds} if seconds else {}

    def ask() -> object:
        try:
            return sts.get_federation_token(Name="awsenv", Policy=_ALL, **more)
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "AccessDenied":
                raise
            what = f"profile {profile.name}: its user may not call GetFederationToken, by which a key opens the console"
            raise AwsenvError(what, "a role's profile: awsenv list --kind role") from None

    answer = client.call(profile, ask)
    found = Session.from_sts(profile, answer).made_by("GetFederationToken", session)
    return ConsoleSession(found, 0, str(answer.get("FederatedUser", {}).get("Arn", "")))


def refuse_session(profile: Profile) -> AwsenvError:
    """The error for a session that no console opens for."""
    of = shlex.quote(profile.get(STORED_OF) or "PROFILE")
    what = f"the session of profile {profile.name} opens no console: AWS's sign-in takes none of GetSessionToken"
    return AwsenvError(what, f"awsenv console {of}, which is the key itself, or a role's")


def _check_duration(seconds: int, most: int) -> None:
    if seconds and not _MIN <= seconds <= most:
        raise UsageError(f"the console is open for 15m to {most // 3600}h", "--duration 1h")
