"""awsenv as a program, seen from the outside."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import settings

from awsenv import records, replay
from tests.shells.real import BIN, clean


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
        [*prefix, str(BIN / "awsenv"), *arguments],
        env=clean(home) | environ,
        cwd=cwd or home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


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
    records.write(str(path), (replay.read(str(path)) or {}) | fields)
