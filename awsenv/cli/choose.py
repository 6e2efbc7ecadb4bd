"""Options that mean the same everywhere."""

from typing import Annotated

import typer

Region = Annotated[str, typer.Option("--region", help="Instead of the profile's own Region.")]
Account = Annotated[
    str,
    typer.Option("--account", metavar="ID", help="Refuse unless the session is of this account."),
]
ProfileOnly = Annotated[bool, typer.Option("--profile-only", help="Set AWS_PROFILE and no keys.")]
Show = Annotated[bool, typer.Option("--show", help="Print it on a terminal, secrets and all.")]
