"""A session is of the sign-in that there is: over time, with both tools and whoever comes, as botocore has it."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program import is_long
from tests.sessions import worlds
from tests.sessions.lives import Life
from tests.sessions.worlds import Aws


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with worlds.aws(Path(tmp_path_factory.mktemp("aws"))) as found:
        yield found


@pytest.mark.parametrize("part", range(2))
def test_whoever_signs_in_and_out(part: int, here: Aws) -> None:
    for number in range(3_000 if is_long() else 4):
        life = Life(here, random.Random(f"{part} {number}"))
        life.begin()
        for _ in range(40):
            told = life.step()
            assert not told, (told, life.told)
