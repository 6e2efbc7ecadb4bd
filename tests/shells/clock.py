"""A clock that a test moves on: for a shell and all that it starts, and for the stand-in for AWS."""

import struct
import subprocess
import time
from pathlib import Path

import pytest

from tests.shells.real import installed


class Clock:
    """How far ahead of the machine's the clock is that ``words``, in front of a program, let it see.

    Times of files stay the machine's own: after a leap all that lies on the disk is old, as it is after a night. A library
    of ours and not libfaketime's, which in a program of several threads (fish) tells the machine's time now and then: 92 of
    3,600,000 times, measured.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.ahead = 0.0
        self._file.write_bytes(struct.pack("d", 0.0))
        library = file.with_suffix(".so")
        source = Path(__file__).with_name("clock.c")
        subprocess.run(
            [installed("cc"), "-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True
        )
        self.words = ["/usr/bin/env", f"LD_PRELOAD={library}", f"CLOCK_FILE={file}"]

    def leap(self, seconds: float) -> None:
        """``seconds`` pass, for all at once."""
        self.ahead += seconds
        with self._file.open("r+b", buffering=0) as file:
            file.write(struct.pack("d", self.ahead))


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that the stand-in for AWS in this process follows, too."""
    it, real = Clock(tmp_path / "clock"), time.time
    monkeypatch.setattr(time, "time", lambda: real() + it.ahead)
    return it
