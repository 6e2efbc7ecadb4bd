"""Where a shell stands, for ``status`` and ``doctor``: its folder's ``.envrc``, and its hook."""

import os

from awsenv.envrc import bindings, trust, trust_check
from awsenv.errors import AwsenvError
from awsenv.paths import shorten
from awsenv.shells import hints, hook_text
from awsenv.shells.table import SHELLS


def read_folder(environ: dict[str, str]) -> dict[str, str | None] | None:
    """The ``.envrc`` that counts here, the profile that it names and whether it is allowed."""
    try:
        path = trust_check.find_nearest(os.path.realpath(os.getcwd()))
    except OSError:  # the folder is no more
        return None
    if not path:
        return None
    place = os.path.dirname(path)
    try:
        profile = bindings.find_profile(place, place)
    except AwsenvError:
        profile = ""
    state = trust.find_state(path, environ)
    record = trust_check.read_record(path, environ) if state == "allowed" else None
    if record and "word" in record:  # what its account meant
        profile = record["profile"]
    return {"envrc": path, "profile": profile or None, "trust": state}


def format_folder(found: dict[str, str | None]) -> str:
    """``found`` as a person reads it."""
    of = f": {found['profile']}" if found["profile"] else ""
    return f"{shorten(found['envrc'] or '')}{of}, {found['trust']}"


def tell_next(found: dict[str, str | None] | None, profile: str | None) -> str:
    """What the next prompt of this shell makes of its folder, where that is not what it is now: a pasted line asks before
    the hook has looked. Empty where nothing is to come, or no hook is there."""
    if not found or not found["profile"] or found["profile"] == profile or read_hook() is None:
        return ""
    place = shorten(found["envrc"] or "")
    if found["trust"] != "allowed":
        return f"{place} names {found['profile']}, and is {found['trust']}: awsenv allow"
    by_hand = f", unless {profile} was chosen here by hand" if profile else ""
    return f"the next prompt loads {found['profile']}, by {place}{by_hand}"


def read_hook() -> dict[str, str | bool] | None:
    """The hook that called, and whether it is this awsenv's; ``None`` without one."""
    shell, _, version = hints.loaded_hook().partition(":")
    if shell not in SHELLS:
        return None
    return {"shell": shell, "current": hook_text.format_version(shell) == f"{shell}:{version}"}


def format_hook(found: dict[str, str | bool] | None) -> str:
    """``found`` as a person reads it."""
    if found is None:
        return "none in this shell"
    return f"{found['shell']}, {'current' if found['current'] else 'of another version'}"
