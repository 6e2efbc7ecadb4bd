"""``renew``: what the hook calls shortly before a session ends."""

import os
from typing import Annotated

import typer

from awsenv.actions.renew import renew_session
from awsenv.ui import terminal
from awsenv.views.this_shell import find_named


def renew(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="The profile.")],
) -> None:
    """Renew the stored session of PROFILE, if it is about to end, and the .env files that hold it.
    Asks nobody.

    Example: awsenv renew org-prod
    """
    environ = dict(os.environ)
    renew_session(find_named(profile, environ), environ, terminal.say)
