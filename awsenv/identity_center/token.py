"""IAM Identity Center's access tokens in the AWS CLI's cache: ``~/.aws/sso/cache``.

Key and form are botocore's (``utils.SSOTokenLoader``) and the AWS CLI's: one line of JSON, 0600; its
name is the SHA-1 of the sso-session's name, or of the start URL where a profile holds that itself.
"""

import json
import os
import shlex
from typing import Any, NamedTuple

from awsenv.aws import token_file
from awsenv.digests import sha1
from awsenv.errors import AwsenvError
from awsenv.profiles import read
from awsenv.profiles.ini import Section
from awsenv.profiles.profile import Profile
from awsenv.state import home_folder

# In the order in which the AWS CLI writes them.
_FIELDS = ("startUrl", "region", "accessToken", "expiresAt", "clientId", "clientSecret",
           "registrationExpiresAt", "refreshToken")  # fmt: skip


class SsoSession(NamedTuple):
    """Where one signs in: ``name`` of the ``[sso-session]``, empty for a profile of the old form. ``portal`` is what the
    start URL leads to, once that was looked at."""

    name: str
    start_url: str
    region: str
    scopes: list[str]
    portal: str = ""

    @property
    def shown(self) -> str:
        """What a person calls this sign-in: its name, else its start URL."""
        return self.name or self.start_url

    def format_login(self, profile: str) -> str:
        """What a person types to sign in here, who named ``profile``."""
        return f"awsenv login {shlex.quote(self.name or profile)}"

    def token_path(self, environ: dict[str, str]) -> str:
        """The path of its token."""
        key = sha1(self.name or self.start_url)
        return os.path.join(folder(environ), f"{key}.json")

    def registration_path(self, environ: dict[str, str]) -> str:
        """Where the registration of the client lies, which the AWS CLI shares."""
        key = json.dumps(
            {
                "tool": "botocore",
                "startUrl": self.start_url,
                "region": self.region,
                "scopes": self.scopes or None,
                "session_name": self.name or None,
            },
            sort_keys=True,
        )
        return os.path.join(folder(environ), f"{sha1(key)}.json")


def folder(environ: dict[str, str]) -> str:
    """The AWS CLI's folder; it has no variable for it."""
    return os.path.join(home_folder(environ), ".aws/sso/cache")


def of_profile(profile: Profile, environ: dict[str, str]) -> SsoSession:
    """Where ``profile`` signs in. Raises ``AwsenvError`` where it does not say."""
    show = f"awsenv show {shlex.quote(profile.name)}"
    for option in ("sso_account_id", "sso_role_name"):
        if not profile.get(option):
            raise AwsenvError(f"profile {profile.name} lacks {option}", show)
    if name := profile.get("sso_session"):
        place = read.sso_session(name, environ)
        if place is None:
            what = f"profile {profile.name}: its sso_session {name} does not exist"
            raise AwsenvError(what, "awsenv sso setup")
        for option, (value, _, _) in place.options.items():
            if profile.get(option) not in (None, value):
                what = f"profile {profile.name} and {place} say two things of {option}"
                raise AwsenvError(what, show)
        return _check_session(name, place)
    missing = [o for o in ("sso_start_url", "sso_region") if not profile.get(o)]
    if missing:
        what = f"profile {profile.name} lacks {' and '.join(missing)}"
        raise AwsenvError(what, show)
    return SsoSession("", profile.get("sso_start_url") or "", profile.get("sso_region") or "", [])


def find_session(name: str, environ: dict[str, str]) -> SsoSession:
    """The ``[sso-session NAME]`` of the config file. Raises ``AwsenvError`` when it is not whole."""
    place = read.sso_session(name, environ)
    if place is None:
        raise AwsenvError(f"there is no [sso-session {name}]", "awsenv sso setup")
    return _check_session(name, place)


def _check_session(name: str, place: Section) -> SsoSession:
    """The sso-session ``name`` that stands at ``place``. Raises ``AwsenvError`` when it is not whole."""
    values = {option: value[0] for option, value in place.options.items()}
    missing = [o for o in ("sso_start_url", "sso_region") if not values.get(o)]
    if missing:
        raise AwsenvError(
            f"{place}: [sso-session {name}] lacks {' and '.join(missing)}", "add it there"
        )
    scopes = values.get("sso_registration_scopes", "sso:account:access")
    split = [scope.strip() for scope in scopes.split(",") if scope.strip()]
    return SsoSession(name, values["sso_start_url"], values["sso_region"], split)


def store(path: str, fields: dict[str, Any]) -> None:
    """Write ``fields`` in the AWS CLI's order. Raises ``AwsenvError``."""
    order = [name for name in _FIELDS if name in fields]
    token_file.store(path, {n: fields[n] for n in [*order, *(n for n in fields if n not in order)]})
