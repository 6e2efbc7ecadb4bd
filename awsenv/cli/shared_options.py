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
MfaCode = Annotated[
    str, typer.Option("--mfa-code", metavar="CODE", help="The MFA code; - reads it from stdin.")
]
MfaSerial = Annotated[
    str, typer.Option("--mfa-serial", help="The MFA device, if no profile says it.")
]
Mfa = Annotated[bool, typer.Option("--mfa", help="With the user's own MFA device.")]
Duration = Annotated[str, typer.Option("--duration", metavar="SPAN", help="How long: 12h, 90m.")]
RoleArn = Annotated[
    str,
    typer.Option("--role-arn", metavar="ARN", help="Assume this role with the profile's session."),
]
InSession = Annotated[
    bool, typer.Option("--session", help="A temporary session of a plain key, without MFA.")
]
NoSession = Annotated[
    bool, typer.Option("--no-session", help="The plain key of a profile that has an MFA device.")
]
Fresh = Annotated[bool, typer.Option("--fresh", help="A new session, whatever is stored.")]
MinLeft = Annotated[
    str, typer.Option("--min-left", metavar="SPAN", help="A new session unless that much is left.")
]
