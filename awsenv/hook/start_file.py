"""The hook for a shell's start file: the shipped text with the program's place in front.

The program is called as interpreter and file, both absolute, under ``-I -S``: neither the folder one
stands in nor a variable says what runs, and nothing is imported that a replay does not need.
"""

import hashlib

from awsenv import paths
from awsenv.environment import elvish, fish, posix, tcsh
from awsenv.files import reading

FILES = {
    "bash": ("awsenv.bash",),
    "zsh": ("awsenv.zsh",),
    "fish": ("awsenv.fish",),
    "nushell": ("awsenv.nu",),
    "elvish": ("awsenv.elv",),
    "xonsh": ("awsenv.xsh",),
    "tcsh": ("awsenv.tcsh",),
    "posix": ("awsenv.sh",),
}


def render(shell: str) -> str:
    """What ``eval`` (fish: ``source``) makes the hook for ``shell``, one of ``FILES``."""
    body = "".join(_read_shipped(name) for name in FILES[shell])
    words = paths.program_words()
    if shell == "fish":
        quoted = " ".join(fish.quote(word) for word in words)
        return f"set -g __awsenv_program {quoted}\nset -g __awsenv_hook {format_version(shell)}\n{body}"
    if shell == "nushell":
        import json  # which no other shell's start has to wait for

        # JSON's strings are nushell's, in double quotes.
        return f"const __awsenv_program = {json.dumps(words)}\nconst __awsenv_hook = {json.dumps(format_version(shell))}\n{body}"
    if shell == "elvish":
        quoted = " ".join(map(elvish.quote, words))
        return f"var awsenv-program = [{quoted}]\nvar awsenv-hook = {format_version(shell)}\n{body}"
    if shell == "xonsh":
        return f"_awsenv_program = {words!a}\n_awsenv_hook = {format_version(shell)!r}\n{body}"
    if shell == "tcsh":  # whose eval makes one line of all: it is read from where it lies
        quoted = " ".join(map(tcsh.quote, words))
        file = tcsh.quote(paths.shipped_path(FILES[shell][0]))
        lines = [
            f"set __awsenv_program = ({quoted})",
            f"set __awsenv_command = {tcsh.quote(quoted)}",
            f"set __awsenv_hook = {format_version(shell)}",
            f"set __awsenv_file = {file}",
            "source $__awsenv_file:q load",
        ]
        return "; ".join(lines) + ";\n"
    quoted = " ".join(posix.quote(word) for word in words)
    if shell == "posix":
        return f'__awsenv_run() {{ AWSENV_HOOK={format_version(shell)} {quoted} "$@"; }}\n{body}'
    if shell == "zsh":
        body = f"typeset -ga __awsenv_program=({quoted})\ntypeset -g __awsenv_hook={format_version(shell)}\n{body}"
        return f"'builtin' 'emulate' 'zsh' -o 'no_aliases' -c {posix.quote(body)}\n"
    return f"__awsenv_program=({quoted})\n__awsenv_hook={format_version(shell)}\n{body}"


def format_version(shell: str) -> str:
    """``SHELL:`` and a digest of the text: what a hook that is loaded tells of itself."""
    body = "".join(_read_shipped(name) for name in FILES[shell])
    return f"{shell}:{hashlib.sha256(body.encode()).hexdigest()[:8]}"


def _read_shipped(name: str) -> str:
    return reading.read_text(paths.shipped_path(name))
