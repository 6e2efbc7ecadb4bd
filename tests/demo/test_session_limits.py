"""The stand-in lets a session do what AWS lets it do, and no more: call by call, by a real SDK.

The tables are typed from "Compare AWS STS credentials" and "Enable custom identity broker access to the AWS console" in
the IAM User Guide, and from the errors in the API References of IAM Identity Center's OIDC and portal.
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import urlopen

import botocore.session
import pytest
from botocore.exceptions import ClientError

from awsenv.demo.portal import OidcError
from awsenv.demo.server import Server
from awsenv.demo.sso import START_URL, Sso
from awsenv.demo.sts import Role
from awsenv.demo.users import User, new_user

ACCOUNT = "111122223333"
ROLE, WEB = f"arn:aws:iam::{ACCOUNT}:role/one", f"arn:aws:iam::{ACCOUNT}:role/web"
_SDK = botocore.session.Session()
Here = tuple[Server, User]


@pytest.fixture(scope="module")
def here() -> Iterator[Here]:
    user = new_user("somebody", ACCOUNT, mfa=True)
    with Server([user]) as server:
        server.sts.roles |= {ROLE: Role(ROLE), WEB: Role(WEB, web_token="token")}
        server.portal.assignments[ACCOUNT] = ["Reader"]
        server.sso.tokens["t"] = time.time() + 3600
        server.signin.person = user
        yield server, user


def client(here: Here, service: str, who: User) -> Any:
    return _SDK.create_client(
        service,
        region_name="us-east-1",
        endpoint_url=here[0].url,
        aws_access_key_id=who.key_id,
        aws_secret_access_key=who.secret,
        aws_session_token=who.token,
    )


def act(here: Here, who: User, call: str) -> Any:
    """What the real SDK gets for ``call`` as ``who``."""
    if call == "AssumeRole":
        return client(here, "sts", who).assume_role(RoleArn=ROLE, RoleSessionName="me")
    if call == "AssumeRole, 2 h":
        return client(here, "sts", who).assume_role(
            RoleArn=ROLE, RoleSessionName="me", DurationSeconds=7200
        )
    if call == "GetFederationToken":
        return client(here, "sts", who).get_federation_token(Name="me")
    if call == "IAM":
        return client(here, "iam", who).list_access_keys(UserName=who.name)
    if call == "GetSessionToken":
        return client(here, "sts", who).get_session_token()
    return client(here, "sts", who).get_caller_identity()


def made(here: Here, kind: str) -> User:
    """Somebody whose credentials are of ``kind``."""
    server, user = here
    if kind == "a key":
        return user
    if kind == "GetSessionToken with a code":
        assert user.device
        given = client(here, "sts", user).get_session_token(
            SerialNumber=user.device.serial, TokenCode=user.device.code()
        )
    elif kind == "AssumeRole over a session":
        given = act(here, made(here, "AssumeRole"), "AssumeRole")
    elif kind == "AssumeRoleWithWebIdentity":
        given = client(here, "sts", user).assume_role_with_web_identity(
            RoleArn=WEB, RoleSessionName="me", WebIdentityToken="token"
        )
    elif kind == "Identity Center":
        portal: Any = _SDK.create_client("sso", region_name="us-east-1", endpoint_url=server.url)
        found = portal.get_role_credentials(accessToken="t", accountId=ACCOUNT, roleName="Reader")
        return server.sts.users[found["roleCredentials"]["accessKeyId"]]
    else:
        given = act(here, user, kind)
    return server.sts.users[given["Credentials"]["AccessKeyId"]]


# Who asks, and what each column's call gets: STS's, IAM's, the console, and one with a SessionDuration.
CALLS = ("GetCallerIdentity", "AssumeRole", "AssumeRole, 2 h", "GetSessionToken", "GetFederationToken", "IAM")  # fmt: skip
TABLE = {
    #                               who  role  2 h  token  fed.  IAM   console, with a time
    "a key":                       "yes  yes   yes  yes    yes   yes   no       no",
    "GetSessionToken":             "yes  yes   no   no     no    no    no       no",
    "GetSessionToken with a code": "yes  yes   no   no     no    yes   no       no",
    "GetFederationToken":          "yes  no    no   no     no    no    yes      no",
    "AssumeRole":                  "yes  yes   no   no     no    yes   yes      yes",
    "AssumeRole over a session":   "yes  yes   no   no     no    yes   yes      no",
    "AssumeRoleWithWebIdentity":   "yes  yes   no   no     no    yes   yes      yes",
    "Identity Center":             "yes  yes   no   no     no    yes   yes      yes",
}  # fmt: skip


@pytest.mark.parametrize("kind", TABLE)
def test_who_may_make_which_call(kind: str, here: Here) -> None:
    who = made(here, kind)
    found = []
    for call in CALLS:
        try:
            act(here, who, call)
            found.append("yes")
        except ClientError:
            found.append("no")
    found += ["yes" if opens(here, who, more) else "no" for more in ({}, {"SessionDuration": "3600"})]  # fmt: skip
    assert found == TABLE[kind].split()


def opens(here: Here, who: User, more: dict[str, str]) -> bool:
    """Whether the console opens as a person would see it."""
    given = {"sessionId": who.key_id, "sessionKey": who.secret, "sessionToken": who.token}
    asked = {"Action": "getSigninToken", "Session": json.dumps(given), **more}
    try:
        with urlopen(f"{here[0].url}/federation?{urlencode(asked)}") as answer:
            token = json.loads(answer.read())["SigninToken"]
        asked = {"Action": "login", "Issuer": "x", "Destination": "y", "SigninToken": token}
        with urlopen(f"{here[0].url}/federation?{urlencode(asked)}") as answer:
            return who.arn in answer.read().decode()
    except HTTPError:
        return False


def register(sso: Sso, *grants: str) -> dict[str, Any]:
    """The fields that name a client from then on."""
    body = {"clientType": "public", "clientName": "x", "grantTypes": list(grants)}
    told = ask(sso, "/client/register", body)
    return {"clientId": told["clientId"], "clientSecret": told["clientSecret"]}


def ask(sso: Sso, path: str, body: dict[str, Any]) -> dict[str, Any]:
    return sso.answer("POST", path, {}, "", json.dumps(body).encode())


def start(sso: Sso) -> dict[str, Any]:
    """A client's sign-in by device code, which nobody has allowed yet: what it asks a token with."""
    who = register(sso)
    told = ask(sso, "/device_authorization", {**who, "startUrl": START_URL})
    return {**who, "deviceCode": told["deviceCode"], "grantType": "device_code"}


