"""Shells that are typed in alone: a real one at a prompt of a real terminal, and how one writes there."""

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pexpect

from awsenv.hook import start_file
from tests.program import until
from tests.shells.real import BIN, clean, environment, installed, missing

_NU = next(iter((Path(sys.prefix) / "node/node_modules/@nushell").glob("*/bin/nu")), None)


def _find_nushell() -> str:
    if _NU is None:
        missing("nushell (npm install --prefix .venv/node nushell)")
    return str(_NU)


def _find_xonsh() -> str:
    if not (BIN / "xonsh").exists():
        missing("xonsh")
    return str(BIN / "xonsh")


@dataclass(frozen=True)
class PromptShell:
    """``load`` evaluates the hook's text out of the file FILE; ``evaluate`` is how it takes what COMMAND
    prints without the hook. ``prompt`` shows AWSENV_PROMPT there, as docs/prompts.md has it. ``plain``: started with nobody's
    own settings. ``cannot``: what it does not do, in docs/hook.md's words."""

    name: str
    find: Callable[[], str]
    plain: tuple[str, ...]
    suffix: str
    prompt: str
    load: str
    evaluate: str
    save: str = "/usr/bin/env -0 > FILE; /usr/bin/touch FILE.done"
    # What it tells the terminal as a line runs, and as the next prompt is drawn, where it loses what is typed
    # between the two.
    marks: tuple[str, ...] = ()
    cannot: frozenset[str] = frozenset()
    # Settings of a person's own, to try it in; those that do not act on each other together.
    options: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


PROMPT_SHELLS = [
    PromptShell(
        "nushell", _find_nushell, ("--no-config-file",), ".nu",
        '$env.PROMPT_COMMAND = {|| $"($env.__awsenv.prompt) (pwd)" }', "source FILE",
        "COMMAND | from json | load-env",
        "^/usr/bin/env -0 o> FILE; ^/usr/bin/touch FILE.done", ("\x1b]133;C", "\x1b]133;B"),
        frozenset({"bytes", "cd", "script"}),
        ("$env.config.hooks = {}; alias ls = ls -a", "$env.config = {}"),
    ),
    PromptShell(
        "elvish", lambda: installed("elvish"), ("-norc",), ".elv",
        "set edit:prompt = { awsenv-prompt; put ' > ' }", "eval (slurp < FILE)",
        "eval (COMMAND | slurp)",
        cannot=frozenset({"script"}),
        options=("set edit:before-readline = []; set edit:after-readline = [{|line| nop }]", "set notify-bg-job-success = $false"),
    ),
    PromptShell(
        "xonsh", _find_xonsh, ("--no-rc",), ".xsh", "$PROMPT = '{awsenv} {cwd} @ '",
        "execx(open('FILE').read())",
        "execx($(COMMAND))",
        options=("$XONSH_SUBPROC_CMD_RAISE_ERROR = True; $RAISE_SUBPROC_ERROR = True; $UPDATE_OS_ENVIRON = True",
                 "import builtins; json = os = time = None; $XONSH_TRACE_SUBPROC = True; $AUTO_CD = True"),
    ),
    PromptShell(
        "tcsh", lambda: installed("tcsh"), ("-f",), ".tcsh",
        "set prompt = '%$AWSENV_PROMPT %~> '", "source FILE",
        'eval "`COMMAND`"', cannot=frozenset({"newline", "before a command"}),
        options=("set noglob; set noclobber; set nonomatch; set backslash_quote",
                 "set histchars = ''; set echo_style = both; set symlinks = chase; set printexitvalue; set csubstnonl = ''",
                 "alias precmd 'echo \"a  b\" > /dev/null; set x = 1'; alias cd 'cd \\!*; pwd'",
                 "unset tty; set anyerror; set globstar globdot; unset csubstnonl; set cdpath = (/tmp)"),
    ),
]  # fmt: skip


def _plain(text: str) -> str:
    """Without what moves the cursor, colours or names the window."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\r", "", text)


class Prompt:
    """``shell`` at a prompt in ``home``, with its hook. ``environ``: what a child was given last."""

    def __init__(self, shell: PromptShell, home: Path, **more: str) -> None:
        self.shell = shell
        self.home = home
        self.count = 0
        self.file = home  # of the last look at the environment
        self.screen = ""  # all that was ever on it
        self.environ: dict[bytes, bytes] = {}
        environ = clean(home, TERM="xterm", NO_COLOR="1", **more)
        self.program = pexpect.spawn(
            shell.find(), list(shell.plain), env=environ, cwd=str(home), encoding="utf-8",
            codec_errors="replace", timeout=60, dimensions=(50, 300),
        )  # fmt: skip
        self._wait(shell.marks[1:])
        hook = home / f"hook{shell.suffix}"
        if not hook.exists():
            hook.write_text(start_file.render(shell.name))
        self.typed(shell.load.replace("FILE", str(hook)))

    def typed(self, line: str) -> str:
        """Type ``line``; what was on the screen until it and the prompt behind it were done."""
        self.count += 1
        file = self.file = self.home / f"environ{self.program.pid}-{self.count}"
        self.program.send(f"{line}\r")
        told = self._wait(self.shell.marks)
        self.program.send(self.shell.save.replace("FILE", str(file)) + "\r")
        told += self._wait(self.shell.marks)

        def is_done() -> bool:
            nonlocal told
            told += self._read()
            return Path(f"{file}.done").exists()

        until(is_done)
        self.environ = environment(file)
        told += self._read()
        return _plain(told)

    def interrupted(self, line: str, waits: Callable[[], bool]) -> None:
        """Type ``line``, and press Ctrl-C as soon as ``waits()``."""
        self.program.send(f"{line}\r")

        def is_there() -> bool:
            self._read()
            return waits()

        until(is_there)
        self.program.sendintr()
        self._wait(self.shell.marks[1:])

    def answer(self, words: str) -> None:
        """Answer the question of a program with ``words``, and look at what it did."""
        self.program.send(f"{words}\r")
        self._wait(self.shell.marks[1:])
        self.typed("echo 1")

    def press(self, keys: str, shows: str) -> None:
        """Press ``keys``, and wait until ``shows`` is on the screen behind what is there now."""
        start = len(self.screen)
        self.program.send(keys)

        def is_shown() -> bool:
            self._read()
            return shows in _plain(self.screen[start:])

        until(is_shown)

    def get(self, name: str) -> str:
        """What a child was given in ``name``; empty for nothing."""
        return self.environ.get(name.encode(), b"").decode()

    def look(self, name: str) -> str:
        """What a child is given in ``name`` at a prompt of its own."""
        self.typed("echo 1")
        return self.get(name)

    def close(self) -> None:
        self.program.close(force=True)

    def _wait(self, marks: tuple[str, ...]) -> str:
        """What is on the screen until these have come."""
        told = ""
        for mark in marks:
            seen = ""

            def is_seen(mark: str = mark) -> bool:
                nonlocal seen
                seen += self._read()
                return mark in seen

            until(is_seen)
            told += seen
            # What came behind the mark may be the next one.
            if mark is not marks[-1] and marks[-1] in seen.rpartition(mark)[2]:
                break
        return told

    def _read(self) -> str:
        """What is on its way to the screen now."""
        told = ""
        try:
            while True:
                told += self.program.read_nonblocking(65536, timeout=0)
                if "\x1b[6n" in told:  # a line editor asks the terminal where its cursor is
                    told = told.replace("\x1b[6n", "")
                    self.program.send("\x1b[1;1R")
        except pexpect.TIMEOUT:
            self.screen += told
            return told
