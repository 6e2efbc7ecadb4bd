"""A session: credentials with a Region, an expiry, and what else the profile says."""

import shlex
from datetime import UTC, datetime
from typing import Any, NamedTuple

from awsenv.profiles import client_settings, timestamps
from awsenv.profiles.profile import KEYCHAIN, Profile
from awsenv.regions import check_region


class Origin(NamedTuple):
    """How a session was made: by which ``call`` of AWS's (empty: nobody knows; a key that stands there has none), whether
    ``from_session``, and not from a key that does not end, and of which ``sign_in`` (empty for none)."""

    call: str = ""
    from_session: bool = False
    sign_in: str = ""


class Session(NamedTuple):
    """What a shell is given to act as ``profile``.

    ``expires`` is in UTC, ``None`` for a plain key. ``settings`` maps variables' names to values
    (``awsenv.profiles.client_settings``).
    """

    profile: str
    access_key_id: str
    secret_access_key: str
    session_token: str | None = None
    expires: datetime | None = None
    region: str | None = None
    account_id: str | None = None
    settings: dict[str, str] = {}  # noqa: RUF012  # nobody changes it
    origin: Origin = Origin()

    @classmethod
    def from_profile(
        cls,
        profile: Profile,
        key_id: str,
        secret: str,
        token: str | None,
        expires: datetime | None,
        account: str | None = None,
    ) -> "Session":
        """Credentials, with what ``profile`` says besides; of ``account``, where who gave them says. Raises
        ``AwsenvError`` for a Region that is none."""
        region = profile.get("region")
        show = f"awsenv show {shlex.quote(profile.name)}"
        check_region(region or "", f"profile {profile.name}: {region}", show)
        return cls(
            profile=profile.name,
            access_key_id=key_id,
            secret_access_key=secret,
            session_token=token,
            expires=expires,
            region=region,
            account_id=account or profile.get("aws_account_id") or profile.get("sso_account_id"),
            settings=client_settings.list_variables(profile),
        )

    @classmethod
    def from_key(cls, profile: Profile) -> "Session":
        """The key that stands in the files, or that the keychain has. Raises ``AwsenvError`` where none
        does."""
        if profile.key_place is None and profile.direct(KEYCHAIN):
            from awsenv.aws import keychain

            return cls.from_profile(profile, profile.key_id, keychain.load(profile), None, None)
        key_id, secret, token = profile.key()
        return cls.from_profile(profile, key_id, secret, token, profile.expires if token else None)

    @classmethod
    def from_sts(cls, profile: Profile, answer: dict[str, Any]) -> "Session":
        """The Credentials of an answer of STS's."""
        got = answer["Credentials"]
        return cls.from_profile(
            profile,
            got["AccessKeyId"],
            got["SecretAccessKey"],
            got["SessionToken"],
            got["Expiration"],
        )

    @classmethod
    def from_botocore(cls, profile: Profile, got: dict[str, Any]) -> "Session":
        """Credentials as botocore's fetchers give them. Raises ``ValueError`` for an end that is none."""
        end = got.get("expiry_time")
        expires = None if end is None else timestamps.parse_end(end)
        key_id, secret, token = got["access_key"], got["secret_key"], got["token"]
        account = got.get("account_id")
        return cls.from_profile(
            profile, key_id, secret, token, expires, str(account) if account else None
        )

    def made_by(self, call: str, source: "Session | None" = None, sign_in: str = "") -> "Session":
        """This session as one that ``call`` made, with that of a ``source``."""
        from_session = source is not None and source.session_token is not None
        return self._replace(
            origin=Origin(call, from_session, sign_in or (source.origin.sign_in if source else ""))
        )

    def __repr__(self) -> str:
        # It ends up in tracebacks: never the secret.
        return f"<Session of {self.profile!r}>"

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
        }
        return {name: value for name, value in values.items() if value} | self.settings


def _rfc3339(moment: datetime) -> str:
    """With a zone and without fractions: what the AWS CLI's export-credentials writes."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
