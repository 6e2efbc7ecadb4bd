"""What a person types in the shell that this program was called from: with its hook, or without one.

A hook says who it is in AWSENV_HOOK when it hands a command on: its shell and the version of its text.
"""

import os
import shlex

from awsenv.shells import detection
from awsenv.shells.table import SHELLS, load_shell

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
    return _shorten(f"awsenv use {profile if profile == 'PROFILE' else shlex.quote(profile)}")


def off_command() -> str:
    """How one acts as nobody here."""
    return _shorten("awsenv off")


def _shorten(command: str) -> str:
    return command if loaded_hook() else format_eval(command)


def format_eval(command: str, shell: str = "") -> str:
    """How ``shell`` (this one, where it is not said) takes what ``command`` prints."""
    name = shell or detection.detect_shell(dict(os.environ))
    return load_shell(name if name in SHELLS else "posix").format_eval(command)
