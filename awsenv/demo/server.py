"""The stand-in as an HTTP server on 127.0.0.1, in a thread of its own."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterable
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qsl

from awsenv.demo import iam, signin, sts
from awsenv.demo.federation import Federation
from awsenv.demo.portal import OidcError, Portal
from awsenv.demo.signature import RefusedError, region_of, signer
from awsenv.demo.sso import Sso
from awsenv.demo.users import User

_PAGE = b"<html><body><h1>Welcome</h1><form>Your room's number</form></body></html>"


class Server:
    """Answers from ``start`` until ``stop``; ``url`` is where. A context manager does both.

    ``calls`` lists the actions that were asked for, refused ones too. ``faults`` are taken one a
    call: an HTTP status, ``throttle``, ``hang`` (until the server stops), ``drip`` (a byte every
    two seconds), ``cut`` (half an answer) or ``page`` (a network's sign-in page). ``slow`` is how many seconds an answer takes, ``clock`` how many its clock is ahead.
    """

    def __init__(self, users: Iterable[User]) -> None:
        self.sts = sts.Sts({user.key_id: user for user in users})
        self.iam = iam.Iam(self.sts.users)
        self.portal = Portal(self.sts)
        self.sso = Sso(self.portal)
        self.federation = Federation(self.sts)
        self.signin = signin.Signin(self.sts)
        self.calls: list[str] = []
        self.regions: list[str] = []  # that the calls were signed for
        self.faults: deque[int | str] = deque()
        self.slow = 0.0
        self.clock = 0.0
        self.stopped = threading.Event()
        self._http = _Http(("127.0.0.1", 0), _handler(self))
        self.sso.url = self.signin.url = self.url
        # Asked to end, it does so at once.
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    @property
    def endpoints(self) -> dict[str, str]:
        """The variables that point a client at it."""
        names = (
            "AWS_ENDPOINT_URL_STS",
            "AWS_ENDPOINT_URL_IAM",
            "AWS_ENDPOINT_URL_SSO",
            "AWS_ENDPOINT_URL_SSO_OIDC",
            "AWS_ENDPOINT_URL_SIGNIN",
        )
        return dict.fromkeys(names, self.url)

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, _: TracebackType | None
    ) -> None:
        self.stopped.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 200

    def handle_error(self, *_: object) -> None:
        """A client that went away is no news."""


def _refuse(fault: int | str | None) -> None:
    if fault == "throttle":
        raise RefusedError("Throttling", "Rate exceeded", 400)
    if isinstance(fault, int):
        raise RefusedError("InternalFailure", "An internal error occurred", fault)


def _refuse_oidc(fault: int | str | None) -> None:
    if fault == "throttle":
        raise OidcError("TooManyRequestsException", 429)
    if isinstance(fault, int):
        raise OidcError("InternalServerException", fault)


def _refuse_signin(fault: int | str | None) -> None:
    if isinstance(fault, int):
        raise signin.RefusedError("server_error", "InternalServerException", fault)


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._identity_center(b"")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if self.path.partition("?")[0] != "/":
                self._identity_center(body)
                return
            parameters = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
            server.calls.append(parameters.get("Action", ""))
            fault = server.faults.popleft() if server.faults else None
            if fault == "hang":
                server.stopped.wait()
                return
            if fault == "page":
                self._send(200, "text/html", _PAGE)
                return
            server.stopped.wait(server.slow)
            try:
                _refuse(fault)
                now = time.time() + server.clock
                if parameters.get("Action") == "AssumeRoleWithWebIdentity":
                    text = server.sts.with_web_identity(parameters)
                else:
                    user = signer("POST", self.path, self.headers, body, server.sts.users, now)
                    server.regions.append(region_of(self.headers))
                    asked = server.iam if parameters.get("Version") == iam.VERSION else server.sts
                    text = asked.answer(user, parameters)
                status = 200
            except RefusedError as refused:
                status, text = refused.status, sts.refusal(refused)
            data = text.encode()
            if fault == "cut":
                data = data[: len(data) // 2]
            self._send(status, "text/xml", data, drip=fault == "drip")

        def _identity_center(self, body: bytes) -> None:
            path, _, query = self.path.partition("?")
            asked = dict(parse_qsl(query))
            if path == "/oauth" and asked.get("Action") == "logout":
                self._lead_on(asked.get("redirect_uri", ""))
                return
            if path == "/federation":
                self._send(*server.federation.answer(self.command, query, body))
                return
            page = server.sso.page(path, query, self.command, body)
            if page is None:
                page = server.signin.page(path, query, self.command, body)
            if page is not None and page.startswith("http"):
                self._lead_on(page)
                return
            if page is not None:
                self._send(200, "text/html; charset=utf-8", page.encode())
                return
            server.calls.append(f"{self.command} {path}")
            server.stopped.wait(server.slow)
            token = self.headers.get("x-amz-sso_bearer_token", "")
            fault = server.faults.popleft() if server.faults else None
            if fault == "page":
                self._send(200, "text/html", _PAGE)
                return
            if path == "/v1/token":
                self._sign_in(body, fault)
                return
            try:
                _refuse_oidc(fault)
                told = server.sso.answer(self.command, path, dict(parse_qsl(query)), token, body)
                self._send(200, "application/json", json.dumps(told).encode())
            except OidcError as error:
                data = json.dumps({"error": error.name, "message": error.name}).encode()
                self._send(error.status, "application/json", data, kind=error.name)

        def _lead_on(self, page: str) -> None:
            self.send_response_only(302)
            self.send_header("Location", page)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _sign_in(self, body: bytes, fault: int | str | None) -> None:
            try:
                _refuse_signin(fault)
                now = time.time() + server.clock
                told = server.signin.answer(body, self.headers.get("DPoP", ""), now)
                self._send(200, "application/json", json.dumps(told).encode())
            except signin.RefusedError as error:
                data = json.dumps({"error": error.word, "message": error.word}).encode()
                self._send(error.status, "application/json", data, kind=error.name)

        def _send(
            self, status: int, media: str, data: bytes, kind: str = "", drip: bool = False
        ) -> None:
            self.send_response_only(status)
            self.send_header("Date", formatdate(time.time() + server.clock, usegmt=True))
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(data)))
            if kind:
                self.send_header("x-amzn-ErrorType", kind)
            self.end_headers()
            while drip and data and not server.stopped.wait(2):
                self.wfile.write(data[:1])
                data = data[1:]
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: the terminal is the person's."""

    return Handler
