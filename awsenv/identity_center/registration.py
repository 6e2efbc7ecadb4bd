"""The client that signs in, registered with ``sso-oidc`` and shared with the AWS CLI."""

from typing import Any

from awsenv.aws import client, token_file
from awsenv.aws.context import Context
from awsenv.identity_center import token as tokens
from awsenv.identity_center.token import SsoSession
from awsenv.profiles.profile import Profile

# Seconds. A registration is renewed this long before its end.
SOON = 15 * 60


def load_or_register(
    oidc: Any,
    where: SsoSession,
    profile: Profile,
    context: Context,
    more: dict[str, Any] | None = None,
    anew: bool = False,
) -> dict[str, Any]:
    """The client that is registered, shared with the AWS CLI, else a new one; ``more`` is what a
    browser's sign-in registers besides, which a device code's does not."""
    path, now = where.registration_path(context.environ), context.prompter.now()
    found = token_file.load(path)
    # A client is of one flow: the service takes no device code's from a browser's, nor the other way.
    grants = found.get("grantTypes") if found else None
    fits = set(grants or []) >= set(more["grantTypes"]) if more else not grants
    if found and fits and not anew and token_file.seconds_left(found, "expiresAt", now) > SOON:
        return found
    # Scopes, so that there is a refresh token.
    scopes = {"scopes": where.scopes} if where.scopes else {}
    name = f"botocore-client-{where.name or int(now)}"
    parameters = {"clientName": name, "clientType": "public", **scopes, **(more or {})}
    got = client.call(profile, lambda: oidc.register_client(**parameters))
    fields = {
        "clientId": got["clientId"],
        "clientSecret": got["clientSecret"],
        "expiresAt": token_file.format_time(got["clientSecretExpiresAt"]),
        **scopes,
    }
    if more:
        fields["grantTypes"] = more["grantTypes"]
    tokens.store(path, fields)
    return fields


def format_token(
    where: SsoSession, known: dict[str, Any], got: dict[str, Any], now: float
) -> dict[str, Any]:
    """What CreateToken answered to the client ``known``, as the AWS CLI stores it."""
    fields = {
        "startUrl": where.start_url,
        "region": where.region,
        "accessToken": got["accessToken"],
        "expiresAt": token_file.format_time(now + got["expiresIn"]),
        "clientId": known["clientId"],
        "clientSecret": known["clientSecret"],
        "registrationExpiresAt": known["expiresAt"],
    }
    if got.get("refreshToken"):
        fields["refreshToken"] = got["refreshToken"]
    return fields
