"""The file of the sign-in that a session came from: gone, and so is the session."""

import hashlib
import os
from collections.abc import Iterable

from awsenv.errors import AwsenvError
from awsenv.profiles.profile import Profile
from awsenv.sessions.sso import token


def find_path(chain: Iterable[Profile], environ: dict[str, str]) -> str:
    """Where the sign-in of the first profile in ``chain`` lies that has one; empty for none."""
    for profile in chain:
        if profile.kind == "sso":
            try:
                return token.of_profile(profile, environ).token_path(environ)
            except AwsenvError:
                return ""
        if profile.kind == "login":
            return login_path(profile.get("login_session") or "", environ)
    return ""


def login_folder(environ: dict[str, str]) -> str:
    """Where ``aws login`` keeps its tokens (``botocore.utils.get_login_token_cache_directory``)."""
    home = environ.get("HOME") or os.path.expanduser("~")
    given = environ.get("AWS_LOGIN_CACHE_DIRECTORY")
    if given is None:
        return os.path.join(home, ".aws/login/cache")
    return os.path.expanduser(os.path.expandvars(given))


def login_path(session: str, environ: dict[str, str]) -> str:
    """That of ``aws login`` for ``session`` (``botocore.utils.generate_login_cache_key``)."""
    name = hashlib.sha256(session.encode()).hexdigest()
    return os.path.join(login_folder(environ), f"{name}.json")
