"""Proof of possession (RFC 9449): each call to the sign-in service is signed with a key that the session
is bound to. Elliptic curves by awscrt, an optional extra.
"""

import base64
import hashlib
import json
import secrets
import textwrap
from typing import Any

from awsenv import distribution
from awsenv.errors import AwsenvError

# Bytes of a key in SEC 1 whose numbers have no leading zeros.
_WHOLE = 121
_BEGIN, _END = "-----BEGIN EC PRIVATE KEY-----", "-----END EC PRIVATE KEY-----"


class Key:
    """A key on P-256, new or from ``pem``, as the AWS CLI stores it: SEC 1 in PEM (RFC 5915). Raises
    ``AwsenvError`` without awscrt, ``ValueError`` for a text that is no key."""

    def __init__(self, pem: str = "") -> None:
        ec = _import_crypto().EC
        if pem:
            text = pem.replace(_BEGIN, "").replace(_END, "")
            try:
                self._key = ec.new_key_from_der_data(base64.b64decode(text))
            except RuntimeError:
                raise ValueError("no key on P-256") from None
        else:
            # crt writes numbers without their leading zeros, reads no such key again, and botocore puts
            # such a point into its proofs as it is: a key that has any is not taken.
            self._key = _generate()
            while len(self._der) != _WHOLE or not self._is_whole:
                self._key = _generate()

    @property
    def pem(self) -> str:
        """The key in PEM, as the AWS CLI stores it."""
        lines = textwrap.wrap(base64.b64encode(self._der).decode(), 64)
        return "\n".join([_BEGIN, *lines, _END, ""])

    @property
    def _der(self) -> bytes:
        return bytes(self._key.export_key(_import_crypto().ECExportFormat.SEC1))

    @property
    def _is_whole(self) -> bool:
        return all(len(number) == 32 for number in self._key.get_public_coords())

    def prove(self, url: str, now: float) -> str:
        """The ``DPoP`` header of one POST to ``url`` at ``now`` (seconds since 1970): a JWT, for ES256."""
        # Each in 32 bytes (RFC 7518, 6.2.1.2).
        x, y = (number.rjust(32, b"\0") for number in self._key.get_public_coords())
        jwk = {"kty": "EC", "x": _encode(x), "y": _encode(y), "crv": "P-256"}
        head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}
        body = {"htm": "POST", "htu": url, "iat": int(now), "jti": secrets.token_urlsafe(24)}
        signed = ".".join(_encode(json.dumps(part).encode()) for part in (head, body))
        der = self._key.sign(hashlib.sha256(signed.encode()).digest())
        pair = _import_crypto().EC.decode_der_signature_to_padded_pair(der, pad_to=32)
        return f"{signed}.{_encode(pair)}"


def _generate() -> Any:
    crypto = _import_crypto()
    return crypto.EC.new_generate(crypto.ECType.P_256)


def check_library() -> None:
    """Raise ``AwsenvError`` where it is not installed."""
    _import_crypto()


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _import_crypto() -> Any:
    try:
        from awscrt import crypto  # type: ignore[import-untyped]
    except ImportError:
        what = "signing in as aws login does needs the crt library"
        raise AwsenvError(what, distribution.format_install("login")) from None
    return crypto
