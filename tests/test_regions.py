"""What can be the name of a Region: what botocore takes, and nothing that becomes another host."""

import botocore.exceptions
import botocore.utils
import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsenv.regions import is_region, list_regions

NEVER = [
    "x.example",
    "x/y",
    "x@y",
    "x?",
    "x#",
    "x:1",
    "-x",
    "x-",
    "1",
    "é",
    "x y",
    "x\n",
    "x\0",
    "a" * 64,
    "％",
]


@given(st.one_of(st.text("az-09.", min_size=1, max_size=70), st.text(min_size=1, max_size=8)))
def test_it_is_what_botocore_takes(name: str) -> None:
    try:
        botocore.utils.validate_region_name(name)
        taken = not name.endswith("\n")  # which its pattern lets by
    except botocore.exceptions.InvalidRegionError:
        taken = False
    assert is_region(name) == taken


@pytest.mark.parametrize("name", NEVER)
def test_what_would_be_another_host_is_none(name: str) -> None:
    assert not is_region(name)


def test_every_region_that_is_known_is_one() -> None:
    assert len(list_regions()) > 30
    assert all(map(is_region, list_regions()))
