"""The stand-in as an HTTP server on 127.0.0.1, in a thread of its own."""

import threading
from collections.abc import Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qsl

from awsenv.demo import sts
from awsenv.demo.signature import RefusedError, signer
from awsenv.demo.users import User


class Server:
    """Answers from ``start`` until ``stop``; ``url`` is where. A context manager does both.

    ``calls`` lists the actions that were asked for, refused ones too.
    """

    def __init__(self, users: Iterable[User]) -> None:
        self.users = {user.key_id: user for user in users}
        self.calls: list[str] = []
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def __enter__(self) -> "Server":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, _: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            parameters = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
            server.calls.append(parameters.get("Action", ""))
            try:
                user = signer("POST", self.path, self.headers, body, server.users)
                status, text = 200, sts.answer(user, parameters)
            except RefusedError as refused:
                status, text = refused.status, sts.refusal(refused)
            data = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/xml")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: the terminal is the person's."""

    return Handler
