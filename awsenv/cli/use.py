"""The command lines of ``use`` and ``off``; ``switch`` carries them out."""

import os
import shlex
import sys
from typing import Annotated

import typer

from awsenv.actions import start_check
from awsenv.cli import shared_options, switch
from awsenv.errors import UsageError
from awsenv.paths import shorten
from awsenv.request import SESSION_OPTIONS, Request
from awsenv.shells import detection, hints, hook_text, start_file_edits
from awsenv.shells.forms import CREDENTIAL_PROCESS
from awsenv.shells.table import SHELLS
from awsenv.ui import terminal
from awsenv.variables import enter_session

Shell = Annotated[
    list[str] | None,
    typer.Option(
        "--shell",
        metavar="|".join([*SHELLS, "json", "github"]),
        help="Whose code to print; found out when not given.",
    ),
]


@shared_options.with_session_options(*SESSION_OPTIONS)
def use(
    context: typer.Context,
    profile: Annotated[str, typer.Argument(help="The profile; - is the one before.")] = "",
    region: shared_options.Region = "",
    account: shared_options.Account = "",
    profile_only: shared_options.ProfileOnly = False,
    *,
    option_values: dict[str, str],
    shell: Shell = None,
    format_: Annotated[
        list[str] | None,
        typer.Option("--format", metavar="sts", help="Another form: sts is STS's own JSON."),
    ] = None,
    show: shared_options.Show = False,
) -> str:
    """Make this shell act as PROFILE.

    Example: eval "$(awsenv use xxx-dev)"

    In a script: eval "$(awsenv use xxx-dev || echo false)" || exit
    """
    form = _choose_form(shell, format_)
    _refuse_terminal(f"awsenv use {shlex.quote(profile) if profile else 'PROFILE'}", form, show)
    request = Request("use", profile, region, account, profile_only, form)
    request.option_values = option_values
    return switch.build_text(request, context.obj)


def credential_process(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="The profile.")] = "",
    github_role: Annotated[
        str,
        typer.Option("--github-role", metavar="ARN", help="In a job of GitHub Actions: this role."),
    ] = "",
    show: shared_options.Show = False,
) -> str:
    """Print a session as JSON, for credential_process in an AWS config file. Never asks.

    Example: credential_process = awsenv credential-process xxx-dev
    """
    if bool(profile) == bool(github_role):
        what = "a profile and --github-role are two sessions" if profile else "no profile is named"
        raise UsageError(what, "awsenv credential-process PROFILE")
    words = profile or f"--github-role {github_role}"
    _refuse_terminal(f"awsenv credential-process {shlex.quote(profile) if profile else words}", "", show)  # fmt: skip
    if github_role:
        from awsenv.actions import github_role as action  # a job's alone

        session = action.get_session(github_role, dict(os.environ))
        return CREDENTIAL_PROCESS.render(enter_session("", session.variables(), {}))
    return switch.build_text(Request("credential-process", profile, form="credential-process"))


def off(shell: Shell = None, show: shared_options.Show = False) -> str:
    """Put every variable back as it was before the first use.

    Example: eval "$(awsenv off)"
    """
    form = _choose_form(shell)
    _refuse_terminal("awsenv off", form, show)
    return switch.build_text(Request("off", form=form))


def hook(
    shell: Annotated[
        str, typer.Argument(metavar="|".join(SHELLS), help="The shell; with --install: this one.")
    ] = "",
    show: shared_options.Show = False,
    install: Annotated[
        bool,
        typer.Option("--install", help="Put the line into the shell's start file; shown first."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --install: do it.")] = False,
) -> str:
    """Print the hook for a shell's start file: use and off without eval, completion, a prompt.

    Example: eval "$(awsenv hook bash)"
    """
    if install and not shell:
        shell = detection.detect_shell(dict(os.environ))
    if shell not in SHELLS:
        raise UsageError(
            f"no hook for {shell or 'a shell without a name'}", f"one of {', '.join(SHELLS)}"
        )
    if install:
        return _install(shell, yes)
    if yes:
        raise UsageError("--yes is for --install", f"awsenv hook {shell} --install --yes")
    _refuse_terminal(f"awsenv hook {shell}", shell, show)
    return hook_text.render_hook(shell)


def _install(shell: str, yes: bool) -> str:
    """Show what comes into which start file, and put it there; no text for the shell."""
    environ = dict(os.environ)
    path, data, words = start_file_edits.plan(shell, environ)
    if data is None:
        terminal.say(
            f"{shorten(path)} has it already; awsenv doctor --shell looks whether it counts"
        )
        return ""
    terminal.say(f"{'puts' if yes else 'would put'} into {shorten(path)}: {words}")
    for line in start_file_edits.format_change(path, data):
        terminal.say(f"  {line}")
    login = start_file_edits.plan_login(shell, environ)
    if login:
        begins = "puts" if yes else "would put"
        terminal.say(
            f"{begins} into {shorten(login[0])}, for login shells: {os.fsdecode(login[1]).strip()}"
        )
    if yes:
        # First: whoever was killed in between begins again, as long as the line is not there.
        if login:
            start_file_edits.write(*login, environ)
        copy = start_file_edits.write(path, data, environ)
        was = f", {shorten(copy)} is as it was" if copy else ""
        terminal.say(f"{shorten(path)} has it now{was}; a new shell loads it")
        _prove(shell, environ)
    else:
        terminal.say(f"nothing was done yet; awsenv hook {shell} --install --yes")
    return ""


def _prove(shell: str, environ: dict[str, str]) -> None:
    """Start the shell as terminals do, and say what was seen."""
    for seen in start_check.look(shell, environ):
        if seen.has_hook:
            terminal.say(f"looked: {seen.how} has the hook")
        else:
            terminal.say(f"looked: {seen.how} has no hook: {seen.what}; awsenv doctor --shell")


def _choose_form(shell: list[str] | None, format_: list[str] | None = None) -> str:
    """The form that is asked for, empty where none is. Raises ``UsageError`` for two of them.

    A shell that evaluates what we print names its own form; if another word of the command line
    could put a different one in its place, that shell would run a value as code.
    """
    given = [("--shell", form) for form in shell or []] + [("--format", f) for f in format_ or []]
    if len({form for _, form in given}) > 1:
        named = " and ".join(f"{option} {form}" for option, form in given)
        raise UsageError(f"{named} are two forms", "give one")
    return given[0][1] if given else ""


def _refuse_terminal(command: str, form: str, show: bool) -> None:
    """Code on a terminal is a secret in the scrollback and does nothing: say how it is meant."""
    if show or not sys.__stdout__ or not sys.__stdout__.isatty():
        return
    if command.startswith("awsenv credential-process"):
        hint = f"awsenv login NAME --save-as OTHER --process, or {command} --show"
    elif form in ("json", "sts"):  # nothing that a shell could run
        hint = f"{command} --format {form} --show, or into a pipe"
    else:
        hint = hints.format_eval(command, form)
    what = "a secret" if form in ("json", "sts") else "code for the shell to run"
    raise UsageError(f"this prints {what}", hint)
