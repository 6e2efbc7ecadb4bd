"""Signing in as ``aws login`` does: authorization code with PKCE and DPoP, in a browser here, or in one
on another machine with a code that is pasted.
"""

import base64
import hmac
import secrets
import shlex
from typing import Any
from urllib.parse import parse_qs, urlencode

from awsenv.aws import callback, client, token_file
from awsenv.aws.context import Context
from awsenv.aws_login import tokens
from awsenv.aws_login.dpop import Key
from awsenv.errors import AwsenvError, PersonNeededError
from awsenv.files import locks
from awsenv.profiles.profile import Profile
from awsenv.state import state_folder

# The clients that the service knows ("CreateOAuth2Token" in botocore's model of it).
SAME, CROSS = "arn:aws:signin:::devtools/same-device", "arn:aws:signin:::devtools/cross-device"
# The page on which another machine's browser shows the code.
CONFIRMATION = "/v1/sessions/confirmation"
_TRIES = 3


def sign_in_as(profile: Profile, context: Context) -> dict[str, Any]:
    """Sign in anew for ``profile``, whose ``login_session`` says as whom; stored, its fields. Raises
    ``AwsenvError``."""
    named = profile.get("login_session") or ""
    login_session, fields = sign_in(profile, context)
    if login_session != named:
        what = f"profile {profile.name} is of {named}, and the one who signed in is {login_session}"
        again = _format_login(profile)
        raise AwsenvError(what, f"{again} as the other, or {again} --new")
    keep(login_session, fields, context)
    return fields


def sign_in(profile: Profile, context: Context) -> tuple[str, dict[str, Any]]:
    """A new sign-in for ``profile``, not stored yet: its ``login_session`` and its fields. Where no
    browser can be opened, by a code that is pasted. Raises ``AwsenvError``."""
    key, prompter = Key(), context.prompter
    region = client.find_region(profile, context.environ)
    service = _find_address(context, region)
    (verifier, challenge), state = callback.make_challenge(), secrets.token_urlsafe(32)
    asked = {
        "response_type": "code",
        "client_id": SAME if prompter.open else CROSS,
        "state": state,
        "code_challenge_method": "SHA-256",
        "scope": "openid",
        "code_challenge": challenge,
    }
    given = {
        "clientId": asked["client_id"],
        "grantType": "authorization_code",
        "codeVerifier": verifier,
    }

    def exchange(code: str, redirect: str) -> tuple[str, dict[str, Any]]:
        got = tokens.exchange(
            {**given, "code": code, "redirectUri": redirect}, key, profile, context, region
        )
        return _make_fields(got, asked["client_id"], key, region, prompter.now())

    with (
        locks.hold(state_folder(context.environ), f"login {profile.name}", prompter.say),
        locks.announce_question("waits for somebody to sign in"),
    ):
        if prompter.open:
            return _in_browser(f"{service}/v1/authorize", asked, exchange, profile, context)
        redirect = service + CONFIRMATION
        page = f"{service}/v1/authorize?{urlencode({**asked, 'redirect_uri': redirect})}"
        return exchange(_ask_code(page, state, profile, context), redirect)


def keep(login_session: str, fields: dict[str, Any], context: Context) -> None:
    """Store a sign-in. Raises ``AwsenvError``."""
    token_file.store(tokens.path(login_session, context.environ), fields)


def _in_browser(
    address: str, asked: dict[str, str], exchange: Any, profile: Profile, context: Context
) -> tuple[str, dict[str, Any]]:
    prompter = context.prompter
    assert prompter.open is not None
    with callback.listen(asked["state"]) as answer:
        page = f"{address}?{urlencode({**asked, 'redirect_uri': answer.url})}"
        prompter.open(page)
        prompter.say(f"sign in for profile {profile.name} in the browser, or open: {page}")
        with prompter.waiting(f"waiting for the sign-in for profile {profile.name}"):
            code = answer.wait(
                f"AWS for profile {profile.name}", callback.SIGN_IN_TIMEOUT, _format_login(profile)
            )
        try:
            login_session, fields = exchange(code, answer.url)
        except AwsenvError as error:
            answer.tell("Not signed in", error.message)
            raise
        answer.tell(f"Signed in as {login_session}", f"awsenv has it for profile {profile.name}. You can close this tab.")  # fmt: skip
    return login_session, fields


def _ask_code(page: str, state: str, profile: Profile, context: Context) -> str:
    """The code that a person pastes: base64 of ``state=…&code=…``. Raises ``AwsenvError``."""
    prompter = context.prompter
    if prompter.ask is None:
        what = f"profile {profile.name}: a code has to be pasted, and there is no terminal"
        raise PersonNeededError(what, _format_login(profile))
    prompter.say(f"sign in for profile {profile.name} in any browser: {page}")
    prompter.show(page)
    for _ in range(_TRIES):
        text = prompter.ask("The code that the page shows").strip()
        try:
            told = parse_qs(base64.b64decode(text, validate=True).decode())
            if hmac.compare_digest(told["state"][0].encode(), state.encode()):
                return told["code"][0]
        except (ValueError, KeyError):
            pass
        prompter.say("that is not the code of this sign-in; again")
    raise AwsenvError(f"nobody signed in for profile {profile.name}", _format_login(profile))


def _find_address(context: Context, region: str) -> str:
    """Where the service is asked: as botocore finds it, by its rules or a variable."""
    signin = context.client("signin", region=region)
    of = {"clientId": SAME, "grantType": "authorization_code"}
    methods = signin.meta.method_to_api_mapping  # which has had two names for it
    name = next(n for n, operation in methods.items() if operation == "CreateOAuth2Token")
    url = str(signin.generate_presigned_url(name, Params={"tokenInput": of}))
    return url.partition("?")[0].removesuffix("/v1/token")


def _make_fields(
    got: dict[str, Any], client_id: str, key: Key, region: str, now: float
) -> tuple[str, dict[str, Any]]:
    """A sign-in as the AWS CLI stores it."""
    login_session = tokens.subject(str(got.get("idToken", "")))
    fields = {
        "accessToken": {"accountId": login_session.split(":")[4]},
        "tokenType": got["tokenType"],
        "clientId": client_id,
        "refreshToken": got["refreshToken"],
        "idToken": got["idToken"],
        "dpopKey": key.pem,
        "signInRegion": region,
    }
    return login_session, tokens.renew(fields, got, now)


def _format_login(profile: Profile) -> str:
    return f"awsenv login {shlex.quote(profile.name)}"
