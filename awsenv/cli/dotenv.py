"""``dotenv``: a session as a ``.env`` for docker compose and the like."""

import json
import os
import sys
from dataclasses import dataclass
from typing import Annotated

import typer

from awsenv import durations
from awsenv.actions import dotenv as actions
from awsenv.actions import dotenv_live, serve
from awsenv.actions.dotenv_file import EnvFile
from awsenv.cli import shared_options
from awsenv.cli.pick_profile import pick_named
from awsenv.env_files import env_file
from awsenv.errors import FAILED, AwsenvError, UsageError
from awsenv.paths import shorten
from awsenv.request import Request
from awsenv.server import revival
from awsenv.sessions import resolve
from awsenv.ui import session_options, terminal
from awsenv.variables import AWSENV_PROFILE


@dataclass
class Written:
    """How a file is written."""

    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Update FILE in place.")
    ] = ""
    region: shared_options.Region = ""
    account: shared_options.Account = ""
    profile_only: shared_options.ProfileOnly = False
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=OWN", help="Write NAME under the app's own name."),
    ] = None
    allow_long_lived: Annotated[
        bool, typer.Option("--allow-long-lived", help="Write a key that does not end.")
    ] = False
    ignore: Annotated[bool, typer.Option("--ignore", help="Add FILE to .gitignore.")] = False


@dataclass
class Live:
    """How a file is kept up to date."""

    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and write FILE (.env) again at each renewal.")
    ] = False
    live: Annotated[
        bool, typer.Option("--live", help="No key: what reads FILE (.env) asks awsenv serve.")
    ] = False
    no_start: Annotated[
        bool, typer.Option("--no-start", help="With --live: start no awsenv serve.")
    ] = False
    for_: Annotated[
        str, typer.Option("--for", metavar="SPAN", help="With --live: how long it serves.")
    ] = serve.FOR
    revoke: Annotated[
        bool, typer.Option("--revoke", help="End what --live granted FILE (.env).")
    ] = False


@shared_options.with_group("written", Written)
@shared_options.with_group("live", Live)
@shared_options.with_session_options(
    "--mfa-code", "--session", "--duration", "--fresh", "--min-left"
)
def dotenv(
    profile: Annotated[str, typer.Argument(help="The profile; this shell's when not given.")] = "",
    *,
    written: Written,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell whether FILE (.env) is good; exit 1 if not.")
    ] = False,
    option_values: dict[str, str],
    live: Live,
    as_json: Annotated[bool, typer.Option("--json", help="With --check: an object.")] = False,
    show: shared_options.Show = False,
) -> int:
    """Write a session as .env text, for docker compose and the like.

    Example: awsenv dotenv xxx-dev -o .env
    """
    environ = dict(os.environ)
    file = EnvFile(written.output or ".env", terminal.say, written.map_, written.ignore)
    if live.revoke:
        dotenv_live.revoke(file, profile, environ, terminal.say)
        return 0
    profile = profile or environ.get(AWSENV_PROFILE, "")
    if check:
        min_left = durations.parse_duration(option_values["--min-left"] or "15m", "--min-left")
        return _tell(actions.Check(file, profile, min_left, environ), as_json)
    if not live.no_start and revival.is_wanted(environ):
        serve.revive(environ)
    profile = pick_named(profile, environ)
    own_end = written.profile_only or option_values["--duration"] or written.allow_long_lived
    if live.live and (own_end or live.watch):
        raise UsageError("--live goes by the profile alone", "duration_seconds = … in the profile")
    printed = not (written.output or live.watch or live.live)
    if printed and sys.stdout.isatty() and not show:
        raise UsageError("this prints a secret", f"awsenv dotenv {profile} -o .env")
    request = Request("dotenv", profile, written.region, written.account, written.profile_only)
    options, prompter = session_options.read(option_values)
    if live.watch:
        actions.watch(file, request, options, prompter, environ)
    if live.live:
        for_ = "" if live.no_start else live.for_
        dotenv_live.write(file, request, options, prompter, for_, environ)
        return 0
    resolved = resolve.resolve(request, options, prompter, environ)
    shown = printed and sys.stdout.isatty()
    if resolved.long_lived and not (written.allow_long_lived or shown):
        raise AwsenvError(
            f"profile {profile} has a long-lived key, which should not lie in a .env",
            "--session for a temporary one, or --allow-long-lived",
        )
    if printed:
        values = file.rename_variables(resolved.variables)
        sys.stdout.write("".join(env_file.format_line(*item) + "\n" for item in values.items()))
    else:
        actions.write(file, request, options, resolved, environ)
    return 0


def _tell(found: actions.Check, as_json: bool) -> int:
    if as_json:
        print(json.dumps(found.fields, indent=2))
    elif found.problem:
        path = shorten(found.fields["file"])
        terminal.fail(AwsenvError(f"{path} {found.problem}", found.fix))
    return FAILED if found.problem else 0
