"""Our variables in somebody's ``.env``, in place: every other byte stays as it is.

python-dotenv's parser says where each variable stands; a comment line of ours remembers the
profile and the names written, so that the next session's update takes away what it does not set:

    # awsenv: PROFILE NAME NAME …       (PROFILE percent-encoded)
"""

import io
import re
from dataclasses import dataclass, field
from itertools import pairwise
from urllib.parse import quote, unquote

from dotenv import dotenv_values
from dotenv.parser import Binding, parse_stream

from awsenv.errors import AwsenvError
from awsenv.paths import shorten

# An earlier session's, or in the way of this one, whoever wrote them.
_STALE = {"AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
          "AWS_PROFILE", "AWS_DEFAULT_PROFILE"}  # fmt: skip
# Keys beat a profile that is only named.
_KEYS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
# Every reader reads these alike where they stand bare; they differ in quotes, ``$``, ``#`` and blanks. Base64, ARNs,
# Regions, URLs, plain paths, RFC 3339: what AWS values are made of.
_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+=._:@,%-")
# What every reader takes for a variable's name.
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_COMMENT = re.compile(r"\s*# awsenv: (\S+)((?: [A-Za-z_]\w*)*)\s*")
_EXPORT = re.compile(r"export[^\S\r\n]+")


@dataclass
class Update:
    """The new text, and what a person should hear: the names that stood several times, the lines
    with ``export`` in front of a name of ours, whether lines end in CR LF."""

    text: str
    duplicates: list[str] = field(default_factory=list)
    exported: list[str] = field(default_factory=list)
    crlf: bool = False


def read_values(text: str) -> dict[str, str | None]:
    """The variables of ``text``, a ``.env``, as they stand there: no ``$NAME`` in a value is looked up."""
    return dotenv_values(stream=io.StringIO(text), interpolate=False)


def format_line(name: str, value: str) -> str:
    """``NAME=VALUE``, without a line end. Raises ``AwsenvError`` naming a value that two readers of ``.env`` files
    (docker compose, docker run --env-file, Node, python-dotenv, direnv, ``sh``) would read differently."""
    if not value or not _SAFE.issuperset(value):
        what = "is empty, which" if not value else "holds characters that"
        raise AwsenvError(
            f"{name} {what} readers of .env files read differently",
            "leave it out of the profile, or set it elsewhere",
        )
    return f"{name}={value}"


def update(text: str, values: dict[str, str], profile: str, path: str) -> Update:
    """``text`` with ``values``, the variables of ``profile``; a second time it changes nothing.

    What is there is replaced where it stands, what is new is put below our comment line. ``path``
    is for errors. Raises ``AwsenvError`` with a line number where readers would not agree.
    """
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    # As most lines are; where as many are either, as every reader has it.
    end = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    result = Update("", crlf=end == "\r\n")
    bindings = list(parse_stream(io.StringIO(text.removeprefix(mark), newline="")))
    comments = [n for n, each in enumerate(bindings) if _COMMENT.fullmatch(each.original.string)]
    stale = _STALE | (_KEYS if "AWS_PROFILE" in values else set())
    for number in comments:
        stale.update(_names(bindings[number]))
    last = {each.key: number for number, each in enumerate(bindings) if each.key}
    _check(bindings, stale | values.keys(), path, bool(mark))

    fresh = [format_line(name, value) for name, value in values.items() if name not in last]
    ours = [f"# awsenv: {quote(profile, safe='')} {' '.join(values)}", *fresh]
    chunks = []
    for number, each in enumerate(bindings):
        blank, body, stop = _split(each.original.string)
        name = each.key
        if comments and number == comments[-1]:
            chunks.append(blank + end.join(ours) + (stop or end))
        elif number in comments or name in stale - values.keys():
            chunks.append(blank)
        elif name in values and number != last[name]:
            chunks.append(blank)
            result.duplicates.append(name)
        elif name in values:
            export = _EXPORT.match(body)
            if export:
                result.exported.append(name)
            note = _note(body)
            chunks.append(
                blank
                + (note + (stop or end) if note else "")
                + (export[0] if export else "")
                + format_line(name, values[name])
                + stop
            )
        else:
            chunks.append(each.original.string)
    result.text = mark + "".join(chunks)
    if not comments:
        if result.text and not result.text.endswith(("\n", mark or "\n")):
            result.text += end
        result.text += end.join(ours) + end
    return result


