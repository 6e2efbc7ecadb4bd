"""awsenv as a program, seen from the outside."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import settings

from awsenv import record_file, records
from tests import forkserver
from tests.shells.real import clean


def program_path() -> str:
    """The path of what this test starts: the stand-in that forks, or the real one."""
    return str(forkserver.program.folder / "awsenv")


def awsenv(
    home: Path,
    *arguments: str,
    prefix: Any = (),
    cwd: Any = None,
    **environ: str,
) -> subprocess.CompletedProcess[str]:
    """Run it with ``home`` as its home, its stdin empty and its stdout a pipe.

    ``prefix`` are words of another program in front; ``cwd`` is ``home`` unless given. Their types
    are loose, so that a dictionary of variables can be given as ``environ``.
    """
    return subprocess.run(
        [*prefix, program_path(), *arguments],
        env=clean(home) | environ,
        cwd=cwd or home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def awsenv_with(
    change: str, home: Path, *arguments: str, **environ: str
) -> subprocess.CompletedProcess[str]:
    """The same behind ``change``, a statement of Python's that makes one of its bounds a short one."""
    text = f"import sys; sys.argv[1:] = {list(arguments)}\n{change}\nimport awsenv; awsenv.main()"
    return subprocess.run(
        [sys.executable, "-c", text], env=clean(home) | environ, cwd=home, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def until(true: Callable[[], object], seconds: float = 60) -> None:
    """Wait until ``true()`` is; at most ``seconds``."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def is_long() -> bool:
    """Whether this is `make search`, which takes its time."""
    return settings.default is not None and settings.default.max_examples > 1000


def edit_record(path: Path, **fields: str) -> None:
    """The record at ``path`` with other ``fields``, as awsenv would have written it."""
    records.write(str(path), (record_file.read(str(path)) or {}) | fields)