def allow(sso: Sso) -> dict[str, Any]:
    asked = start(sso)
    sso.devices[asked["deviceCode"]].state = "allowed"
    return asked


def deny(sso: Sso) -> dict[str, Any]:
    asked = start(sso)
    sso.devices[asked["deviceCode"]].state = "denied"
    return asked


def come_late(sso: Sso) -> dict[str, Any]:
    asked = allow(sso)
    sso.devices[asked["deviceCode"]].until = time.time()
    return asked


def come_twice(sso: Sso) -> dict[str, Any]:
    asked = allow(sso)
    ask(sso, "/token", asked)
    return asked


def come_as_another(sso: Sso) -> dict[str, Any]:
    return {**allow(sso), **register(sso)}


def come_with_another_secret(sso: Sso) -> dict[str, Any]:
    return {**allow(sso), "clientSecret": "guessed"}


def renew_twice(sso: Sso) -> dict[str, Any]:
    asked = renew(sso)
    ask(sso, "/token", asked)
    return asked


def renew(sso: Sso) -> dict[str, Any]:
    asked = allow(sso)
    who = {name: asked[name] for name in ("clientId", "clientSecret")}
    return {
        **who,
        "refreshToken": ask(sso, "/token", asked)["refreshToken"],
        "grantType": "refresh_token",
    }


def renew_as_another(sso: Sso) -> dict[str, Any]:
    return {**renew(sso), **register(sso)}


@pytest.mark.parametrize(
    ("come", "told"),
    [
        (start, "AuthorizationPendingException"),
        (allow, ""),
        (deny, "AccessDeniedException"),
        (come_late, "ExpiredTokenException"),
        (come_twice, "InvalidGrantException"),
        (come_as_another, "InvalidGrantException"),
        (come_with_another_secret, "InvalidClientException"),
        (renew, ""),
        (renew_twice, "InvalidGrantException"),
        (renew_as_another, "InvalidGrantException"),
    ],
)
def test_a_token_of_identity_center_is_given_once_and_to_whom_it_was_allowed(
    come: Callable[[Sso], dict[str, Any]], told: str, here: Here
) -> None:
    asked, found = come(here[0].sso), ""
    try:
        ask(here[0].sso, "/token", asked)
    except OidcError as error:
        found = error.name
    assert found == told


def test_a_client_of_the_browsers_flow_gets_no_device_code(here: Here) -> None:
    who = register(here[0].sso, "authorization_code", "refresh_token")
    with pytest.raises(OidcError, match="UnauthorizedClientException"):
        ask(here[0].sso, "/device_authorization", {**who, "startUrl": START_URL})
    with pytest.raises(OidcError, match="InvalidRequestException"):
        ask(
            here[0].sso, "/device_authorization", {**register(here[0].sso), "startUrl": "https://x"}
        )


@pytest.mark.parametrize("path", ["/assignment/accounts", "/federation/credentials"])
@pytest.mark.parametrize("end", [0.0, -1.0, None])
def test_the_portal_answers_no_token_that_has_ended_or_was_signed_out(
    path: str, end: float | None, here: Here
) -> None:
    sso, query = here[0].sso, {"account_id": ACCOUNT, "role_name": "Reader"}
    sso.tokens["mine"] = time.time() + 60
    assert sso.answer("GET", path, query, "mine", b"")
    if end is None:
        sso.answer("POST", "/logout", {}, "mine", b"")
    else:
        sso.tokens["mine"] = time.time() + end
    with pytest.raises(OidcError, match="UnauthorizedException"):
        sso.answer("GET", path, query, "mine", b"")


@pytest.mark.parametrize(("account", "role"), [(ACCOUNT, "Writer"), ("999988887777", "Reader")])
def test_the_portal_gives_no_role_that_is_not_assigned(account: str, role: str, here: Here) -> None:
    query = {"account_id": account, "role_name": role}
    with pytest.raises(OidcError, match="ForbiddenException"):
        here[0].sso.answer("GET", "/federation/credentials", query, "t", b"")
