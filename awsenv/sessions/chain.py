"""Where a profile's credentials come from, walked as botocore does (``credentials.AssumeRoleProvider``).

What SDKs do not: a code is asked for a plain key, too. A role over a key and a device takes the key's
session, so that ten roles take one code; where that would not do, since a role has an hour when it
is assumed from a session, the code goes with AssumeRole.
"""

import shlex
from collections.abc import Iterator

from awsenv.aws.options import SessionOptions
from awsenv.digests import sha256
from awsenv.errors import AwsenvError
from awsenv.profiles.profile import Profile
from awsenv.profiles.read import Profiles

# Seconds; "Role chaining" in the IAM User Guide.
CHAINED = 3_600
# What a session depends on, besides its source: an edit of anything else costs no call and no code.
DEPENDS = (
    "role_arn",
    "external_id",
    "role_session_name",
    "duration_seconds",
    "mfa_serial",
    "credential_source",
    "web_identity_token_file",
    "credential_process",
    "login_session",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
    "sso_role_name",
    "session_tags",
    "transitive_session_tags",
    "source_identity",
)
# Those that are got out of a key in the files, or are it.
OF_KEY = ("key", "temporary", "mfa", "none")


class Chain:
    """The chains of ``profiles``."""

    def __init__(self, profiles: Profiles) -> None:
        self._profiles = profiles

    def source(self, profile: Profile) -> Profile | None:
        """The profile that the role ``profile`` takes its credentials from; ``None`` where they are those of
        its ``credential_source``. Raises ``AwsenvError``."""
        name, other = profile.get("source_profile"), profile.get("credential_source")
        show = f"awsenv show {shlex.quote(profile.name)}"
        if name is not None and other is not None:
            raise AwsenvError(
                f"profile {profile.name} has both source_profile and credential_source", show
            )
        if name is None and other is None:
            raise AwsenvError(
                f"profile {profile.name} assumes a role and says with whose credentials nowhere",
                "source_profile = NAME",
            )
        if name is None:
            return None
        found = profile if name == profile.name else self._profiles.get(name)
        if found is None:
            what = f"profile {profile.name}: its source_profile {name} does not exist"
            raise self._profiles.explain_missing(name, what)
        source = found.as_role_source()
        if source is profile:
            profile.key()  # says that it holds none
        return source

    def walk(self, profile: Profile) -> Iterator[Profile]:
        """``profile`` and its sources, down to the one that needs none. Raises ``AwsenvError`` for a
        circle, and for a source that is not there."""
        above: list[str] = []
        each: Profile | None = profile
        while each is not None:
            yield each
            if each.kind != "role":
                return
            source = self.source(each)
            # A profile may be its own source by the key that it holds, but not one further up.
            if source is not None and source.name in above:
                circle = " → ".join([*above, each.name, source.name])
                raise AwsenvError(
                    f"source profiles go round in a circle: {circle}", f"awsenv show {source.name}"
                )
            above.append(each.name)
            each = source

    def depends(self, profile: Profile) -> list[str]:
        """What the session of ``profile`` depends on, down to the key. Raises as ``walk`` does."""
        found = []
        for each in self.walk(profile):
            if each.kind in OF_KEY:
                found += [each.kind, each.key_id, each.get("mfa_serial") or ""]
            else:
                found += [each.kind, *(each.get(name) or "" for name in DEPENDS)]
        return found

    def binding(self, profile: Profile, options: SessionOptions, given: Profile) -> str:
        """What a record of that session is bound to. ``given`` is another than ``profile`` where its
        session is that of a role which no profile has."""
        parts = [options.variant, *self.depends(given)]
        if given is not profile:
            parts += [profile.get(name) or "" for name in DEPENDS]
        return sha256("\0".join(parts))

    def is_only(self, profile: Profile) -> bool:
        """Whether no other profile assumes the role of ``profile`` with another source."""
        role = _cached_by(profile)
        own = self.depends(profile)
        for other in self._profiles.all().values():
            if other.kind == "role" and _cached_by(other) == role:
                try:
                    if self.depends(other) != own:
                        return False
                except AwsenvError:
                    return False
        return True


def _cached_by(profile: Profile) -> list[str | int | None]:
    """What the AWS CLI's cache knows a role's session by (``AssumeRoleCredentialFetcher``)."""
    names = ("role_arn", "external_id", "role_session_name", "mfa_serial")
    return [*(profile.get(name) for name in names), profile.seconds("duration_seconds")]


def split(
    profile: Profile, source: Profile | None, options: SessionOptions, seconds: int
) -> tuple[SessionOptions, SessionOptions]:
    """How the role ``profile`` of ``seconds`` is wanted, and how the session of its ``source``: which
    of the two takes the code of the device that one of them names."""
    key = source if source is not None and source.kind in ("key", "mfa") else None
    device = options.mfa_serial or profile.get("mfa_serial") or ""
    own = (key.get("mfa_serial") or "") if key else ""
    device = device or own
    process = _find_mfa_process(device, profile, key)
    if device and (key is None or seconds > CHAINED):
        of_source = options.of_source(profile.name, plain=key is not None)
        return options._replace(mfa_serial=device, mfa_process=process), of_source
    # A source that asks for the same device by itself has the session that serves.
    serial = "" if device == own else device
    of_source = options.of_source(profile.name, serial, process=process)
    return options._replace(mfa_serial=""), of_source


def _find_mfa_process(device: str, *chain: Profile | None) -> str:
    """The command that prints codes of ``device``: that of the profile of ``chain`` that names the device, else of one
    that names no other."""
    found = [each for each in chain if each is not None and each.get("mfa_process")]
    for serials in ((device,), (None, "")):
        for each in found:
            if each.get("mfa_serial") in serials:
                return each.get("mfa_process") or ""
    return ""
