"""``list`` and ``show``: what is in the two AWS files."""

from typing import Annotated

import typer

from awsenv.cli import shared_options
from awsenv.views import list_profiles, show_profile

Json = Annotated[bool, typer.Option("--json", help="For programs.")]


def list_(
    pattern: Annotated[
        str, typer.Argument(help="Only profiles, accounts or roles like it: 'prod*'.")
    ] = list_profiles.EVERY,
    kind: Annotated[str, typer.Option("--kind", metavar="KIND", help="Only this kind.")] = "",
    as_json: Json = False,
) -> None:
    """List the profiles: kind, account, Region, source profile, time left; active, production.

    Example: awsenv list 'prod*'
    """
    list_profiles.print_profiles(pattern, kind, as_json)


def show(profile: shared_options.OfShell = "", as_json: Json = False) -> None:
    """Show a profile's values, each with its file and line; secrets masked.

    Example: awsenv show xxx-dev
    """
    show_profile.print_profile(profile, as_json)
