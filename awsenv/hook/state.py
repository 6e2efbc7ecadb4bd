"""What a hooked shell keeps between two looks, as one opaque value that it hands back. Fast half.

The shell holds it unexported, and never looks into it. It has values of variables in it, secrets
too: never in an argument, only in the environment of the one call that decides.
"""

from awsenv import record_file

# The binding in force: its session loaded, being got, not to be had, or its .envrc not allowed.
LOADED, PENDING, CLOSED, REFUSED = "loaded", "pending", "closed", "refused"
# Linux: one NAME=VALUE may be 128 KiB at most (MAX_ARG_STRLEN).
_LONGEST = 120 * 1024
_VERSION = "awsenv-1"
_WORDS = ("folder", "how", "profile", "loaded", "files", "key_files", "direnv", "started", "told")


class State:
    """``folder``: the binding in force, empty outside; ``how`` that went; its ``profile``; a digest of
    what was ``loaded`` and of the AWS ``files`` then; ``names`` of the folder's own variables.

    ``was``: each variable that awsenv holds now → its value before (``None``: not exported).
    ``hand``: the variables of the session that was chosen by hand outside, ``AWSENV_PROFILE`` and
    ``AWSENV_SET`` among them. ``key_files``: a digest of the AWS files when a plain key was chosen by
    hand. ``direnv``: the direnv folder in which that was so. ``started`` and
    ``told``: the key ID for which a renewal was started, and whose end a person knows. ``new``:
    nothing is known of this shell yet.
    """

    def __init__(self) -> None:
        self.folder = self.how = self.profile = self.loaded = self.files = self.key_files = ""
        self.direnv = self.started = self.told = ""
        self.names: list[str] = []
        self.was: dict[str, str | None] = {}
        self.hand: dict[str, str] = {}
        self.new = True

    def text(self) -> str:
        """It as one line of ASCII without quotes; empty, as of a new shell, where that is longer than a
        variable may be: no program would start any more."""
        fields = {_VERSION: ""}
        fields |= {word: getattr(self, word) for word in _WORDS if getattr(self, word)}
        fields |= {f"name.{name}": "" for name in self.names}
        fields |= {f"was.{n}": "u" if v is None else "x" + v for n, v in self.was.items()}
        fields |= {f"hand.{name}": value for name, value in self.hand.items()}
        text = " ".join(f"{n}={_encode(v)}" for n, v in fields.items())
        return text if len(text) < _LONGEST else ""


def parse(text: str) -> State:
    """The state that ``text`` says; a new one where it says none."""
    state = State()
    try:
        for field in text.split(" "):
            name, _, value = field.partition("=")
            kind, _, rest = name.partition(".")
            value = record_file.decode(value)
            if name == _VERSION:
                state.new = False
            elif name in _WORDS:
                setattr(state, name, value)
            elif kind == "name":
                state.names.append(rest)
            elif kind == "was":
                state.was[rest] = value[1:] if value[:1] == "x" else None
            elif kind == "hand":
                state.hand[rest] = value
            else:
                return State()
    except ValueError:
        return State()
    return state


def _encode(value: str) -> str:
    return record_file.encode(value).replace("'", "%27")
