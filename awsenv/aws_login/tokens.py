"""The sign-ins of ``aws login``: a file each, as the AWS CLI and botocore have them
(``botocore.credentials.LoginCredentialFetcher``).
"""

import base64
import json
import os
import shlex
from typing import Any

from awsenv.aws import client, token_file
from awsenv.aws.context import Context
from awsenv.aws.session import Session
from awsenv.digests import sha256
from awsenv.errors import AwsenvError, PersonNeededError
from awsenv.profiles.profile import Profile
from awsenv.state import home_folder

TYPE_CHECKING = False
if TYPE_CHECKING:  # a library of cryptography's comes with it
    from awsenv.aws_login.dpop import Key

# What a file must have to be renewed by.
_NEEDED = ("accessToken", "refreshToken", "dpopKey", "clientId")


def folder(environ: dict[str, str]) -> str:
    """The folder of the tokens of ``aws login`` (``botocore.utils.get_login_token_cache_directory``)."""
    given = environ.get("AWS_LOGIN_CACHE_DIRECTORY")
    if given is None:
        return os.path.join(home_folder(environ), ".aws/login/cache")
    return os.path.expanduser(os.path.expandvars(given))


def path(login_session: str, environ: dict[str, str]) -> str:
    """The path of the token of ``login_session`` (``botocore.utils.generate_login_cache_key``)."""
    name = sha256(login_session)
    return os.path.join(folder(environ), f"{name}.json")


def load(login_session: str, environ: dict[str, str]) -> dict[str, Any] | None:
    """The sign-in of ``login_session``, ``None`` where there is none that is whole."""
    found = token_file.load(path(login_session, environ))
    return found if found and all(found.get(name) for name in _NEEDED) else None


def seconds_left(fields: dict[str, Any] | None, now: float) -> float:
    """Seconds until the session in a sign-in's ``fields`` ends; minus infinity without one."""
    return token_file.seconds_left((fields or {}).get("accessToken"), "expiresAt", now)


def session_of(fields: dict[str, Any], profile: Profile) -> Session:
    """The session that a sign-in's ``fields`` hold."""
    from awsenv.profiles import timestamps

    got = fields["accessToken"]
    found = Session.from_profile(
        profile,
        got["accessKeyId"],
        got["secretAccessKey"],
        got["sessionToken"],
        timestamps.parse_end(got["expiresAt"]),
        got.get("accountId"),
    )
    return found.made_by("CreateOAuth2Token", sign_in=find_sign_in(fields))


def find_sign_in(fields: dict[str, Any] | None) -> str:
    """The sign-in that ``fields`` are of, which a renewal leaves as it is: its key of DPoP (RFC 9449), which each makes
    anew; empty for none."""
    key = (fields or {}).get("dpopKey")
    return sha256(key) if isinstance(key, str) and key else ""


def exchange(
    given: dict[str, str], key: "Key", profile: Profile, context: Context, region: str
) -> Any:
    """The answer of CreateOAuth2Token to ``given`` (a code or a refresh token), proved with ``key``.
    Raises ``AwsenvError``; ``PersonNeededError`` where somebody has to sign in anew."""
    signin = context.client("signin", region=region)

    def prove(request: Any, **_: Any) -> None:
        # For each try one of its own: a proof serves once.
        request.headers["DPoP"] = key.prove(request.url, context.prompter.now())

    signin.meta.events.register("request-created.signin.CreateOAuth2Token", prove)

    def ask() -> Any:
        try:
            return signin.create_o_auth2_token(tokenInput=given)
        except signin.exceptions.AccessDeniedException as error:
            raise _refusal(str(error.response.get("error", "")), profile) from None

    return client.call(profile, ask)["tokenOutput"]


def renew(fields: dict[str, Any], got: dict[str, Any], now: float) -> dict[str, Any]:
    """A sign-in's ``fields`` with what the service ``got`` for them at ``now`` (seconds since 1970)."""
    given = got["accessToken"]
    session = {name: given[name] for name in ("accessKeyId", "secretAccessKey", "sessionToken")}
    session["accountId"] = fields["accessToken"].get("accountId")
    session["expiresAt"] = token_file.format_time(now + got["expiresIn"])
    return {**fields, "accessToken": session, "refreshToken": got["refreshToken"]}


def subject(id_token: str) -> str:
    """The ARN that an ID token is of. It came from the service itself, over TLS, so its signature is not
    looked at. Raises ``AwsenvError``."""
    try:
        payload = id_token.split(".")[1]
        name = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["sub"]
        if name.startswith("arn:") and name.count(":") >= 5 and name.isprintable():
            return str(name)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        pass
    raise AwsenvError("AWS's sign-in does not say who signed in", "try again")


def _refusal(code: str, profile: Profile) -> AwsenvError:
    name = profile.name
    if code == "INSUFFICIENT_PERMISSIONS":
        what = f"profile {name}: its user may not sign in for tools: signin:CreateOAuth2Token is denied"
        return AwsenvError(what, "the policy SignInLocalDevelopmentAccess")
    why = {"USER_CREDENTIALS_CHANGED": ": its password was changed"}.get(code, "")
    again = f"awsenv login {shlex.quote(name)}"
    return PersonNeededError(f"profile {name}: the sign-in has ended{why}", again)
