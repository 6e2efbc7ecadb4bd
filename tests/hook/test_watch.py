"""When a look at a file can be trusted: a change that comes later has to have another time."""

import os
from pathlib import Path

import pytest

from awsenv.hook import watch
from awsenv.shells.answer import WatchedFile

MS = 1_000_000
SECOND = 1000 * MS
THEN = 1_800_000_000 * SECOND  # the beginning of a second


def look(tmp_path: Path, changed: int, began: int, whole_seconds: bool) -> bool:
    """Whether a look that ``began`` then at a file ``changed`` then is trusted; nanoseconds behind ``THEN``."""
    path = tmp_path / "file"
    path.write_text("")
    file = WatchedFile(str(path), "", os.stat(path))
    file.mtime = file.ctime = THEN + changed
    return watch.is_settled([file], {"HOME": "/h"}, THEN + began, whole_seconds)


@pytest.mark.parametrize(
    ("changed", "began", "trusted"),
    [
        (1, 15 * MS, False),  # times of files lag behind the clock by a tick
        (1, 25 * MS, True),
        (0, 900 * MS, False),  # a file system that knows whole seconds: of this one
        (0, SECOND + 5 * MS, False),
        (0, SECOND + 25 * MS, True),
        (SECOND, 0, False),
        (3 * SECOND, 0, True),  # from the future: no change to come
    ],
)
def test_a_look_is_trusted_when_its_tick_is_over(
    changed: int, began: int, trusted: bool, tmp_path: Path
) -> None:
    assert look(tmp_path, changed, began, whole_seconds=False) is trusted


@pytest.mark.parametrize(
    ("changed", "began", "trusted"),
    [
        (1, 900 * MS, False),
        (
            990 * MS,
            SECOND + 15 * MS,
            False,
        ),  # a change to come may have a time of the second before still
        (970 * MS, SECOND + 25 * MS, True),
    ],
)
def test_a_shell_that_compares_whole_seconds_trusts_it_when_the_second_is_over(
    changed: int, began: int, trusted: bool, tmp_path: Path
) -> None:
    assert look(tmp_path, changed, began, whole_seconds=True) is trusted
