"""direnv: our library in its lib folder, and whether it has allowed a file."""

import os

from awsenv import paths, programs
from awsenv.errors import AwsenvError
from awsenv.files import folders, reading
from awsenv.files.writing import write_whole
from awsenv.paths import shorten

_MARK = b"# awsenv for direnv:"


def install(program: str, environ: dict[str, str]) -> tuple[str, bool]:
    """Put the library into direnv's lib folder, calling the awsenv at ``program``.

    Its path, and whether it changed. Raises ``AwsenvError`` over somebody else's file.
    """
    path = _place(environ)
    folder = os.path.dirname(path)
    called = os.fsencode(program.replace("'", "'\\''"))
    text = reading.read(paths.shipped_path("direnv.bash")).replace(b"@AWSENV@", called)
    with reading.explain_errors("write", path):
        folders.make(folder)
        old = reading.read(path) if os.path.lexists(path) else b""
        if old == text:
            return path, False
        if old and not old.startswith(_MARK):
            raise AwsenvError(f"{shorten(path)} is not awsenv's", f"mv {shorten(path)} aside")
        write_whole(path, text, mode=0o644)
    return path, True


def library_path(environ: dict[str, str]) -> str:
    """Where our library lies; empty where none of ours does."""
    path = _place(environ)
    try:
        return path if reading.read(path).startswith(_MARK) else ""
    except (OSError, AwsenvError):
        return ""


def _place(environ: dict[str, str]) -> str:
    config = environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    folder = environ.get("DIRENV_CONFIG") or os.path.join(config, "direnv")
    return os.path.join(folder, "lib", "awsenv.sh")


def is_allowed(folder: str, environ: dict[str, str]) -> bool:
    """Whether direnv is there and has allowed ``folder``'s own ``.envrc`` as it is now."""
    if not is_installed(environ):
        return False
    told = programs.run(["direnv", "status"], environ, folder).out.decode("utf-8", "replace")
    status = dict(line.rsplit(" ", 1) for line in told.splitlines() if " " in line)
    # 2.32 says true, later ones 0 (allowed), 1 (not yet) or 2 (denied).
    return status.get("Found RC allowed") in ("true", "0")


def allow(path: str, environ: dict[str, str]) -> None:
    """Have direnv trust the file at ``path`` as it is now. Raises ``AwsenvError``."""
    _ask("allow", path, environ)


def deny(path: str, environ: dict[str, str]) -> None:
    """Have direnv trust it no more. Raises ``AwsenvError``."""
    _ask("deny", path, environ)


def _ask(word: str, path: str, environ: dict[str, str]) -> None:
    told = programs.run(["direnv", word, path], environ)
    if told.code:
        raise AwsenvError(
            f"direnv does not {word} {shorten(path)}", f"direnv {word} {shorten(path)}"
        )


def read_changes(environ: dict[str, str]) -> list[str]:
    """The variables that direnv has set or changed in ``environ``, by its ``DIRENV_DIFF`` (zlib and
    URL-safe base64 around ``{"p": before, "n": now}``; ``gzenv.Marshal``)."""
    import base64
    import json
    import zlib

    try:
        data = zlib.decompress(base64.urlsafe_b64decode(environ.get("DIRENV_DIFF", "")))
        return sorted(json.loads(data)["n"])
    except (ValueError, KeyError, TypeError, zlib.error):
        return []


def is_installed(environ: dict[str, str]) -> bool:
    """Whether there is a direnv to call."""
    return programs.find("direnv", environ) is not None
