"""``status``: who am I here, and what is wrong."""

from typing import Annotated

import typer

from awsenv.views import status_line
from awsenv.views.status import print_status


def status(
    all_: Annotated[bool, typer.Option("--all", help="Look over both AWS files, too.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Ask STS.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    line_: Annotated[
        bool, typer.Option("--line", help="Who, in a few words, for a status line.")
    ] = False,
) -> int:
    """Tell who this shell acts as, where each value comes from, and what is wrong.

    Example: awsenv status
    """
    if line_:
        return status_line.print_line()
    return print_status(all_, verify, as_json)
