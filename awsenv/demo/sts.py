"""The stand-in's STS: the Query protocol, version 2011-06-15. It believes nobody."""

import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import uuid4
from xml.sax.saxutils import escape

from awsenv.demo import session_limits
from awsenv.demo.signature import RefusedError
from awsenv.demo.users import User, session_of

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


@dataclass(frozen=True)
class Role:
    """A role: who may assume it (ARNs; empty: anybody of its account), and on what terms."""

    arn: str
    trusted: frozenset[str] = frozenset()
    external_id: str = ""
    needs_mfa: bool = False
    longest: int = 43_200
    web_token: str = ""
    tags: bool = False  # whether its trust allows sts:TagSession and sts:SetSourceIdentity

    @property
    def account(self) -> str:
        """The account that it is of."""
        return self.arn.split(":")[4]


class Sts:
    """What it knows: ``users`` by key ID, sessions too, ``roles`` by ARN, and the codes that were
    used. ``lifetime`` is how many seconds a role's session really lasts, when it is to be short; ``denied`` are
    the actions that no policy allows."""

    def __init__(self, users: Mapping[str, User]) -> None:
        self.users = dict(users)
        self.roles: dict[str, Role] = {}
        self.lifetime = 0
        self.denied: set[str] = set()
        self._used: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def answer(self, user: User, parameters: Mapping[str, str]) -> str:
        """The XML that answers the action in ``parameters``, asked by ``user``."""
        action = parameters.get("Action", "")
        actions = {
            "GetCallerIdentity": self._get_caller_identity,
            "GetSessionToken": self._get_session_token,
            "GetFederationToken": self._get_federation_token,
            "AssumeRole": self._assume_role,
        }
        if action not in actions:
            raise RefusedError("InvalidAction", f"Could not find operation {action}", 400)
        if action in self.denied:
            what = f"User: {user.arn} is not authorized to perform: sts:{action}"
            raise RefusedError("AccessDenied", what)
        session_limits.check_sts(user, action)
        return answered(action, actions[action](user, parameters))

    def _get_caller_identity(self, user: User, _: Mapping[str, str]) -> str:
        fields = {"Arn": user.arn, "UserId": "AIDA" + user.key_id[4:], "Account": user.account}
        return xml(fields)

    def _get_session_token(self, user: User, parameters: Mapping[str, str]) -> str:
        seconds = _seconds(parameters, 43_200, 129_600)
        mfa = "SerialNumber" in parameters or "TokenCode" in parameters
        if mfa:
            self.check_code(user, parameters)
        made = replace(session_of(user, seconds, mfa), made_by="GetSessionToken")
        return credentials(self.issue(made))

    def _get_federation_token(self, user: User, parameters: Mapping[str, str]) -> str:
        if not re.fullmatch(r"[\w+=,.@-]{2,32}", parameters.get("Name", ""), re.ASCII):
            raise RefusedError("ValidationError", "Name is not of its alphabet", 400)
        seconds = _seconds(parameters, 43_200, 129_600)
        end = f"federated-user/{parameters['Name']}"
        made = replace(session_of(user, seconds, False, end), made_by="GetFederationToken")
        return credentials(self.issue(made))

    def _assume_role(self, user: User, parameters: Mapping[str, str]) -> str:
        role = self._role(parameters)
        denied = RefusedError(
            "AccessDenied",
            f"User: {user.arn} is not authorized to perform: sts:AssumeRole on resource: {role.arn}",
        )
        if user.arn not in role.trusted if role.trusted else user.account != role.account:
            raise denied
        if role.external_id and parameters.get("ExternalId") != role.external_id:
            raise denied
        if "SerialNumber" in parameters:
            self.check_code(user, parameters)
        elif role.needs_mfa and not user.mfa:
            raise denied
        _check_tags(role, user, parameters)
        seconds = _seconds(parameters, 3600, session_limits.longest_role(user, role.longest))
        return self._assumed(role, user, parameters, seconds)

    def with_web_identity(self, parameters: Mapping[str, str]) -> str:
        """AssumeRoleWithWebIdentity, which nobody signs."""
        role = self._role(parameters)
        if not role.web_token or parameters.get("WebIdentityToken") != role.web_token:
            raise RefusedError("InvalidIdentityToken", "No OpenIDConnect provider found", 400)
        nobody = User("web", role.account, "ASIA", "", partition=role.arn.split(":")[1])
        return answered("AssumeRoleWithWebIdentity", self._assumed(role, nobody, parameters, 3600))

    def _role(self, parameters: Mapping[str, str]) -> Role:
        arn = parameters.get("RoleArn", "")
        if arn not in self.roles:
            raise RefusedError(
                "AccessDenied", f"not authorized to perform: sts:AssumeRole on resource: {arn}"
            )
        if not re.fullmatch(r"[\w+=,.@-]{2,64}", parameters.get("RoleSessionName", ""), re.ASCII):
            raise RefusedError("ValidationError", "RoleSessionName is not of its alphabet", 400)
        return self.roles[arn]

    def _assumed(self, role: Role, user: User, parameters: Mapping[str, str], seconds: int) -> str:
        name = role.arn.rpartition("/")[2]
        end = f"assumed-role/{name}/{parameters['RoleSessionName']}"
        lasts = self.lifetime or seconds
        session = session_of(user, lasts, user.mfa, end, role.account)
        session = replace(session, made_by="AssumeRole", chained=bool(user.token))
        session = self.issue(replace(session, tags=user.tags | _transitive(parameters)))
        told = xml({"Arn": session.arn, "AssumedRoleId": f"AROA:{parameters['RoleSessionName']}"})
        return credentials(session) + f"<AssumedRoleUser>{told}</AssumedRoleUser>"

    def issue(self, session: User) -> User:
        """Let ``session`` sign from now on."""
        with self._lock:
            self.users[session.key_id] = session
        return session

    def check_code(self, user: User, parameters: Mapping[str, str]) -> None:
        """The code must be that of the user's device, now or a step ago, and not have been used."""
        serial, code = parameters.get("SerialNumber", ""), parameters.get("TokenCode", "")
        device, now = user.device, time.time()
        with self._lock:
            good = device is not None and serial == device.serial
            good = good and device is not None and code in (device.code(now), device.code(now - 30))
            if not good or (serial, code) in self._used:
                what = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
                raise RefusedError("AccessDenied", what)
            self._used.add((serial, code))


