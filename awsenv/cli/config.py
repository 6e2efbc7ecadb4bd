"""``config``: looks at the settings."""

from typing import Annotated

import typer

from awsenv.views import show_settings


def config(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Print the settings of ~/.config/awsenv/config.toml: marks with their colors, and what a shell shows.

    Example: awsenv config

    In it: [mark.WORD] with profiles, accounts, color and ask; [shell] with warn_before_end, title and tmux.
    """
    show_settings.print_settings(as_json)
