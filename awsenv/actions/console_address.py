"""The console's address that opens it as a session ("Enable custom identity broker access to the AWS console" in the IAM
User Guide). The address holds a token for a quarter of an hour, no key.
"""

import json
from urllib.parse import urlencode

from awsenv.actions.console_place import ConsolePlace
from awsenv.actions.console_session import ConsoleSession
from awsenv.aws import https
from awsenv.errors import AwsenvError
from awsenv.identity_center.token import SsoSession
from awsenv.profiles.profile import Profile

# Seconds for which an address can be opened.
LIVES = 900
_FORM = "application/x-www-form-urlencoded"


def get_federated_address(
    found: ConsoleSession,
    profile: Profile,
    place: ConsolePlace,
    destination: str,
    environ: dict[str, str],
) -> str:
    """The address that opens ``destination`` as ``found``. Raises ``AwsenvError``."""
    session = found.session
    credentials = {
        "sessionId": session.access_key_id,
        "sessionKey": session.secret_access_key,
        "sessionToken": session.session_token,
    }
    fields = {"Action": "getSigninToken", "Session": json.dumps(credentials)}
    if found.seconds:
        fields["SessionDuration"] = str(found.seconds)
    token = _get_signin_token(f"{place.endpoint}/federation", fields, profile, environ)
    opens = {
        "Action": "login",
        "Issuer": "awsenv",
        "Destination": destination,
        "SigninToken": token,
    }
    return f"{place.endpoint}/federation?{urlencode(opens)}"


def format_portal_address(where: SsoSession, profile: Profile, destination: str) -> str:
    """The access portal's own address for the role of ``profile``: the person's own sign-in opens it."""
    given = {
        "account_id": profile.get("sso_account_id") or "",
        "role_name": profile.get("sso_role_name") or "",
        "destination": destination,
    }
    return f"{where.start_url.split('#')[0].rstrip('/')}/#/console?{urlencode(given)}"


def format_sign_out(place: ConsolePlace, address: str) -> str:
    """The page that signs out whoever is in the console, and leads on to ``address``: a second account is refused while
    one is open."""
    return f"{place.endpoint}/oauth?{urlencode({'Action': 'logout', 'redirect_uri': address})}"


def _get_signin_token(
    address: str, fields: dict[str, str], profile: Profile, environ: dict[str, str]
) -> str:
    """The token that the sign-in service gives. The session goes in the body, which no log keeps."""
    bundle = https.find_bundle(profile, environ)
    try:
        answer = https.ask("POST", address, bundle, urlencode(fields).encode(), _FORM)
    except https.UnreachedError as error:
        what, fix = f"profile {profile.name}: AWS's sign-in", "look at the network, and try again"
        raise https.explain(what, error, profile, environ, fix) from None
    try:
        return str(json.loads(answer.content)["SigninToken"])
    except (ValueError, KeyError, TypeError):
        what = f"profile {profile.name}: AWS's sign-in does not take this session (HTTP {answer.status_code})"
        raise AwsenvError(what, "without --duration, or with a role's profile") from None
