"""A file that is to hold a secret must not be one that git takes.

Git is asked about somebody's repo, so nothing of that repo's config may run a program or speak for
another repo: the work tree is found by us and named to git, and what a config could have it run is
overruled on the command line.
"""

import os
import re

from awsenv import programs
from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.files.writing import write_whole
from awsenv.paths import shorten

# Over whatever the repo's own config says (git-config(1)): no monitor or hook is run, and no other
# repo's config is read. An empty fsmonitor is none, in every version.
_CONFIG = (
    "safe.bareRepository=explicit",
    "core.fsmonitor=",
    "core.hooksPath=/dev/null",
    "core.attributesFile=/dev/null",
    "core.pager=cat",
    "core.bare=false",
    "submodule.recurse=false",
    "protocol.allow=never",
)
# No question, no lock left behind, and nothing is fetched for an object that is missing.
_ENVIRON = {
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_ATTR_NOSYSTEM": "1",
}


def check(path: str, ignore: bool) -> str:
    """Refuse ``path`` where git tracks it or would; the real path, symlinks followed.

    With ``ignore`` it is added to ``.gitignore`` instead of being refused. Raises ``AwsenvError``;
    outside a repo nothing is refused.
    """
    real = os.path.realpath(path)
    top = _find_top(os.path.dirname(os.path.abspath(path)))
    if top is None:
        top = _find_top(os.path.dirname(real))  # a link from outside into a repo
    elif os.path.islink(path) and not real.startswith(top.rstrip(os.sep) + os.sep):
        raise AwsenvError(
            f"{shorten(path)} is a symlink that leaves its repo, to {shorten(real)}",
            f"rm {shorten(path)}, or write there: -o {shorten(real)}",
        )
    if top is None:
        return real
    name = os.path.relpath(real, top)
    if _is_tracked(top, name):
        raise AwsenvError(
            f"{shorten(path)} is tracked by git, which would take the key along",
            f"git rm --cached {shorten(path)}",
        )
    if _is_ignored(top, name):
        return real
    pattern = _format_pattern(name)
    gitignore = os.path.join(top, ".gitignore")
    if not ignore:
        raise AwsenvError(
            f"{shorten(path)} is not ignored by git, which would take the key along",
            f"--ignore, or add to {shorten(gitignore)}: {pattern}",
        )
    _add(gitignore, pattern)
    if not _is_ignored(top, name):
        raise AwsenvError(
            f"{shorten(path)} is still not ignored by git: another pattern brings it back",
            f"git check-ignore -v --no-index {shorten(path)}",
        )
    return real


def exclude(path: str) -> None:
    """Have git leave out ``path`` in this clone, without a change of any file that others have (``gitignore(5)``)."""
    top = _find_top(os.path.dirname(os.path.abspath(path)))
    folder = os.path.join(top, ".git") if top else ""
    if top is None or not os.path.isdir(folder):
        return
    name = os.path.relpath(os.path.realpath(path), top)
    if _is_ignored(top, name):
        return
    place = os.path.join(folder, "info/exclude")
    os.makedirs(os.path.dirname(place), exist_ok=True)
    _add(place, _format_pattern(name))


def _format_pattern(name: str) -> str:
    """Anchored, and what is special in a pattern escaped."""
    return "/" + re.sub(r"([\\*?\[ ])", r"\\\1", name)


def _add(gitignore: str, pattern: str) -> None:
    old = b""
    if os.path.lexists(gitignore):
        old = reading.read(gitignore)
    end = b"\r\n" if b"\r\n" in old else b"\n"
    if old and not old.endswith(b"\n"):
        old += end
    write_whole(gitignore, old + os.fsencode(pattern) + end, mode=0o644)


def _is_ignored(top: str, name: str) -> bool:
    return _ask(top, "check-ignore", "--quiet", "--", name)


def _is_tracked(top: str, name: str) -> bool:
    return _ask(top, "ls-files", "--error-unmatch", "--", name)


def _find_top(folder: str) -> str | None:
    """The work tree that ``folder`` lies in: the nearest folder with a ``.git``, of whatever kind.

    Not asked of git, which would take a bare repo's files in a folder of the work tree for a repo of
    their own and read the config that lies there.
    """
    folder = os.path.realpath(folder)
    while not os.path.lexists(os.path.join(folder, ".git")):
        if os.path.dirname(folder) == folder:
            return None
        folder = os.path.dirname(folder)
    return folder


def _ask(top: str, *arguments: str) -> bool:
    """Git's yes (0) or no (1) about the work tree at ``top``. Raises ``AwsenvError`` for any other
    answer."""
    environ = environ_for_git(dict(os.environ))
    where = (f"--git-dir={os.path.join(top, '.git')}", f"--work-tree={top}")
    config = [word for setting in _CONFIG for word in ("-c", setting)]
    try:
        told = programs.run(["git", *config, *where, *arguments], environ, top)
    except FileNotFoundError:
        raise AwsenvError(
            f"{shorten(top)} is a git repo and git is not installed to look after it", "install git"
        ) from None
    if told.code not in (0, 1):
        problem = (told.err.decode("utf-8", "replace").splitlines() or ["it failed"])[0]
        raise AwsenvError(
            f"git cannot say whether it would take a file in {shorten(top)}: {problem}",
            f"git -C {shorten(top)} status",
        )
    return told.code == 0


def environ_for_git(environ: dict[str, str]) -> dict[str, str]:
    """``environ`` for a git that is asked something: no AWS_*, which is none of its business, and
    nothing of the caller's that would have it speak of another repo or run a program."""
    kept = {n: v for n, v in environ.items() if not n.startswith(("GIT_", "AWS_"))}
    return kept | _ENVIRON
