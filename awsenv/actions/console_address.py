"""The AWS console in a browser: an address that opens it as a session ("Enable custom identity broker
access to the AWS console" in the IAM User Guide). The address holds a token for a quarter of an hour, no key.
"""

import json
from typing import Any
from urllib.parse import quote, urlencode

from awsenv.aws import client, https
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError
from awsenv.identity_center.token import SsoSession
from awsenv.profiles.profile import Profile
from awsenv.regions import check_region

# Seconds for which an address can be opened.
LIVES = 900
_FORM = "application/x-www-form-urlencoded"
_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
# Region's beginning → where one signs in, and the console's host. In the European Sovereign Cloud there
# is no sign-in for all Regions (endpoint rules of the ``signin`` service, as botocore has them).
_PARTITIONS = {
    "cn-": ("signin.amazonaws.cn", "console.amazonaws.cn"),
    "us-gov-": ("signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"),
    "eusc-": ("{region}.signin.amazonaws-eusc.eu", "console.amazonaws-eusc.eu"),
    "": ("signin.aws.amazon.com", "console.aws.amazon.com"),
}


def format_page(region: str, service: str, path: str) -> str:
    """The console's page of ``service`` (empty: home), at ``path`` there, in ``region``."""
    _, console = find_hosts(region)
    host = f"{region}.{console}" if region else console
    place = path.lstrip("/") or f"{service or 'console'}/home"
    address = f"https://{host}/{place}"
    if region and "region=" not in address:
        before, sharp, rest = address.partition("#")
        address = f"{before}{'&' if '?' in before else '?'}region={quote(region)}{sharp}{rest}"
    return address


def get_federated_address(
    session: Session,
    profile: Profile,
    region: str,
    destination: str,
    seconds: int,
    environ: dict[str, str],
) -> str:
    """The address that opens ``destination`` as ``session``, for ``seconds`` (0: as long as the session
    says). Raises ``AwsenvError``."""
    signin, _ = find_hosts(region)
    given = environ.get("AWS_ENDPOINT_URL_SIGNIN") or environ.get("AWS_ENDPOINT_URL")
    endpoint = given.rstrip("/") if given else f"https://{signin}"
    credentials = {
        "sessionId": session.access_key_id,
        "sessionKey": session.secret_access_key,
        "sessionToken": session.session_token,
    }
    fields = {"Action": "getSigninToken", "Session": json.dumps(credentials)}
    if seconds:
        fields["SessionDuration"] = str(seconds)
    token = _get_signin_token(f"{endpoint}/federation", fields, profile, environ)
    opens = {
        "Action": "login",
        "Issuer": "awsenv",
        "Destination": destination,
        "SigninToken": token,
    }
    return f"{endpoint}/federation?{urlencode(opens)}"


def format_portal_address(where: SsoSession, profile: Profile, destination: str) -> str:
    """The access portal's own address for the role of ``profile``: the person's own sign-in opens it."""
    given = {
        "account_id": profile.get("sso_account_id") or "",
        "role_name": profile.get("sso_role_name") or "",
        "destination": destination,
    }
    return f"{where.start_url.split('#')[0].rstrip('/')}/#/console?{urlencode(given)}"


def federate(session: Session, profile: Profile, seconds: int, environ: dict[str, str]) -> Session:
    """A session of a long-lived key that the sign-in service takes: one GetFederationToken, with all that
    the key may do. Raises ``AwsenvError``."""
    sts = client.create_client("sts", session, profile, environ)
    parameters: dict[str, Any] = {"Name": "awsenv", "Policy": json.dumps(_ALL)}
    if seconds:
        parameters["DurationSeconds"] = seconds
    answer = client.call(profile, lambda: sts.get_federation_token(**parameters))
    return Session.from_sts(profile, answer)


def _get_signin_token(
    address: str, fields: dict[str, str], profile: Profile, environ: dict[str, str]
) -> str:
    """The token that the sign-in service gives. The session goes in the body, which no log keeps."""
    bundle = profile.get("ca_bundle") or environ.get("AWS_CA_BUNDLE")
    try:
        answer = https.ask("POST", address, bundle, urlencode(fields).encode(), _FORM)
    except https.UnreachedError as error:
        what = f"profile {profile.name}: AWS's sign-in cannot be asked: {error}"
        raise AwsenvError(what, "look at the network, and try again") from None
    try:
        return str(json.loads(answer.content)["SigninToken"])
    except (ValueError, KeyError, TypeError):
        what = f"profile {profile.name}: AWS's sign-in does not take this session (HTTP {answer.status_code})"
        raise AwsenvError(what, "without --duration, or with a role's profile") from None


def find_hosts(region: str) -> tuple[str, str]:
    """The hosts of the partition of ``region``: where one signs in, and the console's. Raises ``AwsenvError`` where it
    is the name of none."""
    check_region(region, region, "--region eu-west-1, say")
    signin, console = next(h for start, h in _PARTITIONS.items() if region.startswith(start))
    return signin.format(region=region), console
