"""Every program that awsenv starts, but for the one that ``exec`` becomes and the demo's shell.

A program sees nothing that awsenv set in this shell: a ``credential_process`` that found the keys of
an earlier ``use`` would give out that account's session as the profile's own.
"""

import contextlib
import errno
import os
import selectors
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from typing import IO, NamedTuple

from awsenv.errors import AwsenvError
from awsenv.variables import remove_session

# Seconds that a program has where no person takes part, and bytes that it may print.
SECONDS, MAX_OUTPUT_BYTES = 30.0, 1 << 20
# What a library raises whose program failed.
FailedError = subprocess.CalledProcessError


class Finished(NamedTuple):
    """What a program printed, and its exit code (negative: the signal that ended it)."""

    code: int
    out: bytes
    err: bytes = b""


def find(name: str, environ: dict[str, str]) -> str | None:
    """The path of the program ``name``; ``None`` where there is none.

    Only folders that PATH names whole are looked in: an empty or relative one would mean the folder
    one stands in, which may be a cloned repo.
    """
    folders = [f for f in environ.get("PATH", os.defpath).split(os.pathsep) if os.path.isabs(f)]
    return shutil.which(name, path=os.pathsep.join(folders))


def run(
    words: Sequence[str],
    environ: dict[str, str],
    folder: str | None = None,
    seconds: float = SECONDS,
    loud: bool = False,
) -> Finished:
    """Run a program that no person takes part in: without a terminal, and ended with all that it has
    started when it takes longer than ``seconds`` or prints more than a mebibyte. What a ``loud`` one
    says on stderr is for the person; else it is given back.

    Raises ``OSError`` where it cannot be started, ``AwsenvError`` where it was ended.
    """
    deadline = time.monotonic() + seconds
    process: subprocess.Popen[bytes] | None = None
    pipes: list[IO[bytes]] = []
    try:
        with _interrupts_held():
            process = subprocess.Popen(
                _find_program(words, environ),
                cwd=folder,
                env=remove_session(environ),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=None if loud else subprocess.PIPE,
                start_new_session=True,
            )
            pipes = [pipe for pipe in (process.stdout, process.stderr) if pipe is not None]
        printed = _read(pipes, words[0], deadline, seconds)
        code = process.wait(max(0.1, deadline - time.monotonic()))
    except BaseException as error:
        # It, and whatever it started: a child that is left would hold our pipes open.
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if isinstance(error, subprocess.TimeoutExpired):
            raise _too_long(words[0], seconds) from None
        raise
    finally:
        for pipe in pipes:
            pipe.close()
    return Finished(code, *printed)


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """Ctrl-C counts when the context ends: in the middle of a start it would leave a child that nobody
    knows. Only the main thread is interrupted."""
    before = signal.getsignal(signal.SIGINT)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []
    signal.signal(signal.SIGINT, lambda *_: pressed.append(1))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed:
        raise KeyboardInterrupt


def run_attended(
    words: Sequence[str] | str, environ: dict[str, str], given: bytes | None = None
) -> Finished:
    """Run a program that may ask the person: with the terminal, for as long as it takes.

    A string goes to ``sh -c``. ``given`` is its stdin, else ours is. Raises ``OSError`` where it
    cannot be started.
    """
    done = subprocess.run(
        words if isinstance(words, str) else _find_program(words, environ),
        shell=isinstance(words, str),
        env=remove_session(environ),
        input=given,
        stdout=subprocess.PIPE,
        check=False,
    )
    return Finished(done.returncode, done.stdout)


def feed(words: Sequence[str], environ: dict[str, str], given: bytes, seconds: float = 5) -> bool:
    """Run a program that takes ``given`` on its stdin and may leave something of itself behind, as those of the clipboard
    do: only its own end is waited for. Whether it went well within ``seconds``."""
    try:
        process = subprocess.Popen(
            _find_program(words, environ),
            env=remove_session(environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return False
    try:
        process.communicate(given, seconds)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return process.returncode == 0


def run_to_its_end(
    words: Sequence[str], environ: dict[str, str], given: bytes, keep: int | None
) -> Finished:
    """Run a program that goes on to its end whatever becomes of this process, in a session of its own; ``given`` is its
    stdin, and the descriptor ``keep`` stays open in it. Raises ``OSError`` where it cannot be started."""
    process = subprocess.Popen(
        list(words),
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=[] if keep is None else [keep],
    )
    out, _ = process.communicate(given)
    return Finished(process.returncode, out)


def start(words: Sequence[str], environ: dict[str, str], log: str = os.devnull) -> None:
    """Start a program that goes on by itself, like a browser. Our stdin and stdout are not its own:
    they may be the text for a shell, or hold a ``$(…)`` open; its stderr goes to the end of the file
    ``log``. Raises ``OSError``."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        subprocess.Popen(
            _find_program(words, environ),
            env=remove_session(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=descriptor,
            start_new_session=True,
        )
    finally:
        os.close(descriptor)


def _find_program(words: Sequence[str], environ: dict[str, str]) -> list[str]:
    """``words`` with the program's path in front. Raises ``FileNotFoundError``."""
    path = words[0] if "/" in words[0] else find(words[0], environ)
    if path is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), words[0])
    return [path, *words[1:]]


def _read(pipes: list[IO[bytes]], name: str, deadline: float, seconds: float) -> list[bytes]:
    """What each of ``pipes`` gives to its end, in their order."""
    printed = {pipe.fileno(): b"" for pipe in pipes}
    with selectors.DefaultSelector() as waiting:
        for pipe in pipes:
            waiting.register(pipe, selectors.EVENT_READ)
        while waiting.get_map():
            ready = waiting.select(max(0.0, deadline - time.monotonic()))
            if not ready:
                raise _too_long(name, seconds)
            for key, _ in ready:
                data = os.read(key.fd, 1 << 16)
                printed[key.fd] += data
                if not data:
                    waiting.unregister(key.fileobj)
                if len(printed[key.fd]) > MAX_OUTPUT_BYTES:
                    raise AwsenvError(f"{_short(name)} printed over {MAX_OUTPUT_BYTES >> 20} MiB")
    return list(printed.values())


def _too_long(name: str, seconds: float) -> AwsenvError:
    return AwsenvError(f"{_short(name)} took over {seconds:.0f} s and was ended")


def _short(name: str) -> str:
    return os.path.basename(name) or name
