"""Which provider gives a profile its session. It goes by the profile's own kind alone and never
falls through to a container's, an instance's or a variable's credentials."""

from awsenv.environment import SETTINGS
from awsenv.errors import AwsenvError
from awsenv.profiles.profile import Profile
from awsenv.sessions.session import Session

_KINDS = {
    "role": "assumes a role",
    "web-identity": "assumes a role with a web identity",
    "sso": "signs in with IAM Identity Center",
    "mfa": "asks for an MFA code",
    "login": "signs in with aws login",
    "process": "runs a credential_process",
}


def session(profile: Profile, region: str = "") -> Session:
    """The session of ``profile``, in ``region`` instead of its own where one is given.

    Raises ``AwsenvError`` when the profile has none.
    """
    if profile.kind in _KINDS:
        raise AwsenvError(
            f"profile {profile.name} {_KINDS[profile.kind]}, which awsenv cannot do yet",
            f"awsenv use --profile-only {profile.name}",
        )
    access_key_id, secret_access_key, session_token = profile.key()
    return Session(
        profile=profile.name,
        access_key_id=access_key_id,
        secret_access_key=secret_access_key,
        session_token=session_token,
        expires=profile.expires if session_token else None,
        region=region or profile.get("region"),
        account_id=profile.get("aws_account_id") or profile.get("sso_account_id"),
        settings={
            variable: value
            for setting, variable in SETTINGS.items()
            if (value := profile.get(setting))
        },
    )


def profile_only(profile: Profile, region: str = "") -> dict[str, str]:
    """The variables that name ``profile`` and leave its credentials to each program."""
    values = {
        "AWS_PROFILE": profile.name,
        "AWS_REGION": region or profile.get("region"),
        "AWS_DEFAULT_REGION": region or profile.get("region"),
    }
    return {name: value for name, value in values.items() if value}
