"""What an ``.envrc`` loads, out of its text and those of the files that it reads."""

import io
import os
import re
from typing import Protocol

from dotenv.main import DotEnv
from dotenv.variables import parse_variables

from awsenv.digests import sha256
from awsenv.env_files import env_file, lines
from awsenv.envrc import directives, trust_check
from awsenv.envrc.unsafe_values import needs_consent
from awsenv.errors import AwsenvError
from awsenv.paths import shorten
from awsenv.regions import check_region
from awsenv.variables import CHOOSING, SESSION_VARIABLES

# A key, its parts: of these no record holds a value.
KEY = frozenset(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"))
_OPTIONS = {"--region": "region", "--account": "account"}


class Files(Protocol):
    """Where texts come from: the disk, or memory."""

    def text(self, path: str) -> bytes:
        """The bytes of the file at ``path``. Raises ``AwsenvError``."""

    def is_there(self, path: str) -> bool:
        """Whether there is one, or a link to one, as direnv's ``dotenv_if_exists`` has it."""

    def is_envrc(self, path: str) -> bool:
        """Whether it is an ``.envrc`` that counts."""

    def own(self, path: str, text: str) -> set[str]:
        """The variables in the ``.env`` at ``path`` that are awsenv's and no part of what loads."""


class Disk:
    """The files as they lie there."""

    def text(self, path: str) -> bytes:
        return directives.read(path)

    def is_there(self, path: str) -> bool:
        return os.path.isfile(path)

    def is_envrc(self, path: str) -> bool:
        return trust_check.is_envrc(path)

    def own(self, path: str, text: str) -> set[str]:
        return env_file.read_names(text)


class Loaded:
    """What an ``.envrc`` loads: ``profile`` with ``options`` (empty without one), ``variables`` of its
    ``.env`` files; ``nobodys`` are those that would say who acts, and why they are left out; ``places`` say where
    in which file a key stands, whose values are in no record; ``files`` are the fields of the record that say what is compared."""

    def __init__(self) -> None:
        self.profile = ""
        self.options: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.nobodys: dict[str, str] = {}
        self.places: dict[str, str] = {}
        self.files: dict[str, str] = {}

    @property
    def unsafe(self) -> dict[str, str]:
        """The variables that need a person's word of their own, with their values."""
        folders = {os.path.dirname(p) for n, p in self.files.items() if n[:4] in ("file", "env.")}
        search = os.environ.get("PATH")
        return {
            name: value
            for name, value in self.variables.items()
            if needs_consent(name, value, folders, search)
        }

    def fields(self, path: str) -> dict[str, str]:
        """The record of it for the ``.envrc`` at ``path``."""
        found = {"path": path, **self.files}
        if self.profile:
            found |= {"profile": self.profile, **self.options}
        found |= {f"@{name}": place for name, place in self.places.items()}
        plain = {n: v for n, v in self.variables.items() if n not in self.places}
        return found | {f"var.{name}": value for name, value in plain.items()}


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
            where = f"{shorten(path)}, line {each.line}: "
            if option == "--region":
                check_region(given, where + given, "use_aws PROFILE --region eu-west-1, say")
            found.options[_OPTIONS[option]] = given
        elif word.startswith("-") or found.profile:
            raise directives.needs_direnv(path, each.line)
        else:
            found.profile = word
    if not found.profile:
        raise AwsenvError(
            f"{shorten(path)}, line {each.line}: use_aws names no profile", "awsenv list"
        )
    _drop_credentials(found)


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
    number = len(found.files)
    compared = trust_check.compared_text(text, own)
    _compared(found, "env", file, compared, own)
    variables = {n: v for n, v in _read_values(text).items() if n not in own}
    half = _list_half(variables)
    found.nobodys |= half
    variables = {n: v for n, v in variables.items() if n not in half}
    if not variables.keys().isdisjoint(CHOOSING):
        found.profile, found.options = "", {}
        _drop_credentials(found)
    for name in KEY.intersection(variables):
        where = _find_value(name, variables[name], compared)
        if where is None:
            what = f"{shorten(file)} has {name} in a form that is not plain"
            raise AwsenvError(what, f"{name}=VALUE, without quotes")
        found.places[name] = f"{number}:{where}:{len(variables[name])}"
    found.variables |= variables


def _list_half(variables: dict[str, str]) -> dict[str, str]:
    """Those of ``variables`` that would say who acts, and are nobody's, and why: without a value, or a part of a key,
    which with somebody else's other part would be another's."""
    found = {n: "is empty" for n, v in variables.items() if n in SESSION_VARIABLES and not v}
    there = KEY.intersection(variables) - found.keys()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        if name not in there:
            found |= {each: f"is there without {name}" for each in there if each not in found}
    return found


def _drop_credentials(found: Loaded) -> None:
    """As direnv runs it, what comes last is who one acts as."""
    found.places.clear()
    found.variables = {n: v for n, v in found.variables.items() if n not in SESSION_VARIABLES}


def _find_value(name: str, value: str, text: str) -> int | None:
    """Where the ``value`` of ``name`` stands in the ``text`` of a ``.env``; ``None`` where it is not written so."""
    place = None
    for line in re.finditer(
        r"^[ \t]*(?:export[ \t]+)?(\S+?)[ \t]*=[ \t]*(['\"]?)(.*)$", text, re.MULTILINE
    ):
        if line[1] == name:
            place = line.start(3) if line[3].startswith(value) else None
    return place


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
        found.files[f"sum.{number}"] = sha256(text)
