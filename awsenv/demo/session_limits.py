"""What a session may be used for, by the call that made it: "Compare AWS STS credentials" in the IAM User Guide, and
"Enable custom identity broker access to the AWS console". The stand-in's services ask here, and nowhere else.
"""

from awsenv.demo.signature import RefusedError
from awsenv.demo.users import User

# The calls that make a session of a key, which no session may make.
_OF_A_KEY = ("GetSessionToken", "GetFederationToken")
# All of STS that is open to a session of these; to any other session all but the calls above is.
_STS = {
    "GetSessionToken": ("AssumeRole", "GetCallerIdentity"),
    "GetFederationToken": ("GetCallerIdentity",),
}
# How long a console may be open, in seconds: bounds of SessionDuration.
_CONSOLE = (900, 43_200)


def check_sts(user: User, action: str) -> None:
    """Raise ``RefusedError`` where ``user`` may not make this call of STS."""
    if user.token and (action in _OF_A_KEY or action not in _STS.get(user.made_by, (action,))):
        what = "federated" if user.made_by == "GetFederationToken" else "session"
        raise RefusedError("AccessDenied", f"Cannot call {action} with {what} credentials")


def check_iam(user: User, action: str) -> None:
    """Raise ``RefusedError`` where ``user`` may not make this call of IAM, nor any other."""
    if user.made_by == "GetFederationToken":
        raise RefusedError("AccessDenied", f"Cannot call {action} with federated credentials")
    if user.made_by == "GetSessionToken" and not user.mfa:
        raise RefusedError("InvalidClientTokenId", "The security token included is invalid")


def allows_console(user: User) -> bool:
    """Whether the console opens for ``user``. AWS gives it a sign-in token all the same, and refuses that."""
    return bool(user.token) and user.made_by != "GetSessionToken"


def allows_duration(user: User, seconds: int) -> bool:
    """Whether the sign-in takes a SessionDuration: GetFederationToken has said how long already, and a role that was
    assumed with a session has an hour."""
    said = user.made_by == "GetFederationToken" or user.chained
    return not said and _CONSOLE[0] <= seconds <= _CONSOLE[1]


def longest_role(user: User, longest: int) -> int:
    """For how many seconds ``user`` may assume a role that allows ``longest``."""
    return min(longest, 3600) if user.token else longest
