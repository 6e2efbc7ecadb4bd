"""The stand-in's STS: the Query protocol, version 2011-06-15."""

from collections.abc import Callable, Mapping
from uuid import uuid4
from xml.sax.saxutils import escape

from awsenv.demo.signature import RefusedError
from awsenv.demo.users import User

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"


def answer(user: User, parameters: Mapping[str, str]) -> str:
    """The XML that answers the action in ``parameters``, asked by ``user``."""
    action = parameters.get("Action", "")
    if action not in _ACTIONS:
        raise RefusedError("InvalidAction", f"Could not find operation {action}", 400)
    fields = _ACTIONS[action](user, parameters)
    return (
        f'<{action}Response xmlns="{NAMESPACE}"><{action}Result>{_xml(fields)}</{action}Result>'
        f"<ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata></{action}Response>"
    )


def refusal(refused: RefusedError) -> str:
    """The XML of an error."""
    fields = {"Type": "Sender", "Code": refused.code, "Message": refused.message}
    return (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error>{_xml(fields)}</Error>'
        f"<RequestId>{uuid4()}</RequestId></ErrorResponse>"
    )


def _get_caller_identity(user: User, _: Mapping[str, str]) -> dict[str, str]:
    return {"Arn": user.arn, "UserId": "AIDA" + user.key_id[4:], "Account": user.account}


def _xml(fields: Mapping[str, str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())


_ACTIONS: dict[str, Callable[[User, Mapping[str, str]], dict[str, str]]] = {
    "GetCallerIdentity": _get_caller_identity,
}
