"""``allow`` and ``deny``: which ``.envrc`` files the hook loads."""

import os
from typing import Annotated

import typer

from awsenv.cli import terminal
from awsenv.errors import AwsenvError
from awsenv.folders import trust
from awsenv.folders.trust import Derived
from awsenv.paths import shown

File = Annotated[
    str, typer.Argument(metavar="[FILE]", help="An .envrc or its folder; the nearest, not given.")
]


def allow(
    file: File = "",
    unsafe: Annotated[
        bool,
        typer.Option("--unsafe", help="With variables that change how programs load or run, too."),
    ] = False,
) -> None:
    """Trust an .envrc, and the .env files it reads, as they are now: the hook loads it.

    Example: awsenv allow
    """
    path = _path(file)
    found = trust.derived(path)
    if found.unsafe and not unsafe:
        raise AwsenvError(
            f"{shown(path)} sets {', '.join(found.unsafe)}, which can change what programs run or "
            "where AWS is",
            "take them out, or awsenv allow --unsafe",
        )
    trust.allow(path, found, dict(os.environ))
    terminal.say(f"{shown(path)} is allowed: {said(found)}")


def deny(file: File = "") -> None:
    """Trust an .envrc no more: the hook does not load it.

    Example: awsenv deny
    """
    path = _path(file)
    was = trust.deny(path, dict(os.environ))
    terminal.say(f"{shown(path)} {'is no longer' if was else 'was not'} allowed")


def said(found: Derived) -> str:
    """What an ``.envrc`` loads, in a few words."""
    words = [found.profile, *(f"{name} {value}" for name, value in found.options.items())]
    words.append(f"sets {', '.join(found.variables)}" if found.variables else "")
    return "; ".join(filter(None, words)) or "it sets nothing"


def _path(given: str) -> str:
    """The ``.envrc`` that is meant, by its physical folder; it need not be there to be denied."""
    if given:
        path = os.path.abspath(given)
        return trust.real(os.path.join(path, ".envrc") if os.path.isdir(path) else path)
    folder = os.path.realpath(os.getcwd())
    for path in (os.path.join(folder, ".envrc"), *trust.above(folder)):
        if trust.is_there(path):
            return path
    raise AwsenvError("there is no .envrc here or above", "awsenv link PROFILE")
