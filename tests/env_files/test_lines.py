"""What a folder's ``.env`` loads is the same with and without direnv, or it is refused by its line."""

import json
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from awsenv.envrc.loading import Disk, load
from awsenv.errors import AwsenvError
from tests.shells.real import installed


def loaded(folder: Path, text: str) -> dict[str, str]:
    (folder / ".env").write_bytes(text.encode())
    (folder / ".envrc").write_text("dotenv\n")
    return load(str(folder / ".envrc"), Disk()).variables


def direnvs(folder: Path, text: str) -> dict[str, str] | None:
    """What direnv reads; None where it refuses the file."""
    (folder / ".env").write_bytes(text.encode())
    result = subprocess.run(
        [installed("direnv"), "dotenv", "json", str(folder / ".env")],
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "E": "environment", "A": "environment"},
        capture_output=True,
        check=False,
    )
    values: dict[str, str] | None = json.loads(result.stdout) if result.returncode == 0 else None
    return values


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("WHERE=$H/x", "WHERE would have another value in direnv"),
        ("Y: 1", "not NAME=value"),
        ("PASSWORD=pa#ss", "PASSWORD would have another value in direnv"),
        ("A=#c", "A would have another value"),
        ("A=${HOME}/x", "A takes ${HOME}, which stands nowhere above"),
        ("A='x\\'y'", "A would have another value"),
        ("A='${A}'", "A would have another value"),
        ('A="$E"', "A would have another value"),
        ('A="\\t"', "A would have another value"),
        ('A="x"y', "A would have another value"),
        ('A="${E:-x}"', "A would have another value"),
        ('A="-----BEGIN\nB=2"', "A would have another value"),
        ("A.B=1", "A.B is no variable's name"),
        ("A", "not NAME=value"),
        ("A=x\u00a0", "A would have another value"),
    ],
)
def test_a_line_that_its_readers_do_not_read_alike_is_named(
    line: str, told: str, tmp_path: Path
) -> None:
    with pytest.raises(AwsenvError) as caught:
        loaded(tmp_path, f"GOOD=1\n\n{line}\n")
    assert f"/.env, line 3: {told}" in str(caught.value)
    assert caught.value.fix


PIECES = st.sampled_from(
    [
        *"ABEx1 \t\"'#$\\:.-é`{}/+%~;&!\n\u00a0\x0b\x85\u2028",
        *("=", "A=", "B=", "E=1\n", "${A}", "${E}", "$A", "\\n"),
        *("\n", "\r\n", ": ", "export ", '="', "='", " #"),
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(PIECES, max_size=10).map("".join), st.booleans())
@example("A=1\nB=${A}/x\n", False)
@example('export A=\'a b\' # why\nB="x\\"y\\\\\\n"\r\n', False)
@example("A=plain/+value=\n# none\n\nB=\n", False)
def test_direnv_gives_what_is_loaded(tmp_path: Path, text: str, begins: bool) -> None:
    text = "A=" + text if begins else text
    try:
        ours = loaded(tmp_path, text)
    except AwsenvError:
        return
    assert direnvs(tmp_path, text) in (ours, None)


def test_what_people_write_is_read(tmp_path: Path) -> None:
    """The control: little is refused."""
    text = "STAGE=dev\nexport URL=https://x.example/?a=b&c=d\nNAME='a b $c' # d\nL=\"a\\nb\"\nE=\n"
    text += "HOST=db\nDSN=postgres://${HOST}:5432/x\n"
    assert loaded(tmp_path, text) == direnvs(tmp_path, text) != {}


@pytest.mark.parametrize(
    ("line", "mend"),
    [
        ("A=pa#ss", "between single quotes"),
        ("A=it's#", "between double quotes"),
        ("A='it''s $H'", "without a $ or without a '"),
        ('A="one', "on one line"),
    ],
)
def test_the_mend_mends(line: str, mend: str, tmp_path: Path) -> None:
    with pytest.raises(AwsenvError) as caught:
        loaded(tmp_path, line)
    assert mend in caught.value.fix
