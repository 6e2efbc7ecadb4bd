"""What a person in a bound folder has to hear of the containers below it: that they get nothing, once. Hot path."""

import os

from awsenv import record_file
from awsenv.hook.outcome import Outcome
from awsenv.state import GRANTS, REFUSED, state_path


def add(outcome: Outcome) -> None:
    """Have it said, and looked for from now on, where anything is granted."""
    environ, folder = outcome.shell.base, outcome.shell.state.folder
    if not os.path.isdir(state_path(environ, GRANTS)):
        return
    place = state_path(environ, REFUSED)
    outcome.watch(place)
    if outcome.watched[place] is None:
        return
    for name in os.listdir(place):
        path = os.path.join(place, name)
        fields = record_file.read(path) or {}
        below = [
            file
            for file in fields.get("files", "").split("\n")
            if f"{file}/".startswith(folder.rstrip("/") + "/")
        ]
        if below and _is_first(f"{path}.told"):
            line = f"containers of {below[0]} get nothing: {fields.get('what', '')}"
            outcome.messages.append("; ".join(filter(None, (line, fields.get("fix", "")))))


def _is_first(path: str) -> bool:
    """Whether no other shell has told it."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError:
        return False
    return True
