"""``exec``: one command with a session, the shell untouched."""

import os
import shlex
from typing import Annotated

import typer

from awsenv import environment, live, refresh
from awsenv.cli import choose, wishes
from awsenv.errors import AwsenvError, UsageError
from awsenv.replay import Request

NOT_FOUND, NOT_EXECUTABLE = 127, 126  # as shells have it


def execute(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="The profile.")],
    command: Annotated[list[str], typer.Argument(metavar="-- CMD…", help="The command.")],
    region: choose.Region = "",
    account: choose.Account = "",
    mfa_code: choose.MfaCode = "",
    duration: choose.Duration = "",
    role_arn: choose.RoleArn = "",
    fresh: choose.Fresh = False,
    min_left: choose.MinLeft = "",
    live_: Annotated[
        bool, typer.Option("--live", help="For long-running commands: SDKs renew by themselves.")
    ] = False,
) -> None:
    """Run a command as PROFILE; this shell stays as it is.

    Example: awsenv exec xxx-dev -- terraform apply
    """
    environ = dict(os.environ)
    terms = wishes.terms(
        {
            "--mfa-code": mfa_code,
            "--duration": duration,
            "--role-arn": role_arn,
            "--fresh": "yes" if fresh else "",
            "--min-left": min_left,
        }
    )
    if live_ and role_arn:
        raise UsageError("--live goes by a profile: there is none for --role-arn", "a role profile")
    chosen = refresh.variables(Request("exec", profile, region, account), terms, environ)
    variables = chosen.variables
    if live_:
        variables = live.variables(profile, variables, environ)
    _become(command, environment.applied(environment.enter(profile, variables, environ), environ))


def _become(command: list[str], environ: dict[str, str]) -> None:
    """Replace this process by ``command``: signals, terminal and exit code are then its own."""
    try:
        os.execvpe(command[0], command, environ)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        what = "no such command" if missing else error.strerror
        failure = AwsenvError(f"{shlex.quote(command[0])}: {what}", "look at the PATH")
        failure.code = NOT_FOUND if missing else NOT_EXECUTABLE
        raise failure from None
