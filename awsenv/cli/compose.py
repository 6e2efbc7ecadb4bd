"""The command line of ``compose``."""

import json
import os
from collections.abc import Sequence
from typing import Annotated

import typer

from awsenv.actions import compose as actions
from awsenv.cli import shared_options
from awsenv.cli.pick_profile import pick_named
from awsenv.compose import check as checks
from awsenv.compose import override
from awsenv.compose.check import Row
from awsenv.compose.prediction import FAMILIES, find_local_endpoints
from awsenv.compose.project import OURS, Project
from awsenv.errors import FAILED, UsageError
from awsenv.request import Request
from awsenv.server import refusals, running
from awsenv.ui import session_options, terminal


@shared_options.with_session_options("--mfa-code", "--fresh")
def compose(
    profile: Annotated[str, typer.Argument(help="The profile; this shell's when not given.")] = "",
    services: Annotated[
        list[str] | None, typer.Argument(metavar="SERVICE", help="Those that act as it.")
    ] = None,
    *,
    file: Annotated[
        list[str] | None, typer.Option("--file", "-f", metavar="FILE", help="As compose has it.")
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Tell who each service is; exit 1 if one is not who it should be."
        ),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Overcome keys and profiles that go before it.")
    ] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take it all back.")] = False,
    print_: Annotated[
        bool,
        typer.Option("--print", help="Show the lines for a compose file that needs no override."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The table as a list.")] = False,
    option_values: dict[str, str],
) -> int:
    """Have services of the compose project here act as PROFILE, and show who each will be.

    Example: awsenv compose prod web worker
    """
    environ = dict(os.environ)
    if revoke:
        actions.revoke(file or [], environ, terminal.say)
        return 0
    files = file or []
    if print_:
        names = [name for name in (profile, *(services or [])) if name]
        print(override.format_names(names or checks.read_project(files, environ).services))
        return 0
    if check:
        if profile or force:
            raise UsageError("--check goes by the project alone", "awsenv compose --check")
        rows, left_out = checks.check(files, environ)
        _print(rows, as_json)
        if left_out:
            terminal.say(f"compose does not find {OURS} by itself here: {left_out}")
        return FAILED if any(row.is_wrong for row in rows) or _is_unanswered(rows, environ) else 0
    profile = pick_named(profile, environ)
    _, prompter = session_options.read(option_values)
    project = checks.read_project(files, environ)
    if not project.engine:
        terminal.say("no docker compose, docker-compose or podman compose is here: the files are read by awsenv itself, without includes and variables")  # fmt: skip
    names = services or actions.choose(project, profile, prompter)
    request = Request("compose", profile)
    rows = actions.write(project, request, names, force, bool(files), prompter, environ)
    _print(rows, as_json)
    _name_endpoints(project, names)
    if unknown := checks.list_unknown(project, names):
        terminal.say(f"the images of {', '.join(unknown)} are not here: what they set themselves is not counted; awsenv compose --check, once they are")  # fmt: skip
    return 0


def _is_unanswered(rows: Sequence[Row], environ: dict[str, str]) -> bool:
    """Whether services that awsenv answers get nothing now; said, where that is so."""
    profiles = {row.acting.who for row in rows if row.acting.is_ours}
    if not profiles:
        return False
    if running.find_server(environ) is None:
        terminal.say("awsenv serve does not run; awsenv serve --start")
        return True
    found = [each for each in refusals.list_standing(environ) if each.profile in profiles]
    for each in found:
        terminal.say(refusals.format_line(each))
    return bool(found)


def _name_endpoints(project: Project, names: Sequence[str]) -> None:
    for name in names:
        for variable in find_local_endpoints(project.services[name]):
            terminal.say(f"service {name}: {variable} names localhost, which in a container is the container; host.docker.internal, or the service's name")  # fmt: skip


def _print(rows: list[Row], as_json: bool) -> None:
    if as_json:
        print(json.dumps(checks.describe(rows), indent=2))
        return
    table = [
        [
            row.service,
            "every SDK" if len(row.families) == len(FAMILIES) else ", ".join(row.families),
            ("! " if row.is_wrong else "") + row.acting.who,
            row.acting.region or "-",
            f"{row.acting.by} {f'({row.place})' if row.place else ''}".strip() or "-",
        ]
        for row in rows
    ]
    terminal.print_table(("service", "SDK", "acts as", "Region", "by"), table)
    for row in rows:
        if row.runs_as:
            terminal.say(f"service {row.service} runs as {row.runs_as}, by what it was started with; docker compose up -d {row.service}")  # fmt: skip
        elif row.is_wrong:
            terminal.say(f"service {row.service} should act as {row.should}; awsenv compose {row.should} {row.service}")  # fmt: skip
