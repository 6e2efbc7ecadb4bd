"""Where a browser brings the answer of a sign-in: 127.0.0.1 alone, once (RFC 8252)."""

import base64
import hashlib
import hmac
import queue
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

from awsenv.errors import AwsenvError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from awsenv.aws import local_page

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

    def __init__(self, state: str) -> None:
        self.state = state
        self.url = ""
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
    from awsenv.aws import local_page  # a server's library, which nobody else needs

    callback = Callback(state)
    with local_page.serve(_make_pages(callback)) as port:
        callback.url = f"http://127.0.0.1:{port}{PATH}"
        yield callback


def _make_pages(callback: Callback) -> "type[local_page.LocalPage]":
    from awsenv.aws import local_page

    class Pages(local_page.LocalPage):
        def respond(self) -> None:
            parts = urlsplit(self.path)
            if not self.is_by_its_name:
                self.show(400, "Not here", "This address is not known by that name.")
            elif parts.path != PATH:
                self.show(404, "Nothing here", "")
            elif len(parts.query) > 8192:
                self.show(400, "Too long", "")
            else:
                self._take({name: found[0] for name, found in parse_qs(parts.query).items()})

        def _take(self, given: dict[str, str]) -> None:
            state = given.get("state", "").encode()
            code, error = given.get("code", ""), given.get("error", "")
            if not hmac.compare_digest(state, callback.state.encode()) or not (code or error):
                # Somebody else's, or a stray one: ours may still come.
                self.show(400, "Not this sign-in", "awsenv did not ask for this.")
            elif not callback.taken.acquire(blocking=False):
                self.show(400, "Used already", "This sign-in is over.")
            else:
                callback.answers.put((code, error))
                title, text = callback.told.get(timeout=60)
                self.show(200, title, text)
                callback.shown.set()

    return Pages
