"""Lines of a ``.env`` that its readers do not read alike, refused before one of them is trusted.

direnv (``pkg/dotenv``, which follows Ruby's dotenv), python-dotenv and docker compose agree on
``NAME=value`` with a plain value or one in quotes, and on little else: ``pa#ss`` is ``pa`` in direnv,
``$HOME`` is looked up by the one and kept by the other. What is loaded has to be the same with and
without direnv, so such a line is named when a person allows it.
"""

import re

from awsenv.env_files import env_file
from awsenv.errors import AwsenvError
from awsenv.paths import shorten

_ASSIGNMENT = re.compile(r"[ \t]*(?:export[ \t]+)?([^\s=:#]+)[ \t]*=[ \t]*(.*)", re.DOTALL)
_REFERENCE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
# What may stand behind a value.
_REST = r"(?:[ \t]*|[ \t]+#.*)"
_SINGLE = re.compile(rf"'(?:[^'\\$\r]|\$(?!\{{))*'{_REST}", re.DOTALL)
_DOUBLE = re.compile(rf'"(?:[^"\\$\r]|\\[n"\\])*"{_REST}', re.DOTALL)
# From direnv 2.32 on a blank in a value without quotes makes the whole file invalid.
_PLAIN = re.compile(rf"""(?:[^\s#$"'\\`]+)?{_REST}""", re.DOTALL)


def refuse_ambiguous(text: str, path: str, own: set[str]) -> None:
    """Raise ``AwsenvError`` for the first line of ``text``, the ``.env`` at ``path``, that direnv
    reads otherwise than awsenv. Lines of the names in ``own`` are awsenv's, and no part of it."""
    known: set[str] = set()
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        bare = line.removesuffix("\r")
        if not bare.strip(" \t") or bare.lstrip(" \t").startswith("#"):
            continue
        found = _ASSIGNMENT.fullmatch(bare)
        name = found[1] if found else ""
        if name in own:
            continue
        why, fix = _find_fault(name, found[2] if found else "", known)
        if why:
            raise AwsenvError(f"{shorten(path)}, line {number}: {why}", fix)
        known.add(name)


def _find_fault(name: str, value: str, known: set[str]) -> tuple[str, str]:
    """What is wrong with a line, and what to do about it; empty where it is read alike."""
    if not name:
        return "not NAME=value", "write it so, or take it out"
    if not env_file.NAME.fullmatch(name) or name == "export":
        return f"{name} is no variable's name", "rename it"
    missing = [each for each in _REFERENCE.findall(value) if each not in known]
    if missing and not value.startswith("'"):
        return f"{name} takes ${{{missing[0]}}}, which stands nowhere above", "write its value"
    plain = value if value.startswith("'") else _REFERENCE.sub("x", value)
    if any(form.fullmatch(plain) for form in (_SINGLE, _DOUBLE, _PLAIN)):
        return "", ""
    why = f"{name} would have another value in direnv"
    if value[0] in "'\"" and value.count(value[0]) == 1:
        return why, "keep it on one line: between double quotes \\n is a new one"
    if "'" in value and "$" in value:
        return why, "write it without a $ or without a '"
    if "'" in value:
        return why, 'put it between double quotes, with \\ before each \\ and "'
    return why, "put it between single quotes"
