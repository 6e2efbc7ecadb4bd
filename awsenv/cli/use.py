"""The command lines of ``use`` and ``off``; ``act`` carries them out."""

import os
import shlex
import sys
from typing import Annotated

import typer

from awsenv import environment
from awsenv import hook as hooks
from awsenv.cli import act, choose
from awsenv.errors import UsageError
from awsenv.replay import Request

Shell = Annotated[
    str,
    typer.Option(
        "--shell",
        metavar="bash|zsh|fish|posix|json",
        help="Whose code to print; found out when not given.",
    ),
]


def use(
    profile: Annotated[str, typer.Argument(help="The profile; - is the one before.")] = "",
    region: choose.Region = "",
    account: choose.Account = "",
    profile_only: choose.ProfileOnly = False,
    mfa_code: choose.MfaCode = "",
    mfa_serial: choose.MfaSerial = "",
    mfa: choose.Mfa = False,
    duration: choose.Duration = "",
    session: choose.InSession = False,
    no_session: choose.NoSession = False,
    role_arn: choose.RoleArn = "",
    fresh: choose.Fresh = False,
    min_left: choose.MinLeft = "",
    shell: Shell = "",
    format_: Annotated[
        str, typer.Option("--format", metavar="sts", help="Another form: sts is STS's own JSON.")
    ] = "",
    show: choose.Show = False,
) -> str:
    """Make this shell act as PROFILE.

    Example: eval "$(awsenv use xxx-dev)"
    """
    _refuse_terminal(f"awsenv use {shlex.quote(profile) if profile else 'PROFILE'}", shell, show)
    request = Request("use", profile, region, account, profile_only, format_ or shell)
    request.wishes = {
        "--mfa-code": mfa_code,
        "--mfa-serial": mfa_serial,
        "--mfa": "yes" if mfa else "",
        "--duration": duration,
        "--session": "yes" if session else "",
        "--no-session": "yes" if no_session else "",
        "--role-arn": role_arn,
        "--fresh": "yes" if fresh else "",
        "--min-left": min_left,
    }
    return act.text(request)


def credential_process(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="The profile.")],
    show: choose.Show = False,
) -> str:
    """Print a session as JSON, for credential_process in an AWS config file. Never asks.

    Example: credential_process = awsenv credential-process xxx-dev
    """
    _refuse_terminal(f"awsenv credential-process {shlex.quote(profile)}", "", show)
    return act.text(Request("credential-process", profile, form="credential-process"))


def off(shell: Shell = "", show: choose.Show = False) -> str:
    """Put every variable back as it was before the first use.

    Example: eval "$(awsenv off)"
    """
    _refuse_terminal("awsenv off", shell, show)
    return act.text(Request("off", form=shell))


def hook(
    shell: Annotated[str, typer.Argument(metavar="|".join(hooks.FILES), help="The shell.")],
    show: choose.Show = False,
) -> str:
    """Print the hook for a shell's start file: use and off without eval, completion, a prompt.

    Example: eval "$(awsenv hook bash)"
    """
    _refuse_terminal(f"awsenv hook {shell}", shell, show)
    if shell not in hooks.FILES:
        raise UsageError(f"no hook for {shell}", f"one of {', '.join(hooks.FILES)}")
    return hooks.text(shell)


def _refuse_terminal(command: str, shell: str, show: bool) -> None:
    """Code on a terminal is a secret in the scrollback and does nothing: say how it is meant."""
    if show or not sys.__stdout__ or not sys.__stdout__.isatty():
        return
    if command.startswith("awsenv credential-process"):
        hint = f"awsenv login NAME --save-as OTHER --process, or {command} --show"
    elif (shell or environment.asking(dict(os.environ))) == "fish":
        hint = f"{command} | source"
    else:
        hint = f'eval "$({command})"'
    raise UsageError("this prints code for the shell to run", hint)
