"""Real shells: how each is started, and how one writes there what these tests write; what each cannot do."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn

import pytest

from tests import forkserver

BIN = forkserver.REAL_BIN
# What a shell changes by itself (IFS: ksh93, at the first `$(…)` under `set -a`).
ITS_OWN = {b"_", b"SHLVL", b"PWD", b"OLDPWD", b"_AST_FEATURES", b"IFS", b"CMD_DURATION_MS"}
# What a test needs of a shell → the shells that cannot (docs/hook.md tells a person).
CANNOT = {
    "a color in a prompt": {"tcsh"},
    "a hook": {"dash", "mksh", "ksh"},
    "bytes that are no UTF-8": {"nushell"},
    "bytes in C": {"fish"},
    "a folder for the rest of the line": {"bash", "nushell"},
    "a script that ends": {"nushell", "elvish"},
    "a newline": {"tcsh"},
    "a look before a command": {"tcsh"},
    "a readonly variable": {"fish", "nushell", "elvish", "xonsh", "tcsh"},
    "a command of the shell's in a function": {"elvish", "xonsh", "nushell", "tcsh"},
}


def installed(name: str) -> str:
    """The path of a program; without it the test is skipped, in CI it fails."""
    found = shutil.which(name)
    if not found:
        missing(name)
    return found


def missing(name: str) -> NoReturn:
    """Skip the test that needs ``name``; in CI, where everything is to be there, fail it."""
    if os.environ.get("CI"):
        pytest.fail(f"{name} is not installed")
    pytest.skip(f"{name} is not installed")


def _find_nushell() -> str:
    found = (Path(sys.prefix) / "node/node_modules/@nushell").glob("*/bin/nu")
    return str(next(found, "")) or missing("nushell (npm install --prefix .venv/node nushell)")


def _find_xonsh() -> str:
    return str(BIN / "xonsh") if (BIN / "xonsh").exists() else missing("xonsh")


@dataclass(frozen=True)
class Shell:
    """``form`` is the format that awsenv prints for it. ``plain`` starts it with nobody's own settings,
    ``at_prompt`` does so at a prompt.

    In what is written there a word in capitals stands for what the test puts in: ``take`` evaluates what
    COMMAND prints, ``load`` the hook, whose text is in the file FILE, ``save`` writes the environment of a
    child to FILE. ``shows`` has the prompt show AWSENV_PROMPT, as docs/prompts.md has it.
    ``options`` are settings of a person's own, to try a script in; ``habits`` those for a prompt.
    ``says`` it tells the terminal as a line runs, and as the next prompt is drawn, where it loses what is
    typed between the two.
    """

    name: str
    form: str
    plain: tuple[str, ...] = ()
    at_prompt: tuple[str, ...] = ()
    find: Callable[[], str] | None = None
    suffix: str = ".sh"
    take: str = 'eval "$(COMMAND)"'
    load: str = ". FILE"
    save: str = "/usr/bin/env -0 > FILE"
    shows: str = ""
    options: tuple[str, ...] = ("set -eu", "set -a", "set -f", "IFS=_A")
    habits: tuple[str, ...] = ()
    says: tuple[str, ...] = ()
    version: str = field(default="", compare=False)  # where it is another one than the machine's
    path: str = field(default="", compare=False)

    @property
    def program(self) -> str:
        """Its path."""
        return self.path or (self.find() if self.find else installed(self.name))

    def __str__(self) -> str:
        return self.name + self.version

    def can(self, *words: str) -> bool:
        """Whether it can do all of ``words``."""
        return not any(self.name in CANNOT[word] for word in words)

    def evaluate(self, command: str) -> str:
        """How a person has this shell evaluate what ``command`` prints."""
        return self.take.replace("COMMAND", command)

    def load_hook(self, file: Path) -> str:
        """The line that evaluates the hook's text in ``file``."""
        return self.load.replace("FILE", str(file))

    def snapshot(self, file: Path) -> str:
        """The line that writes the whole environment of a child to ``file``."""
        return self.save.replace("FILE", str(file))

    def export(self, name: str, value: str) -> str:
        """A statement that exports a plain ``value``."""
        return f"set -gx {name} '{value}'" if self.form == "fish" else f"export {name}='{value}'"

    def run(
        self, script: str, environ: dict[str, str], cwd: Path
    ) -> subprocess.CompletedProcess[bytes]:
        """Run ``script``; it ends within a minute."""
        return subprocess.run(
            [self.program, *self.plain, "-c", script],
            env=environ,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )


