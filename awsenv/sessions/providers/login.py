"""``login_session``: what ``aws login`` signed in to, through botocore's provider."""

from typing import Any

from awsenv.errors import AwsenvError
from awsenv.profiles.profile import Profile
from awsenv.sessions import deadline
from awsenv.sessions.context import Context
from awsenv.sessions.options import SessionOptions
from awsenv.sessions.session import Session


def session(profile: Profile, _: SessionOptions, context: Context, __: Session | None) -> Session:
    """The session of ``aws login``, renewed by botocore where it has to be. Raises ``AwsenvError``."""
    from botocore.credentials import LoginProvider
    from botocore.exceptions import BotoCoreError, MissingDependencyException

    provider: Any = LoginProvider(
        load_config=lambda: {"profiles": {profile.name: profile.settings()}},
        client_creator=lambda *_, **__: context.client("signin"),
        profile_name=profile.name,
    )

    def asked() -> tuple[Any, Any]:
        found = provider.load()
        return found, found.get_frozen_credentials()

    try:
        found, frozen = deadline.within(asked)
    except deadline.ExceededError:
        raise AwsenvError(f"profile {profile.name}: AWS does not answer", "try again") from None
    except MissingDependencyException:
        raise AwsenvError(
            f"profile {profile.name} signs in with aws login, which needs botocore's crt",
            "uv tool install 'awsenv[login]'",
        ) from None
    except BotoCoreError as error:
        what = f"profile {profile.name}: aws login has no session: {type(error).__name__}"
        raise AwsenvError(what, f"aws login --profile {profile.name}") from None
    return Session.of(
        profile,
        frozen.access_key,
        frozen.secret_key,
        frozen.token,
        found._expiry_time,
        frozen.account_id,
    )
