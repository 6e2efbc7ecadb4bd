"""A process that has all of awsenv imported, and becomes awsenv in a fork for each call of a client.

    python -m tests.forkserver.server FOLDER

writes the clients into FOLDER, `bin/awsenv` for a PATH and `hook` for what a hook runs, says so with a line
on stdout, and ends with its stdin.
"""

import atexit
import contextlib
import fcntl
import gc
import importlib
import io
import json
import os
import pkgutil
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import threading
import traceback
from pathlib import Path
from typing import NoReturn

from tests.forkserver import client, killing

REAL = str(Path(sys.executable).parent / "awsenv")


def main(folder: Path) -> None:
    """Serve calls until stdin ends."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(folder / "socket"))
    listener.listen(128)
    from awsenv import paths

    real_words = paths.program_words()
    hook = folder / "hook"
    # A hook that the stand-in prints calls the stand-in.
    paths.program_words = lambda: find_hook_words(folder, real_words)
    (folder / "bin").mkdir()
    _write_client(hook, real_words, folder)
    _write_client(folder / "bin/awsenv", [REAL], folder)
    if shutil.which("cc"):
        _compile_client(folder / "client", real_words, folder, skip=len(real_words))
        _compile_client(folder / "bin/awsenv", [REAL], folder, skip=1)
    _import_everything()
    gc.collect()
    gc.freeze()
    print("ready", flush=True)
    _Server(listener).run()


def _write_client(path: Path, real: list[str], folder: Path) -> None:
    words = {"SOCKET": str(folder / "socket"), "REAL": real, "PLACE": client.find_place()}
    head = "".join(f"{name} = {value!r}\n" for name, value in words.items())
    path.write_text(f"#!{sys.executable} -IS\n{head}{Path(client.__file__).read_text()}")
    path.chmod(0o755)


def find_hook_words(folder: Path, real_words: list[str]) -> list[str]:
    """The words by which a hook calls the stand-in: as many as ``real_words``, of which the first and the last are others."""
    starts = folder / "client"
    first = str(starts) if starts.exists() else real_words[0]
    return [first, *real_words[1:-1], str(folder / "hook")]


def _compile_client(path: Path, real: list[str], folder: Path, skip: int) -> None:
    """The client without the start of a Python, at ``path``; ``skip`` words stand in front of its arguments."""
    source = Path(client.__file__).with_suffix(".c")
    place = folder / "place"
    words = "".join(f"{json.dumps(word)}," for word in real)
    given = {"SOCKET": json.dumps(str(folder / "socket")), "PLACE": json.dumps(str(place)), "REAL": words, "SKIP": skip}  # fmt: skip
    flags = [f"-D{name}={value}" for name, value in given.items()]
    made = path.with_name(path.name + ".new")
    subprocess.run(["cc", "-O1", "-o", made, source, *flags], check=True)
    made.rename(path)
    if not place.exists():
        place.write_bytes(subprocess.check_output([path, "--place-of-the-server"]))


def _import_everything() -> None:
    """All of awsenv, what botocore loads when it makes its first client, and Typer at its first option (pydantic, where
    it is there)."""
    import awsenv

    for module in pkgutil.walk_packages(awsenv.__path__, "awsenv."):
        # The one starts it; the other is a keychain as soon as it is imported.
        if module.name not in ("awsenv.__main__", "awsenv.demo.keychain"):
            importlib.import_module(module.name)
    import botocore.session

    with contextlib.suppress(ImportError):
        importlib.import_module("typer._adapters")
    session = botocore.session.Session()
    for service in ("sts", "sso", "sso-oidc", "iam"):
        session.create_client(
            service, "us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )


class _Server:
    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._waiting = selectors.DefaultSelector()
        self._calls: dict[int, socket.socket] = {}  # by the process that answers
        self._wakes, wakes = os.pipe()
        os.set_blocking(wakes, False)
        signal.set_wakeup_fd(wakes, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for source in (0, self._wakes, listener):
            self._waiting.register(source, selectors.EVENT_READ)

    def run(self) -> None:
        while True:
            for key, _ in self._waiting.select():
                if key.fileobj == 0:
                    if not os.read(0, 1):
                        return
                elif key.fileobj == self._wakes:
                    os.read(self._wakes, 4096)
                    self._reap()
                elif key.fileobj is self._listener:
                    self._accept()
                elif key.data in self._calls:
                    self._end(key.data)

    def _accept(self) -> None:
        connection, _ = self._listener.accept()
        with connection.makefile("rb") as stream:
            head, handed, _, _ = socket.recv_fds(connection, 4, 253)
            if len(head) < 4:
                connection.close()
                return
            told = stream.read(int.from_bytes(head, sys.byteorder))
        process = os.fork()
        if not process:
            _become(told, handed)
        for descriptor in handed:
            os.close(descriptor)
        self._calls[process] = connection
        self._waiting.register(connection, selectors.EVENT_READ, process)
        self._tell(connection, process)

    def _reap(self) -> None:
        while self._calls:
            process, status = os.waitpid(-1, os.WNOHANG)
            if not process:
                return
            connection = self._calls.pop(process)
            self._tell(connection, status)
            self._waiting.unregister(connection)
            connection.close()

    @staticmethod
    def _tell(connection: socket.socket, number: int) -> None:
        with contextlib.suppress(OSError):  # it was killed
            connection.sendall(number.to_bytes(4, sys.byteorder))

    @staticmethod
    def _end(process: int) -> None:
        """The client was killed, and so is what stands for it."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)


