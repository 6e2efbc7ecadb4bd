"""The INI dialect of the AWS files, read with the line of each value.

It is the one that botocore reads: ``configparser.RawConfigParser()`` with its defaults (strict;
``=`` and ``:``; ``#`` and ``;`` at a line's start; values that go on in indented lines) and, in
``botocore.configloader``, nested blocks. configparser itself knows no lines once it has read, and
takes seconds for a file of 20,000 profiles. A test holds this reader equal to it.
"""

import os

from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.paths import shorten


class Section:
    """The section ``[header]`` in ``line`` (from 1) of the file at ``path``; ``options`` maps a name in lower case to
    ``(value, first line, last line)``."""

    __slots__ = ("header", "line", "options", "path")

    def __init__(
        self,
        path: str,
        header: str,
        line: int,
        options: dict[str, tuple[str, int, int]] | None = None,
    ) -> None:
        self.path = path
        self.header = header
        self.line = line
        self.options = {} if options is None else options

    def __str__(self) -> str:
        return f"{shorten(self.path)}, line {self.line}"

    def get(self, option: str) -> str | None:
        """The value of ``option``; ``None`` where it is not there."""
        return self.options[option][0] if option in self.options else None

    def without(self, names: frozenset[str]) -> "Section":
        """This section without the options called ``names``."""
        options = {name: value for name, value in self.options.items() if name not in names}
        return Section(self.path, self.header, self.line, options)


class MalformedError(AwsenvError):
    """A file that botocore refuses too; the message names file and line, never the line's text."""

    def __init__(self, path: str, line: int, what: str, hint: str = "") -> None:
        super().__init__(f"{shorten(path)}, line {line}: {what}", hint)
        self.line = line


def read(path: str) -> dict[str, Section]:
    """The sections of the file at ``path``; none when there is no such file.

    Raises ``AwsenvError`` when it cannot be read, ``MalformedError`` when it cannot be understood.
    """
    with reading.explain_errors("read", path):
        try:
            data = reading.read(path)
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except reading.NotPlainError as error:
            if os.path.isdir(path):
                raise AwsenvError(error.message, f"mv {shorten(path)} aside") from None
            return {}  # as botocore, for which a FIFO is no file
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = 1 + data.count(b"\n", 0, error.start)
        raise MalformedError(path, line, "not UTF-8", "save it as UTF-8") from None
    return parse(text, path)


def parse(text: str, path: str) -> dict[str, Section]:
    """The sections of ``text`` in its order; ``path`` is for errors. Raises ``MalformedError``."""
    sections: dict[str, Section] = {}
    defaults = Section(path, "DEFAULT", 0)
    section: Section | None = None
    options: dict[str, tuple[str, int, int]] = {}
    name = ""  # of the option that an indented line would go on
    blanks = indent = 0
    plain: set[str] = set()  # names that were read once, spelled as they are stored
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")

    for number, line in enumerate(text.split("\n"), 1):
        # What nearly every line of a large file is, at a third of the price.
        option, equals, value = line.partition(" = ")
        if equals and option in plain and option not in options:
            options[option] = (value.strip(), number, number)
            name, blanks, indent = option, 0, 0
            continue
        # And what begins nearly every section of one.
        if line[:1] == "[" and (end := line.rfind("]")) > 1:
            section = _section(line[1:end], number, path, sections, defaults)
            options = section.options
            name, blanks, indent = "", 0, 0
            continue
        stripped = line.strip()
        if not stripped or stripped[0] in "#;":
            blanks += not stripped
            continue
        # The first character that is not blank, as configparser's \S finds it.
        at = len(line) - len(line.lstrip())
        if name and at > indent:
            value, first, _ = options[name]
            options[name] = (value + "\n" * (blanks + 1) + stripped, first, number)
            blanks = 0
            continue
        indent, blanks = at, 0
        if stripped[0] == "[" and (end := stripped.rfind("]")) > 1:
            section = _section(stripped[1:end], number, path, sections, defaults)
            options = section.options
            name = ""
            continue
        if section is None:
            raise _headless(path, number, stripped)
        cut = stripped.find("=")
        colon = stripped.find(":", 0, cut if cut >= 0 else len(stripped))
        if colon >= 0:
            cut = colon
        name = stripped[:cut].rstrip().lower() if cut > 0 else ""
        if not name:
            raise MalformedError(
                path, number, "neither a [section] nor a setting", "write: name = value"
            )
        if name in options:
            raise MalformedError(
                path,
                number,
                f"{name} stands already in line {options[name][1]}, in the same section",
                "take one out: AWS tools refuse the whole file",
            )
        options[name] = (stripped[cut + 1 :].strip(), number, number)
        if name.isidentifier():
            plain.add(name)
    if defaults.options:
        for each in sections.values():
            each.options = {**defaults.options, **each.options}
    for each in sections.values():
        for option, (value, line_number, _) in each.options.items():
            if value[:1] == "\n":
                _check_block(path, line_number, option, value)
    return sections


def _section(
    header: str, number: int, path: str, sections: dict[str, Section], defaults: Section
) -> Section:
    """The section that a header begins, put into ``sections``."""
    if header == "DEFAULT":
        return defaults
    if header in sections:
        raise MalformedError(
            path,
            number,
            f"[{header}] stands already in line {sections[header].line}",
            "join the two sections: AWS tools refuse the whole file",
        )
    sections[header] = Section(path, header, number)
    return sections[header]


def _check_block(path: str, line: int, option: str, value: str) -> None:
    """A value that begins on its next line is a block of settings (``_parse_nested``)."""
    if any(part.strip() and "=" not in part for part in value.splitlines()):
        raise MalformedError(
            path,
            line,
            f"an indented line below {option} is no setting",
            "write: name = value, or take the indent away",
        )


def _headless(path: str, number: int, stripped: str) -> MalformedError:
    if stripped.startswith("\ufeff"):
        return MalformedError(
            path,
            number,
            "the file begins with a byte order mark, which AWS tools refuse",
            f"sed -i '1s/^\\xEF\\xBB\\xBF//' {shorten(path)}",
        )
    return MalformedError(path, number, "a setting before any [section]", "put [NAME] above it")
