"""Locks of the kernel's, one file each in our state folder: they end with their process, however
that ends. Whoever waits for one reads there what it is held for.
"""

import contextlib
import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator

from awsenv.digests import sha256
from awsenv.errors import PERSON_NEEDED, AwsenvError
from awsenv.files import folders
from awsenv.paths import shorten
from awsenv.state import LOCKS

# Seconds that a lock is waited for, whoever holds it and in whatever state.
LOCK_TIMEOUT = 60.0
# A question that is open says so this often, and is believed for a little longer: a process that was
# stopped at its question, or killed, asks nobody.
_BEAT, _BELIEVED = 1.0, 5.0

_held: "list[Lock]" = []
_said: list[str] = []


class WaitingError(AwsenvError):
    """A person is being asked elsewhere, and nobody here can wait for that."""

    code = PERSON_NEEDED


class Lock:
    """A lock that is held. What it is held for stands in its file, for those who wait; without a
    ``descriptor`` it is none, and nothing is kept."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor
        self._what = ""
        self._remembered = "" if descriptor is None else _fields(descriptor)[3]
        self.holds("is at it")

    @property
    def descriptor(self) -> int | None:
        """What holds it, in any process that has it open."""
        return self._descriptor

    def holds(self, what: str) -> None:
        """Say what this process does."""
        self._what = what
        self.write("")

    def write(self, question: str) -> None:
        """Put it into the file; ``question`` changes for as long as one is open, else it is empty."""
        if self._descriptor is None:
            return
        words = (str(os.getpid()), self._what, question, self._remembered)
        text = "\t".join(words).encode()
        os.pwrite(self._descriptor, text, 0)
        os.ftruncate(self._descriptor, len(text))

    def remember(self, mark: str) -> None:
        """Leave ``mark`` for the next holder."""
        self._remembered = mark
        self.write("")

    def remembered(self) -> str:
        """What a holder before this one left."""
        return self._remembered


@contextlib.contextmanager
def announce_question(what: str) -> Iterator[None]:
    """While a question to a person is open, tell those who wait for any lock that this process
    holds: ``what`` is "asks for …"."""
    mine = list(_held)
    before = [lock._what for lock in mine]
    over = threading.Event()

    def beat() -> None:
        count = 0
        while True:
            count += 1
            for lock in mine:
                lock.write(str(count))
            if over.wait(_BEAT):
                return

    for lock in mine:
        lock._what = what
    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        for lock, did in zip(mine, before, strict=True):
            lock.holds(did)


@contextlib.contextmanager
def hold(
    state: str,
    what: str,
    say: Callable[[str], None] = lambda _: None,
    seconds: float = LOCK_TIMEOUT,
    question_timeout: float = float("inf"),
) -> Iterator[Lock]:
    """Hold the lock named ``what`` in ``state``, our state folder, for as long as the context lasts.

    After 2 s it is said who is in the way. Raises ``AwsenvError`` when others have held it for
    ``seconds``, the time in which a question to a person was open not counted, or when one is open
    for longer than ``question_timeout``. Where no lock can be had (the folder cannot be made, its file
    system knows none) there is none, which is said once.
    """
    descriptor = _open(state, what, say)
    lock = None
    try:
        if descriptor is not None:
            try:
                _wait(descriptor, say, seconds, question_timeout)
                lock = Lock(descriptor)
            except OSError as error:  # ENOLCK: a network's file system without locks
                _say_none(state, error, say)
        lock = lock or Lock(None)
        _held.append(lock)
        yield lock
    finally:
        if lock in _held:
            _held.remove(lock)
        if descriptor is not None:
            os.close(descriptor)


def _open(state: str, what: str, say: Callable[[str], None]) -> int | None:
    """The lock's file; ``None`` where there can be none."""
    try:
        folder = folders.make_private(os.path.join(state, LOCKS))
        path = os.path.join(folder, sha256(what))
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        descriptor = os.open(path, flags, 0o600)
        folders.give_to_owner(path)
    except (AwsenvError, OSError) as error:
        _say_none(state, error, say)
        return None
    return descriptor


def _wait(
    descriptor: int, say: Callable[[str], None], seconds: float, question_timeout: float
) -> None:
    """Wait until this process has the lock. Raises as ``hold`` does, and ``OSError`` for no locks."""
    waited = asked = 0.0
    said, before = False, time.monotonic()
    question, changed = "", before
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        else:
            return
        pid, does, open_question, _ = _fields(descriptor)
        now = time.monotonic()
        if open_question != question:
            question, changed = open_question, now
        if question and now - changed < _BELIEVED:
            asked += now - before
        else:
            waited += now - before
        before = now
        if asked > question_timeout:
            raise WaitingError(f"process {pid} {does}", "try again when that is done")
        if waited > seconds:
            raise AwsenvError(
                f"process {pid}, which {does}, has been in the way for {seconds:.0f} s",
                f"try again, or kill {pid}",
            )
        if waited + asked > 2 and not said:
            say(f"waiting for process {pid}, which {does}")
            said = True
        time.sleep(0.02)


def _say_none(state: str, error: AwsenvError | OSError, say: Callable[[str], None]) -> None:
    """Tell, once a process, that what it gets is for this call alone."""
    if not _said:
        why = error.message if isinstance(error, AwsenvError) else f"no locks in {shorten(state)}"
        say(f"{why}: nothing is kept for the next call; XDG_STATE_HOME=FOLDER, one you may write")
        _said.append(why)


def _fields(descriptor: int) -> list[str]:
    """Process ID, what it does, its question, what it leaves."""
    try:
        text = os.pread(descriptor, 1000, 0).decode("utf-8", "replace")
    except OSError:
        text = ""
    return [*text.split("\t"), "", "", "", ""][:4]
