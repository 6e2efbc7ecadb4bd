"""What lies in the server's folder may be anything: a damaged grant is none, and a damaged port is not taken."""

from pathlib import Path

import pytest

from awsenv import records
from awsenv.server import grants, listening, running
from awsenv.state import GRANTS, state_path

ODD = ("inf", "nan", "-1", "9" * 400, "1e400", "0x10", "", " 1", "1_000", "\u0661", "99999999999")


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("field", ["process", "made"])
def test_a_damaged_grant_is_none(
    field: str, odd: str, environ: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / ".env").touch()
    token = grants.grant("dev", False, environ, str(tmp_path / ".env"))
    path = Path(state_path(environ, GRANTS), grants.digest_of(token))
    fields = {
        "profile": "dev",
        "session": "no",
        "file": str(tmp_path / ".env"),
        "process": "0",
        "made": "1",
    }
    records.write(str(path), fields)
    assert [each.profile for each in grants.list_grants(environ)] == ["dev"]  # the control
    records.write(str(path), fields | {field: odd})
    found = [each.made for each in grants.list_grants(environ)]
    assert found == ([99999999999] if (field, odd) == ("made", "99999999999") else [])


@pytest.mark.parametrize("odd", [*ODD, "65536"])
def test_a_damaged_port_is_not_taken(odd: str, environ: dict[str, str]) -> None:
    running.folder(environ)
    records.write(running.file_path("port", environ), {"port": odd})
    with listening.open_port(0, environ).socket as socket:
        assert socket.getsockname()[1] > 0
