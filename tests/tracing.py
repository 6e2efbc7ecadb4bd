"""awsenv under strace, or with Python's word for what it does to files, and a kill at each of these calls."""

import random
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.forkserver import killing
from tests.program import awsenv, is_long
from tests.shells.real import installed

# Those after which the disk is another; a kill at any other leaves what a kill at the next of these
# does.
CALLS = "openat,mkdir,write,pwrite64,ftruncate,fchmod,fchown,rename,unlink,unlinkat,rmdir"
# Kills of one command in `make test`.
_MOST = 6
# A kill at a call that changes nothing is a kill at the next one that does.
_CHANGES = ("O_WRONLY", "O_RDWR", "O_CREAT")


def traced(
    home: Path,
    log: Path,
    arguments: tuple[str, ...],
    *inject: str,
    cwd: Path | None = None,
    before: tuple[str, ...] = (),
    **environ: str,
) -> subprocess.CompletedProcess[str]:
    """Run awsenv with its calls in ``log`` and faults injected (strace's ``-e inject=``); ``before``
    are words in front of strace."""
    more = tuple(word for each in inject for word in ("-e", each))
    prefix = (
        *before, installed("strace"), "-f", "-y", "-o", str(log), "-e", f"trace={CALLS}", *more
    )  # fmt: skip
    # No file that is there in one run and not in the next.
    fixed = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    return awsenv(home, *arguments, prefix=prefix, cwd=cwd, **(fixed | environ))


def tree(home: Path) -> dict[str, bytes]:
    """Every file in ``home``, by its path there."""
    return {str(p.relative_to(home)): p.read_bytes() for p in home.rglob("*") if p.is_file()}


def kills(
    home: Path,
    kept: Path,
    arguments: tuple[str, ...],
    reset: Callable[[], None] = lambda: None,
    /,
    **more: Any,
) -> Iterator[str]:
    """Kill awsenv at calls that change something, from the files of ``home`` each time, of which ``kept`` becomes a
    copy; the value is the call. ``reset`` makes again what is as before outside of it. ``more`` goes to ``traced``. At
    each system call in ``make search`` and behind another program; else at every fourth that Python tells of."""
    shutil.copytree(home, kept, symlinks=True)
    log = kept.with_name("log")
    of_system = is_long() or more.get("before")
    run, list_points = (traced, _list_calls) if of_system else (_run_killed, _list_told)
    # As fresh as in each run below, for what is settled is recorded: a run of over a second has other calls.
    for _ in range(3):
        start = time.monotonic()
        put_back(home, kept)
        assert run(home, log, arguments, **more).returncode == 0
        reset()
        if time.monotonic() - start < 1:
            break
    points = list_points(home, log.read_text().splitlines())
    assert points
    if not is_long():
        step = max(12 if of_system else 4, len(points) // _MOST)
        first = random.randrange(min(step, len(points)))
        print(f"kills from point {first} on")
        points = points[first::step]
    for inject, line in points:
        # On a machine that is so busy that files settle meanwhile, there are other calls: once more.
        for _ in range(10):
            put_back(home, kept)
            killed = run(home, log, arguments, inject, **more)
            if killed.returncode == -9 or "killed by SIGKILL" in log.read_text():
                break
            reset()
        else:
            raise AssertionError(f"never killed at {line}")
        yield line
        reset()


def _run_killed(
    home: Path,
    log: Path,
    arguments: tuple[str, ...],
    at: str = "0",
    *,
    before: Any = (),
    **more: Any,
) -> subprocess.CompletedProcess[str]:
    """Run awsenv with its calls in ``log``, and a kill at number ``at`` of them."""
    assert not before
    return awsenv(home, *arguments, **({killing.AT: at, killing.LOG: str(log)} | more))


def _list_told(_: Path, lines: list[str]) -> list[tuple[str, str]]:
    return [(str(number), line) for number, line in enumerate(lines, 1)]


def _list_calls(home: Path, lines: list[str]) -> list[tuple[str, str]]:
    """strace's words for a kill at each call that changes something in ``home``, and its line."""
    counts = dict.fromkeys(CALLS.split(","), 0)
    main = lines[0].split()[0]
    points = []
    for line in lines:
        pid, _, call = line.partition(" ")
        name = call.strip().partition("(")[0]
        if pid != main or name not in counts:
            continue
        counts[name] += 1
        changes = name != "openat" or any(flag in line for flag in _CHANGES)
        # strace names the folder that a program is in at each path.
        if changes and f"{home}/" in re.sub(r"AT_FDCWD<[^>]*>", "", line):
            points.append((f"inject={name}:signal=KILL:when={counts[name]}", line))
    return points


def put_back(home: Path, kept: Path) -> None:
    """Make ``home`` what ``kept`` is; the folder itself stays."""
    for path in home.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    shutil.copytree(kept, home, symlinks=True, dirs_exist_ok=True)
