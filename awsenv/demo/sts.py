"""The stand-in's STS: the Query protocol, version 2011-06-15. It believes nobody."""

import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import uuid4
from xml.sax.saxutils import escape

from awsenv.demo.signature import RefusedError
from awsenv.demo.users import User, session_of

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


class Sts:
    """What it knows: ``users`` by key ID, sessions too, and the codes that were used."""

    def __init__(self, users: Mapping[str, User]) -> None:
        self.users = dict(users)
        self._used: set[tuple[str, str]] = set()
        self._lock = threading.Lock()

    def answer(self, user: User, parameters: Mapping[str, str]) -> str:
        """The XML that answers the action in ``parameters``, asked by ``user``."""
        action = parameters.get("Action", "")
        actions = {
            "GetCallerIdentity": self._get_caller_identity,
            "GetSessionToken": self._get_session_token,
        }
        if action not in actions:
            raise RefusedError("InvalidAction", f"Could not find operation {action}", 400)
        fields = actions[action](user, parameters)
        return (
            f'<{action}Response xmlns="{NAMESPACE}"><{action}Result>{fields}</{action}Result>'
            f"<ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata></{action}Response>"
        )

    def _get_caller_identity(self, user: User, _: Mapping[str, str]) -> str:
        fields = {"Arn": user.arn, "UserId": "AIDA" + user.key_id[4:], "Account": user.account}
        return xml(fields)

    def _get_session_token(self, user: User, parameters: Mapping[str, str]) -> str:
        if user.token:
            what = "Cannot call GetSessionToken with session credentials"
            raise RefusedError("AccessDenied", what)
        seconds = _seconds(parameters, 43_200, 129_600)
        mfa = "SerialNumber" in parameters or "TokenCode" in parameters
        if mfa:
            self.check_code(user, parameters)
        return credentials(self.issue(session_of(user, seconds, mfa)))

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


def _seconds(parameters: Mapping[str, str], usual: int, longest: int) -> int:
    seconds = int(parameters.get("DurationSeconds", usual))
    if not 900 <= seconds <= longest:
        raise RefusedError("ValidationError", f"DurationSeconds {seconds} is out of range", 400)
    return seconds
