"""``link``, ``unlink``, ``orgs`` and ``direnv install``: folders that act as a profile."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from awsenv.cli import terminal
from awsenv.errors import AwsenvError, UsageError
from awsenv.folders import bindings, direnv, ghq, trust
from awsenv.paths import shorten
from awsenv.profiles import read
from awsenv.server import grants

Dir = Annotated[str, typer.Argument(metavar="[DIR]", help="The folder; this one when not given.")]
Org = Annotated[
    str, typer.Option("--org", help="An organization below ghq's roots: ORG, HOST/ORG.")
]


def link(
    profile: Annotated[str, typer.Argument(help="The profile.")],
    dir_: Dir = "",
    org: Org = "",
    as_json: Annotated[bool, typer.Option("--json", help="An object of what was done.")] = False,
) -> None:
    """Bind a folder to PROFILE: its .envrc gets a use_aws line, or has it changed.

    Example: awsenv link org-prod ~/ghq/github.com/org
    """
    environ = dict(os.environ)
    read.profile(profile, environ)
    edit = _link(profile, _find_folder(dir_, org, environ), environ)
    if as_json:
        trusted = trust.find_state(trust.resolve_folder(edit.path), environ)
        told = {"envrc": edit.path, "profile": profile, "changed": edit.changed, "trust": trusted}
        print(json.dumps(told, indent=2))


def unlink(dir_: Dir = "", org: Org = "") -> None:
    """Take the use_aws line out of a folder's .envrc.

    Example: awsenv unlink ~/ghq/github.com/org
    """
    environ = dict(os.environ)
    folder = _find_folder(dir_, org, environ)
    before = bindings.read(folder)
    trusted = direnv.is_allowed(folder, environ)
    edit = bindings.unlink(folder)
    what = "no longer uses" if edit.changed else "does not use"
    terminal.say(f"{shorten(edit.path)} {what} a profile")
    if edit.new is None:
        trust.deny(trust.resolve_folder(edit.path), environ)
    elif edit.changed:
        trust.follow(edit.path, edit.old, edit.new, environ)
        _allow(edit, trusted and edit.old == before, environ)


def orgs(
    as_json: Annotated[bool, typer.Option("--json", help="A list of objects.")] = False,
    link_: Annotated[
        bool, typer.Option("--link", help="Ask for the profile of each that is bound to none.")
    ] = False,
) -> None:
    """List the organizations below ghq's roots, what each is bound to, and whether it is allowed.

    Example: awsenv orgs
    """
    environ = dict(os.environ)
    rows = _list_organizations(environ)
    if link_:
        for row in rows:
            if row["profile"] is None:
                _ask_to_link(str(row["name"]), str(row["path"]), environ)
        return
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    if not rows:
        terminal.say("no organizations; ghq root --all")
    cells = [
        [
            "-" if row[title] is None else str(row[title])
            for title in ("name", "repos", "profile", "trust", "served")
        ]
        for row in rows
    ]
    terminal.print_table(("organization", "repos", "profile", "trust", "served"), cells)


def _list_organizations(environ: dict[str, str]) -> list[dict[str, str | int | None]]:
    rows: list[dict[str, str | int | None]] = []
    for root in ghq.list_roots(environ):
        for folder, repos in ghq.list_organizations(root).items():
            try:
                profile = bindings.find_profile(folder, root)
            except AwsenvError as error:
                terminal.fail(error)
                profile = ""
            name = os.path.relpath(folder, root)
            path = trust.resolve_folder(os.path.join(folder, ".envrc"))
            trusted = trust.find_state(path, environ) if os.path.lexists(path) else None
            rows.append(
                {
                    "name": name,
                    "path": folder,
                    "repos": repos,
                    "profile": profile or None,
                    "trust": trusted,
                    "served": _find_granted(folder, environ),
                }
            )
    return rows


def _find_granted(folder: str, environ: dict[str, str]) -> str | None:
    """The files below ``folder`` that awsenv serve answers, and as whom."""
    inside = [g for g in grants.list_grants(environ) if g.file.startswith(folder + "/")]
    return ", ".join(f"{os.path.relpath(g.file, folder)} as {g.profile}" for g in inside) or None


def _ask_to_link(name: str, folder: str, environ: dict[str, str]) -> None:
    """Until a profile is named that is there, or none."""
    while profile := terminal.ask(f"{name}: profile", ""):
        try:
            read.profile(profile, environ)
            _link(profile, folder, environ)
        except AwsenvError as error:
            terminal.fail(error)
        else:
            return


def _link(profile: str, folder: str, environ: dict[str, str]) -> bindings.Edit:
    before = bindings.read(folder)
    trusted = before is None or direnv.is_allowed(folder, environ)
    edit = bindings.link(profile, folder)
    trusted = trusted and edit.old == before  # what direnv was asked about
    terminal.say(f"{shorten(edit.path)} {'now uses' if edit.changed else 'uses already'} {profile}")
    own = trust.resolve_folder(edit.path)
    if edit.old is None and edit.new is not None:
        trust.allow_made(own, edit.new, environ)
    if edit.changed:
        trust.follow(edit.path, edit.old, edit.new, environ)
        _allow(edit, trusted, environ)
    if not trusted and trust.find_state(own, environ) != "allowed":
        _tell_untrusted(own, environ)
    return edit


direnv_app = typer.Typer(name="direnv", no_args_is_help=True, help="awsenv under direnv.")


@direnv_app.callback()
def _direnv() -> None:
    """use_aws for direnv."""


@direnv_app.command("install")
def install() -> None:
    """Put use_aws into direnv's lib folder.

    Example: awsenv direnv install
    """
    path, changed = direnv.install(program_path(), dict(os.environ))
    terminal.say(f"{shorten(path)} {'written' if changed else 'is up to date'}: use_aws PROFILE")
    if not direnv.is_installed(dict(os.environ)):
        terminal.say("direnv is not installed; see direnv.net")


def program_path() -> str:
    """Where this awsenv lies, for files that call it."""
    called = Path(sys.argv[0]).absolute()
    if called.name == "__main__.py":  # python -m awsenv, or the hook
        called = Path(sys.executable).parent / "awsenv"
    return str(called)


def _find_folder(given: str, org: str, environ: dict[str, str]) -> str:
    if given and org:
        raise UsageError("a folder or --org, not both", "awsenv link --help")
    if org:
        return ghq.find_organization(org, environ)
    # Not resolved: direnv knows a folder by the name that a person uses.
    return os.path.abspath(given or os.getcwd())


def _tell_untrusted(path: str, environ: dict[str, str]) -> None:
    """That our hook does not load ``path``: not yet, or not at all, which direnv's users know."""
    try:
        trust.derive(path)
    except AwsenvError as error:
        if not direnv.is_installed(environ):
            terminal.fail(error)
    else:
        terminal.say(f"the rest of it is not allowed yet; awsenv allow {shorten(path)}")


def _allow(edit: bindings.Edit, trusted: bool, environ: dict[str, str]) -> None:
    """direnv, where it is, trusts what was made here or was trusted before; the rest is a person's
    to read."""
    if not direnv.is_installed(environ):
        return
    if not trusted:
        terminal.say(f"direnv has not allowed the rest of it; direnv allow {shorten(edit.path)}")
        return
    for name in dict.fromkeys((edit.path, trust.resolve_folder(edit.path))):
        direnv.allow(name, environ)
    # direnv takes it as it lies there by then.
    if bindings.read(os.path.dirname(edit.path)) != edit.new:
        for name in dict.fromkeys((edit.path, trust.resolve_folder(edit.path))):
            direnv.deny(name, environ)
        what = f"{shorten(edit.path)} was changed by another program meanwhile"
        raise AwsenvError(what, f"direnv allow {shorten(edit.path)}")
