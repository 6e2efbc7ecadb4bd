"""The text of an AWS file with a section changed: every other byte stays as it is.

A library that keeps comments would do, but the ones there are lose CR LF or a missing final
newline, and refuse what botocore reads. Lines are those of ``ini``.
"""

import re

from awsenv.errors import AwsenvError
from awsenv.profiles import ini

# A line with its end, as the file has it.
LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_SETTING = re.compile(r"(?P<start>\s*[^=:]*?\s*[=:][^\S\r\n]*)[^\r\n]*(?P<end>[\r\n]*)")


def put(text: str, path: str, header: str, options: dict[str, str]) -> str:
    """``text`` with ``options`` in its section ``[header]``, which is made at the end where there
    is none. What is there is replaced where it stands; what is new follows the section's last.

    ``path`` is for errors. Raises ``AwsenvError`` when the file is malformed or a value cannot be
    written so that it reads the same.
    """
    section = ini.parse(text, path).get(header)
    lines = LINES.findall(text)
    end = "\r\n" if "\r\n" in text else "\n"
    if section is None:
        written = [f"[{header}]{end}", *(f"{n} = {v}{end}" for n, v in options.items())]
        if lines:
            lines[-1] = end_line(lines[-1], end)
            written = [end, *written] if lines[-1].strip() else written
        return _check(text, "".join([*lines, *written]), path, header, options)
    own = {name: value for name, value in section.options.items() if value[1] > section.line}
    last = max((value[2] for value in own.values()), default=section.line)
    # The indent of a neighbour: with another one a line would go on its value, or be gone on.
    near = max((value[1] for value in own.values()), default=section.line)
    indent = re.match(r"\s*", lines[near - 1].rstrip("\r\n"))
    fresh = []
    for name, value in options.items():
        if name in own:
            replace_value(lines, own[name], value)
        else:
            fresh.append(f"{indent[0] if indent else ''}{name} = {value}{end}")
    if fresh:
        lines[last - 1] = end_line(lines[last - 1], end) if lines[last - 1] else ""
        lines[last:last] = fresh
    return _check(text, "".join(lines), path, header, options)


def replace_value(lines: list[str], option: tuple[str, int, int], value: str) -> None:
    """Have ``value`` in ``lines`` where the ``option`` of a section stands. The number of lines stays."""
    _, first, final = option
    match = _SETTING.fullmatch(lines[first - 1])
    assert match
    start = match["start"] if match["start"][-1:].isspace() else match["start"] + " "
    stop = re.search(r"[\r\n]*$", lines[final - 1])
    lines[first - 1] = f"{start}{value}{stop[0] if stop else ''}"
    for number in range(first, final):
        lines[number] = ""


def take_options(text: str, path: str, header: str, names: set[str]) -> str:
    """``text`` without the options ``names`` of its section ``[header]``."""
    section = ini.parse(text, path).get(header)
    lines = LINES.findall(text)
    for name, (_, first, last) in section.options.items() if section else ():
        if name in names and section and first > section.line:
            lines[first - 1 : last] = [""] * (last - first + 1)
    return "".join(lines)


def take_section(text: str, path: str, header: str) -> str:
    """``text`` without its section ``[header]``, from its first line to its last setting, and the
    blank lines behind it."""
    sections = ini.parse(text, path)
    section = sections.get(header)
    if section is None:
        return text
    lines = LINES.findall(text)
    own = [value[2] for value in section.options.values() if value[1] > section.line]
    last = max(own, default=section.line)
    while last < len(lines) and not lines[last].strip():
        last += 1
    new = "".join(lines[: section.line - 1] + lines[last:])
    left = {name: each for name, each in sections.items() if name != header}
    if list_values(ini.parse(new, path)) != list_values(left):
        raise AwsenvError(f"[{header}] cannot be taken out without changing another")
    return new


def _check(old: str, new: str, path: str, header: str, options: dict[str, str]) -> str:
    """``new``, if it reads as ``old`` does but for ``options``."""
    expected = list_values(ini.parse(old, path))
    expected[header] = {**read_defaults(old, path), **expected.get(header, {}), **options}
    try:
        found = list_values(ini.parse(new, path))
    except ini.MalformedError:
        found = {}
    if found != expected:
        raise AwsenvError(f"[{header}] cannot be written so that it reads the same", "another name")
    return new


def read_defaults(text: str, path: str) -> dict[str, str]:
    """The values of ``[DEFAULT]``, which every section has."""
    probe = ini.parse(text + "\n[awsenv probe]\n", path).get("awsenv probe")
    return {name: value[0] for name, value in probe.options.items()} if probe else {}


def list_values(sections: dict[str, ini.Section]) -> dict[str, dict[str, str]]:
    """The values of ``sections``, by section and option, without their lines."""
    return {
        name: {option: value[0] for option, value in section.options.items()}
        for name, section in sections.items()
    }


def end_line(line: str, end: str) -> str:
    """``line`` with a line end, which the last one of a file may lack."""
    return line if line.endswith(("\n", "\r")) else line + end
