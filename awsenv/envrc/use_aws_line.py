"""The ``use_aws`` line of an ``.envrc``: found, changed and taken out, every other byte kept."""

import re
import shlex

from awsenv.errors import AwsenvError
from awsenv.paths import shorten

# A line that is this command and nothing else; a comment may follow.
_COMMAND = re.compile(rb"^[ \t]*(?:use_aws|use[ \t]+aws)(?=[ \t\r\n]|$)")
# The same where any command may stand, behind `&&` or `then`: not ours to change.
_MENTION = re.compile(
    rb"^(?:|[^#\n]*(?:[;&|({!]|\b(?:if|then|else|do|while|until)\b))[ \t]*"
    rb"(?:use_aws|use[ \t]+aws)(?![\w-])"
)
# A shell word of literal text.
_PIECE = rb"""[^\s'"\\;&|<>()$`]|'[^']*'|"[^"$`\\]*"|\\\S"""
# The next word of a line, in group 1, and what may follow the last.
WORD = re.compile(rb"[ \t]+((?!#)(?:" + _PIECE + rb")+)")
END = re.compile(rb"[ \t]*(?:[ \t]#[^\n]*)?\r?\n?$")
WITH_VALUE = ("--region", "--account")


class UseAwsLine:
    """The ``use_aws`` line number ``number`` (from 1) of an ``.envrc``, its words decoded.

    ``profile_span`` is where the profile's word stands in the line.
    """

    def __init__(self, number: int, words: list[tuple[str, tuple[int, int]]]) -> None:
        self.number = number
        self.options: dict[str, str] = {}
        self.profile = ""
        self.profile_span = (0, 0)
        waiting = ""
        for word, span in words:
            if waiting:
                self.options[waiting], waiting = word, ""
            elif word.startswith("-"):
                option, _, value = word.partition("=")
                self.options[option] = value
                waiting = option if option in WITH_VALUE and not value else ""
            elif not self.profile:
                self.profile, self.profile_span = word, span


def find(text: bytes, path: str) -> UseAwsLine | None:
    """The one ``use_aws`` line of ``text``; ``None`` when there is none.

    Raises ``AwsenvError`` when there are several, or one that holds more than literal words.
    """
    found = []
    for number, line in enumerate(text.split(b"\n"), 1):
        if not _MENTION.match(line):
            continue
        words = _words(line)
        if words is None:
            raise AwsenvError(
                f"{shorten(path)}, line {number}: this use_aws is more than one plain command",
                "change it by hand",
            )
        found.append(UseAwsLine(number, words))
    if len(found) > 1:
        numbers = ", ".join(str(each.number) for each in found)
        raise AwsenvError(
            f"{shorten(path)} has several use_aws lines: {numbers}",
            "leave one, or change it by hand",
        )
    return found[0] if found else None


def bind(text: bytes, profile: str, path: str) -> bytes:
    """``text`` with its ``use_aws`` line naming ``profile``, or with such a line at its end."""
    word = shlex.quote(profile).encode()
    found = find(text, path)
    if found is None:
        end = b"\r\n" if b"\r\n" in text else b"\n"
        if text and not text.endswith(b"\n"):
            text += end
        return text + b"use_aws " + word + end
    if found.profile == profile:
        return text
    lines = text.split(b"\n")
    line = lines[found.number - 1]
    if found.profile:
        start, stop = found.profile_span
        lines[found.number - 1] = line[:start] + word + line[stop:]
    else:  # `use_aws` alone
        command = _COMMAND.match(line)
        assert command
        lines[found.number - 1] = line[: command.end()] + b" " + word + line[command.end() :]
    return b"\n".join(lines)


def unbind(text: bytes, path: str) -> bytes:
    """``text`` without its ``use_aws`` line."""
    found = find(text, path)
    if found is None:
        return text
    lines = text.split(b"\n")
    ends = [b"\n"] * (len(lines) - 1) + [b""]
    kept = [line + end for line, end in zip(lines, ends, strict=True)]
    del kept[found.number - 1]
    return b"".join(kept)


def _words(line: bytes) -> list[tuple[str, tuple[int, int]]] | None:
    """The words behind the command with their places, or ``None`` for anything but those."""
    command = _COMMAND.match(line)
    return None if command is None else split_words(line, command.end())


def split_words(line: bytes, at: int) -> list[tuple[str, tuple[int, int]]] | None:
    """The literal words of ``line`` from ``at`` on with their places; ``None`` where a shell would
    do more with it."""
    words = []
    while match := WORD.match(line, at):
        raw = match[1].decode("utf-8", "surrogateescape")
        words.append(("".join(shlex.split(raw)), match.span(1)))
        at = match.end()
    return words if END.fullmatch(line, at) else None
