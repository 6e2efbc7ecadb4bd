"""``use`` and ``off``: make the shell that evaluates the output act as a profile, and undo it."""

import os
import sys
from typing import Annotated

import typer

from awsenv import environment, formats
from awsenv.cli import terminal
from awsenv.errors import AwsenvError, UsageError
from awsenv.profiles import read
from awsenv.profiles.account import of_key, of_profile
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
    account: Annotated[
        str, typer.Option(metavar="ID", help="Refuse unless the session is of this account.")
    ] = "",
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
        known = of_profile(found)
    else:
        session = resolve.session(found, region or None)
        variables = session.variables()
        known = of_key(session.access_key_id)
        if account and known is None:
            from awsenv.sessions import client

            known = client.caller_account(session, found, environ)
    if account and known != account:
        of = f"of account {known}" if known else "of an account that cannot be told without its key"
        raise AwsenvError(f"profile {profile} is {of}, not {account}", "awsenv list")
    text = _render(environment.enter(profile, variables, environ), shell)
    if shell == "direnv" and environ.get("DIRENV_LOG_FORMAT") != "":
        told = [profile, f"account {known}" if known else "", variables.get("AWS_REGION", "")]
        terminal.say(", ".join(word for word in told if word))
    return text


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
