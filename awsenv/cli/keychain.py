"""``keychain``: long-lived keys out of the plain file, and back."""

import os
from typing import Annotated

import typer

from awsenv.actions import doubtful_keys, keychain
from awsenv.errors import UsageError
from awsenv.profiles import read
from awsenv.profiles.profile import Profile
from awsenv.ui import terminal

keychain_app = typer.Typer(name="keychain", no_args_is_help=True, help="Keys in the keychain.")
Profiles = Annotated[list[str] | None, typer.Argument(metavar="[PROFILE…]", help="The profiles.")]
All = Annotated[bool, typer.Option("--all", help="Every profile that has one.")]


@keychain_app.callback()
def _keychain() -> None:
    """Long-lived keys in the operating system's keychain."""


@keychain_app.command("import")
def import_(profiles: Profiles = None, all_: All = False) -> None:
    """Move the keys of profiles from ~/.aws/credentials into the keychain; every tool goes on with them.

    Example: awsenv keychain import xxx-dev
    """
    environ = dict(os.environ)
    known = read.profiles(environ)
    movable = [name for name, each in known.items() if keychain.has_key(each)]
    for profile in _select_profiles(profiles, all_, movable, environ):
        keychain.import_key(profile, environ, terminal.say)


@keychain_app.command("export")
def export(profiles: Profiles = None, all_: All = False) -> None:
    """Move the keys of profiles back into ~/.aws/credentials.

    Example: awsenv keychain export xxx-dev
    """
    environ = dict(os.environ)
    known = read.profiles(environ)
    for profile in _select_profiles(profiles, all_, keychain.list_kept(known), environ):
        keychain.export_key(profile, environ, terminal.say)


@keychain_app.command("list")
def list_() -> None:
    """List the profiles whose keys are in the keychain.

    Example: awsenv keychain list
    """
    known = read.profiles(dict(os.environ))
    rows = [[name, keychain.require_key_id(known[name])] for name in keychain.list_kept(known)]
    terminal.print_table(("profile", "key"), rows)


@keychain_app.command("remove")
def remove(profiles: Profiles = None, all_: All = False) -> None:
    """Remove the keys of profiles from the keychain, for good.

    Example: awsenv keychain remove xxx-dev
    """
    environ = dict(os.environ)
    known = read.profiles(environ)
    for profile in _select_profiles(profiles, all_, keychain.list_kept(known), environ):
        keychain.remove_key(profile, environ, terminal.say)


def _select_profiles(
    names: list[str] | None, every: bool, all_names: list[str], environ: dict[str, str]
) -> list[Profile]:
    if bool(names) == every:
        raise UsageError("which profiles", "PROFILE…, or --all")
    doubtful_keys.sweep(environ, terminal.say)
    return [read.profile(name, environ) for name in (all_names if every else names or [])]
