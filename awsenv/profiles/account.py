"""The account that a profile is of, as far as it can be told without a call."""

import base64
import binascii

from awsenv.profiles.profile import Profile


def of_key(key_id: str) -> str | None:
    """The account that a key ID carries; ``None`` when it carries none.

    Base32 behind the four letters; the first six bytes hold the account in 40 bits behind a set
    bit. Keys from before 2019 lack that bit (their fifth character is below ``Q``).
    """
    if len(key_id) != 20 or key_id[:4] not in ("AKIA", "ASIA"):
        return None
    try:
        head = int.from_bytes(base64.b32decode(key_id[4:])[:6], "big")
    except (binascii.Error, ValueError):
        return None
    return f"{(head & 0x7FFFFFFFFF80) >> 7:012d}" if head >> 47 else None


def of_profile(profile: Profile) -> str | None:
    """The account by the profile's kind: its role's, that of a sign-in, or its key's."""
    if profile.kind in ("role", "web-identity"):
        # arn:aws:iam::123456789012:role/NAME
        return _of_arn(profile.get("role_arn"))
    if profile.kind == "login":
        # arn:aws:iam::123456789012:user/NAME, or the ARN of an assumed role
        return _of_arn(profile.get("login_session"))
    if profile.kind == "sso":
        return profile.get("sso_account_id")
    if profile.kind in ("key", "temporary", "mfa"):
        return of_key(profile.key_id)
    return None


def _of_arn(arn: str | None) -> str | None:
    parts = (arn or "").split(":")
    return parts[4] if len(parts) > 5 and parts[4].isdigit() else None
