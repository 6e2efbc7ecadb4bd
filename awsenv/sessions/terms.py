"""How a session is wished to be got; and the people and clocks that the core is given."""

import time
from collections.abc import Callable


class Terms:
    """``duration`` and ``min_left`` are in seconds, 0 for the default. ``session`` and ``mfa`` say
    what a plain key is to be turned into; ``plain`` that an MFA profile's key goes out as it is.

    ``ask`` puts a question to a person and gives the answer; ``None`` where nobody can be asked.
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
        ask: Callable[[str], str] | None = None,
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
        self.ask = ask
        self.say = say
        self.now = now

    @property
    def variant(self) -> str:
        """What sets the session apart from the profile's usual one; empty for that."""
        if self.session:
            return "session"
        return f"mfa {self.mfa_serial}".strip() if self.mfa or self.mfa_serial else ""
