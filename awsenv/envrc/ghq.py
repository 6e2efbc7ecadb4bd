"""The folders that ghq lays out: ROOT/HOST/…/ORGANIZATION/REPO."""

import os

from awsenv import programs
from awsenv.env_files.git import environ_for_git
from awsenv.errors import AwsenvError
from awsenv.paths import shorten

# What makes a folder a repo (ghq's own list of version control systems).
_REPO = (".git", ".hg", ".svn", "_darcs", ".pijul", ".bzr", ".fslckout", "_FOSSIL_", "CVS")
# Nested groups go deeper than HOST/ORG/REPO; a tree deeper than this is not ghq's.
_DEPTH = 8


def list_roots(environ: dict[str, str]) -> list[str]:
    """ghq's roots that exist: what ghq says, else what it would read, else ``~/ghq``."""
    if programs.find("ghq", environ):
        found = _run_lines(["ghq", "root", "--all"], environ)
    elif environ.get("GHQ_ROOT"):
        found = environ["GHQ_ROOT"].split(os.pathsep)
    else:
        # --path: git expands a leading ~.
        found = _run_lines(["git", "config", "--path", "--get-all", "ghq.root"], environ)
    found = found or [os.path.expanduser("~/ghq")]
    return [
        root for root in dict.fromkeys(os.path.expanduser(f) for f in found) if os.path.isdir(root)
    ]


def list_organizations(root: str) -> dict[str, int]:
    """Every organization's folder below ``root`` with the number of its repos, by path.

    A folder that holds a repo is one, and a folder ROOT/HOST/NAME, whatever it holds.
    """
    found: dict[str, int] = {}
    _walk(root, 0, found)
    return dict(sorted(found.items()))


def find_organization(name: str, environ: dict[str, str]) -> str:
    """The folder of the organization ``name``: ORG, GROUP/SUBGROUP or HOST/ORG.

    Raises ``AwsenvError`` when there is none, or more than one.
    """
    tops = list_roots(environ)
    fits = [
        folder
        for root in tops
        for folder in list_organizations(root)
        if ("/" + os.path.relpath(folder, root)).endswith("/" + name.strip("/"))
    ]
    if len(fits) > 1:
        listed = ", ".join(shorten(folder) for folder in fits)
        raise AwsenvError(
            f"{name} fits several folders: {listed}", "name one as HOST/ORG, or by path"
        )
    if not fits:
        where = ", ".join(shorten(root) for root in tops) or "~/ghq, which does not exist"
        raise AwsenvError(f"no organization {name} below {where}", "awsenv orgs")
    return fits[0]


def _walk(folder: str, depth: int, found: dict[str, int]) -> None:
    try:
        with os.scandir(folder) as entries:
            below = [entry for entry in entries if entry.name[:1] != "." and entry.is_dir()]
    except OSError:
        return
    for entry in below:
        if any(os.path.lexists(os.path.join(entry.path, mark)) for mark in _REPO):
            found[folder] = found.get(folder, 0) + 1
        elif depth < _DEPTH and not entry.is_symlink():  # a link may lead round in a circle
            before = len(found)
            _walk(entry.path, depth + 1, found)
            if depth == 1 and len(found) == before:
                found[entry.path] = 0


def _run_lines(command: list[str], environ: dict[str, str]) -> list[str]:
    """What ``command`` prints, asked in the top folder: the repo one stands in has no say in it."""
    try:
        told = programs.run(command, environ_for_git(environ), "/")
    except (OSError, AwsenvError):
        return []
    return [line for line in os.fsdecode(told.out).splitlines() if line]
