"""Every shell, and a home with profiles."""

from pathlib import Path

import pytest

from tests.shells.clock import clock
from tests.shells.ground import ground, timed
from tests.shells.real import HOOKED, SHELLS, Shell

__all__ = ["clock", "ground", "timed"]


@pytest.fixture(params=SHELLS, ids=str)
def shell(request: pytest.FixtureRequest) -> Shell:
    """Each of the shells in turn."""
    shell: Shell = request.param
    assert shell.program
    return shell


@pytest.fixture(params=HOOKED, ids=str)
def hooked(request: pytest.FixtureRequest) -> Shell:
    """Each shell that has the whole hook, in turn."""
    shell: Shell = request.param
    assert shell.program
    return shell


# A nasty one, used everywhere: whatever a careless quote would run or lose.
NASTY = """s$(touch pwned)`touch pwned`';touch pwned;'"\\ !x!$HOME ${IFS} *?[a] é~#&|<>{a,b}"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with an access key, a temporary key, one with settings, and one without a Region."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws/credentials").write_text(
        "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = " + NASTY + "\n"
        "[temporary]\naws_access_key_id = ASIATMP\naws_secret_access_key = tmpsecret\n"
        "aws_session_token = token==\n"
        "[bare]\naws_access_key_id = AKIABARE\naws_secret_access_key = baresecret\n"
    )
    (home / ".aws/config").write_text(
        "[profile dev]\nregion = us-west-2\noutput = table\nendpoint_url = http://localhost:4566\n"
        "aws_account_id = 123456789012\n"
        "[profile temporary]\nregion = eu-central-1\nmax_attempts = 7\n"
        "[profile role]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = dev\n"
    )
    return home
