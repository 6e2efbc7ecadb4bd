"""The files that a shell reads as it starts: which of them has the hook, and how its line comes and goes."""

import os
from collections.abc import Iterator

from awsenv import environment
from awsenv.cli import hints
from awsenv.errors import AwsenvError, UsageError
from awsenv.files import folders, reading
from awsenv.files.writing import hold_folder, write_whole
from awsenv.hook import start_file

# Shell → the files that an interactive one reads, of which one has the hook. The first that is there is
# taken for the line; where none is, the first. Below $ZDOTDIR, $XDG_CONFIG_HOME or $XDG_DATA_HOME, where
# one is set: a shell's own manual says which.
_FILES = {
    "bash": (".bashrc", ".bash_profile", ".profile"),
    "zsh": (".zshrc", ".zprofile", ".zshenv"),
    "fish": (".config/fish/config.fish", ".config/fish/conf.d/awsenv.fish"),
    "nushell": (".local/share/nushell/vendor/autoload/awsenv.nu", ".config/nushell/config.nu"),
    "elvish": (".config/elvish/rc.elv",),
    "xonsh": (".xonshrc", ".config/xonsh/rc.xsh"),
    "tcsh": (".tcshrc", ".cshrc"),
}
_BELOW = {".config/": "XDG_CONFIG_HOME", ".local/share/": "XDG_DATA_HOME", ".z": "ZDOTDIR"}
# Files that other programs read, or an earlier moment: only looked at.
_NEVER = (".profile", ".zprofile", ".zshenv", "config.nu", "conf.d/awsenv.fish")
# What a file begins with that is the hook itself, as nushell has it.
_WHOLE = "const __awsenv_program"


def list_paths(shell: str, environ: dict[str, str]) -> list[str]:
    """The start files of ``shell``; empty for one without any of its own."""
    return [_place(name, environ) for name in _FILES.get(shell, ())]


def format_line(shell: str) -> str:
    """What stands in such a file. nushell has no line, which sources files alone."""
    if shell == "nushell":
        return "awsenv hook nushell | save -f ($nu.data-dir | path join vendor/autoload/awsenv.nu)"
    return hints.format_eval(f"awsenv hook {shell}", shell)


def list_lines(environ: dict[str, str]) -> Iterator[tuple[str, int, str]]:
    """What loads the hook, in any shell's start file: path, line, its text."""
    for path in (path for shell in _FILES for path in list_paths(shell, environ)):
        for number, line in enumerate(read_text(path).split("\n"), 1):
            if _calls_hook(line) or line.startswith(_WHOLE):
                yield path, number, line


def plan(shell: str, environ: dict[str, str]) -> tuple[str, bytes | None, str]:
    """How the hook of ``shell`` comes into a start file: its path, what it is to hold (``None`` where it
    has it), and that in a few words. Raises ``UsageError`` for a shell without one."""
    found = [path for path in list_paths(shell, environ) if not path.endswith(_NEVER)]
    if not found:
        hint = f"put it into the file that your shell reads: {format_line(shell)}"
        raise UsageError(f"{shell} has no start file of its own", hint)
    path = next(filter(os.path.exists, found), found[0])
    text = read_text(path)
    if shell == "nushell":
        whole = start_file.render(shell)
        return path, None if text == whole else whole.encode(), "the hook"
    if any(map(_calls_hook, text.split("\n"))):
        return path, None, format_line(shell)
    before = text + ("\n" if text and not text.endswith("\n") else "")
    return path, os.fsencode(f"{before}{format_line(shell)}\n"), format_line(shell)


def write(path: str, data: bytes, environ: dict[str, str]) -> None:
    """Make the start file at ``path`` hold ``data``. Raises ``AwsenvError``."""
    folders.make(os.path.dirname(path))
    with hold_folder(os.path.dirname(path), environment.state_folder(environ)) as aside:
        try:
            write_whole(path, data, mode=0o644, aside=aside)
        except OSError as error:
            raise reading.explain(path, error) from None


def is_ours(line: str) -> bool:
    """Whether ``line`` is what ``plan`` puts in, to the letter, and nothing of a person's own."""
    return line.startswith(_WHOLE) or line in map(format_line, _FILES)


def remove_line(path: str, line: str, environ: dict[str, str]) -> None:
    """Take ``line``, one that ``is_ours``, out of the start file at ``path``. Raises ``AwsenvError``."""
    if line.startswith(_WHOLE):
        try:
            folders.discard(path)
        except OSError as error:
            raise reading.explain(path, error) from None
        return
    kept = [each for each in read_text(path).split("\n") if each != line]
    write(path, os.fsencode("\n".join(kept)), environ)


def read_text(path: str) -> str:
    """What the file at ``path`` holds; nothing where it cannot be read."""
    try:
        return os.fsdecode(reading.read(path))
    except (OSError, AwsenvError):
        return ""


def _calls_hook(line: str) -> bool:
    return "awsenv hook" in line and not line.lstrip().startswith("#")


def _place(name: str, environ: dict[str, str]) -> str:
    for start, variable in _BELOW.items():
        base = environ.get(variable, "")
        if name.startswith(start) and base[:1] == "/":
            return os.path.join(base, name if start == ".z" else name.removeprefix(start))
    return os.path.join(environ.get("HOME") or os.path.expanduser("~"), name)
