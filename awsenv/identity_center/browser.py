"""Signing in to IAM Identity Center in a browser: authorization code with PKCE (RFC 7636, RFC 8252),
its answer taken on 127.0.0.1 alone.
"""

import secrets
from typing import Any
from urllib.parse import urlencode

from awsenv.aws import callback, client
from awsenv.aws.context import Context
from awsenv.errors import AwsenvError
from awsenv.identity_center import registration
from awsenv.identity_center.token import SsoSession
from awsenv.profiles.profile import Profile

GRANTS = ["authorization_code", "refresh_token"]


def sign_in(where: SsoSession, profile: Profile, context: Context) -> dict[str, Any]:
    """Open the page, wait for its answer, exchange it; the token as the AWS CLI stores it.

    The browser is started when the callback listens. Raises ``AwsenvError``.
    """
    prompter = context.prompter
    assert prompter.open is not None
    oidc = context.client("sso-oidc", region=where.region)
    more = {
        "grantTypes": GRANTS,
        "redirectUris": [f"http://127.0.0.1{callback.PATH}"],
        "issuerUrl": where.portal,
    }
    known = registration.load_or_register(oidc, where, profile, context, more)
    (verifier, challenge), state = callback.make_challenge(), secrets.token_urlsafe(32)
    with callback.listen(state) as answer:
        asked = {
            "response_type": "code",
            "client_id": known["clientId"],
            "redirect_uri": answer.url,
            "state": state,
            "code_challenge_method": "S256",
            "scopes": " ".join(where.scopes),
            "code_challenge": challenge,
        }
        page = f"{oidc.meta.endpoint_url.rstrip('/')}/authorize?{urlencode(asked)}"
        prompter.open(page)
        prompter.say(f"sign in to {where.shown} in the browser, or open: {page}")
        with prompter.waiting(f"waiting for the sign-in to {where.shown}"):
            code = answer.wait(
                where.shown, callback.SIGN_IN_TIMEOUT, where.format_login(profile.name)
            )
        try:
            got = client.call(
                profile,
                lambda: oidc.create_token(
                    clientId=known["clientId"],
                    clientSecret=known["clientSecret"],
                    grantType="authorization_code",
                    code=code,
                    codeVerifier=verifier,
                    redirectUri=answer.url,
                ),
            )
        except AwsenvError as error:
            answer.tell("Not signed in", error.message)
            raise
        of = f" for profile {profile.name}" if profile.name not in ("", where.shown) else ""
        answer.tell(f"Signed in to {where.shown}", f"awsenv has it{of}. You can close this tab.")
    return registration.format_token(where, known, got, prompter.now())
