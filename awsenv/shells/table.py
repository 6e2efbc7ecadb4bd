"""The shells and the other forms by name. Hot path."""

import sys

from awsenv.shells import Form, Shell

# Shell → the programs that are one, by name. Each has a module of its name here, with its ``SHELL``.
SHELLS = {
    "bash": ("bash",),
    "zsh": ("zsh",),
    "fish": ("fish",),
    "nushell": ("nu",),
    "elvish": ("elvish",),
    "xonsh": ("xonsh",),
    "tcsh": ("tcsh", "csh"),  # macOS and the BSDs call it csh
    "posix": ("sh", "dash", "ash", "busybox", "ksh", "ksh93", "mksh", "lksh", "oksh", "yash"),
}
# A form that is no shell → where it stands: a module of this room, and a name in it.
_OTHERS = {
    "direnv": ("bash", "DIRENV"),
    "json": ("forms", "JSON"),
    "github": ("github", "GITHUB"),
    "sts": ("forms", "STS"),
    "credential-process": ("forms", "CREDENTIAL_PROCESS"),
}
FORMS = (*SHELLS, *_OTHERS)


def load(form: str) -> Form:
    """The form of that name, one of ``FORMS``. Raises ``KeyError`` for any other: a name is not looked for on the
    disk before it is known."""
    module, name = (form, "SHELL") if form in SHELLS else _OTHERS[form]
    path = f"{__package__}.{module}"
    __import__(path)
    found: Form = getattr(sys.modules[path], name)
    return found


def load_shell(name: str) -> Shell:
    """The shell of that name, one of ``SHELLS``. Raises ``KeyError`` for any other."""
    if name not in SHELLS:
        raise KeyError(name)
    found = load(name)
    assert isinstance(found, Shell)
    return found
