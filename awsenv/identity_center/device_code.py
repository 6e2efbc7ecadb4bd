"""Signing in to IAM Identity Center: the device code (RFC 8628), as ``sso-oidc`` has it."""

import time
from typing import Any

from awsenv.aws import client
from awsenv.aws.context import Context
from awsenv.aws.options import Prompter
from awsenv.errors import AwsenvError
from awsenv.identity_center import registration
from awsenv.identity_center.token import SsoSession
from awsenv.profiles.profile import Profile

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
# Seconds. A word after this long a wait.
REMIND_AFTER = 20
# Seconds that a code is waited for at most, whatever the server says; AWS's own lives for ten minutes.
SIGN_IN_TIMEOUT = 15 * 60


def sign_in(where: SsoSession, profile: Profile, context: Context) -> dict[str, Any]:
    """Show the page and the code, wait for the approval; the token as the AWS CLI stores it.

    Raises ``AwsenvError`` for a denial, a code that has ended, or a Region that is wrong.
    """
    prompter = context.prompter
    oidc = context.client("sso-oidc", region=where.region)
    known = registration.load_or_register(oidc, where, profile, context)
    try:
        asked = _start(oidc, where, known, profile)
    except _ForgottenError:
        # The server knows the client no longer: its file goes, and once more.
        known = registration.load_or_register(oidc, where, profile, context, anew=True)
        asked = _start(oidc, where, known, profile)
    page = asked.get("verificationUriComplete") or asked["verificationUri"]
    prompter.say(f"sign in to {where.shown} at {page} and compare the code: {asked['userCode']}")
    prompter.show(page)
    with prompter.waiting(f"waiting for the sign-in to {where.shown}, code {asked['userCode']}"):
        got = _wait(oidc, where, known, asked, profile, prompter)
    return registration.format_token(where, known, got, prompter.now())


class _ForgottenError(AwsenvError):
    """The server does not know the client."""


def _start(oidc: Any, where: SsoSession, known: dict[str, Any], profile: Profile) -> dict[str, Any]:
    from botocore.exceptions import ClientError

    def request() -> Any:
        try:
            return oidc.start_device_authorization(
                clientId=known["clientId"],
                clientSecret=known["clientSecret"],
                startUrl=where.portal or where.start_url,
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in ("InvalidClientException", "UnauthorizedClientException"):
                raise _ForgottenError("the client is not known") from None
            if code in ("InvalidRequestException", "InvalidGrantException"):
                what = f"{where.shown} is not known in {where.region}: the SSO Region is probably wrong"
                raise AwsenvError(what, "set sso_region, or look at sso_start_url") from None
            raise

    answer: dict[str, Any] = client.call(profile, request)
    return answer


def _wait(
    oidc: Any,
    where: SsoSession,
    known: dict[str, Any],
    asked: dict[str, Any],
    profile: Profile,
    prompter: Prompter,
) -> dict[str, Any]:
    from botocore.exceptions import ClientError

    begun, said = prompter.now(), False
    # What a server says is taken within reason.
    interval = min(max(asked.get("interval", 5), 1), 30)
    longest = min(asked.get("expiresIn", SIGN_IN_TIMEOUT), SIGN_IN_TIMEOUT)

    def request() -> Any:
        nonlocal interval
        try:
            return oidc.create_token(
                clientId=known["clientId"],
                clientSecret=known["clientSecret"],
                grantType=_GRANT,
                deviceCode=asked["deviceCode"],
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "SlowDownException":
                interval += 5
            elif code == "AccessDeniedException":
                raise AwsenvError(
                    f"the sign-in to {where.shown} was denied", where.format_login(profile.name)
                ) from None
            elif code == "ExpiredTokenException":
                raise AwsenvError(
                    f"nobody signed in to {where.shown} in time", where.format_login(profile.name)
                ) from None
            elif code != "AuthorizationPendingException":
                raise
            return None

    while True:
        answer: dict[str, Any] | None = client.call(profile, request)
        if answer is not None:
            return answer
        if prompter.now() - begun > longest:
            raise AwsenvError(
                f"nobody signed in to {where.shown} in time", where.format_login(profile.name)
            )
        if prompter.now() - begun > REMIND_AFTER and not said:
            prompter.say(
                f"still waiting; if the page says invalid_grant, sso_region = {where.region} is wrong"
            )
            said = True
        time.sleep(interval)
