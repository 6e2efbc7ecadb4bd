"""``logout``: sessions forgotten, wherever they lie."""

import os
import shlex
from typing import Annotated

import typer

from awsenv import paths
from awsenv.aws import cli_caches
from awsenv.aws.context import Context
from awsenv.aws.options import Interaction
from awsenv.aws_login import tokens
from awsenv.cli import dotenv_file, terminal
from awsenv.errors import AwsenvError, UsageError
from awsenv.files import folders
from awsenv.folders import env_file_registry
from awsenv.identity_center import sign_in, token
from awsenv.paths import shorten
from awsenv.profiles import read, write
from awsenv.profiles.profile import STORED_OF, Profile
from awsenv.server import grants
from awsenv.sessions import resolve, sign_out
from awsenv.state import state_folder
from awsenv.variables import AWSENV_PROFILE


def logout(
    profile: Annotated[str, typer.Argument(metavar="[PROFILE]", help="The profile.")] = "",
    all_: Annotated[bool, typer.Option("--all", help="Every profile.")] = False,
    env_files: Annotated[
        bool, typer.Option("--env-files", help="Take them out of the .env files, too.")
    ] = False,
) -> None:
    """Forget a profile's sessions wherever they lie, the AWS CLI's too, and what login --save-as wrote of
    them.

    Example: awsenv logout xxx-dev
    """
    environ = dict(os.environ)
    profile = profile or ("" if all_ else environ.get(AWSENV_PROFILE, ""))
    if not profile and not all_:
        raise UsageError("no profile is named", "awsenv logout PROFILE, or --all")
    found = read.profiles(environ)
    gone, of_it = _sign_out(profile, found, environ)
    if all_:
        gone |= sign_out.sign_out_everywhere(environ)
    for name, each in found.items():
        of = each.get(STORED_OF)
        if of and (all_ or of == profile):
            place = each.credentials or each.config
            assert place is not None
            write.take_section(place.path, place.header, environ)
            terminal.say(f"profile {name} is taken out of {shorten(place.path)}")
    if all_:
        _sweep(environ)
    for name in {""} if all_ else of_it:
        _revoke(name, env_files, environ)
    _clear_env_files("" if all_ else profile, of_it, env_files, environ)
    what = profile or "every profile"
    terminal.say(f"signed out of {what}" if gone else f"there was no session of {what}")


def _clear_env_files(profile: str, of_it: set[str], clear: bool, environ: dict[str, str]) -> None:
    """What is still in a ``.env``, of any profile or those ``of_it``: taken out, or named."""
    for each in list(env_file_registry.list_entries(environ)):
        if each.state == "moved" or (profile and each.profile not in of_it):
            continue
        if clear:
            dotenv_file.clear(each.path)
            env_file_registry.forget(each.path, environ)
        else:
            again = f"awsenv logout {shlex.quote(profile) if profile else '--all'} --env-files"
            terminal.say(f"{shorten(each.path)} still holds a session of {each.profile}; {again}")


def _revoke(profile: str, clear: bool, environ: dict[str, str]) -> None:
    """End what awsenv serve was granted of ``profile``, or all of it; a ``.env`` that has a token is
    named, or it is taken out there."""
    for each in grants.revoke(environ, profile):
        terminal.say(f"{shorten(each.where)} is no longer answered as {each.profile}")
        if clear and each.file and os.path.exists(each.file):
            dotenv_file.clear(each.file)


def _sweep(environ: dict[str, str]) -> None:
    """Remove what killed writers left wherever awsenv writes: a token may be in it."""
    state = state_folder(environ)
    folders.sweep(os.path.join(state, "aside"), ours=True)
    written = [paths.config_file(environ), paths.credentials_file(environ)]
    written += [each.path for each in env_file_registry.list_entries(environ)]
    places = [os.path.dirname(os.path.realpath(path)) for path in written]
    places += [token.folder(environ), *(folder for folder, _, _ in os.walk(state))]
    for place in places:
        folders.sweep(place)


def _sign_out(
    name: str, known: dict[str, Profile], environ: dict[str, str]
) -> tuple[set[str], set[str]]:
    """Sign out of what ``name`` (or, for an empty one, anybody) signed in to, and forget every
    session that came from it; the names of whose there was one, and of all whose there may have been."""
    gone: set[str] = set()
    wheres = {
        each.name: _find_sso_session(each, environ) for each in known.values() if each.kind == "sso"
    }
    if name and name not in known and read.sso_session(name, environ) is not None:
        wheres[name] = token.find_session(name, environ)
    left = {
        where.token_path(environ): (profile, where)
        for profile, where in wheres.items()
        if where is not None and name in ("", profile)
    }
    for profile, where in left.values():
        of_it = known.get(profile) or Profile(profile, None, None)
        if sign_in.sign_out(where, of_it, Context(of_it, environ, Interaction())):
            gone.add(profile)
    of_them = {
        profile
        for profile, of in wheres.items()
        if of is not None and of.token_path(environ) in left
    }
    if name in known and known[name].kind == "login":
        path = tokens.path(known[name].get("login_session") or "", environ)
        gone |= {name} if folders.discard(path) else set()
    for profile in {name, *of_them}:
        there = resolve.forget(profile, environ)
        if profile in known and known[profile].kind == "sso":
            there += cli_caches.forget_sso(known[profile], environ)
        if there:
            gone.add(profile)
    return gone, {name, *of_them}


def _find_sso_session(profile: Profile, environ: dict[str, str]) -> token.SsoSession | None:
    """Where ``profile`` signs in; ``None`` where it does not say, and so never did."""
    try:
        return token.of_profile(profile, environ)
    except AwsenvError:
        return None
