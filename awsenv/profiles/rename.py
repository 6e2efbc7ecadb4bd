"""A profile by another name in the text of an AWS file: its section, and what names it in the others."""

import re
import shlex
from collections.abc import Iterator

from awsenv.errors import AwsenvError
from awsenv.profiles import edit, headers, ini
from awsenv.profiles.profile import STORED_OF
from awsenv.profiles.read import INCLUDE

# Settings whose value is the name of another profile.
_NAMES = ("source_profile", INCLUDE, STORED_OF)


def rename(text: str, path: str, old: str, new: str, is_config: bool) -> str:
    """``text``, that of the AWS file at ``path`` (the config file or not), with profile ``old`` called ``new``; every other
    byte stays. Raises ``AwsenvError``."""
    sections = ini.parse(text, path)
    header = _find_header(sections, old, is_config)
    expected = edit.list_values(sections)
    lines = edit.LINES.findall(text)
    for other, option, value in _list_mentions(sections, old, new):
        edit.replace_value(lines, sections[other].options[option], value)
        expected[other][option] = value
    if header is not None:
        wanted = headers.header(new) if is_config else new
        if wanted in sections:
            raise AwsenvError(f"there is a profile {new} already", "another name")
        number = sections[header].line - 1
        # A comment behind it stays.
        lines[number] = re.sub(r"\[.*\]", lambda _: f"[{wanted}]", lines[number], count=1)
        expected[wanted] = expected.pop(header)
    text = "".join(lines)
    if edit.list_values(ini.parse(text, path)) != expected:
        raise AwsenvError(f"{new} cannot be written so that it reads the same", "another name")
    return text


def _find_header(sections: dict[str, ini.Section], name: str, is_config: bool) -> str | None:
    """The header of the profile ``name`` in a file with ``sections``."""
    for header in sections:
        if (headers.profile_name(header) if is_config else header) == name:
            return header
    return None


def _list_mentions(
    sections: dict[str, ini.Section], old: str, new: str
) -> Iterator[tuple[str, str, str]]:
    """The settings that name ``old``, with what they are to be: the section's header, the setting, its value."""
    for header, section in sections.items():
        for option in _NAMES:
            if section.get(option) == old:
                yield header, option, new
        command = section.get("credential_process") or ""
        if (changed := _rename_in_command(command, old, new)) != command:
            yield header, "credential_process", changed


def _rename_in_command(command: str, old: str, new: str) -> str:
    """``command`` where it is ``awsenv credential-process OLD``, by whatever path, with ``new`` at its end; else as it is."""
    try:
        words = shlex.split(command)
    except ValueError:
        return command
    if len(words) < 3 or words[-2:] != ["credential-process", old] or "awsenv" not in words[-3]:
        return command
    return shlex.join([*words[:-1], new])
