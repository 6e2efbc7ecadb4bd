"""Sections of the config file that awsenv wrote, which the file tells itself: a comment below the header says for whom, and
holds a digest of the section's lines, so that a section that a person changed since is that person's.
"""

import re

from awsenv.digests import sha256
from awsenv.profiles import edit, ini
from awsenv.profiles.references import ALIASES

_COMMENT = re.compile(r"# awsenv (sso|team \S+) ([0-9a-f]{12})\s*")


class Block:
    """A section as it stands: ``first`` to ``last`` are its lines, counted from 0 and the last one left out; ``owner``
    for whom awsenv wrote it (``sso``, ``team NAME``), empty where a person did; ``whole`` if nobody changed it since."""

    def __init__(self, section: ini.Section, behind: int, lines: list[str]) -> None:
        own = [value[2] for value in section.options.values() if value[1] > section.line]
        self.header = section.header
        self.aliases = section.get(ALIASES)
        self.first, self.last = section.line - 1, max(own, default=section.line)
        comments = [_COMMENT.fullmatch(line) for line in lines[self.first : behind]]
        found = next(filter(None, comments), None)
        rest = [line for line in lines[self.first : self.last] if not _COMMENT.fullmatch(line)]
        self.owner = found[1] if found else ""
        self.whole = found is not None and found[2] == _digest(rest)

    def is_whole_of(self, owner: str) -> bool:
        """Whether awsenv wrote it for ``owner``, and nobody changed it since."""
        return self.owner == owner and self.whole

    def replace(self, written: list[str], lines: list[str]) -> bool:
        """Have ``written`` in ``lines`` where it stands; whether that changes anything. The number of lines stays."""
        if lines[self.first : self.last] == written:
            return False
        lines[self.first] = "".join(written)
        lines[self.first + 1 : self.last] = [""] * (self.last - self.first - 1)
        return True

    def take(self, lines: list[str]) -> None:
        """Empty its ``lines``, and the blank ones behind it."""
        last = self.last
        while last < len(lines) and not lines[last].strip():
            last += 1
        lines[self.first : last] = [""] * (last - self.first)


def find_blocks(sections: dict[str, ini.Section], lines: list[str]) -> dict[str, Block]:
    """Every one of ``sections`` as it stands in ``lines``, by its header."""
    ordered = sorted(sections.values(), key=lambda section: section.line)
    starts = [*(section.line - 1 for section in ordered), len(lines)]
    return {
        section.header: Block(section, stop, lines)
        for section, stop in zip(ordered, starts[1:], strict=True)
    }


def append(new: list[str], lines: list[str], end: str) -> str:
    """The text of ``lines`` and, behind them, the sections ``new``, each of which begins with an empty line."""
    rest = "".join(lines)
    if new and rest:
        rest = edit.end_line(rest, end)
    return rest + "".join(new if rest else new[1:])


def format_section(owner: str, header: str, options: dict[str, str], end: str) -> list[str]:
    """The lines of a section that awsenv writes for ``owner``."""
    lines = [f"[{header}]{end}", *(f"{name} = {value}{end}" for name, value in options.items())]
    return [lines[0], f"# awsenv {owner} {_digest(lines)}{end}", *lines[1:]]


def _digest(lines: list[str]) -> str:
    """A digest of ``lines`` that depends neither on their line ends nor on an alias: who gives one has not changed what was
    written."""
    text = "\n".join(line.rstrip("\r\n") for line in lines if not line.startswith(ALIASES))
    return sha256(text)[:12]
