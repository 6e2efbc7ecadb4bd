"""``link``, ``unlink``, ``orgs`` and ``direnv install``: folders that act as a profile."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from awsenv.cli import terminal
from awsenv.errors import AwsenvError, UsageError
from awsenv.folders import bindings, direnv, ghq
from awsenv.paths import shown
from awsenv.profiles import read

Dir = Annotated[str, typer.Argument(metavar="[DIR]", help="The folder; this one when not given.")]
Org = Annotated[
    str, typer.Option("--org", help="An organization below ghq's roots: ORG, HOST/ORG.")
]


def link(
    profile: Annotated[str, typer.Argument(help="The profile.")], dir_: Dir = "", org: Org = ""
) -> None:
    """Bind a folder to PROFILE: its .envrc gets a use_aws line, or has it changed.

    Example: awsenv link org-prod ~/ghq/github.com/org
    """
    environ = dict(os.environ)
    read.profile(profile, environ)
    folder = _folder(dir_, org, environ)
    made = not os.path.lexists(os.path.join(folder, ".envrc"))
    trusted = made or direnv.allowed(folder, environ)
    path, changed = bindings.link(profile, folder)
    terminal.say(f"{shown(path)} {'now uses' if changed else 'uses already'} {profile}")
    _allow(path, trusted, changed, environ)


def unlink(dir_: Dir = "", org: Org = "") -> None:
    """Take the use_aws line out of a folder's .envrc.

    Example: awsenv unlink ~/ghq/github.com/org
    """
    environ = dict(os.environ)
    folder = _folder(dir_, org, environ)
    trusted = direnv.allowed(folder, environ)
    path, changed = bindings.unlink(folder)
    terminal.say(f"{shown(path)} {'no longer uses' if changed else 'does not use'} a profile")
    _allow(path, trusted, changed and os.path.exists(path), environ)


def orgs(
    as_json: Annotated[bool, typer.Option("--json", help="A list of objects.")] = False,
) -> None:
    """List the organizations below ghq's roots, and what each is bound to.

    Example: awsenv orgs
    """
    rows = []
    for root in ghq.roots(dict(os.environ)):
        for folder, repos in ghq.organizations(root).items():
            try:
                profile = bindings.bound(folder, root)
            except AwsenvError as error:
                terminal.fail(error)
                profile = ""
            name = os.path.relpath(folder, root)
            rows.append({"name": name, "path": folder, "repos": repos, "profile": profile or None})
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    if not rows:
        terminal.say("no organizations; ghq root --all")
    cells = [[str(row["name"]), str(row["repos"]), str(row["profile"] or "-")] for row in rows]
    terminal.table(("organization", "repos", "profile"), cells)


direnv_app = typer.Typer(name="direnv", no_args_is_help=True, help="awsenv under direnv.")


@direnv_app.callback()
def _direnv() -> None:
    """use_aws for direnv."""


@direnv_app.command("install")
def install() -> None:
    """Put use_aws into direnv's lib folder.

    Example: awsenv direnv install
    """
    path, changed = direnv.install(program(), dict(os.environ))
    terminal.say(f"{shown(path)} {'written' if changed else 'is up to date'}: use_aws PROFILE")
    if not direnv.installed(dict(os.environ)):
        terminal.say("direnv is not installed; see direnv.net")


def program() -> str:
    """Where this awsenv lies, for files that call it."""
    called = Path(sys.argv[0]).absolute()
    if called.name == "__main__.py":  # python -m awsenv, or the hook
        called = Path(sys.executable).parent / "awsenv"
    return str(called)


def _folder(given: str, org: str, environ: dict[str, str]) -> str:
    if given and org:
        raise UsageError("a folder or --org, not both", "awsenv link --help")
    if org:
        return ghq.organization(org, environ)
    # Not resolved: direnv knows a folder by the name that a person uses.
    return os.path.abspath(given or os.getcwd())


def _allow(path: str, trusted: bool, changed: bool, environ: dict[str, str]) -> None:
    """direnv trusts what was made here or was trusted before; the rest is a person's to read."""
    if not changed:
        return
    if not direnv.installed(environ):
        terminal.say("direnv is not installed, so nothing loads it yet; see direnv.net")
    elif trusted:
        for name in dict.fromkeys(
            (path, os.path.join(os.path.realpath(path.removesuffix("/.envrc")), ".envrc"))
        ):
            direnv.allow(name, environ)
    else:
        terminal.say(f"direnv has not allowed the rest of it; direnv allow {shown(path)}")
