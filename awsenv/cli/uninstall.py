"""``uninstall``: what awsenv left on this machine is taken away again, once it was shown."""

import os
import shlex
from typing import Annotated

import typer

from awsenv import distribution
from awsenv.actions import rotations
from awsenv.compose import relay
from awsenv.env_files import registry
from awsenv.envrc import direnv
from awsenv.errors import AwsenvError
from awsenv.files import folders
from awsenv.paths import settings_file, shorten, write_word
from awsenv.profiles import read
from awsenv.profiles.profile import KEYCHAIN
from awsenv.server import grants, running, units
from awsenv.shells import start_file_edits, start_files
from awsenv.state import RELAY, state_folder, state_path
from awsenv.ui import terminal


def uninstall(
    yes: Annotated[bool, typer.Option("--yes", help="Do it; else it is only shown.")] = False,
) -> int:
    """Take away what awsenv left: records, trust, direnv's library, the hook's line. Shows it first; your
    AWS files, and .envrc and .env files, stay.

    Example: awsenv uninstall
    """
    environ = dict(os.environ)
    state, library = state_folder(environ), direnv.library_path(environ)
    found = [path for path in (state, library) if path and os.path.lexists(path)]
    for path in found:
        terminal.say(f"{'removes' if yes else 'would remove'} {shorten(path)}")
    if os.path.lexists(own := settings_file(environ)):
        terminal.say(f"{shorten(own)} is yours, and stays")
    if server := running.find_server(environ):
        terminal.say(f"{'ends' if yes else 'would end'} awsenv serve, process {server.process}")
    for path in units.list_installed(environ):
        terminal.say(f"{'removes' if yes else 'would remove'} {shorten(path)}")
    granted = list(grants.list_grants(environ))
    for project in sorted({each.project for each in granted if each.project}):
        terminal.say(f"{shorten(project)} has services that awsenv answers; cd {write_word(project)} && awsenv compose --revoke, first")  # fmt: skip
    for path in sorted({each.path for each in registry.list_entries(environ) if each.state != "moved"} | {g.file for g in granted if g.file and not g.project}):  # fmt: skip
        terminal.say(
            f"{shorten(path)} holds lines of awsenv's; awsenv logout --all --env-files, first"
        )
    if os.path.lexists(state_path(environ, RELAY)):
        terminal.say(f"{'ends' if yes else 'would end'} the relay of containers")
    ours = []
    for path, number, line in start_files.list_lines(environ):
        where = f"{shorten(path)}, line {number}"
        if start_file_edits.is_ours(path, line):
            ours.append((path, line))
            terminal.say(f"{'takes' if yes else 'would take'} the awsenv hook out of {where}")
            for each in start_file_edits.format_change(path, start_file_edits.plan_removal(path, line)):  # fmt: skip
                terminal.say(f"  {each}")
        else:
            terminal.say(f"{where}: take the awsenv hook out by hand")
    login = start_file_edits.find_login(environ) if ours else []
    for path in login:
        terminal.say(f"{'removes' if yes else 'would remove'} {shorten(path)}")
    for error in start_files.list_unreadable(environ):
        terminal.say(f"{error.message}: look there by hand for awsenv hook")
    for begun in rotations.list_begun(environ):
        name = shlex.quote(begun.profile)
        terminal.say(f"the rotation of the key of {name} is not done; awsenv rotate {name}, first")
    if kept := _find_kept(environ):
        terminal.say(
            f"the keys of {', '.join(kept)} are in the keychain; awsenv keychain export --all, first"
        )
    if yes:
        units.remove(environ)
        running.stop(environ)
        relay.remove(environ, terminal.say)
        for path, line in ours:
            data = start_file_edits.plan_removal(path, line)
            if copy := start_file_edits.write(path, data, environ):
                terminal.say(f"{shorten(copy)} is as it was before awsenv came; rm it")
        for path in login:
            folders.discard(path)
        for path in found:
            folders.remove(path)
    elif found or ours:
        terminal.say(
            "nothing was done yet; awsenv uninstall --yes, then " + distribution.format_removal()
        )
    return 0


def _find_kept(environ: dict[str, str]) -> list[str]:
    """The profiles whose keys are there."""
    try:
        return [name for name, each in read.profiles(environ).items() if each.get(KEYCHAIN)]
    except AwsenvError:  # files that cannot be read hold up nobody who leaves
        return []
