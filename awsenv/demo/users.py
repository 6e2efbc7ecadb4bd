"""The people and keys that the stand-in knows."""

import base64
import secrets
import string
from dataclasses import dataclass, field


@dataclass(frozen=True)
class User:
    """An IAM user with one access key; with a token when the key is temporary."""

    name: str
    account: str
    key_id: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    arn_end: str = ""

    @property
    def arn(self) -> str:
        """What GetCallerIdentity answers for this user."""
        return f"arn:aws:iam::{self.account}:{self.arn_end or 'user/' + self.name}"


def new_user(name: str, account: str, temporary: bool = False) -> User:
    """A user with a fresh key of AWS's shape: no secret is the same in two sandboxes."""
    alphabet = string.ascii_letters + string.digits + "+/"
    return User(
        name=name,
        account=account,
        key_id=_key_id("ASIA" if temporary else "AKIA", account),
        secret="".join(secrets.choice(alphabet) for _ in range(40)),
        token=secrets.token_urlsafe(150) + "==" if temporary else None,
    )


def _key_id(prefix: str, account: str) -> str:
    """A key ID that carries its account as AWS's have since 2019: behind the prefix base32, in
    its first six bytes a set bit, 40 bits of account, seven others."""
    head = (1 << 47) | (int(account) << 7) | secrets.randbits(7)
    return prefix + base64.b32encode(head.to_bytes(6, "big") + secrets.token_bytes(4)).decode()
