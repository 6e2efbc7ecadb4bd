"""A real shell at a prompt of a real terminal, typed at as a person does."""

import re
import signal
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pexpect

from awsenv.shells import hook_text
from tests.forkserver import client
from tests.program import until
from tests.shells.real import OTHERS, Shell, clean, environment, snapshot


def _plain(text: str) -> str:
    """Without what moves the cursor, colours or names the window."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\r", "", text)


# How a person exports a variable N as V, and unsets it.
_EXPORT = {
    "fish": "set -gx N V",
    "nushell": "$env.N = 'V'",
    "elvish": "set-env N V",
    "xonsh": "$N = 'V'",
    "tcsh": "setenv N V",
}
_UNSET = {
    "fish": "set -eg N",
    "nushell": "hide-env N",
    "elvish": "unset-env N",
    "xonsh": "del $N",
    "tcsh": "unsetenv N",
}


class Terminal:
    """``shell`` at a prompt in ``cwd``; ``before`` are words of another program in front of it.

    What is typed is answered only when the prompt behind it has been drawn, so whatever a hook does at
    that prompt is done: nothing here waits for a time to pass. Where a shell reads what is typed ahead
    (bash, zsh, fish), a second line tells that it is there; where its line editor loses that, a file does.
    """

    def __init__(
        self, shell: Shell, environ: dict[str, str], cwd: Path, before: Sequence[str] = ()
    ) -> None:
        self.shell = shell
        self.file = cwd  # of the last look at the environment
        self.screen = ""  # all that was ever on it, where a file tells
        self._folder = cwd
        self._count = 0
        self._values: dict[bytes, bytes] | None = None
        self._reads_ahead = shell.name not in {each.name for each in OTHERS}
        own = {"TERM": "dumb", "PS1": "", "PROMPT": ""} if self._reads_ahead else {"TERM": "xterm", "NO_COLOR": "1"}  # fmt: skip
        own |= {client.UNATTENDED: "1"}
        words = [*before, shell.program, *shell.at_prompt]
        self._program = pexpect.spawn(
            words[0], words[1:], env=own | environ, cwd=str(cwd), encoding="utf-8", codec_errors="replace",
            timeout=60, dimensions=(50, 1000) if self._reads_ahead else (50, 300), echo=not self._reads_ahead,
        )  # fmt: skip
        # pexpect's own pauses, for programs that are not ready to be typed at.
        self._program.delaybeforesend = None
        self._program.ptyproc.delayafterclose = 0  # type: ignore[attr-defined]
        if not self._reads_ahead:
            self._wait(shell.says[1:])

    def load_hook(self) -> None:
        """Evaluate the hook's text, as a start file does."""
        self.typed(self.shell.load_hook(write_hook(self.shell, self._folder)))

    def typed(self, line: str) -> str:
        """Type ``line``; what was on the screen until it and the prompt behind it were done."""
        self._count += 1
        self._values = None
        if not self._reads_ahead:
            return self._typed_and_saved(line)
        # Typed in two parts, so that only the output holds the whole.
        self._program.sendline(line)
        self._program.sendline(f"echo END''-{self._count}-")
        self._program.expect_exact(f"END-{self._count}-")
        return _plain(self._program.before or "")

    def export(self, **values: str) -> str:
        """Export ``values``, or unset a name that is given none; what is on the screen then, and of the next prompt."""
        texts = [
            (_EXPORT.get(self.shell.name, "export N=V") if value else _UNSET.get(self.shell.name, "unset N"))
            .replace("N", name).replace("V", value)
            for name, value in values.items()
        ]  # fmt: skip
        return self.typed("; ".join(texts)) + self.typed("echo 1")

    def typed_on(self, line: str) -> None:
        """Type ``line`` and nothing behind it: the next line sees what it left."""
        self._program.send(line + ("\n" if self._reads_ahead else "\r"))

    def environment(self) -> dict[bytes, bytes]:
        """What a child has at a prompt of its own, but for what the shell and direnv change by themselves."""
        if self._reads_ahead:
            self._count += 1
            self.file = self._folder / f"env{self.pid}-{self._count}"
            self.typed(snapshot(self.file))
            self._values = environment(self.file)
        else:
            self.typed("echo 1")
        assert self._values is not None
        return {name: value for name, value in self._values.items() if name[:7] != b"DIRENV_"}

    @property
    def environ(self) -> dict[bytes, bytes]:
        """What a child has behind the last line."""
        return self.environment() if self._values is None else self._values

    def get(self, name: str) -> str:
        """What a child has in ``name`` behind the last line; empty for nothing."""
        return self.environ.get(name.encode(), b"").decode()

    def look(self, name: str) -> str:
        """What a child has in ``name`` behind one more prompt."""
        if self._reads_ahead:
            self.typed("true")
        return self.environment().get(name.encode(), b"").decode()

    def shows(self, text: str) -> None:
        """Wait until ``text`` is on the screen."""
        self._program.expect_exact(text)

    def send(self, keys: str) -> None:
        """Press ``keys``."""
        self._program.send(keys)

    def press(self, keys: str, shows: str) -> str:
        """Press ``keys``, and wait until ``shows`` is on the screen behind what is there now; that, with its colors."""
        start = len(self.screen)
        self._program.send(keys)
        if self._reads_ahead:
            self._program.expect_exact(shows)
            return (self._program.before or "") + shows
        self._until(lambda: shows in _plain(self.screen[start:]))
        return self.screen[start:]

    def write(self, text: str) -> None:
        """Type ``text`` at a prompt, and wait until it stands there: whole, or drawn a part at a time."""
        start = len(self.screen)
        if self._reads_ahead:
            self.press(text, text)
            return
        self._program.send(text)

        def stands() -> bool:
            seen = iter(_plain(self.screen[start:]))
            return all(character in seen for character in text if character != " ")

        self._until(stands)
        self.rest()

    def rest(self) -> None:
        """Wait until a line editor that draws by itself has drawn all that it has to: a third of a second of quiet."""
        if self._reads_ahead:
            return
        length, since = -1, 0.0

        def is_quiet() -> bool:
            nonlocal length, since
            if len(self.screen) != length:
                length, since = len(self.screen), time.monotonic()
            return time.monotonic() - since > 0.3

        self._until(is_quiet)

    def answer(self, words: str) -> None:
        """Answer the question of a program with ``words``, and look at what it did."""
        self.typed_on(words)
        self._wait(self.shell.says[1:])
        self.environment()

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        self._program.sendintr()

    def interrupted(self, line: str, waits: Callable[[], object]) -> None:
        """Type ``line``, and press Ctrl-C as soon as ``waits()``."""
        self._values = None
        self.typed_on(line)
        self._until(waits)
        self.interrupt()
        self._wait(self.shell.says[1:])

    @property
    def pid(self) -> int:
        """The shell's process."""
        return self._program.pid or 0

    def end(self) -> None:
        """Leave it as a person does, and wait until nothing holds the terminal."""
        self._program.sendline("exit")
        self._program.expect(pexpect.EOF)

    def close(self) -> None:
        """End it."""
        if self._program.isalive():
            self._program.kill(signal.SIGKILL)
            self._program.wait()
        self._program.close()

    def _typed_and_saved(self, line: str) -> str:
        file = self.file = self._folder / f"env{self.pid}-{self._count}"
        done = Path(f"{file}.done")
        told = ""
        outside = "^" if self.shell.name == "nushell" else ""
        for each in (line, f"{self.shell.snapshot(file)}; {outside}/usr/bin/touch {done}"):
            self.typed_on(each)
            told += self._wait(self.shell.says)
        start = len(self.screen)
        self._until(done.exists)
        self._values = environment(file)
        self._read()
        return _plain(told + self.screen[start:])

    def _until(self, true: Callable[[], object]) -> None:
        """Wait until ``true()`` is, and read what comes to the screen meanwhile."""

        def is_true() -> bool:
            self._read()
            return bool(true())

        until(is_true)

    def _wait(self, marks: tuple[str, ...]) -> str:
        """What is on the screen until these have come."""
        told = ""
        for mark in marks:
            start = len(self.screen)
            self._until(lambda mark=mark, start=start: mark in self.screen[start:])  # type: ignore[misc]
            told += self.screen[start:]
            # What came behind the mark may be the next one.
            if mark is not marks[-1] and marks[-1] in self.screen[start:].rpartition(mark)[2]:
                break
        return told

    def _read(self) -> str:
        """What is on its way to the screen now."""
        told = ""
        if self._reads_ahead:
            return told  # pexpect reads where a text is waited for
        try:
            while True:
                told += self._program.read_nonblocking(65536, timeout=0)
                if "\x1b[6n" in told:  # a line editor asks the terminal where its cursor is
                    told = told.replace("\x1b[6n", "")
                    self._program.send("\x1b[1;1R")
        except pexpect.TIMEOUT:
            self.screen += told
            return told


def write_hook(shell: Shell, folder: Path) -> Path:
    """A file in ``folder`` with the hook's text, unless a test has put another there."""
    file = folder / f"hook{shell.suffix}"
    if not file.exists():
        file.write_text(hook_text.render_hook(shell.name))
    return file


def at_home(shell: Shell, home: Path, hook: bool = True, **more: str) -> Terminal:
    """``shell`` at a prompt in ``home`` with nothing of the caller's, and with the hook unless that is not
    wanted."""
    it = Terminal(shell, clean(home, **more), home)
    if hook:
        it.load_hook()
    return it
