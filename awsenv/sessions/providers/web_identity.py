"""AssumeRoleWithWebIdentity, with the token in the profile's file."""

import os
from functools import partial
from typing import Any

from awsenv.aws import client
from awsenv.aws.context import Context
from awsenv.aws.options import SessionOptions
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.profiles.profile import Profile
from awsenv.sessions.providers.session_name import make_session_name


def session(
    profile: Profile, options: SessionOptions, context: Context, _: Session | None
) -> Session:
    """One call, which nobody signs. Raises ``AwsenvError``.

    Of the profile's ``duration_seconds`` botocore's provider knows nothing, nor does this.
    """
    path = profile.get("web_identity_token_file") or ""
    try:
        token = reading.read_text(os.path.expanduser(path)).strip()
    except OSError as error:
        what = f"profile {profile.name}: its web identity token cannot be read: {error.strerror}"
        raise AwsenvError(what, f"ls -l {path}") from None
    return assume(profile, token, options, context)


def assume(profile: Profile, token: str, options: SessionOptions, context: Context) -> Session:
    """The session of the role of ``profile`` by ``token``. Raises ``AwsenvError``."""
    parameters: dict[str, Any] = {
        "RoleArn": profile.get("role_arn") or "",
        "RoleSessionName": profile.get("role_session_name") or make_session_name(),
        "WebIdentityToken": token,
    }
    if options.duration:
        parameters["DurationSeconds"] = options.duration
    sts = context.client("sts")
    answer = client.call(profile, partial(sts.assume_role_with_web_identity, **parameters))
    return Session.from_sts(profile, answer).made_by("AssumeRoleWithWebIdentity")
