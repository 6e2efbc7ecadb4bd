"""How a session is wished to be got; and the people and clocks that the core is given."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext


class Terms:
    """``duration`` and ``min_left`` are in seconds, 0 for the default. ``session`` and ``mfa`` say
    what a plain key is to be turned into; ``plain`` that an MFA profile's key goes out as it is.

    ``role_arn`` is a role to assume with the profile's session; ``named`` the profile that a person
    named, where this is one of its sources.

    ``ask`` puts a question to a person and gives the answer; ``None`` where nobody can be asked.
    ``open`` opens a page in a browser, ``None`` where none can be; ``waiting`` shows that it waits.
    ``now`` is the clock.
    """

    def __init__(
        self,
        mfa_code: str = "",
        mfa_serial: str = "",
        mfa: bool = False,
        duration: int = 0,
        session: bool = False,
        plain: bool = False,
        fresh: bool = False,
        min_left: int = 0,
        role_arn: str = "",
        named: str = "",
        ask: Callable[[str], str] | None = None,
        open: Callable[[str], None] | None = None,  # noqa: A002
        waiting: Callable[[str], AbstractContextManager[object]] = nullcontext,
        say: Callable[[str], None] = lambda _: None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.mfa_code = mfa_code
        self.mfa_serial = mfa_serial
        self.mfa = mfa
        self.duration = duration
        self.session = session
        self.plain = plain
        self.fresh = fresh
        self.min_left = min_left
        self.role_arn = role_arn
        self.named = named
        self.ask = ask
        self.open = open
        self.waiting = waiting
        self.say = say
        self.now = now
        # When it was begun: what others have tried since counts for this one, too.
        self.begun = now()

    @property
    def patience(self) -> float:
        """Seconds that a question to a person elsewhere is waited for: as long as it takes, where
        somebody is here, too."""
        return 60 if self.ask is None else float("inf")

    @property
    def variant(self) -> str:
        """What sets the session apart from the profile's usual one; empty for that."""
        if self.role_arn:
            return f"role {self.role_arn}"
        if self.session:
            return "session"
        return f"mfa {self.mfa_serial}".strip() if self.mfa or self.mfa_serial else ""

    def of_source(self, named: str, serial: str = "", plain: bool = False) -> "Terms":
        """The terms for the source of the profile ``named``: the same people and clock, and the
        code, if it is to be had with the device ``serial``."""
        found = Terms(
            mfa_code=self.mfa_code,
            mfa_serial=serial,
            plain=plain,
            named=self.named or named,
            ask=self.ask,
            open=self.open,
            waiting=self.waiting,
            say=self.say,
            now=self.now,
        )
        found.begun = self.begun
        return found
