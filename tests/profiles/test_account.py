"""The account is told from a key ID where it carries one, and is unknown where it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsenv.demo.users import new_user
from awsenv.profiles import account


@given(st.integers(0, 10**12 - 1).map("{:012d}".format), st.booleans())
def test_a_key_id_carries_its_account(number: str, temporary: bool) -> None:
    assert account.of_key(new_user("x", number, temporary).key_id) == number


@pytest.mark.parametrize(
    ("key_id", "number"),
    [
        ("ASIAQNZGKIQY56JQ7WML", "029608264753"),
        ("AKIAIOSFODNN7EXAMPLE", None),  # from before 2019
        ("AKIAQNZGKIQY56JQ7WM1", None),  # a digit that base32 lacks
        ("AIDAQNZGKIQY56JQ7WML", None),  # not an access key
        ("AKIAQNZ", None),
        ("", None),
        ("ASIAQNZGKIQY56JQ7WMé", None),
    ],
)
def test_known_key_ids(key_id: str, number: str | None) -> None:
    assert account.of_key(key_id) == number
