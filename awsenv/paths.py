"""Where things lie: the two AWS files, our state folder, the shipped hooks. Hot path."""

import os
import sys

from awsenv import installation

# Where no container has a file: by it no SDK finds a profile that would go before us; and where our own is mounted. A shell
# that read a container's variables has its files all the same.
NO_FILE, OUR_CONFIG = "/awsenv/none", "/awsenv/config"


def config_file(environ: dict[str, str]) -> str:
    """The AWS config file, expanded as botocore expands it (``configloader.raw_config_parse``)."""
    return _find("AWS_CONFIG_FILE", "~/.aws/config", environ)


def credentials_file(environ: dict[str, str]) -> str:
    """The shared credentials file, expanded in the same way."""
    return _find("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", environ)


def _find(variable: str, usual: str, environ: dict[str, str]) -> str:
    path = environ.get(variable, usual)
    return _expand(usual if path in (NO_FILE, OUR_CONFIG) else path, environ)


def settings_file(environ: dict[str, str]) -> str:
    """Our own file of settings (XDG Base Directory Specification: a relative folder there is ignored)."""
    base = environ.get("XDG_CONFIG_HOME", "")
    base = base if base[:1] == "/" else _expand("~/.config", environ)
    return base + "/awsenv/config.toml"


def aws_files(environ: dict[str, str]) -> list[str]:
    """The paths of the config file and of the shared credentials file."""
    return [config_file(environ), credentials_file(environ)]


def shipped_path(name: str) -> str:
    """The path of a shipped hook: beside the modules in a wheel, in the checkout otherwise."""
    here = os.path.dirname(os.path.abspath(__file__))
    installed = os.path.join(here, "shell", name)
    if os.path.exists(installed):
        return installed
    return os.path.join(os.path.dirname(here), "shell", name)


# How hooks and programs talk to each other. One of another release is taken where that is the same; what a shell keeps
# is read by the next release, too.
PROTOCOL = "awsenv-protocol 1"


def program_words() -> list[str]:
    """The words that start this awsenv again, whatever PATH and PYTHONPATH are."""
    here = os.path.dirname(os.path.abspath(__file__))
    return [sys.executable, "-I", "-S", *installation.list_options(), f"{here}/__main__.py"]


def program_path() -> str:
    """Where the program lies that was called, for files that call it, too."""
    called = os.path.abspath(sys.argv[0])
    if os.path.basename(called) == "__main__.py":  # python -m awsenv, or the hook
        called = os.path.join(os.path.dirname(sys.executable), "awsenv")
    return called


def shorten(path: str) -> str:
    """``path`` as a person writes it: the home folder as ``~``."""
    home = os.path.expanduser("~").rstrip("/")
    if home and path.startswith(home + "/"):
        return "~" + path[len(home) :]
    return path


def write_word(path: str) -> str:
    """``path`` as it can be typed: in single quotes where a shell needs them, with the ``~`` outside, which else is no
    home."""
    short = shorten(path)
    start = "~/" if short[:2] == "~/" else ""
    return start + quote_word(short[len(start) :])


def quote_word(text: str) -> str:
    """``text`` as one word of any POSIX shell; bare where that does. ``shlex`` would load regular expressions, which what
    runs at a prompt does not."""
    is_plain = all(c.isalnum() or c in "@%+=:,./_-" for c in text)
    return text if text and is_plain else "'" + text.replace("'", "'\\''") + "'"


def _expand(path: str, environ: dict[str, str]) -> str:
    path = os.path.expandvars(path)
    home = environ.get("HOME")
    return home.rstrip("/") + path[1:] if home and path[:2] == "~/" else os.path.expanduser(path)
