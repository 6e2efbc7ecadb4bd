"""``serve``: container credentials of granted profiles, for programs that outlive a session."""

import json
import os
import time
from datetime import UTC, datetime
from typing import Annotated

import typer

from awsenv import durations
from awsenv.actions import serve as actions
from awsenv.errors import FAILED, AwsenvError, UsageError
from awsenv.paths import shorten
from awsenv.server import grants, listening, refusals, running, sockets
from awsenv.ui import terminal


def serve(
    port: Annotated[
        int | None,
        typer.Option(
            "--port", min=0, max=65535, help="Listen on 127.0.0.1, too; 0 is any that is free."
        ),
    ] = None,
    for_: Annotated[
        str,
        typer.Option("--for", metavar="SPAN", help="End after that, or when nothing is granted."),
    ] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Log each request as an object; with --status, one.")
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="Tell what is granted where.")] = False,
    start: Annotated[
        bool, typer.Option("--start", help="In the background, where anything is granted.")
    ] = False,
    stop: Annotated[bool, typer.Option("--stop", help="End the one that runs.")] = False,
    install: Annotated[
        bool,
        typer.Option(
            "--install", help="Have systemd or launchd start it when it is asked; shown first."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --install: do it.")] = False,
) -> int:
    """Answer containers, and programs that outlive a session, with what dotenv --live granted them.

    Example: awsenv serve --status
    """
    environ = dict(os.environ)
    if yes and not install:
        raise UsageError("--yes is for --install", "awsenv serve --install --yes")
    if install:
        actions.install(yes, environ, terminal.say)
        return 0
    if stop:
        ended = actions.stop(environ)
        terminal.say("awsenv serve has ended" if ended else "awsenv serve does not run")
        return 0
    if status:
        return _status(as_json, environ)
    if start:
        if next(grants.list_grants(environ), None) is None:
            raise AwsenvError("nothing is granted", "awsenv dotenv PROFILE --live -o .env")
        actions.start(for_ or actions.FOR, environ, terminal.say)
        return 0
    from awsenv.server import serving

    seconds = durations.parse_duration(for_, "--for") if for_ else 0
    serving.serve(port, seconds, as_json, environ, terminal.say)
    return 0


def _status(as_json: bool, environ: dict[str, str]) -> int:
    found = running.find_server(environ)
    granted = [
        {"profile": each.profile, "where": each.where, "made": _format_moment(each.made), "used": _format_moment(each.used)}
        for each in grants.list_grants(environ)
    ]  # fmt: skip
    standing = refusals.list_standing(environ)
    gone = [each.where for each in grants.list_gone(environ)]
    if as_json:
        told = {
            "running": found is not None,
            "process": found and found.process,
            "port": found and (found.port or None),
            "until": found and _format_moment(found.until),
            "refused": found and found.refused,
            "warning": found.warning if found else listening.describe_stranger(environ),
            "socket": sockets.socket_path(environ),
            "grants": granted,
            "gone": gone,
            "refused_profiles": {each.profile: each.what for each in standing},
        }
        print(json.dumps(told, indent=2))
    else:
        if warning := found.warning if found else listening.describe_stranger(environ):
            terminal.say(warning)
        if found is None:
            terminal.say("awsenv serve does not run; awsenv serve --start")
        else:
            print(terminal.printable(_format_status(found, environ)))
        rows = [
            [str(g["profile"]), shorten(str(g["where"])), _format_age(g["used"])] for g in granted
        ]
        if rows:
            terminal.print_table(("profile", "granted to", "last used"), rows)
        for each in standing:
            terminal.say(refusals.format_line(each))
        for file in gone:
            terminal.say(f"{shorten(file)} is gone, and what was granted to it opens nothing")
    return 0 if found else FAILED


def _format_status(found: running.Running, environ: dict[str, str]) -> str:
    words = [f"process {found.process}", shorten(sockets.socket_path(environ))]
    if found.port:
        words.append(f"127.0.0.1:{found.port}")
    if found.until:
        words.append(f"{durations.format_time_left(found.until - time.time())} left")
    if found.refused:
        words.append(f"{found.refused} refused")
    return " · ".join(words)


def _format_moment(seconds: float) -> str | None:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}" if seconds else None


def _format_age(moment: str | None) -> str:
    if moment is None:
        return "never"
    return (
        f"{durations.format_duration(time.time() - datetime.fromisoformat(moment).timestamp())} ago"
    )
