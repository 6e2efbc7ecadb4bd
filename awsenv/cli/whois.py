"""``whois``: which profiles, roles and folders an account has here."""

import os
from typing import Annotated

import typer

from awsenv.views.account import print_account


def whois(
    account: Annotated[str, typer.Argument(help="Its number, its name, or a profile of it.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Tell which profiles are of an account, with their roles, Regions and folders.

    Example: awsenv whois 444455556666
    """
    print_account(account, as_json, dict(os.environ))
