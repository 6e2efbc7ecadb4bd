"""A clock that a test moves on: for a shell and all that it starts, and for the stand-in for AWS."""

import time
from pathlib import Path

import pytest

from tests.shells.real import installed


class Clock:
    """How far ahead of the machine's the clock is that ``words``, in front of a program, let it see.

    Times of files stay the machine's own (libfaketime leaves them, and puts back what is written with
    ``utime``): after a leap all that lies on the disk is old, as it is after a night.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._file.write_text("+0")
        self.ahead = 0.0
        # The wrapper alone makes what bash needs; told at its start, a shell would stay there.
        self.words = [installed("faketime"), "-f", "+0", "/usr/bin/env", "-u", "FAKETIME", "FAKETIME_NO_CACHE=1",
                      "FAKE_UTIME=1", f"FAKETIME_TIMESTAMP_FILE={file}"]  # fmt: skip

    def leap(self, seconds: float) -> None:
        """``seconds`` pass, for all at once."""
        self.ahead += seconds
        new = self._file.with_suffix(".new")
        new.write_text(f"+{self.ahead:.3f}")
        new.rename(self._file)


@pytest.fixture
def clock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that the stand-in for AWS in this process follows, too."""
    it, real = Clock(tmp_path / "clock"), time.time
    monkeypatch.setattr(time, "time", lambda: real() + it.ahead)
    return it
