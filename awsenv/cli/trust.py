"""``allow`` and ``deny``: which ``.envrc`` files the hook loads."""

import json
import os
from typing import Annotated

import typer

from awsenv.envrc import trust, trust_check
from awsenv.envrc.loading import Loaded
from awsenv.errors import AwsenvError
from awsenv.paths import shorten
from awsenv.request import is_reference
from awsenv.ui import terminal
from awsenv.views.this_shell import find_meant

File = Annotated[
    str, typer.Argument(metavar="[FILE]", help="An .envrc or its folder; the nearest, not given.")
]


def allow(
    file: File = "",
    unsafe: Annotated[
        bool,
        typer.Option("--unsafe", help="With variables that change how programs load or run, too."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="An object of what was allowed.")] = False,
) -> None:
    """Trust an .envrc, and the .env files it reads, as they are now: the hook loads it.

    Example: awsenv allow
    """
    path, environ = _find_envrc(file), dict(os.environ)
    found = trust.derive(path)
    if found.unsafe and not unsafe:
        raise AwsenvError(
            f"{shorten(path)} sets {', '.join(_format_variables(found.unsafe))}: that can change what programs run "
            "or where AWS is",
            "take them out, or awsenv allow --unsafe",
        )
    means = find_meant(found.profile, environ) if is_reference(found.profile) else ""
    means = "" if means == found.profile else means
    trust.allow(path, found, environ, means)
    trust.prune(environ)
    if as_json:
        names = {"variables": list(found.variables), "unsafe": list(found.unsafe)}
        told = {
            "envrc": path,
            "profile": means or found.profile or None,
            "options": found.options,
            **names,
        }
        print(json.dumps(told, indent=2))
    terminal.say(f"{shorten(path)} is allowed: {_describe(found, means)}")
    for one in _format_variables(
        {n: v for n, v in found.variables.items() if n not in found.unsafe}
    ):
        terminal.say(f"  sets {one}")
    for name, why in found.nobodys.items():
        terminal.say(f"  {name} {why}, so it is nobody's and left out")
    for one in _format_variables(found.unsafe):
        terminal.say(f"  sets {one}, which is unsafe")


def deny(file: File = "") -> None:
    """Trust an .envrc no more: the hook does not load it.

    Example: awsenv deny
    """
    path = _find_envrc(file)
    was = trust.deny(path, dict(os.environ))
    terminal.say(f"{shorten(path)} {'is no longer' if was else 'was not'} allowed")


def _describe(found: Loaded, means: str) -> str:
    """What an ``.envrc`` loads, in a few words."""
    words = [
        f"{found.profile}, which is {means}" if means else found.profile,
        *(f"{name} {value}" for name, value in found.options.items()),
    ]
    count = len(found.variables)
    words.append(f"{count} variable{'' if count == 1 else 's'}" if count else "")
    return "; ".join(filter(None, words)) or "it sets nothing"


def _format_variables(variables: dict[str, str]) -> list[str]:
    """Each as ``NAME=VALUE``, but for what its name says is a secret."""
    return [f"{name}={terminal.mask(name, value)}" for name, value in variables.items()]


def _find_envrc(given: str) -> str:
    """The ``.envrc`` that is meant, by its physical folder; it need not be there to be denied."""
    if given:
        path = os.path.abspath(given)
        return trust.resolve_folder(os.path.join(path, ".envrc") if os.path.isdir(path) else path)
    if path := trust_check.find_nearest(os.path.realpath(os.getcwd())):
        return path
    raise AwsenvError("there is no .envrc here or above", "awsenv link PROFILE")
