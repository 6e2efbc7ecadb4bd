"""What a command loads of the libraries that cost more than its answer: nothing creeps back."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from awsenv.demo.server import Server
from awsenv.demo.users import new_user
from tests.place import Place
from tests.server.test_serve import role
from tests.shells.real import BIN, clean

# Each takes from 10 to 150 ms. Typer brings pydantic, botocore its HTTP library.
LIBRARIES = {"typer", "botocore", "boto3", "urllib3", "yaml", "rich", "dotenv", "asyncio", "uvicorn", "keyring", "questionary",
             "segno", "awscrt", "dateutil", "http"}  # fmt: skip
# dotenv reads .env files, and YAML is compose's.
LOADS: dict[str, set[str]] = {
    "list": set(), "list key* --json": set(), "show key": set(), "status --json": {"dotenv"},
    "use key --shell bash": set(), "use key --shell bash --fresh": set(), "off --shell bash": set(), "hook zsh": set(),
    "credential-process key": set(),
    "list --kind key": {"typer"}, "exec key -- true": {"typer"}, "add x --csv nowhere": {"typer"}, "hook --install --yes": {"typer"},
    "--help": {"typer", "dotenv"}, "help use": {"typer"}, "doctor": {"typer", "dotenv"}, "orgs": {"typer", "dotenv"},
    "link key .": {"typer", "dotenv"}, "unlink .": {"typer", "dotenv"}, "allow .": {"typer", "dotenv"}, "deny .": {"typer", "dotenv"},
    "serve --status": {"typer", "dotenv"}, "logout key": {"typer", "dotenv"}, "dotenv --check": {"typer", "dotenv"},
    "renew key": {"typer", "dotenv"}, "remove nope --yes": {"typer", "dotenv"}, "uninstall": {"typer", "dotenv"},
    "compose --check": {"typer", "dotenv", "yaml"},
    # The control: a role's session is AWS's to give.
    "use admin --shell bash": {"botocore", "urllib3", "dateutil", "http"},
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    user, plain = new_user("careful", "111122223333", mfa=True), new_user("plain", "444455556666")
    with Server([user, plain]) as server:
        found = Place(tmp_path_factory.mktemp("home"), server, user, plain)
        role(found)
        yield found


@pytest.mark.parametrize("line", LOADS)
def test_a_command_loads_no_more_than_its_answer_needs(line: str, place: Place) -> None:
    words = [sys.executable, "-X", "importtime", str(BIN / "awsenv"), *line.split()]
    done = subprocess.run(
        words, env=clean(place.home) | place.endpoint, cwd=place.home, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    told = [each.split("|")[-1].strip() for each in done.stderr.splitlines() if each.startswith("import time:")]  # fmt: skip
    assert "awsenv" in told
    loaded = {name.partition(".")[0] for name in told} & LIBRARIES
    assert loaded - {"awscrt"} == LOADS[line]  # that one is there with the extra for aws login
