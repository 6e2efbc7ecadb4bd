"""``keychain``: long-lived keys out of the plain file, and back."""

import os
import shlex
from typing import Annotated

import typer

from awsenv import paths
from awsenv.aws import keychain
from awsenv.cli import folders, terminal
from awsenv.errors import AwsenvError, UsageError
from awsenv.paths import shorten
from awsenv.profiles import headers, read, write
from awsenv.profiles.profile import ACCESS_KEY, KEYCHAIN, SECRET_KEY, Profile

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
    wanted = _select_profiles(
        profiles, all_, [n for n, each in known.items() if _has_key(each)], known
    )
    for profile in wanted:
        if not _has_key(profile):
            if profile.get(KEYCHAIN):
                terminal.say(f"the key of {profile.name} is in the keychain already")
                continue
            what = f"profile {profile.name} is of kind {profile.kind}: there is no long-lived key to move"
            raise AwsenvError(what, "awsenv list --kind key")
        key_id, secret, _ = profile.key()
        put(profile, key_id, secret, environ)


@keychain_app.command("export")
def export(profiles: Profiles = None, all_: All = False) -> None:
    """Move the keys of profiles back into ~/.aws/credentials.

    Example: awsenv keychain export xxx-dev
    """
    environ = dict(os.environ)
    known = read.profiles(environ)
    for profile in _select_profiles(profiles, all_, _find_kept(known), known):
        key_id = _require_key_id(profile)
        key = {ACCESS_KEY: key_id, SECRET_KEY: keychain.load(profile)}
        path, name = paths.credentials_file(environ), profile.name
        write.put_options(path, name, key, environ)
        _forget(profile, known, environ)
        terminal.say(f"the key of {name} is in {shorten(path)} again")


@keychain_app.command("list")
def list_() -> None:
    """List the profiles whose keys are in the keychain.

    Example: awsenv keychain list
    """
    known = read.profiles(dict(os.environ))
    rows = [[name, _require_key_id(known[name])] for name in _find_kept(known)]
    terminal.print_table(("profile", "key"), rows)


@keychain_app.command("remove")
def remove(profiles: Profiles = None, all_: All = False) -> None:
    """Remove the keys of profiles from the keychain, for good.

    Example: awsenv keychain remove xxx-dev
    """
    environ = dict(os.environ)
    known = read.profiles(environ)
    for profile in _select_profiles(profiles, all_, _find_kept(known), known):
        _require_key_id(profile)
        _forget(profile, known, environ)
        terminal.say(f"the key of {profile.name} is gone from the keychain")


def put(
    profile: Profile,
    key_id: str,
    secret: str,
    environ: dict[str, str],
    settings: dict[str, str] | None = None,
) -> None:
    """Have the key of ``profile`` in the keychain and nowhere else, and its ``settings`` in the config
    file. At a kill anywhere one of the two has the key. Raises ``AwsenvError``."""
    if profile.get("credential_process") and not profile.get(KEYCHAIN):
        what = f"profile {profile.name} has a credential_process of its own"
        raise AwsenvError(what, f"awsenv show {shlex.quote(profile.name)}")
    keychain.store(key_id, secret)
    command = (
        f"{shlex.quote(folders.program_path())} credential-process {shlex.quote(profile.name)}"
    )
    config, header = paths.config_file(environ), headers.header(profile.name)
    if profile.config is not None:
        header = profile.config.header
    options = {**(settings or {}), "credential_process": command, KEYCHAIN: key_id}
    write.put_options(config, header, options, environ)
    # Other tools believe a key in the file before they run a process.
    for place in (profile.credentials, profile.config):
        if place is not None:
            write.take_options(place.path, place.header, {*Profile.OF_KEY}, environ)
    _drop_if_empty(profile, environ)
    terminal.say(f"the key of {profile.name} is in the keychain, and no longer in a file")


def _drop_if_empty(profile: Profile, environ: dict[str, str]) -> None:
    """A section of the credentials file that held nothing but the key."""
    place = profile.credentials
    if place is not None and not set(place.options) - Profile.OF_KEY:
        write.take_section(place.path, place.header, environ)


def _forget(profile: Profile, known: dict[str, Profile], environ: dict[str, str]) -> None:
    """Take it out of the profile, and then of the keychain where no other one has it."""
    key_id = _require_key_id(profile)
    for place in (profile.config, profile.credentials):
        if place is not None and KEYCHAIN in place.options:
            names = {KEYCHAIN, "credential_process"}
            write.take_options(place.path, place.header, names, environ)
    remove_key(profile, key_id, known)


def remove_key(profile: Profile, key_id: str, known: dict[str, Profile]) -> None:
    """Remove the key of ``profile`` from the keychain, where no other one of ``known`` has it. Raises
    ``AwsenvError``."""
    if not [n for n, each in known.items() if n != profile.name and each.get(KEYCHAIN) == key_id]:
        keychain.remove(key_id)


def _has_key(profile: Profile) -> bool:
    return profile.kind in ("key", "mfa") and profile.key_place is not None


def _find_kept(known: dict[str, Profile]) -> list[str]:
    return [name for name, each in known.items() if each.get(KEYCHAIN)]


def _require_key_id(profile: Profile) -> str:
    found = profile.get(KEYCHAIN)
    if not found:
        what = f"the key of profile {profile.name} is not in the keychain"
        raise AwsenvError(what, f"awsenv keychain import {shlex.quote(profile.name)}")
    return found


def _select_profiles(
    names: list[str] | None, every: bool, all_names: list[str], known: dict[str, Profile]
) -> list[Profile]:
    if bool(names) == every:
        raise UsageError("which profiles", "PROFILE…, or --all")
    environ = dict(os.environ)
    return [read.profile(name, environ) for name in (all_names if every else names or [])]
