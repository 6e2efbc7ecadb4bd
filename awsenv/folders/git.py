"""A file that is to hold a secret must not be one that git takes."""

import os
import re
import subprocess

from awsenv import files
from awsenv.errors import AwsenvError
from awsenv.paths import shown


def check(path: str, ignore: bool) -> str:
    """Refuse ``path`` where git tracks it or would; the real path, symlinks followed.

    With ``ignore`` it is added to ``.gitignore`` instead of being refused. Raises ``AwsenvError``;
    outside a repo nothing is refused.
    """
    real = os.path.realpath(path)
    top = _top(os.path.dirname(os.path.abspath(path)))
    if top is None:
        top = _top(os.path.dirname(real))  # a link from outside into a repo
    elif os.path.islink(path) and not real.startswith(os.path.realpath(top) + os.sep):
        raise AwsenvError(
            f"{shown(path)} is a symlink that leaves its repo, to {shown(real)}",
            f"rm {shown(path)}, or write there: -o {shown(real)}",
        )
    if top is None:
        return real
    name = os.path.relpath(real, os.path.realpath(top))
    if _git(top, "ls-files", "--error-unmatch", "--", name).returncode == 0:
        raise AwsenvError(
            f"{shown(path)} is tracked by git, which would take the key along",
            f"git rm --cached {shown(path)}",
        )
    if _ignored(top, name):
        return real
    # Anchored, and what is special in a pattern escaped.
    pattern = "/" + re.sub(r"([\\*?\[ ])", r"\\\1", name)
    gitignore = os.path.join(top, ".gitignore")
    if not ignore:
        raise AwsenvError(
            f"{shown(path)} is not ignored by git, which would take the key along",
            f"--ignore, or add to {shown(gitignore)}: {pattern}",
        )
    _add(gitignore, pattern)
    if not _ignored(top, name):
        raise AwsenvError(
            f"{shown(path)} is still not ignored by git: another pattern brings it back",
            f"git check-ignore -v --no-index {shown(path)}",
        )
    return real


def _add(gitignore: str, pattern: str) -> None:
    old = b""
    if os.path.exists(gitignore):
        with open(gitignore, "rb") as file:
            old = file.read()
    end = b"\r\n" if b"\r\n" in old else b"\n"
    if old and not old.endswith(b"\n"):
        old += end
    files.write_whole(gitignore, old + os.fsencode(pattern) + end, mode=0o644)


def _ignored(top: str, name: str) -> bool:
    return _git(top, "check-ignore", "--quiet", "--", name).returncode == 0


def _top(folder: str) -> str | None:
    """The work tree that ``folder`` lies in."""
    above = folder
    while not os.path.lexists(os.path.join(above, ".git")):
        if os.path.dirname(above) == above:
            return None
        above = os.path.dirname(above)
    told = _git(folder, "rev-parse", "--show-toplevel")
    if told.returncode:
        problem = (told.stderr.splitlines() or ["it failed"])[0]
        raise AwsenvError(
            f"git cannot say whether it would take a file in {shown(folder)}: {problem}",
            f"git -C {shown(folder)} status",
        )
    return told.stdout.removesuffix("\n")


def _git(folder: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    # GIT_DIR and the like would have it speak of another repo.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=environ,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=30,
            check=False,
        )
    except FileNotFoundError:
        raise AwsenvError(
            f"{shown(folder)} is in a git repo and git is not installed to look after it",
            "install git",
        ) from None
