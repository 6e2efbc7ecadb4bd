"""``use`` and ``off``: make the shell that evaluates the output act as a profile, and undo it."""

import os
import sys
from typing import Annotated

import typer

from awsenv import environment, formats
from awsenv.errors import AwsenvError, UsageError
from awsenv.profiles import read
from awsenv.sessions import resolve

Shell = Annotated[
    str,
    typer.Option(
        "--shell",
        metavar="|".join(formats.MODULES),
        help="Whose code to print; found out when not given.",
    ),
]
Show = Annotated[
    bool, typer.Option("--show", help="Print the code, secrets and all, on a terminal.")
]


def use(
    profile: Annotated[str, typer.Argument(help="The profile; - is the one before.")] = "",
    region: Annotated[str, typer.Option(help="Instead of the profile's own Region.")] = "",
    profile_only: Annotated[
        bool, typer.Option("--profile-only", help="Set AWS_PROFILE and no keys.")
    ] = False,
    shell: Shell = "",
    show: Show = False,
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
    found = read.profile(profile, environ)
    if profile_only:
        variables = resolve.profile_only(found, region or None)
    else:
        variables = resolve.session(found, region or None).variables()
    return _render(environment.enter(profile, variables, environ), shell)


def off(shell: Shell = "", show: Show = False) -> str:
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
