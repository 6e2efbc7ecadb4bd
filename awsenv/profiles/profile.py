"""A profile: one name's settings out of the two AWS files, and what kind of session it gives."""

from datetime import datetime

from awsenv.errors import AwsenvError
from awsenv.profiles import timestamps
from awsenv.profiles.ini import Section

ACCESS_KEY = "aws_access_key_id"
SECRET_KEY = "aws_secret_access_key"
# In the order in which botocore looks (credentials.SharedCredentialProvider.TOKENS).
TOKENS = ("aws_security_token", "aws_session_token")


# Where tools that store temporary keys put their end: saml2aws and gimme-aws-creds, aws-azure-login,
# aws-adfs, aws-mfa. The first is what we write.
ENDS = ("x_security_token_expires", "aws_expiration", "aws_session_expiration", "expiration")
EXPIRES = ENDS[0]
# Where login --save-as says whose session it stored.
STORED_OF = "awsenv_session_of"
# The ID of a key that lies in the keychain (``awsenv.aws.keychain``).
KEYCHAIN = "awsenv_keychain"
# What makes a profile that holds a key one that assumes a role with it.
_OF_ROLE = frozenset(("role_arn", "source_profile", "credential_source", "mfa_serial"))
# What include_profile does not bring along: keys, and what it includes itself.
_NOT_INCLUDED = frozenset((ACCESS_KEY, SECRET_KEY, *TOKENS, "include_profile"))
KINDS = ("key", "temporary", "mfa", "role", "web-identity", "sso", "process", "login", "none")


