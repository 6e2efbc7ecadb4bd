"""A `.env` that awsenv wrote is written again when its session is renewed; `--watch` stays to do it."""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from awsenv.demo.sts import Role
from tests.place import Place
from tests.program import program_path
from tests.shells.real import clean

ARN = "arn:aws:iam::777788889999:role/a"


@pytest.fixture
def role(place: Place) -> Place:
    """The profile ``role``, whose sessions last for 20 seconds, and a folder ``app``."""
    place.server.sts.roles[ARN] = Role(ARN, frozenset({place.plain.arn}))
    place.server.sts.lifetime = 20
    place.config(
        f"[profile role]\nrole_arn = {ARN}\nsource_profile = key\nregion = r-1\n[profile other]\nregion = x\n"
    )
    (place.home / "app").mkdir()
    return place


def written(place: Place, name: str = "app/.env") -> dict[str, str]:
    lines = (place.home / name).read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and line[0] != "#")


def ended(place: Place) -> None:
    """As if the stored session were about to end."""
    for record in (place.home / ".local/state/awsenv/records").iterdir():
        record.unlink()


def test_a_renewal_writes_it_again(role: Place) -> None:
    assert (
        role.run(
            "dotenv",
            "role",
            "-o",
            "app/.env",
            "--region",
            "far-1",
            "--map",
            "AWS_ACCESS_KEY_ID=KEY",
        ).returncode
        == 0
    )
    before = written(role)
    assert (before["AWS_REGION"], "KEY" in before) == ("far-1", True)
    assert role.run("renew", "role").returncode == 0
    assert written(role) == before  # nothing was due
    ended(role)
    assert role.run("renew", "role").returncode == 0
    after = written(role)
    assert after["KEY"] != before["KEY"]
    assert (after["AWS_REGION"], set(after)) == ("far-1", set(before))


def test_one_that_was_edited_or_moved_is_left_alone_and_named(role: Place) -> None:
    for name in ("app/.env", "app/gone.env"):
        role.run("dotenv", "role", "-o", name)
    (role.home / "app/gone.env").unlink()
    path = role.home / "app/.env"
    path.write_text(path.read_text().replace("AWS_REGION=r-1", "AWS_REGION=mine-1"))
    before = path.read_text()
    ended(role)
    result = role.run("renew", "role")
    assert result.stderr.splitlines() == [
        "awsenv: ~/app/.env was edited since, and is left alone",
        "awsenv: ~/app/gone.env was moved since, and is left alone",
    ]
    assert path.read_text() == before
    assert not (role.home / "app/gone.env").exists()
    told = json.loads(role.run("status", "--json").stdout)["dotenv"]
    assert [each["state"] for each in told] == ["edited", "moved"]


def test_lines_of_a_persons_own_are_no_edit(role: Place) -> None:
    role.run("dotenv", "role", "-o", "app/.env")
    with (role.home / "app/.env").open("a") as file:
        file.write("# mine\nSTAGE=dev\n")
    before = written(role)
    ended(role)
    role.run("renew", "role")
    after = written(role)
    assert after["STAGE"] == "dev"
    assert after["AWS_ACCESS_KEY_ID"] != before["AWS_ACCESS_KEY_ID"]
    lines = role.run("status").stdout.splitlines()
    assert "~/app/.env\trole\tkept" in lines


def test_a_long_lived_key_is_not_remembered(role: Place) -> None:
    role.run("dotenv", "key", "-o", "app/.env", "--allow-long-lived")
    assert json.loads(role.run("status", "--json").stdout)["dotenv"] == []
    ours = (role.home / ".local").rglob("*")
    assert not any(role.plain.secret.encode() in f.read_bytes() for f in ours if f.is_file())


# It sleeps, by the clock of the machine, until the session is about to end: the shortest that is not ended
# before a busy machine has written it.
@pytest.fixture
def watching(role: Place) -> Iterator["subprocess.Popen[str]"]:
    role.server.sts.lifetime = 10
    program = subprocess.Popen(
        [program_path(), "dotenv", "role", "--watch"],
        env=clean(role.home) | role.endpoint,
        cwd=role.home / "app",
        stderr=subprocess.PIPE,
        text=True,
    )
    yield program
    program.kill()
    program.wait()


def test_watch_stays_and_writes_at_each_renewal(
    role: Place, watching: "subprocess.Popen[str]"
) -> None:
    assert watching.stderr
    assert watching.stderr.readline() == "awsenv: ~/app/.env acts as role\n"
    before = written(role)["AWS_ACCESS_KEY_ID"]
    end = role.server.sts.users[before].expires
    assert end
    while "acts as role" not in watching.stderr.readline():
        pass
    # Shortly before the end: not at once, and once.
    assert time.time() > end - 6
    assert written(role)["AWS_ACCESS_KEY_ID"] != before
    assert role.server.calls.count("AssumeRole") == 2
    watching.send_signal(signal.SIGINT)
    assert watching.wait(10) == 130


def test_there_is_nothing_to_watch_of_a_plain_key(role: Place) -> None:
    result = role.run("dotenv", "key", "--watch")
    assert (result.returncode, result.stderr) == (
        1, "awsenv: the session of key does not end: there is nothing to watch; awsenv dotenv key -o .env\n")  # fmt: skip
    assert not (Path(role.home) / ".env").exists()
