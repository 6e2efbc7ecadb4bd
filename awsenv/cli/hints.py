"""What a person types in the shell that this program was called from: with its hook, or without one.

A hook says who it is in AWSENV_HOOK when it hands a command on: its shell and the version of its text.
"""

import os
import shlex

from awsenv import environment

VARIABLE = "AWSENV_HOOK"
_hook: list[str] = []


def take_hook() -> None:
    """Remember the hook that called, and tell no program of it that is started from here."""
    _hook[:] = [os.environ.pop(VARIABLE, "")]


def hook() -> str:
    """``SHELL:VERSION`` of the hook that called; empty without one."""
    return _hook[0] if _hook else ""


def use(profile: str) -> str:
    """How one acts as ``profile`` here."""
    return _evaluated(f"awsenv use {profile if profile == 'PROFILE' else shlex.quote(profile)}")


def off() -> str:
    """How one acts as nobody here."""
    return _evaluated("awsenv off")


def _evaluated(command: str) -> str:
    if hook():
        return command
    if environment.asking(dict(os.environ)) == "fish":
        return f"{command} | source"
    return f'eval "$({command})"'
