"""``rotate``: a new access key in the place of the old one."""

import os
from typing import Annotated

import typer

from awsenv.actions import rotate as actions
from awsenv.cli import shared_options
from awsenv.cli.pick_profile import pick_named
from awsenv.ui import session_options


@shared_options.with_session_options("--mfa-code")
def rotate(
    profile: Annotated[str, typer.Argument(help="The profile.")],
    keep_old: Annotated[
        bool, typer.Option("--keep-old", help="Leave the old key as it is at AWS.")
    ] = False,
    delete: Annotated[
        str, typer.Option("--delete", metavar="ID", help="First delete this other key of the user.")
    ] = "",
    *,
    option_values: dict[str, str],
) -> None:
    """Replace the access key of PROFILE by a new one: made, tried, stored, then the old one deleted.

    Example: awsenv rotate xxx-dev
    """
    environ = dict(os.environ)
    options, prompter = session_options.read(option_values)
    actions.rotate(pick_named(profile, environ), keep_old, delete, options, prompter, environ)
