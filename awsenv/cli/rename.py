"""``rename``: another name for a profile, everywhere."""

import os
from typing import Annotated

import typer

from awsenv.actions.rename import Renaming
from awsenv.paths import shorten
from awsenv.ui import changes, terminal


def rename(
    profile: Annotated[str, typer.Argument(help="The profile.")],
    name: Annotated[str, typer.Argument(help="What it is to be called.")],
    yes: Annotated[bool, typer.Option("--yes", help="Without a question.")] = False,
) -> int:
    """Call PROFILE by another name wherever it is named. Shows that, and asks.

    Example: awsenv rename prod-administrator-eu prod
    """
    renaming = Renaming(profile, name, dict(os.environ))
    for path, (old, new) in renaming.texts.items():
        changes.show_diff(old, new, shorten(path))
    for folder in renaming.folders:
        terminal.say(f"{shorten(folder)}/.envrc will use {name}")
    for path in renaming.env_files:
        terminal.say(f"{shorten(path)} will be renewed as {name}")
    for line in renaming.list_left():
        terminal.say(line)
    if not yes and not terminal.confirm_command("rename", f"Call profile {profile} {name}?"):
        return 1
    renaming.carry_out(terminal.say)
    terminal.say(f"profile {profile} is called {name} now")
    return 0
