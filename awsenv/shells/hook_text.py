"""The hook for a shell's start file: the shipped text with the program's place in front.

The program is called as interpreter and file, both absolute, under ``-I -S``: neither the folder one stands in nor a
variable says what runs, and nothing is imported that a replay does not need.
"""

from awsenv import distribution, installation, paths
from awsenv.digests import sha256
from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.shells import Shell
from awsenv.shells.table import load_shell

# What stands in a shipped hook for the script that finds another awsenv.
_FINDER = "@FIND_PROGRAM@"
# What a shipped hook says to type where the program is gone.
_INSTALL = f"uv tool install {distribution.NAME}"


def render_hook(name: str) -> str:
    """What the shell ``name``, one of ``SHELLS``, evaluates to have the hook. Raises ``AwsenvError`` where its words
    would not start this awsenv."""
    if fault := installation.find_fault():
        raise AwsenvError(f"no hook can start this awsenv: {fault}", distribution.format_install())
    shell = load_shell(name)
    body = _read_body(shell)
    path = paths.shipped_path(shell.hook_file)
    version = _format_version(shell, body)
    install = distribution.format_install()
    # It stands in words of the shell's own, whose quotes it must not end.
    if all(c.isalnum() or c in " @%+:,./_-" for c in install):
        body = body.replace(_INSTALL, install)
    body = body.replace(_FINDER, shell.quote(_read_finder()))
    return shell.render_hook(paths.program_words(), version, body, path)


def format_version(name: str) -> str:
    """``SHELL:`` and a digest of the text: what a hook that is loaded tells of itself."""
    shell = load_shell(name)
    return _format_version(shell, _read_body(shell))


def _format_version(shell: Shell, body: str) -> str:
    return f"{shell.name}:{sha256(body)[:8]}"


def _read_finder() -> str:
    """The script for ``sh`` that finds another awsenv when this one is gone, as one line: it is then the hook's own."""
    lines = reading.read_text(paths.shipped_path("find-program.sh")).splitlines()
    return " ".join(line.strip() for line in lines if line.strip()[:1] != "#")


def _read_body(shell: Shell) -> str:
    return reading.read_text(paths.shipped_path(shell.hook_file))
