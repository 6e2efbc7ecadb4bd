"""A session: credentials with a Region, an expiry, and what else the profile says."""

from dataclasses import dataclass, field
from datetime import UTC, datetime


@dataclass(frozen=True)
class Session:
    """What a shell is given to act as ``profile``.

    ``expires`` is in UTC, ``None`` for a plain key. ``settings`` maps variables' names to values
    (``awsenv.environment.SETTINGS``).
    """

    profile: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)
    expires: datetime | None = None
    region: str | None = None
    account_id: str | None = None
    settings: dict[str, str] = field(default_factory=dict)

    def variables(self) -> dict[str, str]:
        """The variables that this session sets, by name. Holds the secret: never to be shown."""
        values = {
            "AWS_ACCESS_KEY_ID": self.access_key_id,
            "AWS_SECRET_ACCESS_KEY": self.secret_access_key,
            "AWS_SESSION_TOKEN": self.session_token,
            "AWS_CREDENTIAL_EXPIRATION": self.expires and _rfc3339(self.expires),
            "AWS_ACCOUNT_ID": self.account_id,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            **self.settings,
        }
        return {name: value for name, value in values.items() if value}


def _rfc3339(moment: datetime) -> str:
    """With a zone and without fractions: what the AWS CLI's export-credentials writes."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
