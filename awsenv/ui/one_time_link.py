"""An address on this machine that leads on to a page once. A browser is started with it, for what a program is started
with can be read by every user of the machine, and a sign-in link opens for whoever has it.
"""

import contextlib
import hmac
import os
import secrets
import threading
from collections.abc import Callable, Iterator

from awsenv.aws import local_page
from awsenv.server import loopback

# Seconds in which a browser that is started anew has asked.
STARTS = 60.0
# Seconds after the first one in which a second one still hears why it gets nothing.
_LINGERS = 2.0


class OneTimeLink:
    """``url`` leads on to ``page``, once, and no other user of the machine, where it can be known who asks. ``say`` is
    told of each other one that asks."""

    def __init__(self, page: str, say: Callable[[str], None]) -> None:
        self.url = ""
        self.path = f"/{secrets.token_urlsafe(32)}"
        self._page = page
        self._say = say
        self._taken = threading.Event()
        self._lock = threading.Lock()

    def take(self, user: int | None) -> str:
        """The page for ``user`` (UID, ``None`` for nobody knows whom); empty where it is not theirs, or was taken."""
        with self._lock:
            if user not in (None, os.geteuid()):
                self._say(f"{loopback.name_user(user)} asked for this link, and did not get it")
                return ""
            if self._taken.is_set():
                self._say(
                    "this link was asked for a second time, and led on once: if that was not you, sign out"
                )
                return ""
            self._taken.set()
            return self._page

    def wait(self) -> bool:
        """Whether somebody took it, in time; then a little longer, to tell of a second one."""
        if self._taken.wait(STARTS):
            threading.Event().wait(_LINGERS)
            return True
        return False


@contextlib.contextmanager
def lead_on(page: str, say: Callable[[str], None]) -> Iterator[OneTimeLink]:
    """A link to ``page`` for as long as the context lasts. Raises ``OSError``."""
    link = OneTimeLink(page, say)

    class Pages(local_page.LocalPage):
        def respond(self) -> None:
            if not self.is_by_its_name or not hmac.compare_digest(self.path, link.path):
                self.show(404, "Nothing here", "")
            elif found := link.take(loopback.find_asker(self.client_address, self.connection.getsockname())):  # fmt: skip
                self.answer(302, {"Location": found})
            else:
                self.show(
                    410,
                    "Used already",
                    "This link led on once. If that was not you, sign out of AWS.",
                )

    with local_page.serve(Pages) as port:
        link.url = f"http://127.0.0.1:{port}{link.path}"
        yield link
