"""The stand-in's sign-in to the console: a token for a session, once, and the page that it opens
("Enable custom identity broker access to the AWS console" in the IAM User Guide)."""

import json
import secrets
import time
from dataclasses import dataclass, field
from html import escape
from typing import Any
from urllib.parse import parse_qsl

from awsenv.demo import session_limits
from awsenv.demo.sso_pages import PAGE
from awsenv.demo.sts import Sts
from awsenv.demo.users import User

LIVES = 900
_REFUSED = (400, "text/html", b"<html>Bad Request</html>")


@dataclass
class Federation:
    """``tokens`` are those that can be opened, with whose they are and until when."""

    sts: Sts
    tokens: dict[str, tuple[User, float]] = field(default_factory=dict)

    def answer(self, method: str, query: str, body: bytes) -> tuple[int, str, bytes]:
        """Status, media type and what is answered."""
        text = body.decode() if method == "POST" else query
        asked = dict(parse_qsl(text, keep_blank_values=True))
        if asked.get("Action") == "getSigninToken":
            return self._token(asked)
        if asked.get("Action") == "login" and method == "GET":
            return self._page(asked)
        return _REFUSED

    def _token(self, asked: dict[str, str]) -> tuple[int, str, bytes]:
        try:
            given: dict[str, Any] = json.loads(asked.get("Session", ""))
            user = self.sts.users[given["sessionId"]]
        except (ValueError, KeyError, TypeError):
            return _REFUSED
        good = user.token and given.get("sessionToken") == user.token
        good = good and given.get("sessionKey") == user.secret and (user.expires or 0) > time.time()
        if not good:  # a long-lived key is none
            return _REFUSED
        seconds = asked.get("SessionDuration")
        if seconds and not session_limits.allows_duration(user, int(seconds)):
            return _REFUSED
        token = secrets.token_urlsafe(48)
        self.tokens[token] = (user, time.time() + LIVES)
        return 200, "application/json", json.dumps({"SigninToken": token}).encode()

    def _page(self, asked: dict[str, str]) -> tuple[int, str, bytes]:
        user, until = self.tokens.pop(asked.get("SigninToken", ""), (None, 0.0))
        if user is None or until <= time.time() or not asked.get("Issuer"):
            return _REFUSED
        if not session_limits.allows_console(user):
            what = b"Only federation tokens or assume role tokens may be used for federated login."
            return 400, "text/html", what
        body = f"<p>You are {escape(user.arn)}.</p><p>{escape(asked.get('Destination', ''))}</p>"
        return 200, "text/html; charset=utf-8", PAGE.format(title="Console", body=body).encode()
