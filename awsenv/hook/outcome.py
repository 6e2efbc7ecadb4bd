"""What was decided of a hooked shell. Hot path."""

import os

from awsenv.hook.layers import ShellVariables
from awsenv.request import Request

TYPE_CHECKING = False
if TYPE_CHECKING:
    from awsenv.replay import FoundSession

# A second that never comes.
NEVER = 9_999_999_999
# How far a look is (no ``enum``, which costs a tenth of it). In the first phase nothing slow is done: what a person
# may interrupt is left to the second, before which the shell has had its answer to the first. In the last one it was
# asked what only the cold path can tell.
FIRST, SECOND, ANSWERED = "first", "second", "answered"
# What the cold path is asked for.
SESSION, RENEWAL = "session", "renewal"


class Outcome:
    """``shell`` as it is to be, decided in ``phase``, in the last one with the session that was ``found`` (``None``:
    there is none to be had).

    ``check_at``: when to look again; ``renew_before``: before which command at the latest, both in seconds since 1970.
    ``watched``: what tells a change by being other than it was, a path → what was found there before it was read, or
    ``None`` for nothing. ``messages``: lines for the person. ``background``: a profile to renew without waiting. ``ask_again``: this
    is to be made so first, and then the second phase. ``needs``: what only the cold path can tell, by ``request``;
    then this is to be decided again with what it found. ``previous_originals``: those that were held before.
    """

    def __init__(
        self, shell: ShellVariables, phase: str = SECOND, found: "FoundSession | None" = None
    ) -> None:
        self.shell = shell
        self.phase = phase
        self.found = found
        self.check_at = self.renew_before = NEVER
        self.watched: dict[str, os.stat_result | None] = {}
        self.messages: list[str] = []
        self.background = self.needs = ""
        self.request = Request("use")
        self.ask_again = False
        self.previous_originals = dict(shell.state.originals)
        self.is_quiet = bool(shell.environ.get("AWSENV_QUIET"))

    def tell(self, message: str) -> None:
        """A line that AWSENV_QUIET silences."""
        if not self.is_quiet:
            self.messages.append(message)

    def watch(self, *paths: str) -> None:
        """Have the shell look whether one of ``paths`` changes. To be called before it is read: what is written
        meanwhile is another file then, and the first look counts."""
        for path in paths:
            if path not in self.watched:
                try:
                    self.watched[path] = os.stat(path)
                except (OSError, ValueError):
                    self.watched[path] = None
