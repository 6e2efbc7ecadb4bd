"""A shell's variables in layers: what was there, a session, what a folder sets. Hot path."""

from awsenv.hook.state import CLOSED, LOADED, REFUSED, State
from awsenv.variables import (
    AWSENV_PREVIOUS,
    AWSENV_PROFILE,
    AWSENV_SET,
    CHOOSING,
    NO_SESSION,
    SESSION_VARIABLES,
    WEB_IDENTITY,
    is_bearer_token,
    list_set,
)

# Names and never a value: of the folder whose binding is in force, and of the variables that it set.
FOLDER, NAMES = "AWSENV_DIR", "AWSENV_VARS"
# In AWSENV_SET: got by options that no renewal knows.
BY_OPTIONS = "by-options"
# Where a session would come from if there were no keys.
CREDENTIAL_SOURCES = (
    *WEB_IDENTITY,
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
)
# Without these no shell goes on: what a folder made of them stays where nobody knows the value before.
_NEEDED = ("HOME", "LANG", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "USER")
OURS = (AWSENV_PROFILE, AWSENV_SET, AWSENV_PREVIOUS, FOLDER, NAMES)

Layer = dict[str, str | None]


def deny_credentials(profile: str) -> Layer:
    """The layer of a bound folder whose session of ``profile`` cannot be had."""
    layer: Layer = dict.fromkeys((*SESSION_VARIABLES, *CREDENTIAL_SOURCES))
    return layer | {
        "AWS_PROFILE": NO_SESSION + profile,
        AWSENV_PROFILE: None,
        AWSENV_SET: "AWS_PROFILE",
    }


class ShellVariables:
    """``environ``, what the shell exports, and ``state``, what it keeps for us; both become what they
    are to be. ``before`` is ``environ`` as it was given; ``folder``: what the folder sets itself."""

    def __init__(self, environ: dict[str, str], state: State) -> None:
        self.before = environ
        self.environ = dict(environ)
        self.state = state
        self.folder: dict[str, str] = {}

    @property
    def base(self) -> dict[str, str]:
        """What the shell would have without awsenv: the person's own."""
        found = dict(self.environ)
        was: Layer = dict.fromkeys(list_set(found))
        for name, value in (was | self.state.originals).items():
            _put(found, name, value)
        return {name: value for name, value in found.items() if name not in OURS}

    def get(self, name: str) -> str:
        """What the shell exports under ``name``, empty for nothing."""
        return self.environ.get(name, "")

    @property
    def profile(self) -> str:
        """The profile that the shell acts as, empty for none."""
        return self.environ.get(AWSENV_PROFILE, "")

    @property
    def by_options(self) -> bool:
        """Whether that session was got in a way that a renewal does not know."""
        return BY_OPTIONS in self.environ.get(AWSENV_SET, "").split()

    def make(self, *layers: Layer) -> None:
        """Have these layers and no others over what was there, the last on top."""
        top: Layer = {}
        for layer in layers:
            top |= layer
        base = self.base
        if "AWS_ACCESS_KEY_ID" in top:  # it says who is to act
            top = dict.fromkeys(filter(is_bearer_token, base)) | top
        self.state.originals = {name: base.get(name) for name in top if name not in OURS}
        kept = (AWSENV_PREVIOUS, FOLDER, NAMES)
        base |= {name: self.environ[name] for name in kept if name in self.environ}
        for name, value in top.items():
            _put(base, name, value)
        self.environ = base

    def set_own(self, name: str, value: str | None) -> None:
        """One of our own variables, which has no layers."""
        _put(self.environ, name, value)

    def drop_session_names(self) -> None:
        """No session is named any more, whatever is there of its variables."""
        self.set_own(AWSENV_PROFILE, None)
        self.set_own(AWSENV_SET, None)

    def drop_folder_names(self) -> None:
        """No folder is named any more, nor what it set."""
        self.set_own(FOLDER, None)
        self.set_own(NAMES, None)

    def session(self) -> dict[str, str]:
        """The session in force, as it was chosen by hand; empty for none."""
        if not self.profile:
            return {}
        names = (*list_set(self.environ), AWSENV_PROFILE, AWSENV_SET)
        return {name: self.environ[name] for name in names if name in self.environ}

    def folder_layer(self) -> Layer:
        """The folder's own variables, as they are now; as the folder says, where a session is on top."""
        session = list_set(self.environ)
        return complete_credentials(
            {
                name: self.folder.get(name) if name in session else self.environ.get(name)
                for name in self.state.names
            }
        )

    def manual_layer(self) -> Layer:
        """The session that was chosen by hand outside; nothing where none was."""
        hand: Layer = dict(self.state.manual)
        return dict.fromkeys(SESSION_VARIABLES) | hand if hand else {}

    def inherit(self, record: dict[str, str] | None, variables: dict[str, str]) -> None:
        """Take over what a shell above this one has set. Of its folder only what ``record``, what was
        allowed of that, says, with its ``variables``: anything else may be anybody's."""
        state, environ = self.state, self.environ
        closed = environ.get("AWS_PROFILE", "").startswith(NO_SESSION)
        names = environ.pop(NAMES, "").split()
        folder = environ.pop(FOLDER, "")
        was: Layer = dict.fromkeys(list_set(environ))
        if closed:
            was["AWS_PROFILE"] = None
        if record is not None:
            state.folder, state.status = folder, CLOSED if closed else LOADED
            state.profile = record.get("profile", "")
            for name in dict.fromkeys(names):
                if name in variables and environ.get(name) == variables[name]:
                    state.names.append(name)
                    if name not in _NEEDED:
                        was[name] = None
        state.originals = was
        if closed and record is None:
            self.make({})


def complete_credentials(layer: Layer) -> Layer:
    """The ``layer`` of a folder, never half: where it says itself who is to act, nothing of anybody else's is beside
    that."""
    if any(layer.get(name) for name in CHOOSING):
        return dict.fromkeys(SESSION_VARIABLES) | layer
    return layer


def _put(environ: dict[str, str], name: str, value: str | None) -> None:
    if value is None:
        environ.pop(name, None)
    else:
        environ[name] = value


def is_bound(state: State) -> bool:
    """Whether a folder's binding is in force."""
    return bool(state.folder) and state.status != REFUSED
