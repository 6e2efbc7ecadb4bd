"""What a hooked shell is to become and to keep, as plain data that each shell renders in its own words. Hot path."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable


_TEST_WORDS = ("!", "-L", "-e", "-ef", "-nt", "-ot")


class WatchedFile:
    """A file as it was when it was read: its ``path``, and where that leads to (``target``), if by a symlink anywhere
    in it. Times are nanoseconds since 1970. ``stamp``: an empty file that has the same ``mtime``, and ``link``, a
    symlink to ``target``, for shells that compare files alone; empty for others."""

    __slots__ = ("ctime", "device", "inode", "link", "mtime", "path", "size", "stamp", "target")

    def __init__(self, path: str, target: str, found: "os.stat_result") -> None:
        self.path, self.target = path, target
        self.mtime, self.ctime = found.st_mtime_ns, found.st_ctime_ns
        self.device, self.inode, self.size = found.st_dev, found.st_ino, found.st_size
        self.stamp = self.link = ""


class HookAnswer:
    """``variables``: name → value to export, or ``None`` to unset; only what changes. ``stash``: names whose value,
    which the shell has set and not exported, so that it alone knows it, is put aside first; ``unstash``: names whose
    value comes back so. ``session``: those of all these names that are changed all or none; the others, which a folder
    sets itself, are changed one by one.

    ``now``: the second at which it was made, since 1970. To be kept until the next look: ``state``, which only the program reads; ``check_at``, when to look again, and
    ``renew_before``, before which command at the latest, in seconds since 1970; ``ask_again``: at once; ``prompt``:
    what AWSENV_PROMPT says; ``messages``: lines for a person, which the shell says once it holds all that; ``files``, which tell a change by being other than they were, older ones too, or gone;
    ``absent``: files that tell one by being there. And for a shell whose program is gone: what each variable is then
    ``outside`` all folders with an .envrc, and in one (``closed``).
    """

    __slots__ = ("absent", "ask_again", "check_at", "closed", "files", "messages", "now", "outside", "prompt", "renew_before", "session",
                 "stash", "state", "unstash", "variables")  # fmt: skip

    def __init__(self) -> None:
        self.variables: dict[str, str | None] = {}
        self.stash: list[str] = []
        self.unstash: list[str] = []
        self.session: list[str] = []
        self.messages: list[str] = []
        self.state = self.prompt = ""
        self.check_at = self.renew_before = self.now = 0
        self.ask_again = False
        self.outside: dict[str, str | None] = {}
        self.closed: dict[str, str | None] = {}
        self.files: list[WatchedFile] = []
        self.absent: list[str] = []

    def list_names(self) -> list[str]:
        """Every variable that something is done to, in order."""
        return sorted({*self.variables, *self.stash, *self.unstash})

    def list_tests(self) -> list[list[str]]:
        """What tells a change, in the words that ``test`` has: one of these is true."""
        tests = []
        for file in self.files:
            tests += [[file.path, "-nt", file.stamp], [file.path, "-ot", file.stamp]]
            if file.link:
                tests += [["!", file.path, "-ef", file.link], ["-L", file.target]]
        return tests + [["-e", path] for path in self.absent]

    def format_tests(self, quote: "Callable[[str], str]") -> list[str]:
        """The same as bash and fish read it, with ``quote`` around a path."""
        return [
            " ".join(word if word in _TEST_WORDS else quote(word) for word in test)
            for test in self.list_tests()
        ]

    def to_data(self, **watched: object) -> dict[str, object]:
        """The answer for a shell that reads data: what to set and to unset, and what to keep, with what it has to
        know of the ``watched`` files."""
        return {
            "session": [name for name in self.variables if name in self.session],
            "says": self.messages,
            "set": {name: value for name, value in self.variables.items() if value is not None},
            "unset": [name for name, value in self.variables.items() if value is None],
            "keep": {
                "state": self.state,
                "due": self.check_at,
                "limit": self.renew_before,
                "again": self.ask_again,
                "prompt": self.prompt,
                "absent": self.absent,
                "outside": self.outside,
                "closed": self.closed,
                **watched,
            },
        }
