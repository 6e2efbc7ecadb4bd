"""A clock that a test moves on: for a shell and all that it starts, and for the stand-in for AWS."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shells.real import installed


class Clock:
    """How far ahead of the machine's the clock is that ``words``, in front of a program, let it see.

    Times of files stay the machine's own, what is written with ``utime`` too (a stamp has a file's own
    time): after a leap all that lies on the disk is old, as it is after a night.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._file.write_text("+0")
        self.ahead = 0.0
        # What bash needs is made by the wrapper, under its process's number, and taken away when it ends; so one is
        # there for as long as the clock is. Where a killed one has left something under that number, it says so.
        tell = 'echo "$LD_PRELOAD"; echo "$FAKETIME_SHARED"; read -r _'
        library = shared = ""
        while not shared:
            self._wrapper = subprocess.Popen(
                [installed("faketime"), "-f", "+0", "sh", "-c", tell], text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
            assert self._wrapper.stdout
            library, shared = (self._wrapper.stdout.readline().strip() for _ in range(2))
            assert shared or "File exists" in self._wrapper.communicate()[1]
        self.words = ["/usr/bin/env", f"LD_PRELOAD={library}", f"FAKETIME_SHARED={shared}", "FAKETIME_NO_CACHE=1",
                      "FAKE_UTIME=0", f"FAKETIME_TIMESTAMP_FILE={file}"]  # fmt: skip

    def leap(self, seconds: float) -> None:
        """``seconds`` pass, for all at once."""
        self.ahead += seconds
        new = self._file.with_suffix(".new")
        new.write_text(f"+{self.ahead:.3f}")
        new.rename(self._file)

    def close(self) -> None:
        """Let the wrapper take away what it has made."""
        self._wrapper.communicate()


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    """A clock that the stand-in for AWS in this process follows, too."""
    it, real = Clock(tmp_path / "clock"), time.time
    monkeypatch.setattr(time, "time", lambda: real() + it.ahead)
    yield it
    it.close()
