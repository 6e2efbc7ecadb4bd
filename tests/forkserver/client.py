"""What stands for awsenv in tests: hands over all that it was started with, and ends as its stand-in does.

It goes to the real program itself wherever the stand-in would be another: at a terminal that may be asked
something, under a tracer or a faked clock, in another namespace, as another user, within other limits, in another locale.
SOCKET, REAL (the words of the real program) and PLACE (what `find_place` says of the server)
stand in front of this text, which `python -I -S` runs.
"""

import _signal  # type: ignore[import-not-found]  # ``signal`` costs ten modules
import _socket
import os
import sys

# They become another program, or take the terminal.
ITSELF = ("exec", "demo")
# A variable that says that nothing at this terminal asks a question.
UNATTENDED = "TESTS_UNATTENDED"
GROUP = (_signal.SIGINT, _signal.SIGQUIT)
FORWARDED = (*GROUP, _signal.SIGTERM, _signal.SIGHUP, _signal.SIGUSR1, _signal.SIGUSR2)


def find_place() -> "tuple[object, ...]":
    """Who this process is, what it may do, and what it sees of the machine."""
    kinds = ("mnt", "pid", "net", "user", "uts")
    spaces = [os.readlink(f"/proc/self/ns/{kind}") for kind in kinds]
    told = ("Uid", "Gid", "Groups", "Cap", "NoNewPrivs", "Seccomp", "TracerPid")
    status = [line for line in _read("/proc/self/status").splitlines() if line.startswith(told)]
    return (*spaces, os.readlink("/proc/self/root"), *status, _read("/proc/self/limits"))


def is_ours(arguments: "list[str]") -> bool:
    """Whether the stand-in does what the real program would."""
    environ = os.environ
    python = (name for name in environ if name[:6] == "PYTHON" and name != "PYTHON_KEYRING_BACKEND")
    if {"LD_PRELOAD", "LISTEN_FDS"} & environ.keys() or any(python):
        return False
    if environ.get("LC_ALL") != "C.UTF-8" or set(ITSELF) & set(arguments):
        return False
    try:
        if find_place() != PLACE:  # type: ignore[name-defined] # noqa: F821
            return False
        on_terminal = _read("/proc/self/stat").rpartition(")")[2].split()[4] != "0"
        # Where Ctrl-C is ignored the program itself may want it: no client would pass it on.
        hears = _signal.getsignal(_signal.SIGINT) != _signal.SIG_IGN
        on_terminal = on_terminal and not (environ.get(UNATTENDED) and hears)
    except OSError:
        return False
    # What asks at a prompt asks no person.
    asks_nobody = {"complete": 99, "hook": 2, "hook-env": 3}.get(
        arguments[0] if arguments else "", 0
    )
    return len(arguments) <= asks_nobody or not on_terminal


def _read(path: str) -> str:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return os.read(descriptor, 65536).decode("utf-8", "replace")
    finally:
        os.close(descriptor)


def _number(number: int) -> bytes:
    return number.to_bytes(4, sys.byteorder)


def _word(word: bytes) -> bytes:
    return _number(len(word)) + word


def _list(parts: "map[bytes]") -> bytes:
    found = [*parts]
    return b"".join([_number(len(found)), *found])


def _hand_over(arguments: "list[str]") -> "_socket.socket | None":
    """The connection over which everything went; ``None`` where nobody listens."""
    passed = []
    for name in os.listdir("/proc/self/fd"):
        try:
            os.fstat(int(name))
            passed.append(int(name))
        except OSError:  # the listing's own
            continue
    umask = os.umask(0o077)
    os.umask(umask)
    ignored = [n for n in FORWARDED if _signal.getsignal(n) == _signal.SIG_IGN]
    here = os.open(".", os.O_PATH)
    words = [os.fsencode(word) for word in [REAL[-1], *arguments]]  # type: ignore[name-defined] # noqa: F821
    variables = [name + b"=" + value for name, value in os.environb.items()]
    told = b"".join([_list(map(_word, words)), _list(map(_word, variables)), _number(umask), _number(os.getppid()),
                     _list(map(_number, ignored)), _list(map(_number, passed))])  # fmt: skip
    connection = _socket.socket(_socket.AF_UNIX, _socket.SOCK_STREAM)
    try:
        connection.connect(SOCKET)  # type: ignore[name-defined] # noqa: F821
    except OSError:
        return None
    handed = b"".join(n.to_bytes(4, sys.byteorder) for n in [here, *passed])
    rights = [(_socket.SOL_SOCKET, _socket.SCM_RIGHTS, handed)]
    connection.sendmsg([_number(len(told))], rights)
    connection.sendall(told)
    return connection


def run(arguments: "list[str]") -> None:
    """Be awsenv with ``arguments``."""
    ours = is_ours(arguments)
    # Nothing is lost between the handing over and the first signal that can be passed on.
    _signal.pthread_sigmask(_signal.SIG_BLOCK, FORWARDED if ours else ())
    connection = _hand_over(arguments) if ours else None
    if connection is None:
        _signal.pthread_sigmask(_signal.SIG_UNBLOCK, FORWARDED)
        os.execv(REAL[0], [*REAL, *arguments])  # type: ignore[name-defined] # noqa: F821
    answer = connection.recv(4)
    process = int.from_bytes(answer, sys.byteorder)

    def forward(number: int, _: object) -> None:
        try:
            (os.killpg if number in GROUP else os.kill)(process, number)
        except ProcessLookupError:  # it has ended by itself
            return

    for number in FORWARDED:
        if _signal.getsignal(number) != _signal.SIG_IGN:
            _signal.signal(number, forward)
    _signal.pthread_sigmask(_signal.SIG_UNBLOCK, FORWARDED)
    status = int.from_bytes(connection.recv(4) or _number(9), sys.byteorder)
    if os.WIFSIGNALED(status):
        _signal.signal(os.WTERMSIG(status), _signal.SIG_DFL) if os.WTERMSIG(status) != 9 else None
        os.kill(os.getpid(), os.WTERMSIG(status))
    os._exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    run(sys.argv[1:])
