"""What a hooked shell keeps between two looks, as one opaque value that it hands back. Hot path.

The shell holds it unexported, and never looks into it. It has values of variables in it, secrets
too: never in an argument, only in the environment of the one call that decides.
"""

from awsenv import record_file

# The binding in force: its session loaded, being got, not to be had, or its .envrc not allowed.
LOADED, PENDING, CLOSED, REFUSED = "loaded", "pending", "closed", "refused"
# Its session was taken away by somebody else, and nobody acts there until a person chooses.
WITHDRAWN = "withdrawn"
# Linux: one NAME=VALUE may be 128 KiB at most (MAX_ARG_STRLEN).
_MAX_TEXT_BYTES = 120 * 1024
_VERSION = "awsenv-1"
# Attribute → its name in the text.
_WORDS = {"folder": "folder", "status": "how", "profile": "profile", "loaded": "loaded", "files": "files",
          "key_files": "key_files", "direnv": "direnv", "renewal_started": "started",
          "expiry_notified": "told", "key_id": "key", "aws_profile": "profile-name",
          "inherited": "inherited", "manual_files": "hand-files", "warned": "warned", "shown": "shown"}  # fmt: skip


class Withdrawn:
    """A session that somebody else took away: its ``key_id``, its ``profile`` and AWSENV_SET's ``words``; what was
    ``taken`` out of the shell then (``None``: it was unset), the ``originals`` beneath it; and whether it was another
    AWS_PROFILE that took its place (``by_profile``); ``key_files`` as the state had it."""

    def __init__(self, key_id: str, profile: str, words: str) -> None:
        self.key_id, self.profile, self.words = key_id, profile, words
        self.by_profile = False
        self.key_files = ""
        self.taken: dict[str, str | None] = {}
        self.originals: dict[str, str | None] = {}


class State:
    """``folder``: the binding in force, empty outside, and its ``status``; its ``profile``; a digest of what was
    ``loaded`` and of the AWS ``files`` then; ``names`` of the folder's own variables.

    ``originals``: each variable that awsenv holds now → its value before (``None``: not exported). ``manual``: the
    variables of the session that was chosen by hand outside, ``AWSENV_PROFILE`` and ``AWSENV_SET`` among them.
    ``key_files``: a digest of the AWS files when a plain key was chosen by hand, ``manual_files`` the same of the one
    outside. ``direnv``: the direnv folder in which
    that was so. ``renewal_started`` and ``expiry_notified``: the key ID for which a renewal was started, and of whose
    end a person knows. ``warned``: the key ID of whose end a person was told
    ahead, ``shown``: what the terminal was told to show. ``key_id`` and ``aws_profile``: what the last look left; ``digests`` of the values that the
    session has set; ``inherited``: the key ID with which the shell was started; ``withdrawn``: the last sessions that
    somebody else took away. ``is_fresh``: nothing is known of this shell yet.
    """

    def __init__(self) -> None:
        self.folder = self.status = self.profile = self.loaded = self.files = self.key_files = ""
        self.direnv = self.renewal_started = self.expiry_notified = self.warned = self.shown = ""
        self.key_id = self.aws_profile = self.inherited = self.manual_files = ""
        self.digests: dict[str, str] = {}
        self.withdrawn: list[Withdrawn] = []
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
        fields |= _write_values("was", self.originals)
        fields |= {f"hand.{name}": value for name, value in self.manual.items()}
        fields |= {f"set.{name}": value for name, value in self.digests.items()}
        for number, each in enumerate(self.withdrawn):
            fields |= {f"away.{number}": each.key_id, f"away.{number}.name": each.profile}
            fields |= {f"away.{number}.set": each.words, f"away.{number}.by": "1" * each.by_profile}
            fields |= {f"away.{number}.files": each.key_files}
            fields |= _write_values(f"away.{number}.was", each.originals)
            fields |= _write_values(f"away.{number}.took", each.taken)
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
                state.names.append(_check_name(rest))
            elif kind == "was":
                state.originals[_check_name(rest)] = _read_value(value)
            elif kind == "hand":
                state.manual[_check_name(rest)] = value
            elif kind == "set":
                state.digests[_check_name(rest)] = value
            elif kind == "away":
                _read_withdrawn(state, rest, value)
            else:
                return State()
    except (ValueError, IndexError):
        return State()
    return state


def _read_withdrawn(state: State, name: str, value: str) -> None:
    kind, _, rest = name.partition(".")[2].partition(".")
    if not kind:
        state.withdrawn.append(Withdrawn(value, "", ""))
        return
    each = state.withdrawn[-1]
    if kind == "name":
        each.profile = value
    elif kind == "set":
        each.words = value
    elif kind == "by":
        each.by_profile = bool(value)
    elif kind == "files":
        each.key_files = value
    else:
        (each.originals if kind == "was" else each.taken)[_check_name(rest)] = _read_value(value)


def _check_name(text: str) -> str:
    """``text``, which is the name of a variable: a shell that evaluates it runs nothing, whoever wrote the state. Raises
    ``ValueError``."""
    if not (text.isascii() and text.isidentifier()):
        raise ValueError(text)
    return text


def _write_values(prefix: str, values: dict[str, str | None]) -> dict[str, str]:
    return {f"{prefix}.{n}": "u" if v is None else "x" + v for n, v in values.items()}


def _read_value(text: str) -> str | None:
    return text[1:] if text[:1] == "x" else None


def _encode(value: str) -> str:
    return record_file.encode(value).replace("'", "%27")
