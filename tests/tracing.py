"""awsenv under strace: every system call that touches a file, and a kill at each of them."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.program import awsenv
from tests.shells.real import installed

CALLS = "openat,mkdir,write,fchmod,fsync,rename,unlink,unlinkat,rmdir"


def traced(
    home: Path, log: Path, arguments: tuple[str, ...], *inject: str, cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Run awsenv with its calls in ``log`` and faults injected (strace's ``-e inject=``)."""
    more = tuple(word for each in inject for word in ("-e", each))
    prefix = (installed("strace"), "-f", "-o", str(log), "-e", f"trace={CALLS}", *more)
    # No file that is there in one run and not in the next.
    fixed = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}
    return awsenv(home, *arguments, prefix=prefix, cwd=cwd, **fixed)


def kills(
    home: Path, log: Path, arguments: tuple[str, ...], cwd: Path | None = None
) -> Iterator[tuple[str, str]]:
    """What to inject, and the call that it hits, for each call from the lock on, as ``log`` of an
    undisturbed run tells them. After each the caller puts the files back as they were."""
    counts, begun = dict.fromkeys(CALLS.split(","), 0), False
    lines = log.read_text().splitlines()
    main = lines[0].split()[0]
    points = []
    for line in lines:
        pid, _, call = line.partition(" ")
        name = call.strip().partition("(")[0]
        if pid != main or name not in counts:
            continue
        counts[name] += 1
        begun = begun or "/locks/" in line
        if begun:
            points.append((f"inject={name}:signal=KILL:when={counts[name]}", line))
    assert any("rename(" in line for _, line in points)
    for inject, line in points:
        traced(home, log, arguments, inject, cwd=cwd)
        yield inject, line
