"""``login``: a session got ahead of time."""

import os
import shlex
from typing import Annotated

import typer

from awsenv import durations, paths
from awsenv.actions import dotenv_file
from awsenv.aws import token_file
from awsenv.aws.context import Context
from awsenv.aws.options import Prompter
from awsenv.aws_login import sign_in as console_sign_in
from awsenv.cli import login_new, shared_options
from awsenv.cli.pick_profile import pick_named
from awsenv.errors import AwsenvError, UsageError
from awsenv.identity_center import sign_in, token
from awsenv.paths import program_path, shorten
from awsenv.profiles import headers, read, write
from awsenv.profiles.profile import ACCESS_KEY, EXPIRES, SECRET_KEY, STORED_OF, Profile
from awsenv.request import Request
from awsenv.sessions import resolve
from awsenv.shells import hints
from awsenv.ui import session_options, terminal


@shared_options.with_session_options("--mfa-code", "--mfa-serial", "--mfa", "--duration", "--fresh")
def login(
    profile: shared_options.OfShell = "",
    *,
    option_values: dict[str, str],
    new: Annotated[
        bool, typer.Option("--new", help="As the console's user, without a key: PROFILE is made.")
    ] = False,
    region: Annotated[str, typer.Option("--region", help="With --new: the profile's Region.")] = "",
    device_code: Annotated[
        bool,
        typer.Option("--device-code", "--remote", help="A code, by any browser on any machine."),
    ] = False,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Show the page's address, and open nothing.")
    ] = False,
    save_as: Annotated[
        str, typer.Option("--save-as", metavar="NAME", help="Store the session as profile NAME.")
    ] = "",
    process: Annotated[
        bool, typer.Option("--process", help="With --save-as: as a credential_process, for IDEs.")
    ] = False,
) -> None:
    """Get a session ahead of time, with whatever a person has to do for it; one that lives serves as it
    is. Of IAM Identity Center, and of the console's user, it is a new sign-in.

    Example: awsenv login xxx-dev
    """
    environ = dict(os.environ)
    options, prompter = session_options.read(
        option_values
        | {
            "--device-code": "yes" if device_code else "",
            "--no-browser": "yes" if no_browser else "",
        },
        signs_in=True,
    )
    # Who says how wants it now.
    options = options._replace(fresh=any(option_values.values()))
    if new and not profile:
        raise UsageError("--new makes a profile, and none is named", "awsenv login PROFILE --new")
    profile = pick_named(profile, environ)
    known = read.profiles(environ)
    if process and not save_as:
        raise UsageError(
            "--process goes with --save-as NAME", "awsenv login PROFILE --save-as NAME --process"
        )
    if save_as:
        _check_target(save_as, known.get(save_as))
    if new or region:
        login_new.login(profile, known.get(profile), new, region, prompter, environ)
        return
    if signed := _sign_in(profile, known, prompter, environ):
        terminal.say(signed)
        if not save_as:
            return
    got = resolve.resolve(Request("login", profile), options, prompter, environ)
    if got.long_lived:
        what = f"profile {profile} is a plain key: there is nothing to sign in to"
        raise AwsenvError(what, hints.use_command(profile))
    if process:
        _save_process(save_as, profile, got.variables, environ)
    elif save_as:
        _save(save_as, profile, got.variables, environ)
    terminal.say(f"signed in to {profile}{_format_left(got.variables, prompter.now())}")
    dotenv_file.rewrite(profile, environ, prompter.say)


def _sign_in(
    name: str, known: dict[str, Profile], prompter: Prompter, environ: dict[str, str]
) -> str:
    """Sign in anew, where ``name`` is an SSO profile, an sso-session, or a profile of the console's user;
    what to say of it, else nothing."""
    profile = known.get(name)
    if profile is not None and profile.kind == "login":
        console_sign_in.sign_in_as(profile, Context(profile, environ, prompter))
        return f"signed in as {profile.get('login_session')}"
    if profile is not None and profile.kind != "sso":
        return ""
    if profile is None and read.sso_session(name, environ) is None:
        return ""
    where = token.of_profile(profile, environ) if profile else token.find_session(name, environ)
    profile = profile or Profile(name, None, None)
    sign_in.sign_in(where, profile, Context(profile, environ, prompter))
    left = token_file.seconds_left(
        token_file.load(where.token_path(environ)), "expiresAt", prompter.now()
    )
    return f"signed in to {where.shown}, {durations.format_time_left(left)} left"


def _check_target(name: str, there: Profile | None) -> None:
    if there is not None and there.kind not in ("none", "temporary", "process"):
        raise AwsenvError(
            f"profile {name} is of kind {there.kind}, which --save-as would overwrite",
            "another name",
        )


def _save(name: str, profile: str, variables: dict[str, str], environ: dict[str, str]) -> None:
    path = paths.credentials_file(environ)
    options = {
        ACCESS_KEY: variables["AWS_ACCESS_KEY_ID"],
        SECRET_KEY: variables["AWS_SECRET_ACCESS_KEY"],
        "aws_session_token": variables["AWS_SESSION_TOKEN"],
        EXPIRES: variables["AWS_CREDENTIAL_EXPIRATION"],
        STORED_OF: profile,
    }
    if region := variables.get("AWS_REGION"):
        options["region"] = region
    write.put_options(path, name, options, environ)
    terminal.say(f"stored as profile {name} in {shorten(path)}")


def _save_process(
    name: str, profile: str, variables: dict[str, str], environ: dict[str, str]
) -> None:
    path, header = paths.config_file(environ), headers.header(name)
    command = f"{shlex.quote(program_path())} credential-process {shlex.quote(profile)}"
    options = {"credential_process": command, STORED_OF: profile}
    if region := variables.get("AWS_REGION"):
        options["region"] = region
    write.put_options(path, header, options, environ)
    terminal.say(f"profile {name} in {shorten(path)} gets the session from awsenv")


def _format_left(variables: dict[str, str], now: float) -> str:
    from datetime import datetime

    end = variables.get("AWS_CREDENTIAL_EXPIRATION")
    return (
        f", {durations.format_time_left(datetime.fromisoformat(end).timestamp() - now)} left"
        if end
        else ""
    )
