"""What lies in our state folder. Hot path."""

import os


def state_folder(environ: dict[str, str]) -> str:
    """Our state folder (XDG Base Directory Specification: a relative path there is ignored)."""
    base = environ.get("XDG_STATE_HOME", "")
    if base[:1] != "/":
        base = (environ.get("HOME") or os.path.expanduser("~")) + "/.local/state"
    return base + "/awsenv"
