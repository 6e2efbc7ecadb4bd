"""``remove``: a profile out of the two AWS files, once it was shown what goes with it and what hangs on it."""

import contextlib
import os
from collections.abc import Iterator
from typing import Annotated

import typer

from awsenv.cli.add import find_headers
from awsenv.env_files import registry
from awsenv.envrc import trust
from awsenv.paths import shorten
from awsenv.profiles import read, write
from awsenv.profiles.profile import ACCESS_KEY, KEYCHAIN, Profile
from awsenv.server import grants
from awsenv.ui import terminal


def remove(
    profile: Annotated[str, typer.Argument(help="The profile.")],
    yes: Annotated[bool, typer.Option("--yes", help="Without a question.")] = False,
) -> int:
    """Take PROFILE out of both AWS files. Shows what goes with it, and asks.

    Example: awsenv remove xxx-dev
    """
    environ = dict(os.environ)
    known = read.profiles(environ)
    there = read.profile(profile, environ)
    for line in _list_what_hangs_on(there, known, environ):
        terminal.say(line)
    if not yes and not terminal.confirm_command("remove", f"Remove profile {profile}?"):
        return 1
    with _letting_go(there.get(KEYCHAIN), environ):
        for path, header in find_headers(profile, there, environ):
            if write.take_section(path, header, environ):
                terminal.say(f"profile {profile} is taken out of {shorten(path)}")
    return 0


def _letting_go(
    key_id: str | None, environ: dict[str, str]
) -> contextlib.AbstractContextManager[None]:
    """In which a profile goes whose key is in the keychain, or in none."""
    if not key_id:
        return contextlib.nullcontext()
    from awsenv.actions import doubtful_keys

    return doubtful_keys.changing([key_id], environ, terminal.say)


def _list_what_hangs_on(
    profile: Profile, known: dict[str, Profile], environ: dict[str, str]
) -> Iterator[str]:
    name = profile.name
    if kept := profile.get(KEYCHAIN):
        from awsenv.actions import doubtful_keys

        others = [n for n in doubtful_keys.list_holders(kept, known) if n != name]
        stays = f"stays there for {', '.join(others)}" if others else "goes out of it"
        yield f"its key {kept} is in the keychain and {stays}"
    key_id = kept or profile.get(ACCESS_KEY) or ""
    if key_id.startswith("AKIA"):
        delete = f"aws iam delete-access-key --access-key-id {key_id}"
        yield f"AWS still has the key {key_id}, which works for whoever has it; {delete}"
    for other, each in known.items():
        if other != name and each.get("source_profile") == name:
            yield f"profile {other} has it as source_profile; awsenv show {other}"
    for folder in trust.list_bound(name, environ):
        yield f"{shorten(folder)} is bound to it; awsenv unlink {shorten(folder)}"
    for entry in registry.list_entries(environ, name):
        if entry.state != "moved":
            yield f"{shorten(entry.path)} holds its session; awsenv logout {name} --env-files"
    for grant in grants.list_grants(environ, name):
        yield f"{shorten(grant.where)} is served its session; awsenv dotenv --revoke"
