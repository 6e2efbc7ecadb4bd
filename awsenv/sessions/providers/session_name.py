"""The name of a role's session, where the profile has none: who it is, and where."""

import getpass
import os
import re
import socket


def make_session_name() -> str:
    """The name, in the alphabet of STS and of at most 64 characters ("AssumeRole" in the API Reference)."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    name = re.sub(r"[^\w+=,.@-]", "-", f"awsenv-{user}-{socket.gethostname()}", flags=re.ASCII)
    return name[:64]