def answered(action: str, fields: str, namespace: str = NAMESPACE) -> str:
    """The XML around an answer's ``fields``."""
    return (
        f'<{action}Response xmlns="{namespace}"><{action}Result>{fields}</{action}Result>'
        f"<ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata></{action}Response>"
    )


def credentials(session: User) -> str:
    """The Credentials of an answer."""
    assert session.expires is not None
    assert session.token is not None
    end = datetime.fromtimestamp(session.expires, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = {
        "AccessKeyId": session.key_id,
        "SecretAccessKey": session.secret,
        "SessionToken": session.token,
        "Expiration": end,
    }
    return f"<Credentials>{xml(fields)}</Credentials>"


def refusal(refused: RefusedError) -> str:
    """The XML of an error."""
    fields = {"Type": "Sender", "Code": refused.code, "Message": refused.message}
    return (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error>{xml(fields)}</Error>'
        f"<RequestId>{uuid4()}</RequestId></ErrorResponse>"
    )


def xml(fields: Mapping[str, str]) -> str:
    """``fields`` as elements."""
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())


def _check_tags(role: Role, user: User, parameters: Mapping[str, str]) -> None:
    """Session tags and a source identity need a word in the role's trust ("Passing session tags in AWS
    STS" in the IAM User Guide); only what is a tag of the session goes on to the next."""
    given = [
        value for name, value in parameters.items() if re.fullmatch(r"Tags\.member\.\d+\.Key", name)
    ]
    action = (
        "TagSession" if given else "SetSourceIdentity" if "SourceIdentity" in parameters else ""
    )
    if action and not role.tags:
        what = (
            f"User: {user.arn} is not authorized to perform: sts:{action} on resource: {role.arn}"
        )
        raise RefusedError("AccessDenied", what)
    if _transitive(parameters) - {*given, *user.tags}:
        raise RefusedError(
            "ValidationError", "The specified transitive tag key must be included", 400
        )
    if len({key.lower() for key in given}) != len(given):
        raise RefusedError("InvalidParameterValue", "Duplicate tag keys found", 400)


def _transitive(parameters: Mapping[str, str]) -> set[str]:
    """The keys of tags that go on to the next role."""
    return {v for n, v in parameters.items() if n.startswith("TransitiveTagKeys.member.")}


def _seconds(parameters: Mapping[str, str], usual: int, longest: int) -> int:
    seconds = int(parameters.get("DurationSeconds", usual))
    if not 900 <= seconds <= longest:
        raise RefusedError("ValidationError", f"DurationSeconds {seconds} is out of range", 400)
    return seconds
