"""What an ``.envrc`` loads, out of its text and those of the files that it reads."""

import io
import os
from typing import Protocol

from dotenv.main import DotEnv
from dotenv.variables import parse_variables

from awsenv.env_files import env_file, lines
from awsenv.envrc import directives, trust_check
from awsenv.envrc.unsafe import is_unsafe
from awsenv.errors import AwsenvError
from awsenv.paths import shorten
from awsenv.variables import SESSION_VARIABLES

_OPTIONS = {"--region": "region", "--account": "account"}


class Files(Protocol):
    """Where texts come from: the disk, or memory."""

    def text(self, path: str) -> bytes:
        """The bytes of the file at ``path``. Raises ``AwsenvError``."""

    def is_there(self, path: str) -> bool:
        """Whether there is one, of whatever kind."""

    def is_envrc(self, path: str) -> bool:
        """Whether it may be an ``.envrc``: a folder of that name is none."""

    def own(self, path: str, text: str) -> set[str]:
        """The variables in the ``.env`` at ``path`` that are awsenv's and no part of what loads."""


class Disk:
    """The files as they lie there."""

    def text(self, path: str) -> bytes:
        return directives.read(path)

    def is_there(self, path: str) -> bool:
        return os.path.lexists(path)

    def is_envrc(self, path: str) -> bool:
        return trust_check.is_envrc(path)

    def own(self, path: str, text: str) -> set[str]:
        return {*SESSION_VARIABLES, "AWS_ACCOUNT_ID", *env_file.read_names(text)}


class Loaded:
    """What an ``.envrc`` loads: ``profile`` with ``options`` (empty without one), ``variables`` of its
    ``.env`` files; ``files`` are the fields of the record that say what is compared."""

    def __init__(self) -> None:
        self.profile = ""
        self.options: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.files: dict[str, str] = {}

    @property
    def unsafe(self) -> dict[str, str]:
        """The variables that need a person's word of their own, with their values."""
        return {name: value for name, value in self.variables.items() if is_unsafe(name)}

    def fields(self, path: str) -> dict[str, str]:
        """The record of it for the ``.envrc`` at ``path``."""
        found = {"path": path, **self.files}
        if self.profile:
            found |= {"profile": self.profile, **self.options}
        return found | {f"var.{name}": value for name, value in self.variables.items()}


def load(path: str, files: Files) -> Loaded:
    """What the ``.envrc`` at ``path`` loads. Raises ``AwsenvError`` where it needs direnv, or cannot
    be understood."""
    found = Loaded()
    _add_envrc(found, path, files)
    return found


def _add_envrc(found: Loaded, path: str, files: Files) -> None:
    text = files.text(path)
    _compared(found, "file", path, text.decode("utf-8", "surrogateescape"))
    for each in directives.parse(text, path):
        if each.command == "use_aws":
            _add_profile(found, each, path)
        elif each.command == "source_up":
            if each.words:
                raise directives.needs_direnv(path, each.line)
            _add_envrc(found, _find_next_above(found, path, each.line, files), files)
        elif len(each.words) < 2:
            _add_env(found, each, path, files)
        else:
            raise directives.needs_direnv(path, each.line)


def _add_profile(found: Loaded, each: directives.Directive, path: str) -> None:
    found.profile, found.options = "", {}
    words = iter(each.words)
    for word in words:
        option, equals, value = word.partition("=")
        if word == "--profile-only":
            found.options["only"] = "1"
        elif option in _OPTIONS:
            given = value if equals else next(words, "")
            if not given or given.startswith("-"):
                what = f"{shorten(path)}, line {each.line}: {option} without its value"
                raise AwsenvError(what, f"use_aws PROFILE {option} VALUE")
            found.options[_OPTIONS[option]] = given
        elif word.startswith("-") or found.profile:
            raise directives.needs_direnv(path, each.line)
        else:
            found.profile = word
    if not found.profile:
        raise AwsenvError(
            f"{shorten(path)}, line {each.line}: use_aws names no profile", "awsenv list"
        )


def _add_env(found: Loaded, each: directives.Directive, path: str, files: Files) -> None:
    file = os.path.join(os.path.dirname(path), each.words[0] if each.words else ".env")
    if not files.is_there(file):
        if each.command == "dotenv":
            raise AwsenvError(
                f"{shorten(path)}, line {each.line}: {shorten(file)} is not there",
                "make it, or dotenv_if_exists",
            )
        found.files[f"none.{len(found.files)}"] = file
        return
    text = files.text(file).decode("utf-8", "surrogateescape")
    own = files.own(file, text)
    lines.refuse_ambiguous(text, file, own)
    _compared(found, "env", file, trust_check.compared_text(text, own), own)
    found.variables |= {
        name: value for name, value in _read_values(text).items() if name not in own
    }


def _read_values(text: str) -> dict[str, str]:
    """The variables of a ``.env``; ``${NAME}`` is one further up in it, and no other."""
    parsed = DotEnv(None, stream=io.StringIO(text.removeprefix("\ufeff")), interpolate=False).dict()
    known: dict[str, str | None] = {}
    for name, value in parsed.items():
        if value is None:
            continue
        known[name] = "".join(atom.resolve(known) for atom in parse_variables(value))
    return {name: value for name, value in known.items() if value is not None}


def _find_next_above(found: Loaded, path: str, line: int, files: Files) -> str:
    """The next ``.envrc`` above ``path``; that there is none between takes part, too."""
    for file in trust_check.list_above(os.path.dirname(path)):
        if files.is_envrc(file):
            return file
        found.files[f"none.{len(found.files)}"] = file
    raise AwsenvError(f"{shorten(path)}, line {line}: there is no .envrc above", "take it out")


def _compared(found: Loaded, kind: str, path: str, text: str, own: set[str] | None = None) -> None:
    number = len(found.files)
    found.files[f"{kind}.{number}"] = path
    if own is None:
        found.files[f"text.{number}"] = text
    else:
        found.files[f"skip.{number}"] = " ".join(sorted(own))
        found.files[f"sum.{number}"] = trust_check.digest(text)
