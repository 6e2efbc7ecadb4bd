"""The container credentials protocol ("Container credential provider" in the AWS SDKs and Tools
Reference Guide): ``GET /profiles/NAME`` with a grant's token, over HTTP. An ASGI application.
"""

import json
import os
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote_to_bytes

from awsenv.errors import PERSON_NEEDED, AwsenvError
from awsenv.server import grants, loopback
from awsenv.server.answers import Answers

# Where SDKs may ask over plain HTTP: a name that a page had pointed here is none of these.
HOSTS = ("127.0.0.1", "localhost", "[::1]", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]")
PATH = "/profiles/"


class RefusedError(Exception):
    """Not answered, and why: HTTP status, a code word, a line for a person."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


class App:
    """Answers in ``environ``, at its port as ``listener``. ``refused`` counts those who had no grant; ``log`` is told
    of each request: what was asked for, status, milliseconds, no secret; ``say`` what a person should hear."""

    def __init__(
        self,
        environ: dict[str, str],
        answers: Answers,
        log: Callable[[dict[str, Any]], None],
        listener: str,
        say: Callable[[str], None],
    ) -> None:
        self._environ = environ
        self._answers = answers
        self._log = log
        self._listener = listener
        self._say = say
        self.refused = 0

    async def __call__(
        self,
        scope: dict[str, Any],
        receive: Callable[[], Awaitable[Any]],
        send: Callable[[dict[str, Any]], Awaitable[None]],
    ) -> None:
        start = time.monotonic()
        told: dict[str, Any] = {"profile": None}
        try:
            headers = _read_headers(scope)
            if (scope["method"], scope["path"]) == ("GET", "/"):
                # Whose server this is, before anything is sent here: no secret, and no token.
                await self._send(send, 200, {"awsenv": str(os.geteuid())})
                return
            grant = self._granted(scope, headers)
            told["profile"] = grant.profile
            status, body = 200, await self._answers.get(grant)
            grants.note_use(grant, self._environ)
        except RefusedError as refusal:
            self.refused += 1
            status, body = refusal.status, {"code": refusal.code, "message": refusal.message}
        except AwsenvError as error:
            status, body = _failure(error)
        except Exception as error:
            # A fault of ours. Its message may quote a secret, so only its kind is told.
            failure = AwsenvError(f"internal error ({type(error).__name__})")
            status, body = _failure(failure)
        told |= {"status": status, "ms": round((time.monotonic() - start) * 1000, 1)}
        self._log(told)
        await self._send(send, status, body)

    async def _send(
        self, send: Callable[[dict[str, Any]], Awaitable[None]], status: int, body: dict[str, str]
    ) -> None:
        data = json.dumps(body).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(data)).encode()),
            (b"cache-control", b"no-store"),
            (b"connection", b"close"),  # one request each: SDKs ask again in an hour
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": data})

    def _granted(self, scope: dict[str, Any], headers: dict[bytes, list[bytes]]) -> grants.Grant:
        """The grant of a request. Raises ``RefusedError``, which tells nothing of what there is."""
        if scope["method"] != "GET":
            raise RefusedError(405, "MethodNotAllowed", "GET alone is answered")
        tokens = headers.get(b"authorization", [])
        token = tokens[0].decode("latin-1") if len(tokens) == 1 else ""
        grant = grants.find(token, self._environ) if token else None
        # A socket has no client's address.
        client, server = scope.get("client"), scope.get("server")
        if grant is None or grant.listener != (self._listener if client else ""):
            raise RefusedError(
                401, "Unauthorized", "this token opens nothing; awsenv dotenv PROFILE --live"
            )
        user = loopback.find_asker(tuple(client), tuple(server)) if client and server else None
        if user not in (None, 0, os.geteuid()):
            who = loopback.name_user(user)
            self._say(f"{who} asked with the token of {grant.where}, and was refused")
            raise RefusedError(403, "Forbidden", "this token is another user's")
        path = scope.get("raw_path") or scope["path"].encode()
        asked = unquote_to_bytes(path.removeprefix(PATH.encode()))
        if not path.startswith(PATH.encode()) or asked != grant.profile.encode():
            raise RefusedError(403, "Forbidden", "this token opens another profile")
        return grant


def _read_headers(scope: dict[str, Any]) -> dict[bytes, list[bytes]]:
    """The headers of a request. Raises ``RefusedError`` for a host under which nobody asks."""
    headers: dict[bytes, list[bytes]] = {}
    for name, value in scope["headers"]:
        headers.setdefault(name, []).append(value)
    hosts = [host.decode("latin-1") for host in headers.get(b"host", [])]
    if len(hosts) != 1 or _name(hosts[0]) not in HOSTS:
        raise RefusedError(400, "InvalidHost", "no SDK asks under this host name")
    return headers


def _failure(error: AwsenvError) -> tuple[int, dict[str, str]]:
    """What an SDK shows where there is no session: a person's turn, or AWS's."""
    line = error.format_line()
    if error.code == PERSON_NEEDED:
        return 403, {"code": "PersonNeeded", "message": f"awsenv: {line}"}
    return 503, {"code": "Unavailable", "message": f"awsenv: {line}"}


def _name(host: str) -> str:
    """``host`` without its port."""
    name, colon, port = host.rpartition(":")
    return name.lower() if colon and port.isdigit() else host.lower()
