"""Clients of AWS for our own calls: botocore, with the profile's settings and bounded in time."""

import os
from typing import Any

import botocore.config
import botocore.exceptions
import botocore.session

from awsenv.environment import SET
from awsenv.errors import AwsenvError
from awsenv.profiles.profile import Profile
from awsenv.sessions.session import Session

# Seconds. Three tries and what lies between them end within 30 s.
_CONFIG = botocore.config.Config(
    connect_timeout=5, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"}
)


class _ProfileSession(botocore.session.Session):
    """A botocore session that knows one profile and reads no file for it."""

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile=profile.name)
        self._of = {profile.name: profile.settings()}

    @property
    def full_config(self) -> Any:
        return {"profiles": self._of, "sso_sessions": {}, "services": {}}


def caller_identity(session: Session, profile: Profile, environ: dict[str, str]) -> tuple[str, str]:
    """Account and ARN of ``session``, asked with one GetCallerIdentity. Raises ``AwsenvError``."""
    # What an earlier `use` put into this shell is not the user's wish: not its endpoint, its
    # Region or its CA.
    for name in environ.get(SET, "").split():
        os.environ.pop(name, None)
    try:
        client: Any = _ProfileSession(profile).create_client(
            "sts",
            region_name=session.region or "us-east-1",
            aws_access_key_id=session.access_key_id,
            aws_secret_access_key=session.secret_access_key,
            aws_session_token=session.session_token,
            config=_CONFIG,
        )
        told = client.get_caller_identity()
        return told["Account"], told["Arn"]
    except botocore.exceptions.ClientError as error:
        told = error.response["Error"]
        raise AwsenvError(
            f"profile {profile.name}: STS refused its key: {told.get('Code')}",
            f"awsenv show {profile.name}",
        ) from None
    except botocore.exceptions.BotoCoreError as error:
        raise AwsenvError(
            f"profile {profile.name}: STS cannot be asked who it is: {type(error).__name__}",
            "try again, or look at the network",
        ) from None
