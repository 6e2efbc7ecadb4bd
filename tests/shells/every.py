"""A test in each shell that has the hook."""

import pytest

from tests.shells.real import EVERY, Shell


@pytest.fixture(params=EVERY, ids=str)
def shell(request: pytest.FixtureRequest) -> Shell:
    """Each of them in turn."""
    found: Shell = request.param
    return found
