"""``logout``: a profile's sessions, forgotten wherever they lie."""

import os
from typing import Annotated

import typer

from awsenv.actions import logout as actions
from awsenv.cli import shared_options
from awsenv.errors import UsageError
from awsenv.ui import terminal
from awsenv.variables import AWSENV_PROFILE
from awsenv.views.this_shell import find_meant


def logout(
    profile: shared_options.OfShell = "",
    all_: Annotated[bool, typer.Option("--all", help="Every profile.")] = False,
    env_files: Annotated[
        bool, typer.Option("--env-files", help="Take them out of the .env files, too.")
    ] = False,
) -> None:
    """Forget a profile's sessions wherever they lie, the AWS CLI's too, and what login --save-as wrote of
    them.

    Example: awsenv logout xxx-dev
    """
    environ = dict(os.environ)
    profile = "" if all_ else find_meant(profile or environ.get(AWSENV_PROFILE, ""), environ)
    if not profile and not all_:
        raise UsageError(
            "no profile is named, and this shell acts as none", "awsenv logout PROFILE, or --all"
        )
    actions.logout(profile, env_files, environ, terminal.say)
