"""A real interactive shell under a pseudo-terminal, typed at as a person does."""

import re
from collections.abc import Sequence
from pathlib import Path

import pexpect

from tests.shells.real import Shell, environment, snapshot

_START = {
    "bash": ("--norc", "--noprofile", "-i"),
    "zsh": ("-f", "-i"),
    "fish": ("--no-config", "-i"),
}


class Interactive:
    """``shell`` at a prompt; ``typed`` runs a line and gives what it printed.

    A line is read only when the prompt before it has been drawn, so whatever a hook does at that
    prompt is done: nothing here waits for a time to pass. ``before`` are words of another program in front.
    """

    def __init__(
        self, shell: Shell, environ: dict[str, str], cwd: Path, before: Sequence[str] = ()
    ) -> None:
        self.shell = shell
        self._folder = cwd
        self._count = 0
        self.snapshot = cwd  # the file of the last look at the environment
        self._program = pexpect.spawn(
            (words := [*before, shell.program, *_START[shell.name]])[0],
            words[1:],
            env={"TERM": "dumb", "PS1": "", "PROMPT": ""} | environ,
            cwd=str(cwd),
            encoding="utf-8",
            codec_errors="replace",
            timeout=60,
            dimensions=(50, 1000),
            echo=False,
        )

    def typed(self, line: str) -> str:
        """Type ``line``; what was on the screen until it and the prompt hook after it were done."""
        self._count += 1
        # Typed in two parts, so that only the output holds the whole.
        self._program.sendline(line)
        self._program.sendline(f"echo END''-{self._count}-")
        self._program.expect_exact(f"END-{self._count}-")
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\r", "", self._program.before or "")

    def typed_on(self, line: str) -> None:
        """Type ``line`` and nothing behind it: the next line sees what it left."""
        self._program.sendline(line)

    def shows(self, text: str) -> None:
        """Wait until ``text`` is on the screen."""
        self._program.expect_exact(text, timeout=20)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._program.sendintr()

    @property
    def pid(self) -> int:
        """The shell's process."""
        return self._program.pid or 0

    def environment(self) -> dict[bytes, bytes]:
        """What a child of it has now, but for what the shell and direnv change by themselves."""
        path = self.snapshot = self._folder / f"env-{self._count}"
        self.typed(snapshot(path))
        return {name: value for name, value in environment(path).items() if name[:7] != b"DIRENV_"}

    def end(self) -> None:
        """Leave it as a person does, and wait until nothing holds the terminal."""
        self._program.sendline("exit")
        self._program.expect(pexpect.EOF)

    def close(self) -> None:
        """End it."""
        self._program.close(force=True)
