"""Signing out: everything that a sign-in or a session of awsenv's or the AWS CLI's has left."""

import os
import shlex
from typing import Any

from awsenv import paths
from awsenv.actions.dotenv_file import EnvFile
from awsenv.aws import cli_caches, token_file
from awsenv.aws.context import Context
from awsenv.aws.options import Prompter, Say
from awsenv.aws_login import tokens
from awsenv.env_files import registry
from awsenv.errors import AwsenvError
from awsenv.files import folders
from awsenv.identity_center import sign_in, token
from awsenv.identity_center.token import SsoSession
from awsenv.paths import shorten
from awsenv.profiles import read, write
from awsenv.profiles.profile import STORED_OF, Profile
from awsenv.server import grants
from awsenv.sessions import resolve
from awsenv.state import STAGING, state_folder, state_path


def logout(profile: str, env_files: bool, environ: dict[str, str], say: Say) -> None:
    """Forget the sessions of ``profile``, or of all for an empty name, wherever they lie, and what ``login --save-as``
    wrote of them; with ``env_files`` in the ``.env`` files, too. Raises ``AwsenvError``."""
    found = read.profiles(environ)
    gone, of_it = _sign_out(profile, found, environ)
    if not profile:
        gone |= _sign_out_everywhere(environ)
    for name, each in found.items():
        of = each.get(STORED_OF)
        if of and profile in ("", of):
            place = each.credentials or each.config
            assert place is not None
            write.take_section(place.path, place.header, environ)
            say(f"profile {name} is taken out of {shorten(place.path)}")
    if not profile:
        _sweep(environ)
    for name in of_it if profile else {""}:
        _revoke(name, env_files, environ, say)
    _clear_env_files(profile, of_it, env_files, environ, say)
    what = profile or "every profile"
    if profile and not gone and profile not in found and not read.sso_session(profile, environ):
        raise read.Profiles(environ).explain_missing(profile, f"no profile named {profile}")
    say(f"signed out of {what}" if gone else f"there was no session of {what}")


def _clear_env_files(
    profile: str, of_it: set[str], clear: bool, environ: dict[str, str], say: Say
) -> None:
    """What is still in a ``.env``, of any profile or those ``of_it``: taken out, or named."""
    for each in list(registry.list_entries(environ)):
        if each.state == "moved" or (profile and each.profile not in of_it):
            continue
        if clear:
            EnvFile(each.path, say).clear()
            registry.forget(each.path, environ)
        else:
            again = f"awsenv logout {shlex.quote(profile) if profile else '--all'} --env-files"
            say(f"{shorten(each.path)} still holds a session of {each.profile}; {again}")


def _revoke(profile: str, clear: bool, environ: dict[str, str], say: Say) -> None:
    """End what awsenv serve was granted of ``profile``, or all of it; a ``.env`` that has a token is
    named, or it is taken out there."""
    for each in grants.revoke(environ, profile):
        say(f"{shorten(each.where)} is no longer answered as {each.profile}")
        if clear and each.file and os.path.exists(each.file):
            EnvFile(each.file, say).clear()


def _sweep(environ: dict[str, str]) -> None:
    """Remove what killed writers left wherever awsenv writes: a token may be in it."""
    state = state_folder(environ)
    folders.sweep(state_path(environ, STAGING), ours=True)
    written = [paths.config_file(environ), paths.credentials_file(environ)]
    written += [each.path for each in registry.list_entries(environ)]
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
        if sign_in.sign_out(where, of_it, Context(of_it, environ, Prompter())):
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


def _sign_out_everywhere(environ: dict[str, str]) -> set[str]:
    """Tell the service of each sign-in, and remove tokens, registered clients and stored sessions; whose
    there were, by their start URLs or files."""
    gone = set()
    for path, fields in _list_files(token.folder(environ)):
        if "accessToken" in fields:
            where = SsoSession(
                "", str(fields.get("startUrl", "")), str(fields.get("region", "")), []
            )
            nobody = Profile(where.start_url, None, None)
            sign_in.tell(where, fields, nobody, Context(nobody, environ, Prompter()))
            gone.add(where.start_url)
        if {"accessToken", "clientSecret"} & fields.keys():
            os.unlink(path)
    for path, _ in _list_files(tokens.folder(environ)):
        gone.add(path)
        os.unlink(path)
    if cli_caches.forget(lambda _: True, environ):
        gone.add(cli_caches.folder(environ))
    return gone


def _list_files(folder: str) -> list[tuple[str, dict[str, Any]]]:
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    found = [os.path.join(folder, name) for name in names if name.endswith(".json")]
    return [(path, fields) for path in found if (fields := token_file.load(path)) is not None]