class Profile:
    """``credentials`` and ``config`` are its parts in the two files, or ``None``; ``included`` those of
    the profiles that it takes settings from (aws-vault's ``include_profile``), the nearest first;
    ``services_place`` the ``[services NAME]`` that it names. ``variant`` is empty for the whole of it;
    ``missing_reference`` names what it points at that is not there; ``default`` is ``[default]``, for any other profile."""

    __slots__ = (
        "_kind",
        "config",
        "credentials",
        "default",
        "included",
        "missing_reference",
        "name",
        "services_place",
        "variant",
    )
    # All from one file, never mixed (credentials._extract_creds_from_mapping).
    OF_KEY = frozenset((ACCESS_KEY, SECRET_KEY, *TOKENS))

    def __init__(self, name: str, credentials: Section | None, config: Section | None) -> None:
        self.name = name
        self.credentials = credentials
        self.config = config
        self.included: tuple[Section, ...] = ()
        self.services_place: Section | None = None
        self.default: Profile | None = None
        self.variant = self.missing_reference = self._kind = ""

    def direct(self, option: str) -> str | None:
        """What its own sections say of ``option``; the credentials file wins, as in botocore's
        ``full_config``."""
        for place in (self.credentials, self.config):
            if place is not None and option in place.options:
                return place.options[option][0]
        return None

    def get(self, option: str) -> str | None:
        """The value of ``option``, its own or an included one."""
        # As ``direct`` has it, without the call: of 10,000 profiles a list asks 100,000 times.
        for place in (self.credentials, self.config):
            if place is not None and option in place.options:
                return place.options[option][0]
        for place in self.included:
            if option in place.options and option not in _NOT_INCLUDED:
                return place.get(option)
        return None

    def seconds(self, option: str) -> int:
        """The value of ``option`` as a number; 0 where it is none, as botocore takes it."""
        try:
            return int(self.get(option) or "")
        except ValueError:
            return 0

    def settings(self) -> dict[str, str]:
        """Every option with its value, as ``get`` would answer."""
        names: dict[str, None] = {}
        for place in (self.config, self.credentials, *self.included):
            names |= dict.fromkeys(place.options if place is not None else ())
        found = {name: self.get(name) for name in names}
        return {name: value for name, value in found.items() if value is not None}

    def services(self) -> dict[str, dict[str, dict[str, str]]]:
        """The ``[services NAME]`` that it names, by that name: service → setting → value. Empty where
        it names none; without the name where that is not there, which botocore refuses."""
        name = self.get("services")
        if name is None or self.services_place is None:
            return {}
        found: dict[str, dict[str, str]] = {}
        for service, (value, _, _) in self.services_place.options.items():
            lines = [line.partition("=") for line in value.split("\n") if "=" in line]
            found[service] = {option.strip(): text.strip() for option, _, text in lines}
        return {name: found}

    @property
    def expires(self) -> datetime | None:
        """When the temporary key that stands in the files ends, in UTC, if that stands there."""
        place = self.key_place
        texts = filter(None, map(place.get, ENDS)) if place else ()
        return next(filter(None, map(timestamps.parse_stored_end, texts)), None)

    @property
    def key_place(self) -> Section | None:
        """The file's part that the key is taken from."""
        if self._holds_key(self.credentials):
            return self.credentials
        return self.config if self._holds_key(self.config) else None

    @property
    def kind(self) -> str:
        """``role``, ``web-identity``, ``sso``, ``mfa``, ``temporary``, ``key``, ``login``,
        ``process`` or ``none``: what botocore's first provider with an answer would be
        (``credentials.create_credential_resolver``), and what an ``mfa_serial`` makes of it.

        Looked for once: its sections do not change, and of 10,000 profiles a list asks three times."""
        self._kind = self._kind or self._find_kind()
        return self._kind

    def _find_kind(self) -> str:
        if self.get("role_arn") is not None:
            web = self.get("web_identity_token_file") is not None
            return "web-identity" if web else "role"
        if self.get("sso_account_id") is not None or self.get("sso_role_name") is not None:
            return "sso"
        if self._holds_key(self.credentials):
            return self._key_kind()
        if self.direct(KEYCHAIN) is not None:
            return self._key_kind()
        if self.get("login_session") is not None:
            return "login"
        if self.get("credential_process") is not None:
            return "process"
        return self._key_kind() if self._holds_key(self.config) else "none"

    def as_role_source(self) -> "Profile":
        """What it is as another profile's source, or its own: where it holds a key beside its role,
        the chain ends at the key (``AssumeRoleProvider._resolve_credentials_from_profile`` of botocore)."""
        if self.kind != "role" or self.key_place is None:
            return self
        parts = [place and place.without(_OF_ROLE) for place in (self.credentials, self.config)]
        found = self.with_parts(*parts)
        found.included = tuple(place.without(_OF_ROLE) for place in self.included)
        found.variant = "as its source"
        return found

    def with_parts(self, credentials: Section | None, config: Section | None) -> "Profile":
        """This profile with other sections in the two files."""
        found = Profile(self.name, credentials, config)
        found.included, found.missing_reference, found.default = (
            self.included,
            self.missing_reference,
            self.default,
        )
        found.services_place = self.services_place
        return found

    @property
    def key_id(self) -> str:
        """The ID of its key, wherever that lies. Raises ``AwsenvError`` where it has none."""
        kept = self.direct(KEYCHAIN) if self.key_place is None else None
        return kept or self.key()[0]

    def key(self) -> tuple[str, str, str | None]:
        """Key ID, secret and session token, all from the one file that holds the key ID.

        Raises ``AwsenvError`` when there is no key or half a key.
        """
        place = self.key_place
        if place is not None:
            key_id, secret = place.get(ACCESS_KEY), place.get(SECRET_KEY)
            for half, value in ((ACCESS_KEY, key_id), (SECRET_KEY, secret)):
                if not value:
                    state = "is missing" if value is None else "is empty"
                    raise AwsenvError(
                        f"profile {self.name} ({place}) has half a key: {half} {state}",
                        f"add it there: {half} = …",
                    )
            token = next((found for each in TOKENS if (found := place.get(each)) is not None), None)
            return key_id or "", secret or "", token or None
        where = " and ".join(str(p) for p in (self.credentials, self.config) if p is not None)
        secret_only = self.get(SECRET_KEY) is not None
        what = f"half a key: {ACCESS_KEY} is missing" if secret_only else "no access key"
        raise AwsenvError(
            f"profile {self.name} ({where}) has {what}", f"aws configure --profile {self.name}"
        )

    def _key_kind(self) -> str:
        place = self.key_place
        if place is not None and any(map(place.get, TOKENS)):
            return "temporary"  # whatever device stands beside it: AWS takes no code from a session
        return "key" if self.get("mfa_serial") is None else "mfa"

    @staticmethod
    def _holds_key(place: Section | None) -> bool:
        return place is not None and ACCESS_KEY in place.options