SHELLS = [
    Shell(
        "bash", "bash", ("--norc", "--noprofile"), ("--norc", "--noprofile", "-i"),
        shows="PS1='$AWSENV_PROMPT> '", suffix=".bash",
        habits=("set -u; set -a; IFS=_A", "set -f; shopt -s nocasematch extglob nullglob",
                "set -o posix; shopt -s failglob", "set -E -T"),
    ),
    Shell(
        "zsh", "zsh", ("-f",), ("-f", "-i"), shows="setopt prompt_subst; PROMPT='$AWSENV_PROMPT> '", suffix=".zsh",
        options=("set -eu", "set -a", "setopt ksh_arrays sh_word_split", "IFS=_A"),
        habits=("setopt no_unset all_export; IFS=_A", "setopt ksh_arrays sh_word_split no_multibyte",
                "setopt no_match null_glob err_return", "setopt pushd_silent auto_cd cdable_vars"),
    ),
    Shell(
        "fish", "fish", ("--no-config",), ("--no-config", "-i"), take="COMMAND | source", load="source FILE",
        shows="function fish_prompt; echo \"$AWSENV_PROMPT> \"; end", suffix=".fish",
        options=(), habits=("set -gx IFS _A",),
    ),
    Shell("dash", "posix"),
    Shell("mksh", "posix"),
    Shell("ksh", "posix"),
]  # fmt: skip

# Those that are typed in alone: no script of theirs is like a POSIX shell's.
OTHERS = [
    Shell(
        "nushell", "nushell", ("--no-config-file",), ("--no-config-file",), _find_nushell, ".nu",
        "COMMAND | from json | load-env", "source FILE", "^/usr/bin/env -0 o> FILE",
        '$env.PROMPT_COMMAND = {|| $"($env.__awsenv.prompt) (pwd)" }',
        habits=("$env.config.hooks = {}; alias ls = ls -a", "$env.config = {}"),
        says=("\x1b]133;C", "\x1b]133;B"),
    ),
    Shell(
        "elvish", "elvish", ("-norc",), ("-norc",), None, ".elv", "eval (COMMAND | slurp)", "eval (slurp < FILE)",
        shows="set edit:prompt = { awsenv-prompt; print ' > ' }",
        habits=("set edit:before-readline = []; set edit:after-readline = [{|line| nop }]", "set notify-bg-job-success = $false"),
    ),
    Shell(
        "xonsh", "xonsh", ("--no-rc",), ("--no-rc",), _find_xonsh, ".xsh", "execx($(COMMAND))", "execx(open('FILE').read())",
        shows="$PROMPT = '{awsenv} {cwd} @ '",
        habits=("$XONSH_SUBPROC_CMD_RAISE_ERROR = True; $RAISE_SUBPROC_ERROR = True; $UPDATE_OS_ENVIRON = True",
                "import builtins; json = os = time = None; $XONSH_TRACE_SUBPROC = True; $AUTO_CD = True"),
    ),
    Shell(
        "tcsh", "tcsh", ("-f",), ("-f",), None, ".tcsh", 'eval "`COMMAND`"', "source FILE",
        shows="set prompt = '%$AWSENV_PROMPT %~> '",
        habits=("set noglob; set noclobber; set nonomatch; set backslash_quote",
                "set histchars = ''; set echo_style = both; set symlinks = chase; set printexitvalue; set csubstnonl = ''",
                "alias precmd 'echo \"a  b\" > /dev/null; set x = 1'; alias cd 'cd \\!*; pwd'",
                "unset tty; set anyerror; set globstar globdot; unset csubstnonl; set cdpath = (/tmp)"),
    ),
]  # fmt: skip

# macOS's bash, which no package has: tried where a person names one.
if "AWSENV_BASH32" in os.environ:
    SHELLS.append(replace(SHELLS[0], version="3.2", path=os.environ["AWSENV_BASH32"]))

# Those that have the whole hook and a script like a POSIX shell's; and all that have the hook.
HOOKED = [shell for shell in SHELLS if shell.can("a hook")]
EVERY = [*HOOKED, *OTHERS]


def snapshot(path: Path) -> str:
    """A statement that writes the whole environment of a child to ``path``."""
    return f"/usr/bin/env -0 > '{path}'"


def environment(path: Path) -> dict[bytes, bytes]:
    """What ``snapshot`` wrote, but for what the shell changes by itself."""
    pairs = [entry.partition(b"=") for entry in path.read_bytes().split(b"\0") if entry]
    return {name: value for name, _, value in pairs if name not in ITS_OWN}


def clean(home: Path, **more: str) -> dict[str, str]:
    """An environment that holds nothing of the caller's."""
    path = dict.fromkeys([forkserver.program.folder, BIN, "/usr/bin", "/bin"])
    return {"HOME": str(home), "PATH": ":".join(map(str, path)), "LC_ALL": "C.UTF-8", **more}
