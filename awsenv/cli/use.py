"""``use`` and ``off``: make the shell that evaluates the output act as a profile, and undo it."""

import os
import sys
from typing import Annotated

import typer

from awsenv import environment, formats
from awsenv.cli import choose, terminal
from awsenv.errors import AwsenvError, UsageError

Shell = Annotated[
    str,
    typer.Option(
        "--shell",
        metavar="|".join(formats.MODULES),
        help="Whose code to print; found out when not given.",
    ),
]


def use(
    profile: Annotated[str, typer.Argument(help="The profile; - is the one before.")] = "",
    region: choose.Region = "",
    account: choose.Account = "",
    profile_only: choose.ProfileOnly = False,
    shell: Shell = "",
    show: choose.Show = False,
) -> str:
    """Make this shell act as PROFILE.

    Example: eval "$(awsenv use xxx-dev)"
    """
    _refuse_terminal(f"awsenv use {profile or 'PROFILE'}", shell, show)
    environ = dict(os.environ)
    if not profile:
        raise UsageError("use: which profile?", "awsenv list")
    if profile == "-":
        profile = environ.get(environment.PREVIOUS, "")
        if not profile:
            raise AwsenvError("no profile was used before this one", "awsenv list")
    chosen = choose.variables(profile, region, account, profile_only, environ)
    text = _render(environment.enter(profile, chosen.variables, environ), shell)
    if shell == "direnv" and environ.get("DIRENV_LOG_FORMAT") != "":
        known = f"account {chosen.account}" if chosen.account else ""
        told = (profile, known, chosen.variables.get("AWS_REGION", ""))
        terminal.say(", ".join(word for word in told if word))
    return text


def off(shell: Shell = "", show: choose.Show = False) -> str:
    """Put every variable back as it was before the first use.

    Example: eval "$(awsenv off)"
    """
    _refuse_terminal("awsenv off", shell, show)
    return _render(environment.leave(dict(os.environ)), shell)


def _render(change: environment.Change, shell: str) -> str:
    name = shell or formats.asking(dict(os.environ))
    if name not in formats.MODULES:
        raise UsageError(f"no such shell: {name}", f"one of {', '.join(formats.MODULES)}")
    text: str = formats.module(name).render(change)
    return text


def _refuse_terminal(command: str, shell: str, show: bool) -> None:
    """Code on a terminal is a secret in the scrollback and does nothing: say how it is meant."""
    if show or not sys.__stdout__ or not sys.__stdout__.isatty():
        return
    if (shell or formats.asking(dict(os.environ))) == "fish":
        hint = f"{command} | source"
    else:
        hint = f'eval "$({command})"'
    raise UsageError("this prints code for the shell to run", hint)
