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


def loaded_hook() -> str:
    """``SHELL:VERSION`` of the hook that called; empty without one."""
    return _hook[0] if _hook else ""


def use_command(profile: str) -> str:
    """How one acts as ``profile`` here."""
    return _format_eval(f"awsenv use {profile if profile == 'PROFILE' else shlex.quote(profile)}")


def off_command() -> str:
    """How one acts as nobody here."""
    return _format_eval("awsenv off")


def _format_eval(command: str) -> str:
    if loaded_hook():
        return command
    if environment.detect_shell(dict(os.environ)) == "fish":
        return f"{command} | source"
    return f'eval "$({command})"'
