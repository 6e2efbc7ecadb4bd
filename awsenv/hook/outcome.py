"""What was decided of a hooked shell. Fast half."""

from awsenv import replay
from awsenv.hook.layers import Shell
from awsenv.request import Request

# A second that never comes.
FAR = 9_999_999_999
# What the slow half is asked for.
SESSION, RENEWAL = "session", "renewal"


class Outcome:
    """``shell`` as it is to be. ``due``: when to look again; ``limit``: before which command at the
    latest, both in seconds since 1970. ``files`` and ``absent``: what changes it, when it is younger
    or gone, or is there. ``says``: lines for the person. ``background``: a profile to renew without
    waiting. ``slow``: what only the slow half can tell, by ``request``; then this is to be decided
    again with what it found, if ``slow_too``. ``again``: this is to be made so first, and then looked at again.
    """

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.due = self.limit = FAR
        self.files: list[str] = []
        self.absent: list[str] = []
        self.says: list[str] = []
        self.background = self.slow = ""
        self.request = Request("use")
        self.again = False
        self.slow_too = True
        # Names that were held before this, and files that must not go.
        self.held = dict(shell.state.was)
        self.there: set[str] = set()
        self.quiet = bool(shell.environ.get("AWSENV_QUIET"))

    def tell(self, line: str) -> None:
        """A line that AWSENV_QUIET silences."""
        if not self.quiet:
            self.says.append(line)


# What the slow half found: the variables of a session, or ``None`` where there is none to be had.
Got = replay.FoundSession | None
