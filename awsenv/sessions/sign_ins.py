"""The file of the sign-in that a session came from: gone, and so is the session."""

from collections.abc import Iterable

from awsenv.aws_login import tokens
from awsenv.errors import AwsenvError
from awsenv.identity_center import token
from awsenv.profiles.profile import Profile


def find_path(chain: Iterable[Profile], environ: dict[str, str]) -> str:
    """Where the sign-in of the first profile in ``chain`` lies that has one; empty for none."""
    for profile in chain:
        if profile.kind == "sso":
            try:
                return token.of_profile(profile, environ).token_path(environ)
            except AwsenvError:
                return ""
        if profile.kind == "login":
            return tokens.path(profile.get("login_session") or "", environ)
    return ""
