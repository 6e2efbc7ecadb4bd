"""What our hook reads of an ``.envrc`` itself: data, where direnv would run a script.

``use_aws PROFILE [--region R] [--account ID] [--profile-only]`` (or ``use aws …``), ``dotenv [FILE]``,
``dotenv_if_exists [FILE]``, ``source_up`` and comments, each a line of literal words.
"""

import re
from typing import NamedTuple

from awsenv.envrc import trust_check, use_aws_line
from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.paths import shorten

_COMMAND = re.compile(
    rb"[ \t]*(use_aws|use[ \t]+aws|dotenv_if_exists|dotenv|source_up)(?=[ \t\r]|$)"
)


class Directive(NamedTuple):
    """The ``command`` in line ``line`` (from 1) with its ``words``."""

    line: int
    command: str
    words: list[str]


def parse(text: bytes, path: str) -> list[Directive]:
    """What ``text``, the ``.envrc`` at ``path``, says. Raises ``AwsenvError`` for a line that needs
    direnv."""
    found = []
    for number, line in enumerate(text.split(b"\n"), 1):
        if not line.strip() or line.lstrip().startswith(b"#"):
            continue
        command = _COMMAND.match(line)
        words = use_aws_line.split_words(line, command.end()) if command else None
        if command is None or words is None:
            raise needs_direnv(path, number)
        name = "use_aws" if command[1].startswith(b"use") else command[1].decode()
        found.append(Directive(number, name, [word for word, _ in words]))
    return found


def needs_direnv(path: str, line: int) -> AwsenvError:
    """The error of a line that is not ours to read."""
    return AwsenvError(
        f"{shorten(path)}, line {line}: awsenv's own hook does not read this",
        "load it with direnv, or take it out",
    )


def read(path: str) -> bytes:
    """The bytes of the plain file at ``path``. Never waits, whatever lies there. Raises
    ``AwsenvError``."""
    with reading.explain_errors("read", path):
        data = reading.read(path, trust_check.MAX_ENV_FILE_BYTES)
    if b"\0" in data:
        raise AwsenvError(f"{shorten(path)} holds a NUL byte", "it is no text")
    return data
