"""``team``: the profiles of a team's file in the AWS config file, where every tool finds them, and out of it again."""

import contextlib
import os
from collections.abc import Iterator
from typing import NamedTuple

from awsenv import record_file, records
from awsenv.errors import AwsenvError
from awsenv.paths import config_file, credentials_file, shorten
from awsenv.profiles import edit, headers, ini, write, written
from awsenv.profiles.references import ALIASES
from awsenv.profiles.team_file import Table, TeamFile
from awsenv.state import TEAMS, state_path

_OWNER = "team "
# Settings by which one section needs another.
_NEEDS = ("source_profile", "sso_session")


class Plan:
    """What the ``text`` of the config file, as it was ``before``, is to become for ``file``; and a line on each of the ``conflicts``: sections that
    stay as they are, since they are a person's own, or a person changed them. Raises ``AwsenvError``."""

    def __init__(self, text: str, file: TeamFile, environ: dict[str, str]) -> None:
        self.before = text
        self.conflicts: list[str] = []
        self._path, self._file, self._environ = config_file(environ), file, environ
        self._owner = _OWNER + file.name
        self._sections, self._lines = ini.parse(text, self._path), edit.LINES.findall(text)
        self._end = "\r\n" if "\r\n" in text else "\n"
        self._expected = edit.list_values(self._sections)
        self._defaults = edit.read_defaults(text, self._path)
        self._new: list[str] = []
        self._keys = _find_keys(environ)
        blocks = written.find_blocks(self._sections, self._lines)
        standing = {_normalize(header): block for header, block in blocks.items()}
        for header, table in file.tables.items():
            block = standing.get(header)
            if block is None:
                self._add(header, table)
            elif block.is_whole_of(self._owner):
                self._replace(block, table)
            else:
                self._compare(block, table)
        for header, block in standing.items():
            if block.owner == self._owner and header not in file.tables:
                self._take(block)
        self.text = written.append(self._new, self._lines, self._end)
        if edit.list_values(ini.parse(self.text, self._path)) != self._expected:
            raise AwsenvError("the profiles cannot be written so that they read the same")

    def _add(self, header: str, table: Table) -> None:
        if line := self._keys.get(headers.profile_name(header) or ""):
            where = f"{shorten(credentials_file(self._environ))}, line {line}"
            self.conflicts.append(f"[{header}] is left out ({self._say_place(table)}): {where}, has one of that name")  # fmt: skip
            return
        lines = written.format_section(self._owner, header, table.options, self._end)
        self._new += [self._end, *lines]
        self._expected[header] = {**self._defaults, **table.options}

    def _replace(self, block: written.Block, table: Table) -> None:
        # What a person calls it stays.
        own = f"{table.options.get(ALIASES, '')} {block.aliases or ''}".split()
        more = {ALIASES: " ".join(dict.fromkeys(own))} if own else {}
        options = {**table.options, **more}
        lines = written.format_section(self._owner, block.header, options, self._end)
        block.replace(lines, self._lines)
        self._expected[block.header] = {**self._defaults, **options}

    def _compare(self, block: written.Block, table: Table) -> None:
        own = self._expected[block.header]
        others = [name for name, value in table.options.items() if own.get(name) != value]
        if others:
            what = f"{', '.join(others)} there and in {self._say_place(table)} differ"
            self.conflicts.append(f"[{block.header}] stays as it is in {self._say_block(block)}: {what}")  # fmt: skip

    def _take(self, block: written.Block) -> None:
        if not block.whole:
            what = f"it is gone from {shorten(self._file.path)}, and you changed it"
            self.conflicts.append(f"[{block.header}] stays in {self._say_block(block)}: {what}")
            return
        block.take(self._lines)
        del self._expected[block.header]

    def _say_block(self, block: written.Block) -> str:
        return f"{shorten(self._path)}, line {block.first + 1}"

    def _say_place(self, table: Table) -> str:
        line = f", line {table.line}" if table.line else ""
        return f"{shorten(self._file.path)}{line}"


def _normalize(header: str) -> str:
    """The header of the same section as awsenv writes it: a person may have quoted the name."""
    if (name := headers.profile_name(header)) is not None:
        return headers.header(name)
    name = headers.session_name(header)
    return header if name is None else headers.session_header(name)


def _find_keys(environ: dict[str, str]) -> dict[str, int]:
    """The sections of the credentials file, each with its line."""
    path = credentials_file(environ)
    sections = ini.parse(write.read_text(path), path)
    return {name: section.line for name, section in sections.items()}


def find_headers(team: str, text: str, environ: dict[str, str]) -> list[str]:
    """The headers of the sections in ``text``, the config file's, that were written for ``team``."""
    sections = ini.parse(text, config_file(environ))
    blocks = written.find_blocks(sections, edit.LINES.findall(text))
    return [header for header, block in blocks.items() if block.owner == _OWNER + team]


def take_out(team: str, text: str, environ: dict[str, str]) -> tuple[str, list[str]]:
    """``text`` without the sections of ``team``, and a line on each section of a person's own that needs one of them."""
    path = config_file(environ)
    gone = find_headers(team, text, environ)
    names = {headers.profile_name(each) or headers.session_name(each) for each in gone}
    left = {h: each for h, each in edit.list_values(ini.parse(text, path)).items() if h not in gone}
    lines = edit.LINES.findall(text)
    for header, block in written.find_blocks(ini.parse(text, path), lines).items():
        if header in gone:
            block.take(lines)
    text = "".join(lines)
    if edit.list_values(ini.parse(text, path)) != left:
        raise AwsenvError(f"team {team} cannot be taken out without changing another section")
    needing = [
        f"{shorten(path)}, line {section.line}: [{header}] has {section.get(option)} as {option}"
        for header, section in ini.parse(text, path).items()
        for option in _NEEDS
        if section.get(option) in names
    ]
    return text, needing


def remember(file: TeamFile, environ: dict[str, str]) -> None:
    """Keep where the file of a team lies. Raises ``AwsenvError``."""
    records.write(
        _path(file.name, environ), {"team": file.name, "path": os.path.abspath(file.path)}
    )


def forget(team: str, environ: dict[str, str]) -> None:
    """Keep that no more."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_path(team, environ))


class Team(NamedTuple):
    """A team's ``name``, and where its file lies."""

    name: str
    path: str


def list_teams(environ: dict[str, str]) -> Iterator[Team]:
    """The teams whose files were added."""
    folder = state_path(environ, TEAMS)
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        fields = record_file.read(os.path.join(folder, name)) or {}
        if "team" in fields and "path" in fields:
            yield Team(fields["team"], fields["path"])


def find_team(name: str, environ: dict[str, str]) -> Team:
    """The team called ``name``. Raises ``AwsenvError``."""
    known = list(list_teams(environ))
    found = next((team for team in known if team.name == name), None)
    if found is None:
        others = ", ".join(team.name for team in known)
        fix = f"one of {others}" if others else "awsenv team add FILE"
        raise AwsenvError(f"there is no team {name}", fix)
    return found


def _path(team: str, environ: dict[str, str]) -> str:
    return f"{state_path(environ, TEAMS)}/{record_file.file_name(team)}"
