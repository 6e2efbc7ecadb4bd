"""The account that a profile is of, as far as it can be told without a call."""

from awsenv.profiles.profile import Profile

# Base32 (RFC 4648).
_DIGITS = {letter: digit for digit, letter in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}


def of_key(key_id: str) -> str | None:
    """The account that a key ID carries; ``None`` when it carries none.

    Base32 behind the four letters; the first six bytes of ten hold the account in 40 bits behind a set
    bit. Keys from before 2019 lack that bit (their fifth character is below ``Q``).
    """
    if len(key_id) != 20 or key_id[:4] not in ("AKIA", "ASIA"):
        return None
    whole = 0
    try:
        for letter in key_id[4:]:
            whole = whole << 5 | _DIGITS[letter]
    except KeyError:
        return None
    head = whole >> 32
    return f"{(head & 0x7FFFFFFFFF80) >> 7:012d}" if head >> 47 else None


def of_profile(profile: Profile) -> str | None:
    """The account by the profile's kind: its role's, that of a sign-in, or its key's."""
    kind = profile.kind
    if kind in ("role", "web-identity"):
        # arn:aws:iam::123456789012:role/NAME
        return _of_arn(profile.get("role_arn"))
    if kind == "login":
        # arn:aws:iam::123456789012:user/NAME, or the ARN of an assumed role
        return _of_arn(profile.get("login_session"))
    if kind == "sso":
        return profile.get("sso_account_id")
    if kind in ("key", "temporary", "mfa"):
        return of_key(profile.key_id)
    return None


def _of_arn(arn: str | None) -> str | None:
    parts = (arn or "").split(":")
    return parts[4] if len(parts) > 5 and parts[4].isdigit() else None