def _become(told: bytes, handed: list[int]) -> NoReturn:
    code = 1
    try:
        code = _run(told, handed)
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _run(told: bytes, handed: list[int]) -> int:
    words, environ, umask, parent, ignored, passed = _read(told)
    os.setsid()
    gc.disable()  # as little as is possible is written to pages that are shared
    _take_descriptors(handed, passed)
    os.umask(umask)
    os.environ.clear()
    os.environb.update(environ)
    signal.set_wakeup_fd(-1)
    for number in (*client.FORWARDED, signal.SIGCHLD):
        is_int = number == signal.SIGINT
        default = signal.default_int_handler if is_int else signal.SIG_DFL
        signal.signal(number, signal.SIG_IGN if number in ignored else default)
    os.getppid = lambda: parent
    sys.argv = [os.fsdecode(word) for word in words]
    sys.stdin = sys.__stdin__ = _open(0, "r")  # type: ignore[misc]
    sys.stdout = sys.__stdout__ = _open(1, "w")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _open(2, "w", "backslashreplace")  # type: ignore[misc]
    import awsenv

    if killing.AT in os.environ:
        killing.install(int(os.environ.pop(killing.AT)), os.environ.pop(killing.LOG))
    code: object = None
    try:
        awsenv.main()
    except SystemExit as end:
        code = end.code
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    if sys.stdout is not None:
        sys.stdout.flush()
    return code if isinstance(code, int) else 0 if code is None else 1


def _read(told: bytes) -> "tuple[list[bytes], dict[bytes, bytes], int, int, list[int], list[int]]":
    """What a client told: numbers of 32 bits, of a list how many it has first, of a word how many bytes."""
    at = 0

    def number() -> int:
        nonlocal at
        at += 4
        return int.from_bytes(told[at - 4 : at], sys.byteorder)

    def word() -> bytes:
        nonlocal at
        size = number()
        at += size
        return told[at - size : at]

    words = [word() for _ in range(number())]
    environ: dict[bytes, bytes] = {}
    for _ in range(number()):
        name, equals, value = word().partition(b"=")
        if equals and name:
            environ.setdefault(name, value)
    umask, parent = number(), number()
    ignored = [number() for _ in range(number())]
    return words, environ, umask, parent, ignored, [number() for _ in range(number())]


def _take_descriptors(handed: list[int], passed: list[int]) -> None:
    """Those that the client has, by its numbers, and no others; its folder."""
    above = max([200, *passed]) + 1
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, above) for descriptor in handed]
    os.closerange(0, above)
    os.fchdir(moved[0])
    for number, descriptor in zip(passed, moved[1:], strict=True):
        os.dup2(descriptor, number)
    os.closerange(above, max(moved) + 1)


def _open(number: int, mode: str, errors: str = "surrogateescape") -> "io.TextIOWrapper | None":
    try:
        os.fstat(number)
    except OSError:
        return None
    return open(number, mode, encoding="utf-8", errors=errors, closefd=False)  # type: ignore[return-value]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
