"""AssumeRole: a role's session, got with the session of its source."""

import getpass
import os
import re
import socket
from functools import partial
from typing import Any

from awsenv.errors import AwsenvError, UsageError
from awsenv.files import reading
from awsenv.profiles.profile import Profile
from awsenv.sessions import mfa, resolve
from awsenv.sessions.session import Session
from awsenv.sessions.terms import Terms

# Seconds; "AssumeRole" in the AWS STS API Reference.
SHORTEST, LONGEST, CHAINED = 900, 43_200, 3_600


def arn(profile: Profile) -> str:
    """The role's ARN."""
    return profile.get("role_arn") or ""


def duration(profile: Profile, terms: Terms) -> int:
    """Seconds to ask for; 0 leaves it to STS, an hour. Raises ``UsageError`` beyond its bounds."""
    text = profile.get("duration_seconds") or ""
    wished = terms.duration or (int(text) if text.isdigit() else 0)
    if wished and not SHORTEST <= wished <= LONGEST:
        what = f"profile {profile.name}: a role's session lasts 15m to 12h, not {wished} s"
        raise UsageError(what, "--duration 1h")
    return wished


def codes_itself(profile: Profile, terms: Terms) -> bool:
    """Whether the code goes with AssumeRole: a role that is assumed from a session has an hour."""
    return bool(profile.get("mfa_serial")) and duration(profile, terms) > CHAINED


def session(
    profile: Profile, source: Session, terms: Terms, environ: dict[str, str], shared: bool
) -> Session:
    """One AssumeRole with ``source``, or what the AWS CLI has stored of the same.

    ``shared``: whether what is stored there provably came from this source. Raises ``AwsenvError``.
    """
    wish: dict[str, Any] = {}
    if seconds := duration(profile, terms):
        wish["DurationSeconds"] = seconds
    if external := profile.get("external_id"):
        wish["ExternalId"] = external
    if name := profile.get("role_session_name"):
        wish["RoleSessionName"] = name
    if codes_itself(profile, terms):
        device = profile.get("mfa_serial") or ""

        def get(code: str) -> Any:
            coded = {**wish, "SerialNumber": device}
            return _assumed(profile, source, coded, terms, environ, False, code)

        answer = mfa.with_code(device, profile, terms, environ, get)
    else:
        answer = _assumed(profile, source, wish, terms, environ, shared)
    return resolve.of_credentials(profile, answer)


def web_session(profile: Profile, terms: Terms, environ: dict[str, str]) -> Session:
    """One AssumeRoleWithWebIdentity with the token in the profile's file."""
    from awsenv.sessions import client

    path = profile.get("web_identity_token_file") or ""
    try:
        token = reading.read_text(os.path.expanduser(path)).strip()
    except OSError as error:
        what = f"profile {profile.name}: its web identity token cannot be read: {error.strerror}"
        raise AwsenvError(what, f"ls -l {path}") from None
    wish: dict[str, Any] = {
        "RoleArn": arn(profile),
        "RoleSessionName": profile.get("role_session_name") or _who(),
        "WebIdentityToken": token,
    }
    if seconds := duration(profile, terms):
        wish["DurationSeconds"] = seconds
    sts = client.client("sts", None, profile, environ)
    answer = client.call(profile, partial(sts.assume_role_with_web_identity, **wish))
    return resolve.of_answer(profile, answer)


def _assumed(
    profile: Profile,
    source: Session,
    wish: dict[str, Any],
    terms: Terms,
    environ: dict[str, str],
    shared: bool,
    code: str = "",
) -> dict[str, Any]:
    """Through botocore's fetcher, which knows the AWS CLI's cache: its key, its form, its bounds."""
    from botocore.credentials import AssumeRoleCredentialFetcher, Credentials

    from awsenv.sessions import cli_caches, client

    cache = cli_caches.roles(environ, read=shared and not terms.fresh) if shared else {}
    fetcher = AssumeRoleCredentialFetcher(
        lambda *_, **__: client.client("sts", source, profile, environ),
        Credentials(source.access_key_id, source.secret_access_key, source.session_token),
        arn(profile),
        extra_args=wish,
        mfa_prompter=lambda _: code,
        cache=cache,
    )
    if "RoleSessionName" not in wish:
        # Set when the cache's key has been made: with a name of its own nothing would be shared.
        fetcher._assume_kwargs["RoleSessionName"] = _who()  # type: ignore[attr-defined]
    got: dict[str, Any] = client.call(profile, fetcher.fetch_credentials)
    return got


def _who() -> str:
    """Who and where, in the alphabet of STS's session names."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    name = re.sub(r"[^\w+=,.@-]", "-", f"awsenv-{user}-{socket.gethostname()}", flags=re.ASCII)
    return name[:64]
