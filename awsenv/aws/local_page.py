"""Pages of our own for a browser on this machine, on a port of 127.0.0.1 for as long as they are needed."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class LocalPage(BaseHTTPRequestHandler):
    """What a browser is shown; `respond`, to a GET, is the subclass's."""

    timeout = 30  # seconds

    def do_GET(self) -> None:
        self.respond()

    def respond(self) -> None:
        """Answer what is asked for at ``path``."""
        raise NotImplementedError

    def show(self, status: int, title: str, text: str) -> None:
        """Answer with a page."""
        data = _PAGE.format(title=escape(title), text=escape(text)).encode()
        self.answer(status, {"Content-Type": "text/html; charset=utf-8"}, data)

    def answer(self, status: int, headers: dict[str, str], data: bytes = b"") -> None:
        """Answer with ``headers`` and ``data``, which nothing keeps or hands on."""
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(data)

    @property
    def is_by_its_name(self) -> bool:
        """Whether the browser asks for 127.0.0.1, and not for a name that somebody has pointed there."""
        return self.headers.get("Host") == f"127.0.0.1:{self.connection.getsockname()[1]}"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing: a secret would be in it."""


@contextmanager
def serve(pages: type[LocalPage]) -> Iterator[int]:
    """Show ``pages`` while the context lasts; the port. Raises ``OSError``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), pages)
    server.daemon_threads = True  # an idle connection holds nothing up
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()


_PAGE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:20vh auto;padding:0 1rem}}
h1{{font-size:1.6rem;margin:0 0 .3em}}p{{margin:0;opacity:.8}}
footer{{margin-top:3rem;opacity:.7;font-size:.9rem}}</style></head>
<body><main><h1>{title}</h1><p>{text}</p></main><footer>awsenv, on this machine</footer></body></html>"""
