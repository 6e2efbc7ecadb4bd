"""dotenv --live: a .env without a key, whose token opens its profile until it is revoked."""

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from dotenv import dotenv_values

from awsenv.compose.override import NO_FILES
from awsenv.server import grants
from tests.place import Place
from tests.program import program_path, until
from tests.served import Served
from tests.server.test_serve import BOTO3, role
from tests.shells.real import clean, installed

URI, TOKEN = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
LIVE = ("--live", "-o", ".env")


@pytest.fixture
def home(place: Place) -> Iterator[Served]:
    """A home with a role, and no server yet; one that was started ends with the test."""
    role(place)
    it = Served(place)
    yield it
    place.run("serve", "--stop")


def values(home: Served, name: str = ".env") -> dict[str, str | None]:
    return dotenv_values(home.place.home / name, interpolate=False)


def test_one_command_and_what_reads_the_file_is_the_profile(home: Served) -> None:
    result = home.place.run("dotenv", "admin", *LIVE)
    assert result.returncode == 0, result.stderr
    assert "awsenv serve runs for 12h, or until nothing is granted" in result.stderr
    told = values(home)
    assert told[URI] == "http://169.254.170.2/profiles/admin"
    assert {n: v for n, v in told.items() if n not in (URI, TOKEN)} == NO_FILES | {
        "AWS_REGION": "a-1",
        "AWS_DEFAULT_REGION": "a-1",
    }
    assert "role/admin" in home.of("admin", told[TOKEN] or "").replace("assumed-", "")
    text = (home.place.home / ".env").read_text()
    assert not {"ASIA", "AKIA"} & {text[n : n + 4] for n in range(len(text))}
    assert (home.place.home / ".env").stat().st_mode & 0o777 == 0o600
    # A second time nothing changes: containers go on with their token, and the server with its own.
    before = home.status()["process"]
    assert home.place.run("dotenv", "admin", *LIVE).returncode == 0
    assert (home.place.home / ".env").read_text() == text
    assert home.status()["process"] == before
    assert [each["where"] for each in home.status()["grants"]] == [str(home.place.home / ".env")]


def test_read_by_a_shell_that_has_a_default_it_is_its_profile(home: Served) -> None:
    """Files went before a container's address, and who sourced the file acted as [default]."""
    key = f"aws_access_key_id = {home.place.plain.key_id}\naws_secret_access_key = {home.place.plain.secret}\n"
    with (home.place.home / ".aws/credentials").open("a") as file:
        file.write(f"[default]\n{key}")
    assert home.place.run("dotenv", "admin", *LIVE).returncode == 0
    told = {n: v or "" for n, v in values(home).items()}
    there = {"HOME": str(home.place.home), "AWS_ENDPOINT_URL": home.place.server.url}
    asked = home.asking("admin", told[TOKEN]) | there

    def who(**more: str) -> str:
        words = [sys.executable, "-c", BOTO3]
        done = subprocess.run(words, env=asked | more, capture_output=True, text=True, check=True)
        return done.stdout

    assert ":user/" in who()  # the control
    assert ":assumed-role/admin/" in who(**{n: told[n] for n in NO_FILES})
    # And awsenv itself knows its profiles there.
    assert home.place.run("list", **{n: told[n] for n in NO_FILES}).stdout.startswith("mfa")


def test_a_long_lived_key_does_not_leave_the_machine(home: Served) -> None:
    assert home.place.run("dotenv", "key", *LIVE).returncode == 0
    token = values(home)[TOKEN] or ""
    status, answer = home.ask(token, "/profiles/key")
    assert status == 200
    assert answer["AccessKeyId"].startswith("ASIA")
    assert home.place.plain.secret not in (home.place.home / ".env").read_text()


