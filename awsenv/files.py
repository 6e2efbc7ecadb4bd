"""Files written whole, folders of ours, locks: what lies on the disk stays right at any kill."""

import contextlib
import fcntl
import os
import stat
import time
from collections.abc import Callable, Iterator

from awsenv.errors import PERSON_NEEDED, AwsenvError
from awsenv.paths import shown


def write_whole(
    path: str, data: bytes, mode: int = 0o600, secret: bool = False, mtime: int | None = None
) -> None:
    """Replace the file at ``path`` by one holding ``data``: a temporary file, fsync, rename.

    A symlink stays and its target is replaced. An existing file keeps its mode, but for group's
    and others' bits when it is ``secret``; a new one gets ``mode``. ``mtime`` is its time, in seconds
    since 1970, where that says something. Raises ``OSError``; then the
    old file is there, untouched. A file that may not be written is refused, though a rename
    would replace it.
    """
    target = os.path.realpath(path)
    try:
        mode = stat.S_IMODE(os.stat(target).st_mode)
    except FileNotFoundError:
        pass
    else:
        with open(target, "ab"):
            pass
    # In the same folder, so that the rename is one step; a name of its own for each process.
    temporary = os.path.join(os.path.dirname(target), f".awsenv-{os.getpid()}~")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with contextlib.ExitStack() as undo:
        if secret:
            mode &= 0o700
            import shutil

            # A folder that git sees as empty, so that no `git add -A` takes what is in it.
            os.mkdir(temporary, 0o700)
            undo.callback(shutil.rmtree, temporary)
            with open(os.path.join(temporary, ".gitignore"), "wb", buffering=0) as ignore:
                ignore.write(b"*\n")
            temporary = os.path.join(temporary, "new")
        descriptor = os.open(temporary, flags, 0o600)
        try:
            with open(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fchmod(descriptor, mode)
                if mtime is not None:
                    os.utime(descriptor, (mtime, mtime))
                os.fsync(descriptor)
            os.rename(temporary, target)
        except BaseException:
            os.unlink(temporary)
            raise


@contextlib.contextmanager
def writing(folder: str, state: str) -> Iterator[None]:
    """Be the only awsenv that writes into ``folder``; what a killed one left there is removed.

    The lock lies in ``state``, our state folder. Raises ``AwsenvError`` as ``locked`` does.
    """
    import hashlib

    locks = own_folder(os.path.join(state, "locks"))
    name = hashlib.sha256(os.fsencode(os.path.realpath(folder))).hexdigest()
    with locked(os.path.join(locks, name)):
        _clear_leftovers(folder)
        yield


def _clear_leftovers(folder: str) -> None:
    import shutil

    for name in os.listdir(folder):
        if name.startswith(".awsenv-") and name.endswith("~") and name[8:-1].isdigit():
            path = os.path.join(folder, name)
            if os.path.isdir(path) and not os.path.islink(path):
                shutil.rmtree(path)
            else:
                os.unlink(path)


def own_folder(path: str) -> str:
    """``path`` as a folder of ours alone, made where it is missing: mode 0700, no symlink.

    Raises ``AwsenvError`` when it is somebody else's or cannot be made.
    """
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        found = os.lstat(path)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            raise AwsenvError(f"{shown(path)} is not a folder of yours", f"ls -ld {shown(path)}")
        if found.st_mode & 0o077:
            os.chmod(path, 0o700)
    except OSError as error:
        raise AwsenvError(
            f"cannot make the folder {shown(path)}: {error.strerror}",
            f"ls -ld {shown(os.path.dirname(path))}",
        ) from None
    return path


class WaitingError(AwsenvError):
    """A person is being asked elsewhere, and nobody here can wait for that."""

    code = PERSON_NEEDED


class Lock:
    """A lock that is held. What it is held for stands in its file, for those who wait."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._remembered = [*_told(descriptor), "", "", "", ""][3]
        self.holds("is at it")

    def holds(self, what: str, at_prompt: bool = False) -> None:
        """Say what this process does; ``at_prompt``: that a person is asked, however long it takes."""
        words = (str(os.getpid()), what, "prompt" if at_prompt else "", self._remembered)
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, "\t".join(words).encode(), 0)

    def remember(self, mark: str) -> None:
        """Leave ``mark`` for the next holder."""
        self._remembered = mark
        self.holds("is at it")

    def remembered(self) -> str:
        """What a holder before this one left."""
        return self._remembered


@contextlib.contextmanager
def locked(
    path: str,
    seconds: float = 60,
    say: Callable[[str], None] = lambda _: None,
    patience: float = float("inf"),
) -> Iterator[Lock]:
    """Hold the kernel's lock on the file at ``path`` for as long as the context lasts.

    It ends with the process, however that ends; no child gets it. After 2 s it is said who is in
    the way. Raises ``AwsenvError`` when others have held it for ``seconds``, the time in which a
    person was asked not counted, or when a person is asked for longer than ``patience``.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        waited, asked, said, before = 0.0, 0.0, False, time.monotonic()
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                pass
            pid, what, at_prompt, *_ = [*_told(descriptor), "", "", ""]
            now = time.monotonic()
            if at_prompt:
                asked += now - before
            else:
                waited += now - before
            before = now
            if asked > patience:
                raise WaitingError(f"process {pid} {what}", "try again when that is done")
            if waited > seconds:
                raise AwsenvError(
                    f"process {pid} has been at this for {seconds:.0f} s", "try again"
                )
            if waited + asked > 2 and not said:
                say(f"waiting for process {pid}, which {what}")
                said = True
            time.sleep(0.02)
        yield Lock(descriptor)
    finally:
        os.close(descriptor)


def _told(descriptor: int) -> list[str]:
    return os.pread(descriptor, 1000, 0).decode("utf-8", "replace").split("\t")
