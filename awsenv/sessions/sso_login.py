"""Signing in to IAM Identity Center: the device code (RFC 8628), as ``sso-oidc`` has it."""

import time
from typing import Any

from awsenv.errors import AwsenvError
from awsenv.profiles.profile import Profile
from awsenv.sessions import sso_token
from awsenv.sessions.sso_token import SsoSession
from awsenv.sessions.terms import Terms

_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
# Seconds. A registration is renewed this long before its end; a word after this long a wait.
SOON, PATIENCE = 15 * 60, 20
# Seconds that a code is waited for at most, whatever the server says; AWS's own lives for ten minutes.
LONGEST = 15 * 60


def device_code(
    where: SsoSession, profile: Profile, terms: Terms, environ: dict[str, str]
) -> dict[str, Any]:
    """Show the page and the code, wait for the approval; the token as the AWS CLI stores it.

    Raises ``AwsenvError`` for a denial, a code that has ended, or a Region that is wrong.
    """
    from awsenv.sessions import client

    oidc = client.client("sso-oidc", None, profile, environ, where.region)
    known = registration(oidc, where, profile, terms, environ)
    try:
        asked = _start(oidc, where, known, profile)
    except _ForgottenError:
        # The server knows the client no longer: its file goes, and once more.
        known = registration(oidc, where, profile, terms, environ, anew=True)
        asked = _start(oidc, where, known, profile)
    page = asked.get("verificationUriComplete") or asked["verificationUri"]
    terms.say(f"sign in to {where.shown} at {page} and compare the code: {asked['userCode']}")
    with terms.waiting(f"waiting for the sign-in to {where.shown}, code {asked['userCode']}"):
        got = _wait(oidc, where, known, asked, profile, terms)
    return token(where, known, got, terms)


def token(
    where: SsoSession, known: dict[str, Any], got: dict[str, Any], terms: Terms
) -> dict[str, Any]:
    """What CreateToken answered to the client ``known``, as the AWS CLI stores it."""
    fields = {
        "startUrl": where.start_url,
        "region": where.region,
        "accessToken": got["accessToken"],
        "expiresAt": sso_token.written(terms.now() + got["expiresIn"]),
        "clientId": known["clientId"],
        "clientSecret": known["clientSecret"],
        "registrationExpiresAt": known["expiresAt"],
    }
    if got.get("refreshToken"):
        fields["refreshToken"] = got["refreshToken"]
    return fields


class _ForgottenError(AwsenvError):
    """The server does not know the client."""


def registration(
    oidc: Any,
    where: SsoSession,
    profile: Profile,
    terms: Terms,
    environ: dict[str, str],
    more: dict[str, Any] | None = None,
    anew: bool = False,
) -> dict[str, Any]:
    """The client that is registered, shared with the AWS CLI, else a new one; ``more`` is what a
    browser's sign-in registers besides, which a device code's does not."""
    from awsenv.sessions import client

    path = where.registration_path(environ)
    found = sso_token.load(path)
    fits = found is not None and (
        not more or set(more["grantTypes"]) <= set(found.get("grantTypes", []))
    )
    if found and fits and not anew and sso_token.left(found, "expiresAt", terms.now()) > SOON:
        return found
    # Scopes, so that there is a refresh token.
    scopes = {"scopes": where.scopes} if where.scopes else {}
    name = f"botocore-client-{where.name or int(terms.now())}"
    wish = {"clientName": name, "clientType": "public", **scopes, **(more or {})}
    got = client.call(profile, lambda: oidc.register_client(**wish))
    fields = {
        "clientId": got["clientId"],
        "clientSecret": got["clientSecret"],
        "expiresAt": sso_token.written(got["clientSecretExpiresAt"]),
        **scopes,
    }
    if more:
        fields["grantTypes"] = more["grantTypes"]
    sso_token.store(path, fields)
    return fields


def _start(
    oidc: Any, where: SsoSession, registration: dict[str, Any], profile: Profile
) -> dict[str, Any]:
    from botocore.exceptions import ClientError

    from awsenv.sessions import client

    def request() -> Any:
        try:
            return oidc.start_device_authorization(
                clientId=registration["clientId"],
                clientSecret=registration["clientSecret"],
                startUrl=where.start_url,
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "InvalidClientException":
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
    registration: dict[str, Any],
    asked: dict[str, Any],
    profile: Profile,
    terms: Terms,
) -> dict[str, Any]:
    from botocore.exceptions import ClientError

    from awsenv.sessions import client

    begun, said = terms.now(), False
    # What a server says is taken within reason.
    interval = min(max(asked.get("interval", 5), 1), 30)
    longest = min(asked.get("expiresIn", LONGEST), LONGEST)

    def request() -> Any:
        nonlocal interval
        try:
            return oidc.create_token(
                clientId=registration["clientId"],
                clientSecret=registration["clientSecret"],
                grantType=_GRANT,
                deviceCode=asked["deviceCode"],
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "SlowDownException":
                interval += 5
            elif code == "AccessDeniedException":
                raise AwsenvError(f"the sign-in to {where.shown} was denied", "again") from None
            elif code == "ExpiredTokenException":
                raise AwsenvError(f"nobody signed in to {where.shown} in time", "again") from None
            elif code != "AuthorizationPendingException":
                raise
            return None

    while True:
        answer: dict[str, Any] | None = client.call(profile, request)
        if answer is not None:
            return answer
        if terms.now() - begun > longest:
            raise AwsenvError(f"nobody signed in to {where.shown} in time", "again")
        if terms.now() - begun > PATIENCE and not said:
            terms.say(
                f"still waiting; if the page says invalid_grant, sso_region = {where.region} is wrong"
            )
            said = True
        time.sleep(interval)
