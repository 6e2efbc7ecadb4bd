"""The stand-in's sign-in service, as ``aws login`` and botocore ask it: PKCE (RFC 7636), DPoP (RFC 9449),
codes and refresh tokens that serve once. Names and answers follow botocore's model of ``signin``.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from awsenv.demo.sso_pages import ALLOW, PAGE
from awsenv.demo.sts import Sts
from awsenv.demo.users import User, session_of

SAME, CROSS = "arn:aws:signin:::devtools/same-device", "arn:aws:signin:::devtools/cross-device"
CONFIRMATION = "/v1/sessions/confirmation"
# Seconds: of a session, a sign-in, a code; and by how much a proof's time may be off.
SESSION, SIGN_IN, CODE, SKEW = 900, 12 * 3600, 600, 300


class RefusedError(Exception):
    """A refusal: its ``name`` in the model, HTTP status and the word that tells which."""

    def __init__(self, word: str, name: str = "AccessDeniedException", status: int = 403) -> None:
        super().__init__(word)
        self.word = word
        self.name = name
        self.status = status


@dataclass
class _Grant:
    """What a refresh token is good for: of one ``client`` with one key, until a moment, as whoever signed in."""

    client: str
    key: str
    until: float
    person: User | None


class Signin:
    """``person`` is who clicks; ``denied``: whether no policy lets them. ``lifetime`` is how long a session
    lasts, in seconds. Endpoints and pages are at ``url``."""

    def __init__(self, sts: Sts) -> None:
        self.sts = sts
        self.url = ""
        self.person: User | None = None
        self.denied = False
        self.lifetime = SESSION
        self.codes: dict[str, tuple[dict[str, str], float]] = {}
        self.grants: dict[str, _Grant] = {}
        self._proofs: set[str] = set()
        self._lock = threading.Lock()

    def page(self, path: str, query: str, method: str, body: bytes) -> str | None:
        """The page for a person, an address to go on to (``http…``), or ``None`` for another path."""
        if path != "/v1/authorize":
            return None
        asked = dict(parse_qsl(query))
        if not self._is_good(asked):
            return PAGE.format(title="Not possible", body="<p>This request is not valid.</p>")
        if method != "POST":
            return PAGE.format(title="Sign in to the console", body=ALLOW)
        answer = {"state": asked["state"]}
        if b"allow" in body:
            answer["code"] = secrets.token_urlsafe(24)
            with self._lock:
                self.codes[answer["code"]] = (asked, time.time() + CODE)
        else:
            answer["error"] = "access_denied"
        if asked["client_id"] == SAME:
            return f"{asked['redirect_uri']}?{urlencode(answer)}"
        text = base64.b64encode(urlencode(answer).encode()).decode()
        return PAGE.format(title="Your code", body=f'<p><code id="code">{text}</code></p>')

    def _is_good(self, asked: dict[str, str]) -> bool:
        back = urlsplit(asked.get("redirect_uri", ""))
        here = (
            back.scheme == "http"
            and back.hostname == "127.0.0.1"
            and back.path == "/oauth/callback"
        )
        there = asked.get("redirect_uri") == f"{self.url}{CONFIRMATION}"
        return (
            {SAME: here, CROSS: there}.get(asked.get("client_id", ""), False)
            and asked.get("response_type") == "code"
            and asked.get("scope") == "openid"
            and asked.get("code_challenge_method") == "SHA-256"
            and len(asked.get("code_challenge", "")) == 43
            and bool(asked.get("state"))
        )

    def answer(self, body: bytes, proof: str, now: float) -> dict[str, Any]:
        """The JSON that answers CreateOAuth2Token; ``proof`` is its DPoP header. Raises ``RefusedError``."""
        asked = json.loads(body or b"{}")
        key = self.check_proof(proof, now)
        with self._lock:
            if asked.get("grantType") == "authorization_code":
                self._check_code(asked, now)
                told = {"idToken": self._id_token(), "tokenType": "aws_sigv4"}
                until, person = now + SIGN_IN, self.person
            elif asked.get("grantType") == "refresh_token":
                grant = self._check_grant(asked, key, now)
                until, person = grant.until, grant.person
                told = {"tokenType": "aws_sigv4"}
            else:
                raise RefusedError("unsupported_grant_type", "ValidationException", 400)
            if self.denied:
                raise RefusedError("INSUFFICIENT_PERMISSIONS")
            refresh = secrets.token_urlsafe(64)
            self.grants[refresh] = _Grant(asked["clientId"], key, until, person)
        assert person
        made = session_of(person, self.lifetime, False)
        session = self.sts.issue(replace(made, made_by="CreateOAuth2Token"))
        given = {
            "accessKeyId": session.key_id,
            "secretAccessKey": session.secret,
            "sessionToken": session.token,
        }
        return {**told, "accessToken": given, "expiresIn": self.lifetime, "refreshToken": refresh}

    def _check_code(self, asked: dict[str, Any], now: float) -> None:
        given, until = self.codes.pop(asked.get("code", ""), ({}, 0.0))
        if until <= now:
            raise RefusedError("AUTHCODE_EXPIRED")
        digest = hashlib.sha256(asked.get("codeVerifier", "").encode()).digest()
        if (
            given["client_id"] != asked.get("clientId")
            or given["redirect_uri"] != asked.get("redirectUri")
            or given["code_challenge"] != _encode(digest)
        ):
            raise RefusedError("invalid_grant", "ValidationException", 400)

    def _check_grant(self, asked: dict[str, Any], key: str, now: float) -> _Grant:
        # With rotation: a refresh token serves once.
        grant = self.grants.pop(asked.get("refreshToken", ""), None)
        if grant is None or grant.until <= now:
            raise RefusedError("TOKEN_EXPIRED")
        if (grant.client, grant.key) != (asked.get("clientId"), key):
            raise RefusedError("invalid_grant", "ValidationException", 400)
        return grant

    def check_proof(self, proof: str, now: float) -> str:
        """The key that signed ``proof``, which is of this call, of now, and new."""
        from awscrt.crypto import EC, ECRawSignature  # type: ignore[import-untyped]

        refused = RefusedError("INVALID_REQUEST", "ValidationException", 400)
        try:
            head, body, signature = proof.split(".")
            header, claims = json.loads(_decode(head)), json.loads(_decode(body))
            jwk, pair = header["jwk"], _decode(signature)
            point = b"\x04" + _decode(jwk["x"]) + _decode(jwk["y"])
            key = EC.new_key_from_der_data(_SPKI + point)
            der = EC.encode_raw_signature(ECRawSignature(pair[:32], pair[32:]))
            signed = key.verify(hashlib.sha256(f"{head}.{body}".encode()).digest(), der)
        except (ValueError, KeyError, RuntimeError):
            raise refused from None
        if (
            not signed
            or (header.get("typ"), header.get("alg"), jwk.get("crv"))
            != ("dpop+jwt", "ES256", "P-256")
            or (claims.get("htm"), claims.get("htu")) != ("POST", f"{self.url}/v1/token")
            or abs(claims.get("iat", 0) - now) > SKEW
        ):
            raise refused
        with self._lock:
            if claims["jti"] in self._proofs:
                raise refused
            self._proofs.add(claims["jti"])
        return point.hex()

    def _id_token(self) -> str:
        assert self.person
        parts = {"alg": "none"}, {"sub": self.person.arn, "aud": "devtools"}
        return ".".join([*(_encode(json.dumps(part).encode()) for part in parts), "unsigned"])


# What stands before a point of P-256 in a public key's DER (RFC 5480).
_SPKI = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
