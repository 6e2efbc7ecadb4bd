"""https on loopback, with a certificate of an authority that nobody knows."""

import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.shells.real import installed


def own_authority(folder: Path) -> ssl.SSLContext:
    """A context for a server called localhost; ``folder/c`` is its certificate."""
    installed("openssl")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "k", "-out", folder / "c",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-days", "1"],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "c", folder / "k")
    return context


@contextmanager
def redirecting(
    folder: Path, target: str, without_head: bool = False
) -> Iterator[tuple[str, list[str]]]:
    """A server that leads to ``target``: its URL, and the methods that it was asked by."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            asked.append(self.command)
            if self.command == "HEAD" and without_head:
                self.send_response_only(405)
            else:
                self.send_response_only(302 if target else 200)
                self.send_header("Location", target)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_HEAD  # noqa: N815

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = own_authority(folder).wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}/login", asked
    finally:
        server.shutdown()
        server.server_close()