def clear(text: str) -> str:
    """``text`` without our comment lines, and the variables that they say awsenv wrote."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    names = read_names(text)
    chunks = []
    for each in parse_stream(io.StringIO(text.removeprefix(mark), newline="")):
        ours = each.key in names or _COMMENT.fullmatch(each.original.string)
        chunks.append(_split(each.original.string)[0] if ours else each.original.string)
    return mark + "".join(chunks)


def read_profile(text: str) -> str | None:
    """The profile that our comment line in ``text`` names; ``None`` without one."""
    bindings = parse_stream(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    found = [match for each in bindings if (match := _COMMENT.fullmatch(each.original.string))]
    return unquote(found[-1][1]) if found else None


def read_names(text: str) -> set[str]:
    """The names that our comment lines in ``text`` say awsenv wrote."""
    bindings = parse_stream(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    return {name for each in bindings for name in _names(each)}


def _names(comment: Binding) -> list[str]:
    match = _COMMENT.fullmatch(comment.original.string)
    return match[2].split() if match else []


def _split(original: str) -> tuple[str, str, str]:
    """Blank lines before, the setting itself, the line end."""
    body = original.lstrip()
    blank = original[: len(original) - len(body)]
    stripped = body.rstrip("\r\n")
    # The indent belongs to the setting, which is written without.
    head = blank[: max(blank.rfind("\n"), blank.rfind("\r")) + 1]
    return head, stripped, body[len(stripped) :]


def _note(body: str) -> str:
    """The comment behind a value. It goes to a line of its own: behind a bare value, readers that
    take all of a line would take it for a part."""
    value = body.partition("=")[2].lstrip()
    if value[:1] in "'\"" and value:
        quoted = re.match(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", value, re.DOTALL)
        found = re.search(r"#.*", value[quoted.end() :]) if quoted else None
    else:
        found = re.search(r"(?:(?<=\s)|^(?=#\s))#.*", value)
    return found[0].rstrip() if found else ""


def _check(bindings: list[Binding], names: set[str], path: str, mark: bool) -> None:
    """Refuse what one reader would take for a part of another value."""
    for each in bindings:
        blank, body, stop = _split(each.original.string)
        line = each.original.line + len(re.findall(r"\r\n|\r|\n", blank))
        value = body.partition("=")[2].lstrip()
        backtick = value[:1] == "`" and value.count("`") % 2 == 1  # a quote for Node
        if backtick or (each.error and value[:1] in ("'", '"')):
            raise _refusal(path, line, "a quote that is not closed on its line", "close it")
        if stop == "\r":
            raise _refusal(path, line, "a carriage return without a line feed", "end lines with LF")
        if each.key in names:
            if mark and each is bindings[0]:
                hint = "save the file as UTF-8 without one"
                raise _refusal(path, line, f"a byte order mark in front of {each.key}", hint)
            continue
        for below, text in enumerate(re.split(r"\r\n|\r|\n", body)[1:], 1):
            inner = re.match(r"\s*(?:export\s+)?'?([A-Za-z_]\w*)'?\s*=", text)
            if inner and inner[1] in names:
                what = f"{inner[1]} stands inside the value of {each.key}"
                raise _refusal(path, line + below, what, "take it out")
    for before, each in pairwise(bindings):
        _, body, _ = _split(before.original.string)
        if each.key in names and before.key and re.search(r"(?<!\\)(?:\\\\)*\\$", body):
            what = "a backslash at the end, which joins the next line to it for sh"
            raise _refusal(path, before.original.line, what, "quote the value")


def _refusal(path: str, line: int, what: str, hint: str) -> AwsenvError:
    return AwsenvError(f"{shorten(path)}, line {line}: {what}", hint)
