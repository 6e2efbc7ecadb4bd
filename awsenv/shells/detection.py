"""Which shell will evaluate our output: the nearest one above this process. Hot path."""

import os

from awsenv.shells.table import SHELLS

_PS = ("/bin/ps", "/usr/bin/ps")
_BY_PROGRAM = {program: shell for shell, programs in SHELLS.items() for program in programs}


def detect_shell(environ: dict[str, str]) -> str:
    """The shell's name, one of ``SHELLS``, by the executables of the processes above: of /proc, else of ``ps``,
    which is a process. Else ``$SHELL``, else a POSIX shell."""
    pid = os.getppid()
    if os.path.exists("/proc/self/exe"):
        found = _detect_by_proc(pid)
    else:
        found = next(filter(None, map(_match_shell, list_programs(pid))), "")
    return found or _match_shell(environ.get("SHELL", "")) or "posix"


def _detect_by_proc(pid: int) -> str:
    while pid > 1:
        try:
            # Not ``comm``, which would be a script's name.
            program = os.readlink(f"/proc/{pid}/exe").removesuffix(" (deleted)")
            if program.rpartition("/")[2].startswith("python"):
                program = _read_script(pid)
            with open(f"/proc/{pid}/stat", "rb") as stat:
                # The name in parentheses may hold anything, a parenthesis too.
                parent = int(stat.read().rpartition(b")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            break
        if shell := _match_shell(program):
            return shell
        pid = parent
    return ""


def _read_script(pid: int) -> str:
    """What the Python with the number ``pid`` runs, xonsh for one: a script's path, or a module's name."""
    with open(f"/proc/{pid}/cmdline", "rb") as words:
        found = os.fsdecode(words.read(4096)).split("\0")[1:]
    while found and found[0][:1] == "-" and found[0] != "-m":
        found.pop(0)
    return found[found[0] == "-m"] if len(found) > 1 else ""


def _match_shell(program: str) -> str:
    name = program.rpartition("/")[2]
    plain, _, version = name.partition("-")  # zsh-5.9
    return _BY_PROGRAM.get(plain if version[:1].isdigit() else name, "")


def list_programs(pid: int) -> list[str]:
    """The programs of the process ``pid`` and those above it, the nearest first, where there is no /proc (macOS, the
    BSDs, some containers); empty where ``ps`` (POSIX.1-2024, ``ps -A -o``) does not tell."""
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
