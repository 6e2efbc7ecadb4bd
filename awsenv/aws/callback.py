"""Where a browser brings the answer of a sign-in: 127.0.0.1 alone, once (RFC 8252)."""

import base64
import hashlib
import hmac
import queue
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from awsenv.errors import AwsenvError

# Seconds in which a person signs in; the AWS CLI's.
SIGN_IN_TIMEOUT = 600
PATH = "/oauth/callback"


def make_challenge() -> tuple[str, str]:
    """A code verifier and its challenge (RFC 7636, by SHA-256)."""
    verifier = secrets.token_urlsafe(64)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Callback:
    """What the browser brings. ``url`` is where; ``wait`` gives the code, ``tell`` what the person
    then reads: nothing says that it went well before it did."""

    def __init__(self, server: ThreadingHTTPServer, state: str) -> None:
        self.state = state
        self.url = f"http://127.0.0.1:{server.server_port}{PATH}"
        self.host = f"127.0.0.1:{server.server_port}"
        self.answers: queue.Queue[tuple[str, str]] = queue.Queue()
        self.taken = threading.Lock()
        self.told: queue.Queue[tuple[str, str]] = queue.Queue()
        self.shown = threading.Event()

    def wait(self, what: str, seconds: float, fix: str) -> str:
        """The code of the sign-in to ``what``. Raises ``AwsenvError``, whose ``fix`` signs in, for a denial, or when
        nobody came in time."""
        try:
            code, error = self.answers.get(timeout=seconds)
        except queue.Empty:
            raise AwsenvError(f"nobody signed in to {what} in time", fix) from None
        if error:
            self.tell("Not signed in", "The sign-in was denied.")
            raise AwsenvError(f"the sign-in to {what} was denied", fix)
        return code

    def tell(self, title: str, text: str) -> None:
        """Show the person this, and wait until it is on its way."""
        self.told.put((title, text))
        self.shown.wait(5)


@contextmanager
def listen(state: str) -> Iterator[Callback]:
    """A callback on 127.0.0.1 that takes one answer with ``state``; gone when the context ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.daemon_threads = True  # an idle connection holds nothing up
    callback = Callback(server, state)
    server.RequestHandlerClass = _handler(callback)
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
    )
    thread.start()
    try:
        yield callback
    finally:
        server.shutdown()
        server.server_close()


def _handler(callback: Callback) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        timeout = 30

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if self.headers.get("Host") != callback.host:
                self._page(400, "Not here", "This address is not known by that name.")
            elif parts.path != PATH:
                self._page(404, "Nothing here", "")
            elif len(parts.query) > 8192:
                self._page(400, "Too long", "")
            else:
                self._answer({name: found[0] for name, found in parse_qs(parts.query).items()})

        def _answer(self, given: dict[str, str]) -> None:
            state = given.get("state", "").encode()
            code, error = given.get("code", ""), given.get("error", "")
            if not hmac.compare_digest(state, callback.state.encode()) or not (code or error):
                # Somebody else's, or a stray one: ours may still come.
                self._page(400, "Not this sign-in", "awsenv did not ask for this.")
            elif not callback.taken.acquire(blocking=False):
                self._page(400, "Used already", "This sign-in is over.")
            else:
                callback.answers.put((code, error))
                title, text = callback.told.get(timeout=60)
                self._page(200, title, text)
                callback.shown.set()

        def _page(self, status: int, title: str, text: str) -> None:
            data = _PAGE.format(title=escape(title), text=escape(text)).encode()
            self.send_response_only(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Cache-Control", "no-store")
            self.send_header("Referrer-Policy", "no-referrer")
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Nothing: the code would be in it."""

    return Handler


_PAGE = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>body{{font:1.1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:20vh auto;padding:0 1rem}}
h1{{font-size:1.6rem;margin:0 0 .3em}}p{{margin:0;opacity:.8}}
footer{{margin-top:3rem;opacity:.7;font-size:.9rem}}</style></head>
<body><main><h1>{title}</h1><p>{text}</p></main><footer>awsenv, on this machine</footer></body></html>"""
