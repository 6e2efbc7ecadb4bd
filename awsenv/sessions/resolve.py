"""Which provider gives a profile its session. It goes by the profile's own kind alone and never
falls through to a container's, an instance's or a variable's credentials."""

import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from awsenv.environment import SETTINGS, without_session
from awsenv.errors import AwsenvError
from awsenv.profiles.profile import Profile
from awsenv.sessions import deadline, mfa
from awsenv.sessions.session import Session
from awsenv.sessions.terms import Terms

# How a source's session is had: by its profile's name (empty: the profile itself) and terms.
Source = Callable[[str, Terms], Session]


def lasting(profile: Profile, terms: Terms) -> bool:
    """Whether ``profile`` has its key in the files, and nothing is to be got for it."""
    if terms.role_arn:
        return False
    if profile.kind == "mfa":
        return terms.plain
    return profile.kind in ("key", "temporary", "none") and not terms.variant


def check(profile: Profile, environ: dict[str, str]) -> None:
    """Refuse a profile that nothing here can resolve. Raises ``AwsenvError``."""
    if profile.kind == "process":
        from awsenv.sessions import process

        process.check(profile, environ)


def session(
    profile: Profile, terms: Terms, environ: dict[str, str], source: Source, shared: bool
) -> Session:
    """The session of ``profile``, a role's with the session that ``source`` gives.

    ``shared``: whether the AWS CLI's cache may be believed. Raises ``AwsenvError``.
    """
    if lasting(profile, terms):
        return key(profile)
    if profile.kind in ("key", "temporary", "mfa", "none") and not terms.role_arn:
        return mfa.session(profile, terms, environ)
    from awsenv.sessions import process, role

    if profile.kind == "sso":
        from awsenv.sessions import sso

        return sso.session(profile, terms, environ)
    if profile.kind == "web-identity":
        return role.web_session(profile, terms, environ)
    if profile.kind == "process":
        return process.session(profile, terms, environ)
    if profile.kind == "login":
        return process.login_session(profile, environ)
    name = profile.get("source_profile")
    if name is None:
        return role.session(profile, surrounding(profile, environ), terms, environ, False)
    serial = profile.get("mfa_serial") or ""
    plain = role.codes_itself(profile, terms)
    base = source(name, terms.of_source(profile.name, "" if plain else serial, plain))
    return role.session(profile, base, terms, environ, shared and not serial)


def surrounding(profile: Profile, environ: dict[str, str]) -> Session:
    """The credentials that ``credential_source`` names: a variable's, a container's, an instance's."""
    from botocore.credentials import (
        CanonicalNameCredentialSourcer,
        ContainerProvider,
        EnvProvider,
        InstanceMetadataProvider,
    )
    from botocore.exceptions import BotoCoreError
    from botocore.utils import InstanceMetadataFetcher

    name = profile.get("credential_source") or ""
    own = without_session(environ)
    fetcher = InstanceMetadataFetcher(timeout=1, num_attempts=2)
    sources = [EnvProvider(own), ContainerProvider(own), InstanceMetadataProvider(fetcher)]
    show = f"awsenv show {shlex.quote(profile.name)}"

    def asked() -> Any:
        found: Any = CanonicalNameCredentialSourcer(sources).source_credentials(name)
        return found and found.get_frozen_credentials()

    what = f"profile {profile.name}: credential_source {name}"
    try:
        frozen = deadline.within(asked)
    except deadline.ExceededError:
        raise AwsenvError(f"{what} does not answer", show) from None
    except BotoCoreError as error:
        raise AwsenvError(f"{what}: {type(error).__name__}", show) from None
    if not frozen:
        raise AwsenvError(f"{what} has no credentials", show)
    return of_profile(profile, frozen.access_key, frozen.secret_key, frozen.token, None)


def needs_person(profile: Profile, terms: Terms) -> bool:
    """Whether somebody has to be asked before ``profile`` has a session."""
    own = profile.kind in ("key", "temporary", "mfa", "none") and not terms.role_arn
    return own and not lasting(profile, terms) and mfa.needs_person(profile, terms)


def key(profile: Profile) -> Session:
    """The key that stands in the files."""
    access_key_id, secret_access_key, session_token = profile.key()
    expires = profile.expires if session_token else None
    return of_profile(profile, access_key_id, secret_access_key, session_token, expires)


def of_answer(profile: Profile, answer: dict[str, Any]) -> Session:
    """The Credentials of an answer of STS's."""
    got = answer["Credentials"]
    return of_profile(
        profile, got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"], got["Expiration"]
    )


def of_credentials(profile: Profile, got: dict[str, Any]) -> Session:
    """Credentials as botocore's fetchers and ``credential_process`` give them."""
    end = got.get("expiry_time")
    moment = None
    if end:
        # The AWS CLI's cache ends in UTC, which no standard knows.
        moment = (
            datetime.fromisoformat(end.replace("UTC", "+00:00")) if isinstance(end, str) else end
        )
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return of_profile(profile, got["access_key"], got["secret_key"], got["token"], moment)


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
