"""AssumeRole: a role's session, got with the session of its source."""

from typing import Any

from awsenv.aws import client
from awsenv.aws.context import Context
from awsenv.aws.options import SessionOptions
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError, UsageError
from awsenv.profiles.profile import Profile
from awsenv.sessions.providers.session_name import make_session_name

# Seconds; "AssumeRole" in the AWS STS API Reference.
MIN_DURATION, MAX_DURATION = 900, 43_200


def choose_duration(profile: Profile, options: SessionOptions) -> int:
    """Seconds to ask for; 0 leaves it to STS, an hour. Raises ``UsageError`` beyond its bounds."""
    wished = options.duration or profile.seconds("duration_seconds")
    if wished and not MIN_DURATION <= wished <= MAX_DURATION:
        what = f"profile {profile.name}: a role's session lasts 15m to 12h, not {wished} s"
        raise UsageError(what, "--duration 1h")
    return wished


def session(
    profile: Profile, options: SessionOptions, context: Context, source: Session | None
) -> Session:
    """One AssumeRole with ``source``, or what the AWS CLI has stored of the same.

    With a code of the device in ``options``, where ``source`` is a key that does not end: AWS takes
    none from a session. Raises ``AwsenvError``.
    """
    assert source is not None
    parameters = _build_parameters(profile, options)
    device = options.mfa_serial if source.session_token is None else ""
    if device:

        def get(code: str) -> Any:
            coded = {**parameters, "SerialNumber": device}
            return _assume(profile, source, coded, context, context.cli_cache, code)

        answer = context.with_code(device, profile, options, get)
    else:
        # Under the CLI's key of a role with a device only what was got with its code.
        cache = {} if profile.get("mfa_serial") else context.cli_cache
        answer = _assume(profile, source, parameters, context, cache)
    return Session.from_botocore(profile, answer).made_by("AssumeRole", source)


def load(profile: Profile, options: SessionOptions, context: Context, cache: Any) -> Session | None:
    """What the AWS CLI has stored of the same in ``cache``, with the profile's device where it has one:
    then a code was given."""
    parameters = _build_parameters(profile, options)
    if device := profile.get("mfa_serial"):
        parameters["SerialNumber"] = device

    def missing(*_: Any, **__: Any) -> Any:
        raise LookupError

    fetcher = _build_fetcher(profile, None, parameters, missing, missing, cache)
    try:
        return Session.from_botocore(profile, fetcher.fetch_credentials())
    except (LookupError, ValueError, TypeError):
        return None


def _build_parameters(profile: Profile, options: SessionOptions) -> dict[str, Any]:
    """What goes into the call beside the ARN. The settings of session tags and of the source's
    identity are aws-vault's; SDKs do not read them."""
    parameters: dict[str, Any] = {}
    if seconds := choose_duration(profile, options):
        parameters["DurationSeconds"] = seconds
    if external := profile.get("external_id"):
        parameters["ExternalId"] = external
    if name := profile.get("role_session_name"):
        parameters["RoleSessionName"] = name
    if tags := profile.get("session_tags"):
        parameters["Tags"] = [_build_tag(profile, pair) for pair in _list(tags)]
    if keys := profile.get("transitive_session_tags"):
        parameters["TransitiveTagKeys"] = _list(keys)
    if identity := profile.get("source_identity"):
        parameters["SourceIdentity"] = identity
    return parameters


def _list(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _build_tag(profile: Profile, pair: str) -> dict[str, str]:
    key, equals, value = pair.partition("=")
    if not equals or not key.strip():
        raise AwsenvError(
            f"profile {profile.name}: session_tags holds {pair}, which is not KEY=VALUE",
            "session_tags = team=web,stage=dev",
        )
    return {"Key": key.strip(), "Value": value.strip()}


def _assume(
    profile: Profile,
    source: Session,
    parameters: dict[str, Any],
    context: Context,
    cache: dict[str, Any],
    code: str = "",
) -> dict[str, Any]:
    """Through botocore's fetcher, which knows the AWS CLI's cache: its key, its form, its bounds."""
    fetcher = _build_fetcher(
        profile,
        source,
        parameters,
        lambda *_, **__: context.client("sts", source),
        lambda _: code,
        cache,
    )
    if "RoleSessionName" not in parameters:
        # Set when the cache's key has been made: with a name of its own nothing would be shared.
        fetcher._assume_kwargs["RoleSessionName"] = make_session_name()
    got: dict[str, Any] = client.call(profile, fetcher.fetch_credentials)
    return got


def _build_fetcher(
    profile: Profile,
    source: Session | None,
    parameters: dict[str, Any],
    client_creator: Any,
    prompter: Any,
    cache: Any,
) -> Any:
    from botocore.credentials import AssumeRoleCredentialFetcher, Credentials

    key = source or Session(profile.name, "", "")
    return AssumeRoleCredentialFetcher(
        client_creator,
        Credentials(key.access_key_id, key.secret_access_key, key.session_token),
        profile.get("role_arn") or "",
        extra_args=parameters,
        mfa_prompter=prompter,
        cache=cache,
    )
