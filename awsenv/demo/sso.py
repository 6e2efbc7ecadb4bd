"""The stand-in's IAM Identity Center: sso-oidc (device code and refresh, with rotation), and the page
where a person approves. Names and answers follow botocore's service models.
"""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from awsenv.demo.portal import OidcError, Portal
from awsenv.demo.sso_pages import ALLOW, FORM, PAGE

START_URL = "https://demo.awsapps.com/start"  # never contacted


@dataclass
class Device:
    """A sign-in by device code of one client: ``state`` is pending, allowed or denied."""

    client: str
    user_code: str
    until: float
    state: str = "pending"


@dataclass
class Sso:
    """An instance in ``region``. Tokens last ``lifetime`` seconds; ``interval`` is how often a client
    may poll. ``person`` is who signs in next, ``people`` whose each token is that is not the first person's."""

    portal: Portal
    region: str = "us-east-1"
    lifetime: int = 8 * 3600
    interval: int = 1
    clients: dict[str, str] = field(default_factory=dict)
    browsers: set[str] = field(default_factory=set)  # clients of the browser's flow, and no other
    devices: dict[str, Device] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    url: str = ""
    tokens: dict[str, float] = field(default_factory=dict)
    refreshable: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    person: str = "person"
    people: dict[str, str] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.Lock)
    start_url: str = START_URL

    def answer(
        self, method: str, path: str, query: Mapping[str, str], token: str, body: bytes
    ) -> dict[str, Any]:
        """The JSON that answers a call. Raises ``OidcError``."""
        calls = {
            ("POST", "/client/register"): self._register,
            ("POST", "/device_authorization"): self._start,
            ("POST", "/token"): self._token,
        }
        with self.lock:
            if (method, path) in calls:
                return calls[method, path](json.loads(body or b"{}"))
            if self.tokens.get(token, 0) <= time.time():
                raise OidcError("UnauthorizedException", 401)
            if (method, path) == ("POST", "/logout"):
                del self.tokens[token]
                self.refreshable = {n: of for n, of in self.refreshable.items() if of[2] != token}
                return {}
            return self.portal.answer(method, path, query, self.people.get(token, "person"))

    def page(self, path: str, query: str, method: str, body: bytes) -> str | None:
        """The page for a person, an address to go on to (``http…``), or ``None`` for another path."""
        if path == "/authorize":
            return self._authorize(dict(parse_qsl(query)), method, body)
        if path != "/device":
            return None
        code = (parse_qs(query).get("user_code") or [""])[0]
        found = next((d for d in self.devices.values() if d.user_code == code), None)
        if found is None:
            return PAGE.format(title="Unknown code", body="<p>This code is not known.</p>")
        if method == "POST":
            found.state = "allowed" if b"allow" in body else "denied"
            what = "You are signed in" if found.state == "allowed" else "Denied"
            return PAGE.format(title=what, body="<p>You can close this tab.</p>")
        return PAGE.format(title="Sign in to the demo", body=FORM.format(code=escape(code)))

    def _authorize(self, asked: dict[str, str], method: str, body: bytes) -> str:
        """The page of a browser's sign-in, and where its buttons lead."""
        back = urlsplit(asked.get("redirect_uri", ""))
        good = (
            back.scheme == "http"
            and back.hostname == "127.0.0.1"
            and back.path == "/oauth/callback"
        )
        if (
            not good
            or asked.get("client_id") not in self.browsers
            or asked.get("code_challenge_method") != "S256"
        ):
            return PAGE.format(title="Not possible", body="<p>This request is not valid.</p>")
        if method != "POST":
            return PAGE.format(title="Sign in to the demo", body=ALLOW)
        answer = {"state": asked.get("state", "")}
        if b"allow" in body:
            answer["code"] = secrets.token_urlsafe(24)
            with self.lock:
                self.codes[answer["code"]] = asked
        else:
            answer["error"] = "access_denied"
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def _register(self, asked: dict[str, Any]) -> dict[str, Any]:
        if asked.get("clientType") != "public":
            raise OidcError("InvalidClientMetadataException")
        name, secret = secrets.token_urlsafe(16), secrets.token_urlsafe(32)
        self.clients[name] = secret
        if "authorization_code" in asked.get("grantTypes", ()):
            self.browsers.add(name)
        end = int(time.time()) + 90 * 86400
        return {
            "clientId": name,
            "clientSecret": secret,
            "clientSecretExpiresAt": end,
            "clientIdIssuedAt": 0,
        }

    def _start(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._check_client(asked)
        if asked["clientId"] in self.browsers:
            raise OidcError("UnauthorizedClientException")
        if asked.get("startUrl") != self.start_url:
            raise OidcError("InvalidRequestException")
        code = f"{secrets.token_hex(2)}-{secrets.token_hex(2)}".upper()
        name = secrets.token_urlsafe(24)
        self.devices[name] = Device(asked["clientId"], code, time.time() + 600)
        page = f"{self.url}/device"
        return {
            "deviceCode": name,
            "userCode": code,
            "verificationUri": page,
            "verificationUriComplete": f"{page}?user_code={code}",
            "expiresIn": 600,
            "interval": self.interval,
        }

    def _token(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._check_client(asked)
        if asked.get("grantType") == "refresh_token":
            # With rotation: a refresh token works once.
            client, person, _ = self.refreshable.pop(asked.get("refreshToken", ""), ("", "", ""))
            if client != asked["clientId"]:
                raise OidcError("InvalidGrantException")
            return self.issue(client, person)
        if asked.get("grantType") == "authorization_code":
            given = self.codes.pop(asked.get("code", ""), None)
            digest = hashlib.sha256(asked.get("codeVerifier", "").encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if (
                given is None
                or given["client_id"] != asked["clientId"]
                or given["redirect_uri"] != asked.get("redirectUri")
                or given.get("code_challenge") != challenge
            ):
                raise OidcError("InvalidGrantException")
            return self.issue(asked["clientId"], self.person)
        device = self.devices.get(asked.get("deviceCode", ""))
        if device is None or device.client != asked["clientId"]:
            raise OidcError("InvalidGrantException")
        if device.until <= time.time():
            raise OidcError("ExpiredTokenException")
        if device.state == "pending":
            raise OidcError("AuthorizationPendingException")
        if device.state == "denied":
            raise OidcError("AccessDeniedException")
        del self.devices[asked["deviceCode"]]
        return self.issue(asked["clientId"], self.person)

    def issue(self, client: str, person: str) -> dict[str, Any]:
        """A token of ``person`` for ``client``, and one to renew it with, once."""
        token, refresh = secrets.token_urlsafe(64), secrets.token_urlsafe(64)
        self.tokens[token] = time.time() + self.lifetime
        self.people[token], self.refreshable[refresh] = person, (client, person, token)
        return {
            "accessToken": token,
            "refreshToken": refresh,
            "expiresIn": self.lifetime,
            "tokenType": "Bearer",
        }

    def _check_client(self, asked: dict[str, Any]) -> None:
        if self.clients.get(asked.get("clientId", "")) != asked.get("clientSecret", ""):
            raise OidcError("InvalidClientException", 401)
