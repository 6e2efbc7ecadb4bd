"""The processes above this one where there is no /proc: macOS, the BSDs, some containers."""

import os

_PS = ("/bin/ps", "/usr/bin/ps")


def list_programs(pid: int) -> list[str]:
    """The programs of the process ``pid`` and those above it, the nearest first; empty where ``ps``
    (POSIX.1-2024, ``ps -A -o``) does not tell."""
    parents: dict[int, tuple[int, str]] = {}
    for line in _run_ps().splitlines():
        words = line.split(None, 2)
        if len(words) == 3 and words[0].isdigit() and words[1].isdigit():
            # A login shell's name begins with a dash.
            parents[int(words[0])] = (int(words[1]), words[2].strip().removeprefix("-"))
    found: list[str] = []
    while pid in parents and len(found) < len(parents):
        pid, program = parents[pid]
        found.append(program)
    return found


def _run_ps() -> str:
    """What ps prints; without ``subprocess``, which costs more than all the rest."""
    program = next((path for path in _PS if os.path.exists(path)), "")
    if not program:
        return ""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.dup2(write, 1)
            os.dup2(os.open(os.devnull, os.O_RDWR), 2)
            os.execv(program, ["ps", "-A", "-o", "pid=,ppid=,comm="])
        finally:
            os._exit(1)
    os.close(write)
    with open(read, "rb") as pipe:
        text = pipe.read(1 << 20)
    os.waitpid(child, 0)
    return text.decode("utf-8", "replace")
