"""``dotenv``: a session as a ``.env`` for docker compose and the like."""

import io
import json
import os
import sys
import time
from datetime import UTC, datetime
from typing import Annotated

import typer
from dotenv import dotenv_values

from awsenv import replay
from awsenv.aws.options import Interaction, SessionOptions
from awsenv.cli import (
    dotenv_file,
    dotenv_live,
    durations,
    serve,
    session_options,
    shared_options,
    terminal,
)
from awsenv.errors import FAILED, AwsenvError, UsageError
from awsenv.folders import env_file, env_file_registry
from awsenv.paths import shorten
from awsenv.profiles.account import of_key
from awsenv.replay import Request
from awsenv.server import grants
from awsenv.sessions import resolve
from awsenv.variables import AWSENV_PROFILE


@shared_options.with_session_options(
    "--mfa-code", "--session", "--duration", "--fresh", "--min-left"
)
def dotenv(
    profile: Annotated[str, typer.Argument(help="The profile; this shell's when not given.")] = "",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Update FILE in place.")
    ] = "",
    region: shared_options.Region = "",
    account: shared_options.Account = "",
    profile_only: shared_options.ProfileOnly = False,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=OWN", help="Write NAME under the app's own name."),
    ] = None,
    allow_long_lived: Annotated[
        bool, typer.Option("--allow-long-lived", help="Write a key that does not end.")
    ] = False,
    ignore: Annotated[bool, typer.Option("--ignore", help="Add FILE to .gitignore.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell whether FILE (.env) is good; exit 1 if not.")
    ] = False,
    *,
    option_values: dict[str, str],
    watch: Annotated[
        bool, typer.Option("--watch", help="Stay, and write FILE (.env) again at each renewal.")
    ] = False,
    live: Annotated[
        bool, typer.Option("--live", help="No key: what reads FILE (.env) asks awsenv serve.")
    ] = False,
    no_start: Annotated[
        bool, typer.Option("--no-start", help="With --live: start no awsenv serve.")
    ] = False,
    for_: Annotated[
        str, typer.Option("--for", metavar="SPAN", help="With --live: how long it serves.")
    ] = serve.FOR,
    compose: Annotated[
        bool, typer.Option("--compose", help="With --live: bring the services to its relay.")
    ] = False,
    revoke: Annotated[
        bool, typer.Option("--revoke", help="End what --live granted FILE (.env).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --check: an object.")] = False,
    show: shared_options.Show = False,
) -> int:
    """Write a session as .env text, for docker compose and the like.

    Example: awsenv dotenv xxx-dev -o .env
    """
    environ = dict(os.environ)
    if revoke:
        dotenv_live.revoke(output or ".env", profile, environ)
        return 0
    profile = profile or environ.get(AWSENV_PROFILE, "")
    if check:
        return _check(
            output or ".env",
            profile,
            durations.parse_duration(option_values["--min-left"] or "15m", "--min-left"),
            as_json,
        )
    if not profile:
        raise UsageError("no profile is named, and this shell acts as none", "awsenv list")
    if live and (profile_only or watch or option_values["--duration"] or allow_long_lived):
        raise UsageError("--live goes by the profile alone", "duration_seconds = … in the profile")
    if not output and sys.stdout.isatty() and not (show or watch or live):
        raise UsageError("this prints a secret", f"awsenv dotenv {profile} -o .env")
    request = Request("dotenv", profile, region, account, profile_only)
    options, people = session_options.read(option_values)
    if watch:
        return _watch(output or ".env", request, options, people, map_ or [], ignore, environ)
    if live:
        dotenv_live.write(
            output or ".env", request, options, people, map_ or [], ignore,
            "" if no_start else for_, compose, environ,
        )  # fmt: skip
        return 0
    got = resolve.resolve(request, options, people, environ)
    if got.long_lived and not allow_long_lived and not (not output and sys.stdout.isatty()):
        raise AwsenvError(
            f"profile {profile} has a long-lived key, which should not lie in a .env",
            "--session for a temporary one, or --allow-long-lived",
        )
    values = dotenv_file.rename_variables(got.variables, map_ or [])
    if not output:
        sys.stdout.write("".join(env_file.format_line(*item) + "\n" for item in values.items()))
        return 0
    dotenv_file.write(output, values, profile, ignore)
    path = os.path.abspath(output)
    grants.revoke(environ, file=path)
    if got.long_lived or profile_only or options.session or options.duration:
        env_file_registry.forget(path, environ)
    else:
        env_file_registry.remember(path, profile, region, map_ or [], values, environ)
    dotenv_file.warn_of_masks(output, values, environ)
    return 0


def _watch(
    output: str,
    request: Request,
    options: SessionOptions,
    people: Interaction,
    pairs: list[str],
    ignore: bool,
    environ: dict[str, str],
) -> int:
    """Keep ``output`` up to date until Ctrl-C. Raises ``AwsenvError`` where the session cannot be
    had, or does not end."""
    while True:
        got = resolve.resolve(request, options, people, environ)
        end = got.variables.get("AWS_CREDENTIAL_EXPIRATION")
        if end is None:
            what = f"the session of {request.profile} does not end: there is nothing to watch"
            raise AwsenvError(what, f"awsenv dotenv {request.profile} -o {output}")
        dotenv_file.write(
            output, dotenv_file.rename_variables(got.variables, pairs), request.profile, ignore
        )
        fields = replay.read(replay.record_path(request.profile, environ)) or {}
        until = float(fields.get("renew", datetime.fromisoformat(end).timestamp() - 60))
        # Not at once where a renewal failed and the session before goes on; and in short steps, since
        # a machine may sleep meanwhile.
        until = max(until, people.now() + 5)
        while people.now() < until:
            time.sleep(min(5.0, max(0.1, until - people.now())))


def _check(output: str, profile: str, min_left: int, as_json: bool) -> int:
    path = os.path.abspath(output)
    text = dotenv_file.read(os.path.realpath(path))
    values = dotenv_values(stream=io.StringIO(text), interpolate=False)
    found = env_file.read_profile(text)
    end = values.get("AWS_CREDENTIAL_EXPIRATION")
    left = None
    if end:
        try:
            left = int((datetime.fromisoformat(end) - datetime.now(UTC)).total_seconds())
        except (ValueError, TypeError):
            left = 0
    problem, mend = dotenv_live.find_problem(values, dict(os.environ))
    if found is None:
        problem = "holds no session of awsenv's"
    elif profile and found != profile:
        problem = f"acts as {found}, not as {profile}"
    elif left is not None and left < min_left:
        problem = f"has {durations.format_duration(left)} left" if left > 0 else "has ended"
    if as_json:
        account = of_key(values.get("AWS_ACCESS_KEY_ID") or "")
        told = {"file": path, "profile": found, "account": account, "expires": end, "left": left}
        print(json.dumps({**told, "problem": problem or None}, indent=2))
    elif problem:
        live = f" --live -o {output}" if dotenv_live.TOKEN in values else f" -o {output}"
        hint = mend or f"awsenv dotenv {profile or found or 'PROFILE'}{live}"
        terminal.fail(AwsenvError(f"{shorten(path)} {problem}", hint))
    return FAILED if problem else 0
