"""``sso setup`` and ``sso sync``: a profile for each account and role of IAM Identity Center."""

import json
import os
from typing import Annotated

import typer

from awsenv.cli import sso_questions, sso_write
from awsenv.errors import AwsenvError, PersonNeededError, UsageError
from awsenv.identity_center import profile_choice, token
from awsenv.identity_center.profile_choice import Choice
from awsenv.paths import config_file
from awsenv.profiles import headers, ini, write
from awsenv.ui import session_options, terminal

sso_app = typer.Typer(name="sso", no_args_is_help=True, help="IAM Identity Center's profiles.")
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change, and end.")]
Prune = Annotated[
    bool, typer.Option("--prune", help="Take out what awsenv wrote and you have no more.")
]


@sso_app.callback()
def _sso() -> None:
    """Every account and role of IAM Identity Center as a profile."""


@sso_app.command("setup")
def setup(
    start_url: Annotated[
        str, typer.Option("--start-url", metavar="URL", help="https://xxx.awsapps.com/start")
    ] = "",
    sso_region: Annotated[
        str, typer.Option("--sso-region", metavar="REGION", help="Where Identity Center is.")
    ] = "",
    session: Annotated[
        str, typer.Option("--session", metavar="NAME", help="What the sso-session is called.")
    ] = "",
    region: Annotated[
        list[str] | None,
        typer.Option("--region", metavar="[ACCOUNT=]REGION", help="The profiles' Region."),
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", help="The profiles' output: json, yaml …")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every account and role.")] = False,
    account: Annotated[
        list[str] | None,
        typer.Option("--account", metavar="ACCOUNT[/ROLE]", help="This one, by ID or name."),
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option("--role", help="This one, in the accounts: 'ReadOnly*', '!Admin*'."),
    ] = None,
    name_template: Annotated[
        str, typer.Option("--name-template", metavar="TEXT", help="<env>-<role> when not given.")
    ] = "",
    legacy: Annotated[
        bool, typer.Option("--legacy", help="Profiles of the old form, without an sso-session.")
    ] = False,
    device_code: Annotated[
        bool, typer.Option("--device-code", help="A code to type in any browser anywhere.")
    ] = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Show the page's address, and open nothing.")
    ] = False,
    dry_run: DryRun = False,
) -> None:
    """Set up a sign-in, and a profile for each account and role that you choose.

    Example: awsenv sso setup --start-url https://xxx.awsapps.com/start
    """
    if all_ and (account or role):
        raise UsageError("--all, or --account and --role", "awsenv sso setup --help")
    if legacy and session:
        raise UsageError("--legacy has no session", "awsenv sso setup --legacy")
    environ = dict(os.environ)
    prompter = session_options.make_attended(
        {
            "--device-code": "yes" if device_code else "",
            "--no-browser": "yes" if no_browser else "",
        },
        signs_in=True,
    )
    path = config_file(environ)
    earlier = list(profile_choice.read_choices(write.read_text(path), path).values())
    given = Choice(session, start_url, sso_region)
    given.template, given.regions = name_template, region or []
    given.accounts, given.roles = account or [], role or []
    person = prompter.ask is not None
    choice = sso_questions.complete_choice(given, output, legacy, earlier, environ, person)
    if all_:
        choice.accounts, choice.roles = [], []
    chosen = all_ or bool(account or role)
    if not chosen and not person:
        # As it was chosen before, where it was.
        chosen = any(each.key == choice.key for each in earlier)
        if not chosen:
            raise PersonNeededError(
                "sso setup asks which accounts and there is no terminal", "--all, or --account ID"
            )
    sso_write.setup(choice, chosen, prompter, environ, dry_run)


@sso_app.command("sync")
def sync(
    session: Annotated[
        str, typer.Option("--session", metavar="NAME", help="Only this sso-session.")
    ] = "",
    prune: Prune = False,
    dry_run: DryRun = False,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="The names that change, as an object for each sso-session."),
    ] = False,
) -> int:
    """Bring the profiles up to date with your accounts and roles, as chosen in setup.

    Example: awsenv sso sync
    """
    environ = dict(os.environ)
    prompter = session_options.make_attended({})
    code, told = 0, []
    for choice in _read_choices(session, environ):
        try:
            plan = sso_write.sync(choice, prompter, environ, dry_run, prune, diff=not as_json)
            names = ("added", "changed", "removed", "edited", "gone")
            told.append({"session": choice.session, **{n: getattr(plan, n) for n in names}})
        except AwsenvError as error:
            terminal.fail(error)
            code = code or error.code
    if as_json:
        print(json.dumps(told, indent=2, default=list))
    return code


def _read_choices(session: str, environ: dict[str, str]) -> list[Choice]:
    """What was chosen in setup, of ``session`` or of each; of sessions that only the AWS CLI set up
    it is all accounts and roles. Raises ``AwsenvError`` where there is none."""
    path = config_file(environ)
    found = list(profile_choice.read_choices(write.read_text(path), path).values())
    names = [name for header in ini.read(path) if (name := headers.session_name(header))]
    if not found or session not in ("", *(choice.session for choice in found)):
        found += [Choice(name) for name in names]
    found = [choice for choice in found if session in ("", choice.session)]
    if not found:
        what = f"there is no [sso-session {session}]" if session else "no sso-session is set up"
        raise AwsenvError(what, "awsenv sso setup")
    for choice in found:
        if choice.session:
            where = token.find_session(choice.session, environ)
            choice.start_url, choice.sso_region = where.start_url, where.region
    return found
