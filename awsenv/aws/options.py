"""How a session is wanted; and, apart from that, the people and the clock that the core is given."""

import copy
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import NamedTuple

# Tells a person a line.
Say = Callable[[str], None]


class SessionOptions(NamedTuple):
    """``duration`` and ``min_left`` are in seconds, 0 for the default. ``session`` and ``mfa`` say
    what a plain key is to be turned into, ``mfa_serial`` with which device; ``plain`` that an MFA
    profile's key goes out as it is. ``fresh``: whatever is stored does not do.

    ``role_arn`` is a role to assume with the profile's session; ``region`` where AWS is asked, if
    not in the profile's own; ``named`` the profile that a person named, where this is one of its
    sources; ``mfa_process`` the command that prints codes of ``mfa_serial``, which another profile of its chain has.
    """

    mfa_code: str = ""
    mfa_serial: str = ""
    mfa: bool = False
    duration: int = 0
    session: bool = False
    plain: bool = False
    fresh: bool = False
    min_left: int = 0
    role_arn: str = ""
    region: str = ""
    named: str = ""
    mfa_process: str = ""

    @property
    def variant(self) -> str:
        """What sets the session apart from the profile's usual one; empty for that."""
        if self.role_arn:
            return f"role {self.role_arn}"
        if self.session:
            return "session"
        return f"mfa {self.mfa_serial}".strip() if self.mfa or self.mfa_serial else ""

    def of_source(
        self, named: str, serial: str = "", plain: bool = False, process: str = ""
    ) -> "SessionOptions":
        """The options for the source of the profile ``named``, whose session is got with a code of the
        device ``serial``, if any, which ``process`` prints."""
        return SessionOptions(
            mfa_code=self.mfa_code,
            mfa_serial=serial,
            plain=plain,
            named=self.named or named,
            mfa_process=process,
        )


def _ignore(_: str) -> None:
    """Nobody is there to be told."""


class Prompter:
    """How a person is asked and told, and the clock. ``ask`` puts a question to a person and gives the answer; ``None``
    where nobody can be asked. ``open`` opens a page in a browser, ``None`` where none can be;
    ``show`` shows one to be opened on another device, ``waiting`` that it waits, ``say`` a line. ``now`` is the clock, in seconds since 1970.
    ``by_code``: somebody elsewhere will type a code that was shown, though nobody is at a terminal here.
    """

    def __init__(
        self,
        ask: Callable[[str], str] | None = None,
        open: Callable[[str], object] | None = None,  # noqa: A002
        show: Callable[[str], None] = _ignore,
        waiting: Callable[[str], AbstractContextManager[object]] = nullcontext,
        say: Say = _ignore,
        now: Callable[[], float] = time.time,
        by_code: bool = False,
    ) -> None:
        self.ask = ask
        self.open = open
        self.show = show
        self.waiting = waiting
        self.say = say
        self.now = now
        self.by_code = by_code
        # When it was begun: what others have tried since counts for this one, too.
        self.begun = now()

    def without_questions(self) -> "Prompter":
        """This prompter without a way to ask anybody."""
        prompter = copy.copy(self)
        prompter.ask = prompter.open = None
        return prompter

    @property
    def signs_in(self) -> bool:
        """Whether somebody can sign in: at this terminal, in a browser, or elsewhere by a code."""
        return self.ask is not None or self.open is not None or self.by_code

    @property
    def question_timeout(self) -> float:
        """Seconds that a question to a person elsewhere is waited for: as long as it takes, where
        somebody is here, too."""
        return 60 if self.ask is None else float("inf")
