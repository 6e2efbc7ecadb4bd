"""``list``, ``show`` and ``status`` without Typer say what they say with it."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from awsenv.cli import plain
from awsenv.demo.server import Server
from awsenv.demo.users import new_user
from tests.place import Place
from tests.server.test_serve import role
from tests.shells.real import clean

LINES = [
    "list", "list --json", "list key", "list adm*", "list 4444*", "list nobody", "list nobody --json", "list é", "show key",
    "show key --json", "show", "show --json", "show nobody", "show admin", "status", "status --json",
]  # fmt: skip
# What Typer is to understand, or to refuse.
OTHERS = [
    "", "list --kind key", "list a b", "list --json key", "list --", "list -h", "show --nothing", "show a b", "status key",
    "status --all", "status --verify", "status --help", "lists", "--debug list", "use key", "--version", "show -- key",
]  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    user, plain_user = new_user("careful", "111122223333", mfa=True), new_user("x", "444455556666")
    with Server([user, plain_user]) as server:
        found = Place(tmp_path, server, user, plain_user)
        role(found)
        yield found


ASK = """
import json, sys
from awsenv.cli import app, plain
call = {"plain": plain.run, "app": app.main}[sys.argv[1]]
for line in json.loads(sys.argv[2]):
    code = call(line.split())
    print("=", line, code, flush=True)
    print("=", line, file=sys.stderr)
"""


def run(place: Place, door: str, **environ: str) -> list[str]:
    """What each of ``LINES`` says by that ``door``, on stdout with its exit code and on stderr."""
    words = [sys.executable, "-c", ASK, door, json.dumps(LINES)]
    done = subprocess.run(
        words, env=clean(place.home) | environ, cwd=place.home, capture_output=True, text=True, timeout=60, check=True
    )  # fmt: skip
    return (done.stdout + done.stderr).splitlines()


def test_the_same_to_the_letter(place: Place) -> None:
    for environ in ({}, {"AWSENV_PROFILE": "key", "AWS_ACCESS_KEY_ID": place.plain.key_id}):
        told = run(place, "plain", **environ)
        assert told == run(place, "app", **environ)
        assert len([each for each in told if each.startswith("= ")]) == 2 * len(LINES)


def test_whatever_else_is_typed_is_the_command_lines() -> None:
    for line in OTHERS:
        assert plain.run(line.split()) is None, line
    assert plain.run(["list", ""]) is None
