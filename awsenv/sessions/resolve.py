"""Which provider gives a profile its session. It goes by the profile's own kind alone and never
falls through to a container's, an instance's or a variable's credentials."""

import shlex
from datetime import datetime

from awsenv.environment import SETTINGS
from awsenv.errors import AwsenvError
from awsenv.profiles.profile import Profile
from awsenv.sessions import mfa
from awsenv.sessions.session import Session
from awsenv.sessions.terms import Terms

_KINDS = {
    "role": "assumes a role",
    "web-identity": "assumes a role with a web identity",
    "sso": "signs in with IAM Identity Center",
    "login": "signs in with aws login",
    "process": "runs a credential_process",
}


def lasting(profile: Profile, terms: Terms) -> bool:
    """Whether ``profile`` has its key in the files, and nothing is to be got for it."""
    if profile.kind == "mfa":
        return terms.plain
    return profile.kind in ("key", "temporary", "none") and not (terms.session or terms.variant)


def check(profile: Profile) -> None:
    """Refuse a profile of a kind that nothing here resolves. Raises ``AwsenvError``."""
    if profile.kind in _KINDS:
        raise AwsenvError(
            f"profile {profile.name} {_KINDS[profile.kind]}, which awsenv cannot do yet",
            f"awsenv use --profile-only {shlex.quote(profile.name)}",
        )


def session(profile: Profile, terms: Terms, environ: dict[str, str]) -> Session:
    """The session of ``profile``. Raises ``AwsenvError`` when it has none."""
    return key(profile) if lasting(profile, terms) else mfa.session(profile, terms, environ)


def needs_person(profile: Profile, terms: Terms) -> bool:
    """Whether somebody has to be asked before ``profile`` has a session."""
    return not lasting(profile, terms) and mfa.needs_person(profile, terms)


def key(profile: Profile) -> Session:
    """The key that stands in the files."""
    access_key_id, secret_access_key, session_token = profile.key()
    expires = profile.expires if session_token else None
    return of_profile(profile, access_key_id, secret_access_key, session_token, expires)


def of_profile(
    profile: Profile, key_id: str, secret: str, token: str | None, expires: datetime | None
) -> Session:
    """Credentials with what ``profile`` says besides."""
    return Session(
        profile=profile.name,
        access_key_id=key_id,
        secret_access_key=secret,
        session_token=token,
        expires=expires,
        region=profile.get("region"),
        account_id=profile.get("aws_account_id") or profile.get("sso_account_id"),
        settings={
            variable: value
            for setting, variable in SETTINGS.items()
            if (value := profile.get(setting))
        },
    )


def profile_only(profile: Profile) -> dict[str, str]:
    """The variables that name ``profile`` and leave its credentials to each program."""
    region = profile.get("region")
    values = {"AWS_PROFILE": profile.name, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}
    return {name: value for name, value in values.items() if value}
