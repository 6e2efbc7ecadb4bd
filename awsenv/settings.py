"""The one file of settings, ``~/.config/awsenv/config.toml``: what is to be seen of a profile, and when a person is asked or
told. It says nothing of how a session is got: that is in the AWS files."""

from typing import Any, NamedTuple

from awsenv.durations import parse_duration
from awsenv.errors import UsageError
from awsenv.files import reading
from awsenv.paths import settings_file
from awsenv.toml_file import TomlFile
from awsenv.variables import COLORS

PRODUCTION = "production"


class Mark(NamedTuple):
    """What is seen of a profile: a ``word``, for those who do not see it in a ``color``; whether ``use``, ``exec`` and
    ``console`` ask first. ``profiles`` are patterns of their names, ``accounts`` numbers or names of accounts."""

    word: str
    color: str = ""
    ask: bool = False
    profiles: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()


class Settings(NamedTuple):
    """``marks`` in the order in which they are looked at; seconds before its end in which a session is spoken of, 0 for
    never; whether the terminal's title and tmux are told whom a shell acts as."""

    marks: tuple[Mark, ...] = ()
    warn_before_end: int = 0
    title: bool = False
    tmux: bool = False

    def find_mark(self, word: str) -> Mark:
        """The mark that is called ``word``; a plain one where the file has none."""
        found = next((mark for mark in self.marks if mark.word == word), None)
        return found or Mark(word, "red" if word == PRODUCTION else "")


_OF_MARK = {"profiles": list, "accounts": list, "color": str, "ask": bool}
_OF_SHELL = {"warn_before_end": str, "title": bool, "tmux": bool}


def read(environ: dict[str, str]) -> Settings:
    """The settings that the file of ``environ`` says; what there is without one. Raises ``AwsenvError`` with file and line."""
    path = settings_file(environ)
    with reading.explain_errors("read", path):
        data = reading.read_if_there(path)
    if data is None:
        return Settings()
    file = TomlFile(path, data, "awsenv help config")
    file.check("", file.told, {"mark": dict, "shell": dict})
    marks = file.told.get("mark", {})
    file.check("", marks, dict.fromkeys(marks, dict))
    shell = file.told.get("shell", {})
    file.check("shell", shell, _OF_SHELL)
    warn = shell.get("warn_before_end", "")
    try:
        seconds = parse_duration(warn, "warn_before_end") if warn else 0
    except UsageError as error:
        raise file.fault(
            "shell", "warn_before_end", error.message, 'warn_before_end = "10m"'
        ) from None
    found = tuple(_read_mark(file, word, each) for word, each in marks.items())
    return Settings(found, seconds, shell.get("title", False), shell.get("tmux", False))


def _read_mark(file: TomlFile, word: str, told: dict[str, Any]) -> Mark:
    table = f"mark.{word}"
    check_word(file, table, "", word)
    file.check(table, told, _OF_MARK)
    color = told.get("color", "red" if word == PRODUCTION else "")
    if color:
        check_color(file, table, "color", color)
    for name in ("profiles", "accounts"):
        for each in told.get(name, []):
            if not isinstance(each, str):
                raise file.fault(table, name, f"{each} is no text", f'{name} = ["{each}"]')
    return Mark(word, color, told.get("ask", False), tuple(told.get("profiles", ())), tuple(told.get("accounts", ())))  # fmt: skip


def check_word(file: TomlFile, table: str, name: str, word: str) -> None:
    """Raise ``AwsenvError`` where ``word`` is none that a prompt could show as a mark."""
    if not word.isprintable() or len(word.split()) != 1:
        raise file.fault(table, name, f"a mark is one word: {word}", "staging, say")


def check_color(file: TomlFile, table: str, name: str, color: str) -> None:
    """Raise ``AwsenvError`` where no terminal has that ``color``."""
    if color not in COLORS:
        raise file.fault(table, name, f"no such color: {color}", f"one of {', '.join(COLORS)}")