def test_what_sdks_prefer_is_taken_out_of_our_lines_and_named_elsewhere(home: Served) -> None:
    env = home.place.home / ".env"
    assert home.place.run("dotenv", "key", "-o", ".env", "--session").returncode == 0
    assert "AWS_ACCESS_KEY_ID" in env.read_text()
    env.write_text("AWS_ROLE_ARN=arn\nA=1\n" + env.read_text())
    result = home.place.run("dotenv", "admin", *LIVE)
    assert result.returncode == 0, result.stderr
    assert "~/.env has AWS_ROLE_ARN, which SDKs prefer; take it out there" in result.stderr.replace(
        str(home.place.home), "~"
    )
    assert env.read_text().startswith("AWS_ROLE_ARN=arn\nA=1\n")
    assert not {"AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "AWS_PROFILE"} & set(values(home))
    # And back: a session in the file is no grant any more.
    token = values(home)[TOKEN] or ""
    assert home.place.run("dotenv", "admin", "-o", ".env").returncode == 0
    assert URI not in values(home)
    assert home.status().get("grants", []) == []
    until(lambda: not home.status())
    assert token not in env.read_text()


def test_revoke_takes_the_grant_and_our_lines(home: Served) -> None:
    (home.place.home / ".env").write_text("A=1\n")
    home.place.run("dotenv", "admin", *LIVE)
    token = values(home)[TOKEN] or ""
    home.place.run("dotenv", "key", "--live", "-o", "other.env")
    assert home.place.run("dotenv", "key", "--revoke", "-o", ".env").returncode == 1
    result = home.place.run("dotenv", "--revoke", "-o", ".env")
    assert result.returncode == 0, result.stderr
    assert (home.place.home / ".env").read_text() == "A=1\n"
    assert home.ask(token, "/profiles/admin")[0] == 401
    assert [each["profile"] for each in home.status()["grants"]] == ["key"]
    assert home.place.run("dotenv", "--revoke", "-o", "other.env").returncode == 0
    until(lambda: not home.status())  # nothing is granted: it has ended
    assert "nothing was granted to" in home.place.run("dotenv", "--revoke").stderr


@pytest.mark.parametrize("words", [("logout", "admin"), ("logout", "--all")])
def test_logout_ends_it(words: tuple[str, ...], home: Served) -> None:
    home.place.run("dotenv", "admin", *LIVE)
    token = values(home)[TOKEN] or ""
    result = home.place.run(*words)
    assert "/.env is no longer answered as admin" in result.stderr
    assert TOKEN in values(home)
    with contextlib.suppress(OSError):  # it may have ended, with nothing granted
        assert home.ask(token, "/profiles/admin")[0] == 401
    home.place.run("dotenv", "admin", *LIVE)
    assert home.place.run(*words, "--env-files").returncode == 0
    assert values(home) == {}


def test_no_start_leaves_that_to_a_person_and_check_tells_what_is_wrong(home: Served) -> None:
    result = home.place.run("dotenv", "admin", *LIVE, "--no-start")
    assert "awsenv serve does not run yet; awsenv serve" in result.stderr
    told = home.place.run("dotenv", "--check", "admin")
    assert told.returncode == 1
    assert told.stderr.endswith(
        ".env asks awsenv serve, which does not run; awsenv serve --start\n"
    )
    home.start()
    assert home.place.run("dotenv", "--check", "admin").returncode == 0
    (home.place.home / ".env").write_text(
        (home.place.home / ".env").read_text().replace(f"{TOKEN}=", f"{TOKEN}=x")
    )
    told = home.place.run("dotenv", "--check", "admin")
    assert told.returncode == 1
    assert told.stderr.endswith("opens nothing any more; awsenv dotenv admin --live -o .env\n")


def test_check_tells_of_keys_that_the_shell_has_of_its_own(home: Served) -> None:
    assert home.place.run("dotenv", "admin", *LIVE).returncode == 0
    keys = {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "s"}
    told = home.place.run("dotenv", "--check", "admin", **keys)
    assert told.returncode == 1
    assert told.stderr.endswith(".env is not what programs of this shell go by, which has AWS_ACCESS_KEY_ID; eval \"$(awsenv off)\"\n")  # fmt: skip
    # Those that awsenv put there for the same profile are nobody else's.
    assert home.place.run("dotenv", "--check", AWSENV_PROFILE="admin", **keys).returncode == 0
    web = {"AWS_ROLE_ARN": "a", "AWS_WEB_IDENTITY_TOKEN_FILE": "/t"}
    assert home.place.run("dotenv", "--check", "admin", **web).returncode == 1


@pytest.mark.parametrize(
    ("said", "is_there"),
    [
        ("AWS_REGION: ${AWS_REGION:-eu-west-1}", False),
        ("AWS_REGION: $AWS_DEFAULT_REGION", False),
        ("AWS_REGION: $${AWS_REGION}", True),
        ("AWS_REGION:", True),
        ("A: ${AWS_REGIONS}", True),
    ],
)
def test_the_region_stays_out_where_a_compose_file_fills_it_in(
    said: str, is_there: bool, home: Served
) -> None:
    (home.place.home / "compose.yaml").write_text(f"services: {{web: {{environment: {{{said}}}}}}}\n")  # fmt: skip
    told = home.place.run("dotenv", "admin", *LIVE)
    assert told.returncode == 0
    assert ("AWS_REGION" in values(home)) is is_there
    assert ("the Region stays out of" in told.stderr) is not is_there


def test_what_cannot_be_had_now_leaves_everything_as_it_was(home: Served) -> None:
    (home.place.home / ".env").write_text("A=1\n")
    cases = (
        (("dotenv", "mfa", *LIVE), 3),
        (("dotenv", "nobody", *LIVE), 1),
        (("dotenv", "admin", *LIVE, "--account", "000000000000"), 1),
        (("dotenv", "admin", *LIVE, "--duration", "1h"), 2),
        (("dotenv", "admin", *LIVE, "--profile-only"), 2),
        (("dotenv", "admin", "--live", "-o", "no/.env"), 1),
    )
    for words, code in cases:
        result = home.place.run(*words)
        assert (result.returncode, result.stderr.count("\n")) == (code, 1), (words, result.stderr)
    assert (home.place.home / ".env").read_text() == "A=1\n"
    told = json.loads(home.place.run("serve", "--status", "--json").stdout)
    assert (told["running"], told["grants"]) == (False, [])


def test_status_and_orgs_tell_what_is_granted_where(home: Served) -> None:
    home.place.run("dotenv", "admin", *LIVE)
    assert f"{home.place.home}/.env\tadmin\tserved\n" in home.place.run("status").stdout.replace(
        "~/", f"{home.place.home}/"
    )
    repo = home.place.home / "ghq/github.com/org/repo"
    subprocess.run([installed("git"), "init", "--quiet", repo], check=True)
    home.place.run("dotenv", "key", "--live", "-o", str(repo / ".env"), "--ignore")
    told = home.place.run("orgs", GHQ_ROOT=str(home.place.home / "ghq")).stdout
    assert "repo/.env as key" in told


def test_the_server_does_not_see_what_a_folder_or_a_session_set(home: Served) -> None:
    more = {"AWSENV_VARS": "SECRET_OF_FOLDER", "SECRET_OF_FOLDER": "x", "AWS_ACCESS_KEY_ID": "AKIAX",
            "AWSENV_SET": "AWS_ACCESS_KEY_ID", "AWSENV_PROFILE": "p"}  # fmt: skip
    assert home.place.run("dotenv", "admin", *LIVE, **more).returncode == 0
    seen = Path(f"/proc/{home.status()['process']}/environ").read_bytes()
    assert b"HOME=" in seen
    assert not any(word in seen for word in (b"SECRET_OF_FOLDER=", b"AKIAX", b"AWSENV_PROFILE"))
    assert os.readlink(f"/proc/{home.status()['process']}/cwd") == "/"


SCRIPT = """
import boto3, os
print(boto3.client("sts").get_caller_identity()["Arn"], boto3.Session().get_credentials().method)
print(sorted(n for n in os.environ if n.startswith("AWS_") and "ENDPOINT" not in n))
"""


@pytest.mark.parametrize("name", ["admin", "key"])
def test_exec_live_server_is_for_programs_that_run_no_process(name: str, home: Served) -> None:
    # A default profile, which SDKs would take before a server's credentials.
    with (home.place.home / ".aws/credentials").open("a") as file:
        file.write("[default]\naws_access_key_id = AKIAWRONG\naws_secret_access_key = x\n")
    more = {"AWS_WEB_IDENTITY_TOKEN_FILE": "/x", "AWS_ROLE_ARN": "x",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": "/x"}  # fmt: skip
    result = subprocess.run(
        [program_path(), "exec", name, "--live", "--server", "--", sys.executable, "-c", SCRIPT],
        env=clean(home.place.home) | home.place.endpoint | more | {"AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    arn, rest = result.stdout.splitlines()
    assert ("admin" if name == "admin" else home.place.plain.arn) in arn
    assert arn.endswith("container-role")
    assert "ACCESS_KEY" not in rest
    # Its grant went with it, and the server with that.
    until(lambda: not home.status())


def test_a_grant_right_after_the_last_one_was_revoked_is_answered(home: Served) -> None:
    assert home.place.run("dotenv", "admin", *LIVE).returncode == 0
    for wait in (0.0, 0.4, 0.8):
        assert home.place.run("dotenv", "--revoke", "-o", ".env").returncode == 0
        revoked = time.monotonic()
        until(lambda since=revoked + wait: time.monotonic() > since)  # type: ignore[misc]
        assert home.place.run("dotenv", "admin", *LIVE).returncode == 0
        token = values(home)[TOKEN] or ""
        granted = time.monotonic()
        while time.monotonic() < granted + 1.5:
            assert home.ask(token, "/profiles/admin")[0] == 200


def test_what_stands_in_a_file_is_revoked_wherever_that_is_now(home: Served) -> None:
    """A project was renamed: the token that stands in its file went on opening the profile."""
    repo, other = home.place.home / "repo", home.place.home / "other"
    repo.mkdir()
    assert home.place.run("dotenv", "admin", "--live", "-o", "repo/.env").returncode == 0
    token = values(home, "repo/.env")[TOKEN] or ""
    assert home.ask(token, "/profiles/admin")[0] == 200
    repo.rename(other)
    revoked = home.place.run("dotenv", "--revoke", "-o", "other/.env")
    assert revoked.returncode == 0
    assert revoked.stderr.startswith("awsenv: ~/other/.env holds no session any more\n")
    other.rename(repo)
    assert not list(grants.list_grants(home.environ))
    assert grants.find(token, home.environ) is None
