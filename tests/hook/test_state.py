"""What a shell keeps for us is read as what we wrote, or not at all."""

import pytest

from awsenv.hook import state
from awsenv.hook.state import State, Withdrawn


def test_it_is_read_as_it_was_written() -> None:
    written = State()
    written.folder, written.names, written.originals = "/a b%", ["A"], {"A": None, "B": "x y"}
    away = Withdrawn("ASIA1", "dev", "A key:ASIA1")
    away.taken, away.originals = {"A": "1"}, {"B": None}
    written.withdrawn = [away]
    written.is_fresh = False
    assert state.parse(written.text()).text() == written.text()
    assert not state.parse(written.text()).is_fresh


@pytest.mark.parametrize("field", ["was.", "name.", "set.", "hand.", "away.0=k away.0.was.", "away.0=k away.0.took."])  # fmt: skip
@pytest.mark.parametrize(
    "name", ["a[$(>f)]", "", "1A", "A-B", "A;B", "\N{LATIN SMALL LETTER E WITH ACUTE}"]
)
def test_one_with_a_name_that_is_none_is_no_state(field: str, name: str) -> None:
    assert state.parse(f"awsenv-1= folder=/x {field}{name}=u").is_fresh
    assert not state.parse(f"awsenv-1= folder=/x {field}A=u").is_fresh  # the control
