"""``alias``: short names for profiles."""

import json
import os
from typing import Annotated

import typer

from awsenv.actions import alias as actions
from awsenv.cli.pick_profile import pick_named
from awsenv.errors import UsageError
from awsenv.profiles.read import Profiles
from awsenv.ui import terminal


def alias(
    name: Annotated[str, typer.Argument(metavar="[ALIAS]", help="The short name.")] = "",
    profile: Annotated[str, typer.Argument(help="The profile that it means.")] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Take ALIAS away.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Give PROFILE a short name that every command takes, or list those that there are.

    Example: awsenv alias p prod-administrator-eu
    """
    environ = dict(os.environ)
    if remove:
        if not name or profile:
            raise UsageError("--remove takes an alias, and no profile", "awsenv alias --remove p")
        terminal.say(f"{name} means {actions.remove(name, environ)} no more")
        return
    if name and not profile:
        raise UsageError(f"whose alias is {name} to be?", f"awsenv alias {name} PROFILE")
    if name:
        meant = pick_named(profile, environ)
        state = "now means" if actions.put(name, meant, environ) else "means"
        terminal.say(f"{name} {state} {meant}")
        return
    found = actions.find_all(Profiles(environ))
    if as_json:
        print(json.dumps(found, indent=2))
    else:
        rows = [list(row) for row in found.items()]
        if not rows:
            terminal.say("there is no alias yet; awsenv alias p PROFILE")
        terminal.print_table(("alias", "profile"), rows)
