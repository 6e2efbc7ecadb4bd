"""Whether a shell that is started as terminals do it has the hook: it is started, and asked."""

import json
import os
from collections.abc import Iterator
from typing import NamedTuple

from awsenv import programs
from awsenv.errors import AwsenvError
from awsenv.shells.table import SHELLS, load_shell

# What a terminal or sshd hands on; the rest the start files have to bring, PATH before all.
_KEPT = ("HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "ZDOTDIR", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")  # fmt: skip
_PATH = "/usr/local/bin:/usr/bin:/bin"
# A start file may ask for something, or start another program.
_WITHIN = 20.0
_MARK = "awsenv-asks"


class Seen(NamedTuple):
    """``how`` it was started, and whether it then ``has_hook``; ``what`` else was seen."""

    how: str
    has_hook: bool
    what: str


def look(shell: str, environ: dict[str, str]) -> Iterator[Seen]:
    """What each way of starting ``shell`` gives; nothing for one that takes no command beside its start files."""
    program = _find_program(shell, environ)
    if not program:
        return
    clean = {name: environ[name] for name in _KEPT if name in environ} | {"PATH": _PATH}
    for how, options in load_shell(shell).starts:
        words = [program, *options, "-c", f"echo {_MARK}; awsenv status --json"]
        try:
            done = programs.run(words, clean, seconds=_WITHIN)
        except (OSError, AwsenvError) as error:
            yield Seen(how, False, str(error))
            continue
        told = done.out.decode("utf-8", "replace").rpartition(f"{_MARK}\n")[2]
        yield _read(how, told, done.err.decode("utf-8", "replace"))


def _read(how: str, told: str, errors: str) -> Seen:
    try:
        hook = json.loads(told).get("hook")
    except (ValueError, AttributeError):
        lines = [line for line in errors.splitlines() if "awsenv" in line]
        return Seen(how, False, lines[-1].strip() if lines else "it finds no awsenv")
    return Seen(how, bool(hook), "" if hook else "it has awsenv, and no hook")


def _find_program(shell: str, environ: dict[str, str]) -> str:
    """The person's own, else the one on PATH."""
    own = environ.get("SHELL", "")
    if os.path.basename(own) in SHELLS[shell] and os.access(own, os.X_OK):
        return own
    return next(filter(None, (programs.find(name, environ) for name in SHELLS[shell])), "") or ""
