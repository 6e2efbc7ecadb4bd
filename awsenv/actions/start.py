"""The steps of a first set-up: what is there already, and the commands that bring what is not."""

import os
import shlex
from collections.abc import Callable, Iterator
from typing import NamedTuple

from awsenv.compose.project import find_folder, list_files
from awsenv.envrc import bindings, direnv, ghq
from awsenv.errors import AwsenvError
from awsenv.paths import shorten, write_word
from awsenv.profiles import read
from awsenv.shells import detection, start_files

# What is typed for a name that is asked for.
NAME = "NAME"


class Choice(NamedTuple):
    """A letter, what it stands for, and the words behind ``awsenv`` that do it; ``NAME`` among them is asked for, with the
    question ``asks``."""

    letter: str
    title: str
    words: list[str]
    asks: str = ""

    def format(self) -> str:
        """The command as one types it."""
        return "awsenv " + " ".join(
            each if each == NAME else shlex.quote(each) for each in self.words
        )


class Step(NamedTuple):
    """``title`` says what it is about, ``found`` what is there; without ``choices`` there is nothing to do."""

    title: str
    found: str
    choices: list[Choice]


def list_steps(environ: dict[str, str]) -> Iterator[Step]:
    """The steps, each as things are when it comes: what one does the next one sees. Raises ``AwsenvError``."""
    looks: tuple[Callable[[dict[str, str]], Step], ...] = (
        _look_at_profiles,
        _look_at_hook,
        _look_at_direnv,
        _look_at_folders,
        _look_at_env_file,
    )
    return (look(environ) for look in looks)


def _look_at_profiles(environ: dict[str, str]) -> Step:
    known = read.profiles(environ)
    choices = [
        Choice("k", "an access key", ["add", NAME], "a name for the profile"),
        Choice("m", "an access key, and MFA", ["add", NAME, "--mfa"], "a name for the profile"),
        Choice("s", "IAM Identity Center (SSO): a profile for each account and role", ["sso", "setup"]),
        Choice("c", "the console's sign-in, without a key", ["login", NAME, "--new"], "a name for the profile"),
    ]  # fmt: skip
    if not known:
        return Step("Profiles", "there is none yet", choices)
    names = list(known)
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return Step("Profiles", f"{', '.join(names[:3])}{more}; one more can be added", choices)


def _look_at_hook(environ: dict[str, str]) -> Step:
    shell = detection.detect_shell(environ)
    places = start_files.list_paths(shell, environ)
    if not places:
        return Step("The hook", f"{shell} has no start file that awsenv knows", [])
    found = [path for path, _, _ in start_files.list_lines(environ) if path in places]
    if found:
        return Step("The hook", f"{shorten(found[0])} has it", [])
    words = ["hook", shell, "--install", "--yes"]
    what = f"{shell} has none: with it, use needs no eval, and folders load"
    return Step("The hook", what, [Choice("y", "put it in", words)])


def _look_at_direnv(environ: dict[str, str]) -> Step:
    if not direnv.is_installed(environ):
        return Step("direnv", "it is not here, and not needed", [])
    if direnv.library_path(environ):
        return Step("direnv", "it knows use_aws", [])
    return Step(
        "direnv", "it does not know use_aws", [Choice("y", "tell it", ["direnv", "install"])]
    )


def _look_at_folders(environ: dict[str, str]) -> Step:
    """One folder for an organization: ghq's, else any that a person names."""
    names = list(read.profiles(environ))
    if not names:
        return Step("Folders", "a folder acts as a profile, and there is none yet", [])
    free = [folder for folder in _list_organizations(environ) if not _is_bound(folder)]
    profile, asks = _choose_profile(names)
    choices = [
        Choice(str(number), write_word(folder), ["link", profile, folder], asks)
        for number, folder in enumerate(free[:5], 1)
    ]
    here = os.getcwd()
    if not choices and not _is_bound(here) and here != os.path.expanduser("~"):
        choices = [Choice("y", f"this one, {write_word(here)}", ["link", profile, here], asks)]
    if not choices:
        hint = "awsenv link PROFILE FOLDER binds one to a profile"
        return Step("Folders", f"there is none to bind here; {hint}", [])
    return Step(
        "Folders", "an organization's folder can act as a profile, inside and not outside", choices
    )


def _choose_profile(names: list[str]) -> tuple[str, str]:
    """The only one there is, else that one is asked for, and the question."""
    asks = f"the profile, of {', '.join(names[:5])}{' …' if len(names) > 5 else ''}"
    return (names[0] if len(names) == 1 else NAME), asks


def _list_organizations(environ: dict[str, str]) -> list[str]:
    try:
        roots = ghq.list_roots(environ)
    except AwsenvError:
        return []
    return [os.path.join(root, name) for root in roots for name in ghq.list_organizations(root)]


def _is_bound(folder: str) -> bool:
    try:
        return bool(bindings.read(folder))
    except (AwsenvError, OSError):
        return True  # it is not ours to change


def _look_at_env_file(environ: dict[str, str]) -> Step:
    folder = find_folder(os.getcwd())
    names = list(read.profiles(environ))
    if not list_files(folder) or not names:
        return Step(
            ".env files", "for docker compose, in a project: awsenv dotenv PROFILE -o .env", []
        )
    path = os.path.join(folder, ".env")
    profile, asks = _choose_profile(names)
    words = ["dotenv", profile, "-o", path, "--ignore"]
    return Step(".env files", f"a compose project is in {shorten(folder)}", [Choice("y", f"write {shorten(path)}", words, asks)])  # fmt: skip
