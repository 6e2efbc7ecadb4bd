"""``link``, ``unlink``, ``orgs`` and ``direnv install``: folders that act as a profile."""

import json
import os
from typing import Annotated

import typer

from awsenv.actions import link as actions
from awsenv.cli.pick_profile import pick_named
from awsenv.envrc import bindings, direnv, ghq, trust
from awsenv.errors import AwsenvError, UsageError
from awsenv.paths import program_path, shorten
from awsenv.profiles import read
from awsenv.server import grants
from awsenv.ui import terminal

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
    profile = pick_named(profile, environ)
    read.profile(profile, environ)
    edit = actions.link(profile, _find_folder(dir_, org, environ), environ, terminal.say)
    if as_json:
        trusted = trust.find_state(trust.resolve_folder(edit.path), environ)
        told = {"envrc": edit.path, "profile": profile, "changed": edit.changed, "trust": trusted}
        print(json.dumps(told, indent=2))


def unlink(dir_: Dir = "", org: Org = "") -> None:
    """Take the use_aws line out of a folder's .envrc.

    Example: awsenv unlink ~/ghq/github.com/org
    """
    environ = dict(os.environ)
    actions.unlink(_find_folder(dir_, org, environ), environ, terminal.say)


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
    """Ask which profile ``folder`` is to use, until one is named that exists, or none."""
    while profile := terminal.ask(f"{name}: profile", ""):
        try:
            read.profile(profile, environ)
            actions.link(profile, folder, environ, terminal.say)
        except AwsenvError as error:
            terminal.fail(error)
        else:
            return


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


def _find_folder(given: str, org: str, environ: dict[str, str]) -> str:
    if given and org:
        raise UsageError("a folder or --org, not both", "awsenv link --help")
    if org:
        return ghq.find_organization(org, environ)
    # Not resolved: direnv knows a folder by the name that a person uses.
    return os.path.abspath(given or os.getcwd())
