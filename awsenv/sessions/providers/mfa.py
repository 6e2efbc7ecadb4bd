"""GetSessionToken: a temporary session of a key, with the code of an MFA device or without.

botocore has no provider for it: it ignores ``mfa_serial`` in a profile that holds a key.
"""

from functools import partial
from typing import Any

from awsenv.aws import client
from awsenv.aws.context import Context
from awsenv.aws.options import SessionOptions
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError, UsageError
from awsenv.profiles.profile import Profile

# Seconds; "GetSessionToken" in the AWS STS API Reference.
MIN_DURATION, MAX_DURATION, DEFAULT_DURATION = 900, 129_600, 43_200


def choose_duration(profile: Profile, options: SessionOptions) -> int:
    """Seconds to ask for. Raises ``UsageError`` beyond what STS grants."""
    wished = options.duration or profile.seconds("duration_seconds") or DEFAULT_DURATION
    if not MIN_DURATION <= wished <= MAX_DURATION:
        what = f"profile {profile.name}: a session lasts 15m to 36h, not {wished} s"
        raise UsageError(what, "--duration 12h")
    return wished


def session(
    profile: Profile, options: SessionOptions, context: Context, source: Session | None
) -> Session:
    """One GetSessionToken with the key ``source``; the profile's own where none is given."""
    seconds = choose_duration(profile, options)
    key = source or Session.from_key(profile)
    device = None if options.session else options.mfa_serial or profile.get("mfa_serial")
    sts = context.client("sts", key)
    if device is None and options.mfa:
        device = find_device(key, profile, context)
    if device is None:
        context.prompter.say("a session without MFA cannot call IAM")
        answer = client.call(profile, lambda: sts.get_session_token(DurationSeconds=seconds))
    else:

        def get(code: str) -> Any:
            parameters = {"DurationSeconds": seconds, "SerialNumber": device, "TokenCode": code}
            return client.call(profile, partial(sts.get_session_token, **parameters))

        answer = context.with_code(device, profile, options, get)
    return Session.from_sts(profile, answer).made_by("GetSessionToken", key)


def find_device(key: Session, profile: Profile, context: Context) -> str:
    """The serial of the user's only MFA device, asked of IAM."""
    iam = context.client("iam", key)
    found = client.call(profile, iam.list_mfa_devices)["MFADevices"]
    if len(found) != 1:
        names = ", ".join(each["SerialNumber"] for each in found) or "none"
        raise AwsenvError(
            f"profile {profile.name}: its user has not one MFA device but: {names}",
            "--mfa-serial SERIAL",
        )
    return str(found[0]["SerialNumber"])
