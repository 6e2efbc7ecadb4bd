"""``team``: a team's profiles, out of one file that it shares."""

import json
import os
from typing import Annotated, Any

import typer

from awsenv.actions import team as actions
from awsenv.errors import AwsenvError
from awsenv.paths import config_file, shorten
from awsenv.profiles import write
from awsenv.profiles.team_file import TeamFile
from awsenv.ui import changes, terminal

team_app = typer.Typer(no_args_is_help=True, help="Profiles out of a file that a team shares.")

Name = Annotated[str, typer.Argument(metavar="[TEAM]", help="The team; not given, every one.")]
Yes = Annotated[bool, typer.Option("--yes", help="Without a question.")]


@team_app.command("add")
def add(
    path: Annotated[str, typer.Argument(metavar="FILE", help="The team's TOML file.")],
    yes: Yes = False,
) -> int:
    """Put the profiles of a team's file into the AWS config file. Shows them, and asks.

    Example: awsenv team add ~/src/acme/aws.toml

    In it: name = "acme"; [profile.NAME] and [sso-session.NAME] with settings as in the AWS config file.
    """
    environ = dict(os.environ)
    file = TeamFile(os.path.abspath(os.path.expanduser(path)))
    for known in actions.list_teams(environ):
        if known.name == file.name and known.path != file.path and os.path.exists(known.path):
            what = f"team {file.name} is that of {shorten(known.path)}"
            raise AwsenvError(what, f"awsenv team remove {file.name}, or another name in the file")
    return _apply(file, yes, environ)


@team_app.command("sync")
def sync(name: Name = "", yes: Yes = False) -> int:
    """Do what the file says by now: shows what changed, and asks.

    Example: awsenv team sync
    """
    environ = dict(os.environ)
    return max(_apply(file, yes, environ) for file in _read_files(name, environ))


@team_app.command("diff")
def diff(name: Name = "") -> int:
    """Show what sync would change, and change nothing.

    Example: awsenv team diff
    """
    environ = dict(os.environ)
    return max(int(bool(_show(file, environ).conflicts)) for file in _read_files(name, environ))


@team_app.command("remove")
def remove(
    name: Annotated[str, typer.Argument(metavar="TEAM", help="The team.")], yes: Yes = False
) -> int:
    """Take what came from a team's file out of the AWS config file. Shows it, and asks.

    Example: awsenv team remove acme
    """
    environ = dict(os.environ)
    path = config_file(environ)
    old = write.read_text(path)
    if not actions.find_headers(name, old, environ):
        actions.find_team(name, environ)
    new, needing = actions.take_out(name, old, environ)
    changes.show_diff(old, new, shorten(path))
    for line in needing:
        terminal.say(line)
    question = f"Take the profiles of {name} out?"
    if new != old and not yes and not terminal.confirm_command("team remove", question):
        return 1
    write.change(path, lambda text: actions.take_out(name, text, environ)[0], environ)
    actions.forget(name, environ)
    terminal.say(f"nothing of team {name} is in {shorten(path)} any more")
    return 0


@team_app.command("list")
def list_(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """List the teams whose files were added.

    Example: awsenv team list
    """
    environ = dict(os.environ)
    text = write.read_text(config_file(environ))
    rows: list[dict[str, Any]] = [
        {
            "name": each.name,
            "path": each.path,
            "sections": actions.find_headers(each.name, text, environ),
        }
        for each in actions.list_teams(environ)
    ]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    if not rows:
        terminal.say("there is no team yet; awsenv team add FILE")
    cells = [[row["name"], shorten(row["path"]), str(len(row["sections"]))] for row in rows]
    terminal.print_table(("team", "file", "sections"), cells)


def _read_files(name: str, environ: dict[str, str]) -> list[TeamFile]:
    known = [actions.find_team(name, environ)] if name else list(actions.list_teams(environ))
    if not known:
        raise AwsenvError("there is no team yet", "awsenv team add FILE")
    files = []
    for each in known:
        file = TeamFile(each.path)
        if file.name != each.name:
            what = f"{shorten(each.path)} is of team {file.name} now, not {each.name}"
            raise AwsenvError(what, f"awsenv team remove {each.name}, then awsenv team add")
        files.append(file)
    return files


def _show(file: TeamFile, environ: dict[str, str]) -> actions.Plan:
    """What ``file`` would change, once it was printed."""
    path = config_file(environ)
    plan = actions.Plan(write.read_text(path), file, environ)
    changes.show_diff(plan.before, plan.text, shorten(path))
    for line in plan.conflicts:
        terminal.say(line)
    if plan.text == plan.before:
        terminal.say(f"the profiles of team {file.name} are up to date")
    return plan


def _apply(file: TeamFile, yes: bool, environ: dict[str, str]) -> int:
    """Have in the config file what ``file`` says, once it was shown; 1 where something of it cannot be."""
    path = config_file(environ)
    plan = _show(file, environ)
    if plan.text != plan.before:
        question = f"Write that into {shorten(path)}?"
        if not yes and not terminal.confirm_command("team", question):
            return 1
        write.change(path, lambda text: actions.Plan(text, file, environ).text, environ)
        terminal.say(f"{shorten(path)} has the profiles of team {file.name}; awsenv list")
    actions.remember(file, environ)
    return int(bool(plan.conflicts))
