"""The people and keys that the stand-in knows."""

import base64
import hashlib
import hmac
import secrets
import string
import struct
import time
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Device:
    """An MFA device: its serial, and the secret that its codes are made of."""

    serial: str
    secret: bytes = field(repr=False)

    def code(self, at: float | None = None) -> str:
        """The six digits at ``at``, now by default (RFC 6238, SHA-1, 30 s)."""
        step = int((time.time() if at is None else at) // 30)
        digest = hmac.new(self.secret, struct.pack(">Q", step), hashlib.sha1).digest()
        start = digest[-1] & 15
        number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
        return f"{number % 1_000_000:06d}"


@dataclass(frozen=True)
class User:
    """An IAM user, or a session, with one access key. A temporary key has a ``token`` and an end
    (``expires``, seconds since 1970)."""

    name: str
    account: str
    key_id: str
    secret: str = field(repr=False)
    token: str | None = field(default=None, repr=False)
    arn_end: str = ""
    device: Device | None = None
    expires: float | None = None
    mfa: bool = False
    partition: str = "aws"
    tags: frozenset[str] = frozenset()
    made_by: str = ""  # the action that gave this session
    chained: bool = False  # whether it was assumed with a session
    created: float = 0.0  # seconds since 1970
    active: bool = True
    known_from: float = 0.0  # when AWS knows it everywhere: a new key takes a while

    @property
    def arn(self) -> str:
        """What GetCallerIdentity answers."""
        service = "sts" if self.arn_end.startswith(("assumed-role", "federated-user")) else "iam"
        return (
            f"arn:{self.partition}:{service}::{self.account}:{self.arn_end or 'user/' + self.name}"
        )


def new_user(
    name: str, account: str, temporary: bool = False, mfa: bool = False, partition: str = "aws"
) -> User:
    """A user with a fresh key of AWS's shape: no secret is the same in two sandboxes."""
    serial = f"arn:{partition}:iam::{account}:mfa/{name}"
    return User(
        name=name,
        account=account,
        key_id=_key_id("ASIA" if temporary else "AKIA", account),
        secret=_secret(),
        token=_token() if temporary else None,
        device=Device(serial, secrets.token_bytes(20)) if mfa else None,
        partition=partition,
    )


def session_of(user: User, seconds: int, mfa: bool, arn_end: str = "", account: str = "") -> User:
    """A session of ``user``, or of the role that ``arn_end`` names, for ``seconds``."""
    account = account or user.account
    return User(
        name=user.name,
        account=account,
        key_id=_key_id("ASIA", account),
        secret=_secret(),
        token=_token(),
        arn_end=arn_end or user.arn_end,
        expires=time.time() + seconds,
        mfa=mfa,
        partition=user.partition,
    )


def _secret() -> str:
    alphabet = string.ascii_letters + string.digits + "+/"
    return "".join(secrets.choice(alphabet) for _ in range(40))


def _token() -> str:
    return secrets.token_urlsafe(150) + "=="


def _key_id(prefix: str, account: str) -> str:
    """A key ID that carries its account as AWS's have since 2019: behind the prefix base32, in
    its first six bytes a set bit, 40 bits of account, seven others."""
    head = (1 << 47) | (int(account) << 7) | secrets.randbits(7)
    return prefix + base64.b32encode(head.to_bytes(6, "big") + secrets.token_bytes(4)).decode()
