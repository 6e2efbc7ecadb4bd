"""What a hooked shell keeps between two looks, as one opaque value that it hands back. Hot path.

The shell holds it unexported, and never looks into it. It has values of variables in it, secrets
too: never in an argument, only in the environment of the one call that decides.
"""

from awsenv import record_file

# The binding in force: its session loaded, being got, not to be had, or its .envrc not allowed.
LOADED, PENDING, CLOSED, REFUSED = "loaded", "pending", "closed", "refused"
# Linux: one NAME=VALUE may be 128 KiB at most (MAX_ARG_STRLEN).
_MAX_TEXT_BYTES = 120 * 1024
_VERSION = "awsenv-1"
# Attribute → its name in the text.
_WORDS = {"folder": "folder", "status": "how", "profile": "profile", "loaded": "loaded", "files": "files",
          "key_files": "key_files", "direnv": "direnv", "renewal_started": "started",
          "expiry_notified": "told"}  # fmt: skip


class State:
    """``folder``: the binding in force, empty outside, and its ``status``; its ``profile``; a digest of what was
    ``loaded`` and of the AWS ``files`` then; ``names`` of the folder's own variables.

    ``originals``: each variable that awsenv holds now → its value before (``None``: not exported). ``manual``: the
    variables of the session that was chosen by hand outside, ``AWSENV_PROFILE`` and ``AWSENV_SET`` among them.
    ``key_files``: a digest of the AWS files when a plain key was chosen by hand. ``direnv``: the direnv folder in which
    that was so. ``renewal_started`` and ``expiry_notified``: the key ID for which a renewal was started, and of whose
    end a person knows. ``is_fresh``: nothing is known of this shell yet.
    """

    def __init__(self) -> None:
        self.folder = self.status = self.profile = self.loaded = self.files = self.key_files = ""
        self.direnv = self.renewal_started = self.expiry_notified = ""
        self.names: list[str] = []
        self.originals: dict[str, str | None] = {}
        self.manual: dict[str, str] = {}
        self.is_fresh = True

    def text(self) -> str:
        """The state as one line of ASCII without quotes; empty, as of a new shell, where that is longer than a
        variable may be: no program would start any more."""
        fields = {_VERSION: ""}
        fields |= {word: value for name, word in _WORDS.items() if (value := getattr(self, name))}
        fields |= {f"name.{name}": "" for name in self.names}
        fields |= {f"was.{n}": "u" if v is None else "x" + v for n, v in self.originals.items()}
        fields |= {f"hand.{name}": value for name, value in self.manual.items()}
        text = " ".join(f"{n}={_encode(v)}" for n, v in fields.items())
        return text if len(text) < _MAX_TEXT_BYTES else ""


def parse(text: str) -> State:
    """The state that ``text`` says; a new one where it says none."""
    state, attributes = State(), {word: name for name, word in _WORDS.items()}
    try:
        for field in text.split(" "):
            name, _, value = field.partition("=")
            kind, _, rest = name.partition(".")
            value = record_file.decode(value)
            if name == _VERSION:
                state.is_fresh = False
            elif name in attributes:
                setattr(state, attributes[name], value)
            elif kind == "name":
                state.names.append(rest)
            elif kind == "was":
                state.originals[rest] = value[1:] if value[:1] == "x" else None
            elif kind == "hand":
                state.manual[rest] = value
            else:
                return State()
    except ValueError:
        return State()
    return state


def _encode(value: str) -> str:
    return record_file.encode(value).replace("'", "%27")
