"""The sign-in that a session came from: gone or another one, the session is none any more."""

import os
from collections.abc import Iterable
from typing import NamedTuple

from awsenv.aws import token_file
from awsenv.aws_login import tokens
from awsenv.errors import AwsenvError
from awsenv.identity_center import lineage, token
from awsenv.profiles.profile import Profile


class SignIn(NamedTuple):
    """The sign-in that lies in the file at ``path`` (empty: a session of this kind needs none): ``identity`` says which
    one, empty where nobody is signed in. ``changed`` is when its file was last changed, in seconds since 1970."""

    path: str = ""
    identity: str = ""
    changed: float = 0.0


def find(chain: Iterable[Profile], environ: dict[str, str]) -> SignIn:
    """That of the first profile in ``chain`` that has one."""
    for profile in chain:
        if profile.kind == "sso":
            try:
                path = token.of_profile(profile, environ).token_path(environ)
            except AwsenvError:
                return SignIn()
            return SignIn(path, lineage.find(path, environ), _find_change(path))
        if profile.kind == "login":
            path = tokens.path(profile.get("login_session") or "", environ)
            return SignIn(path, tokens.find_sign_in(token_file.load(path)), _find_change(path))
    return SignIn()


def _find_change(path: str) -> float:
    try:
        found = os.stat(path)
    except OSError:
        return 0.0
    return max(found.st_mtime, found.st_ctime)
