"""A TOML file that a person writes (https://toml.io/en/v1.0.0), whose faults are told by their lines."""

import re
from typing import Any

from awsenv.errors import AwsenvError
from awsenv.near import ask_whether
from awsenv.paths import shorten

# How a value of each type is written, for a person who wrote another.
_EXAMPLES: dict[type, str] = {dict: "[{}]", list: '{} = ["…"]', str: '{} = "…"', bool: "{} = true"}
_HEADER = re.compile(r"\s*\[\[?(.*?)\]")


class TomlFile:
    """The ``data`` of the file at ``path``: ``told`` is what it says. Raises ``AwsenvError`` where it is no TOML; ``fix`` is
    what to type then."""

    def __init__(self, path: str, data: bytes, fix: str) -> None:
        import tomllib  # few have such a file

        self.path, self._fix = path, fix
        try:
            text = data.decode("utf-8-sig")  # some editors mark it so
        except UnicodeDecodeError:
            raise AwsenvError(f"{shorten(path)} is not UTF-8", "save it as UTF-8") from None
        self._lines = text.splitlines()
        try:
            self.told: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            # Of tomllib: "… (at line 3, column 5)" or "… (at end of document)".
            what, _, where = str(error).rpartition(" (at ")
            number = re.match(r"line (\d+)", where)
            line = number[1] if number else max(1, len(self._lines))
            raise AwsenvError(f"{shorten(path)}, line {line}: {what}", fix) from None

    def check(self, table: str, told: dict[str, Any], known: dict[str, type]) -> None:
        """Refuse what ``told``, which stands in ``table``, has and is not ``known``, and what is of another type. Raises
        ``AwsenvError``."""
        where = f" in [{table}]" if table else ""
        for name, value in told.items():
            if name not in known:
                fix = ask_whether(name, known, f"one of {', '.join(known)}")
                raise self.fault(table, name, f"no such setting{where}: {name}", fix)
            if not isinstance(value, known[name]):
                fix = _EXAMPLES[known[name]].format(name)
                raise self.fault(table, name, f"{name}{where} is of another kind", fix)

    def fault(self, table: str, name: str, what: str, fix: str = "") -> AwsenvError:
        """The error on ``name`` in ``table``, with its line."""
        line = self.find_line(table, name)
        where = f", line {line}" if line else ""
        return AwsenvError(f"{shorten(self.path)}{where}: {what}", fix or self._fix)

    def find_line(self, table: str, name: str = "") -> int:
        """The line on which ``name`` stands in ``table``, the first after its header that names it; of the header for no
        name; 0 where none is found, as in a table that is written on one line."""
        plain = table.replace('"', "")
        first = 0
        for number, line in enumerate(self._lines, 1):
            header = _HEADER.match(line)
            if header and header[1].replace('"', "").replace(" ", "") == plain.replace(" ", ""):
                first = number
                break
        if not name or (table and not first):
            return first
        named = re.compile(rf"(?<![\w-]){re.escape(name)}(?![\w-])")
        for number, line in enumerate(self._lines[first:], first + 1):
            if named.search(line.partition("#")[0]):
                return number
        return first
