"""Options that mean the same everywhere, and the variables that they choose."""

from dataclasses import dataclass
from typing import Annotated

import typer

from awsenv.errors import AwsenvError
from awsenv.profiles import read
from awsenv.profiles.account import of_key, of_profile
from awsenv.sessions import resolve

Region = Annotated[str, typer.Option("--region", help="Instead of the profile's own Region.")]
Account = Annotated[
    str,
    typer.Option("--account", metavar="ID", help="Refuse unless the session is of this account."),
]
ProfileOnly = Annotated[bool, typer.Option("--profile-only", help="Set AWS_PROFILE and no keys.")]
Show = Annotated[bool, typer.Option("--show", help="Print it on a terminal, secrets and all.")]


@dataclass(frozen=True)
class Chosen:
    """``variables`` to set; the ``account``, where it is known; whether they hold a key that does
    not end."""

    variables: dict[str, str]
    account: str | None
    long_lived: bool


def variables(
    profile: str, region: str, account: str, profile_only: bool, environ: dict[str, str]
) -> Chosen:
    """What ``profile`` sets. Raises ``AwsenvError``, too when it is not of ``account``."""
    found = read.profile(profile, environ)
    if profile_only:
        chosen = Chosen(resolve.profile_only(found, region or None), of_profile(found), False)
    else:
        session = resolve.session(found, region or None)
        known = of_key(session.access_key_id)
        if account and known is None:
            from awsenv.sessions import client

            known, _ = client.caller_identity(session, found, environ)
        chosen = Chosen(session.variables(), known, session.session_token is None)
    if account and chosen.account != account:
        of = f"of account {chosen.account}" if chosen.account else "of an account nobody can tell"
        raise AwsenvError(f"profile {profile} is {of}, not {account}", "awsenv list")
    return chosen
