"""What a hooked shell is to become and to keep, as plain data that each shell renders in its own words. Hot path."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class HookAnswer:
    """``variables``: name → value to export, or ``None`` to unset; only what changes. ``stash``: names whose value,
    which the shell has set and not exported, so that it alone knows it, is put aside first; ``unstash``: names whose
    value comes back so. ``session``: those of all these names that are changed all or none; the others, which a folder
    sets itself, are changed one by one.

    To be kept until the next look: ``state``, which only the program reads; ``check_at``, when to look again, and
    ``renew_before``, before which command at the latest, in seconds since 1970; ``ask_again``: at once; ``prompt``:
    what AWSENV_PROMPT says; ``files``, which tell a change by being younger than ``stamp``, or, those of
    ``must_exist``, gone; ``must_not_exist``: files that tell one by being there.
    """

    __slots__ = ("ask_again", "check_at", "files", "must_exist", "must_not_exist", "prompt", "renew_before",
                 "session", "stamp", "stash", "state", "unstash", "variables")  # fmt: skip

    def __init__(self) -> None:
        self.variables: dict[str, str | None] = {}
        self.stash: list[str] = []
        self.unstash: list[str] = []
        self.session: list[str] = []
        self.state = self.prompt = self.stamp = ""
        self.check_at = self.renew_before = 0
        self.ask_again = False
        self.files: list[str] = []
        self.must_exist: list[str] = []
        self.must_not_exist: list[str] = []

    def list_names(self) -> list[str]:
        """Every variable that something is done to, in order."""
        return sorted({*self.variables, *self.stash, *self.unstash})

    def format_tests(self, quote: "Callable[[str], str]") -> list[str]:
        """In the words that ``test`` has in bash, zsh and fish: a file tells a change."""
        stamp = quote(self.stamp)
        tests = [f"{quote(path)} -nt {stamp}" for path in self.files]
        tests += [f"! -e {quote(path)}" for path in self.must_exist]
        return tests + [f"-e {quote(path)}" for path in self.must_not_exist]

    def to_data(self) -> dict[str, object]:
        """The answer for a shell that reads data: what to set and to unset, and what to keep."""
        return {
            "set": {name: value for name, value in self.variables.items() if value is not None},
            "unset": [name for name, value in self.variables.items() if value is None],
            "keep": {
                "state": self.state,
                "due": self.check_at,
                "limit": self.renew_before,
                "again": self.ask_again,
                "prompt": self.prompt,
                "stamp": self.stamp,
                "files": self.files,
                "there": self.must_exist,
                "absent": self.must_not_exist,
            },
        }
