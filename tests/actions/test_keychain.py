"""Keys in a real keychain: every tool goes on with them, and no file has them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from awsenv import distribution
from awsenv.demo.sts import Role
from tests.place import Place
from tests.program import is_long, program_path
from tests.shells.real import BIN, clean, installed
from tests.tracing import kills

ARN = "arn:aws:iam::777788889999:role/admin"
MODULES = Path(sys.prefix) / "node/node_modules"
THEIRS = "import boto3; print(boto3.Session(profile_name='{}').client('sts').get_caller_identity()['Arn'])"
# Of the keychains that are here, the one on the bus.
SERVICE = "from keyring.backends import SecretService; keyring = SecretService.Keyring()"
REGION = {"AWS_DEFAULT_REGION": "us-east-1", "AWS_REGION": "us-east-1"}
# Node's SDK, which has no other answer than the profile's.
NODE = (
    "const {{STS}} = require('@aws-sdk/client-sts'); new STS({{profile: '{}'}}).getCallerIdentity({{}})"
    ".then((told) => console.log(told.Arn))"
)


class Home:
    """A home with a bus of its own, on which gnome-keyring's Secret Service answers."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.bus: subprocess.Popen[str] | None = None
        self.address = ""

    def open(self, unlocked: bool = True) -> None:
        """Start the bus and the keychain."""
        for name in ("dbus-run-session", "gnome-keyring-daemon"):
            installed(name)
        how = (
            "printf pw | gnome-keyring-daemon --unlock"
            if unlocked
            else "gnome-keyring-daemon --start"
        )
        script = f'{how} --components=secrets >/dev/null 2>&1; echo "$DBUS_SESSION_BUS_ADDRESS"; exec sleep 600'
        # The keychain's own files lie elsewhere, as another daemon's would.
        own = self.place.home.with_name(f"{self.place.home.name}-keychain")
        own.mkdir(exist_ok=True)
        self.bus = subprocess.Popen(
            ["dbus-run-session", "--", "sh", "-c", script],
            env=clean(own, XDG_RUNTIME_DIR=str(own)),
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, start_new_session=True,
        )  # fmt: skip
        assert self.bus.stdout
        self.address = self.bus.stdout.readline().strip()
        assert self.address

    def close(self) -> None:
        if self.bus:
            os.killpg(self.bus.pid, 9)
            self.bus.communicate()
            self.bus = None

    @property
    def environ(self) -> dict[str, str]:
        return {"DBUS_SESSION_BUS_ADDRESS": self.address}

    def run(self, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return self.place.run(*words, **(self.environ | more))

    def theirs(self, program: list[str]) -> str:
        """What another tool prints."""
        done = subprocess.run(
            program, env=clean(self.place.home) | self.place.endpoint | self.environ | REGION | {"NODE_PATH": str(MODULES)},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        return done.stdout.strip() or done.stderr

    def keep(self, key_ids: list[str]) -> list[str]:
        """Those of ``key_ids`` that the keychain itself has, asked past awsenv."""
        ask = "[k for k in sys.argv[1:] if keyring.get_password('awsenv', k)]"
        program = f"import sys; {SERVICE}; print(*{ask})"
        told = self.theirs([sys.executable, "-c", program, *key_ids])
        return told.split()

    def store(self, key_id: str, secret: str) -> None:
        """Have it in the keychain, past awsenv."""
        words = f"{SERVICE}; keyring.set_password('awsenv', '{key_id}', '{secret}')"
        assert self.theirs([sys.executable, "-c", words]) == ""

    def holding(self, secret: str) -> list[str]:
        """The files below home that have ``secret``."""
        files = [p for p in self.place.home.rglob("*") if p.is_file()]
        return [str(p) for p in files if secret.encode() in p.read_bytes()]


@pytest.fixture
def home(place: Place) -> Iterator[Home]:
    it = Home(place)
    it.open()
    yield it
    it.close()


def test_after_an_import_every_tool_goes_on_and_no_file_has_the_key(home: Home) -> None:
    place = home.place
    before = (place.home / ".aws/credentials").read_text()
    assert home.holding(place.plain.secret)  # the control
    result = home.run("keychain", "import", "key")
    assert result.returncode == 0, result.stderr
    assert home.holding(place.plain.secret) == []
    assert home.run("use", "key", "--shell", "json").stdout.count(place.plain.secret) == 1
    assert home.holding(place.plain.secret) == []
    assert home.theirs([sys.executable, "-c", THEIRS.format("key")]) == place.plain.arn
    cli = [str(BIN / "aws"), "--profile", "key", "sts", "get-caller-identity", "--query", "Arn"]
    assert place.plain.arn in home.theirs(cli)
    assert home.theirs([installed("node"), "-e", NODE.format("key")]) == place.plain.arn
    # A role over it, and what `list` knows without the keychain.
    place.server.sts.roles[ARN] = Role(ARN, frozenset({place.plain.arn}))
    with (place.home / ".aws/config").open("a") as file:
        file.write(f"[profile admin]\nrole_arn = {ARN}\nsource_profile = key\n")
    assert home.run("use", "admin", "--shell", "json").returncode == 0
    assert "key\tkey\t444455556666\t" in place.run("list").stdout
    assert home.run("keychain", "list").stdout == f"key\t{place.plain.key_id}\n"
    # A second time there is nothing to do, and back it is as before.
    assert "in the keychain already" in home.run("keychain", "import", "key").stderr
    assert home.run("keychain", "export", "key").returncode == 0
    assert sorted((place.home / ".aws/credentials").read_text().split()) == sorted(before.split())
    assert "awsenv_keychain" not in (place.home / ".aws/config").read_text()
    assert home.run("keychain", "list").stdout == ""


def test_a_key_with_a_device_gives_its_session_to_all(home: Home) -> None:
    place = home.place
    assert home.run("keychain", "import", "mfa").returncode == 0
    assert home.run("login", "mfa", "--mfa-code", place.code).returncode == 0
    assert home.theirs([sys.executable, "-c", THEIRS.format("mfa")]) == place.user.arn
    # The session is replayed without the keychain.
    assert "AWS_SESSION_TOKEN" in place.run("use", "mfa", "--shell", "json").stdout
    assert home.holding(place.user.secret) == []


def test_a_kill_at_any_call_leaves_the_key_in_one_place_at_least(home: Home) -> None:
    place = home.place
    kept = place.home.with_name(f"{place.home.name}-kept")
    words = ("keychain", "import", "key")
    for call in kills(place.home, kept, words, **place.endpoint, **home.environ):
        told = home.run("use", "key", "--shell", "json")
        assert place.plain.secret in told.stdout, (call, told.stderr)
        assert home.run(*words).returncode == 0, call
        assert home.holding(place.plain.secret) == [], call


@pytest.mark.parametrize("words", [("keychain", "export"), ("keychain", "remove"), ("rotate",)])
def test_a_kill_at_any_call_leaves_no_dead_secret_in_the_keychain(
    words: tuple[str, ...], home: Home
) -> None:
    place = home.place
    assert home.run("keychain", "import", "key").returncode == 0
    kept, users = place.home.with_name(f"{place.home.name}-kept"), dict(place.server.sts.users)
    first = place.plain.key_id
    assert home.keep([first]) == [first]

    def reset() -> None:
        # The profile may have had another key since, and none.
        place.server.sts.users.clear()
        place.server.sts.users.update(users)
        home.store(first, place.plain.secret)

    points = kills(place.home, kept, (*words, "key"), reset, **place.endpoint, **home.environ)
    for call in points if is_long() else islice(points, 2):
        made = [first, *(each.key_id for each in place.server.iam.keys(place.plain))]
        has = home.run("use", "key", "--shell", "json").returncode == 0
        assert has or words[-1] == "remove", call
        home.run(*words, "key")
        made += [each.key_id for each in place.server.iam.keys(place.plain)]
        has_now = [row.split()[1] for row in home.run("keychain", "list").stdout.splitlines()]
        assert home.keep(list(dict.fromkeys(made))) == has_now, call


@pytest.mark.parametrize("word", ["remove", "export"])
def test_a_key_of_two_profiles_leaves_the_keychain_with_the_second(word: str, home: Home) -> None:
    user, config = home.place.plain, home.place.home / ".aws/credentials"
    with config.open("a") as file:
        file.write(
            f"[twin]\naws_access_key_id = {user.key_id}\naws_secret_access_key = {user.secret}\n"
        )
    told = home.run("keychain", "import", "key").stderr
    assert "in the keychain, and still in a file, of twin\n" in told
    assert "awsenv keychain import twin\n" in told
    assert "and no longer in a file" in home.run("keychain", "import", "twin").stderr
    one = home.run("keychain", word, "key").stderr
    assert "in the keychain for twin\n" in one
    assert home.run("use", "twin", "--shell", "json").returncode == 0
    assert home.run("keychain", "import", "key").returncode == (0 if word == "export" else 1)
    assert home.run("keychain", word, "--all").returncode == 0
    assert home.keep([user.key_id]) == []
    assert bool(home.holding(user.secret)) == (word == "export")


def test_all_at_once_and_gone_for_good(home: Home) -> None:
    assert home.run("keychain", "import", "--all").returncode == 0
    assert len(home.run("keychain", "list").stdout.splitlines()) == 2
    assert home.run("keychain", "remove", "key").returncode == 0
    result = home.run("use", "key", "--shell", "bash")
    assert (result.returncode, result.stdout) == (1, "false\n")
    assert len(home.run("keychain", "list").stdout.splitlines()) == 1
    assert home.run("keychain", "import").returncode == 2


def test_a_process_of_a_persons_own_stays(home: Home) -> None:
    with (home.place.home / ".aws/config").open("a") as file:
        file.write("[profile key]\ncredential_process = mine\n")
    result = home.run("keychain", "import", "key")
    assert result.returncode == 1
    assert result.stderr.endswith("has a credential_process of its own; awsenv show key\n")
    assert home.holding(home.place.plain.secret)
    assert "credential_process = mine\n" in (home.place.home / ".aws/config").read_text()


def test_a_profile_that_is_removed_leaves_nothing_in_the_keychain(home: Home) -> None:
    assert home.run("keychain", "import", "key").returncode == 0
    kept = (home.place.home / ".aws/config").read_text()
    assert "awsenv keychain export --all" in home.run("uninstall").stderr
    assert home.run("remove", "key", "--yes").returncode == 0
    (home.place.home / ".aws/config").write_text(kept)
    result = home.run("use", "key", "--shell", "bash")
    assert f"the keychain has no key {home.place.plain.key_id}" in result.stderr


def test_a_new_key_goes_straight_into_the_keychain(home: Home) -> None:
    user = home.place.plain
    csv = home.place.home / "k.csv"
    csv.write_text(f"Access key ID,Secret access key\n{user.key_id},{user.secret}\n")
    words = (
        "add",
        "fresh",
        "--csv",
        "k.csv",
        "--keychain",
        "--region",
        "sa-east-1",
        "--delete-csv",
    )
    result = home.run(*words)
    assert result.returncode == 0, result.stderr
    told = json.loads(home.run("use", "fresh", "--shell", "json").stdout)
    assert (told["AWS_SECRET_ACCESS_KEY"], told["AWS_REGION"]) == (user.secret, "sa-east-1")
    # Another key in its place: the one before is nobody's there.
    csv.write_text(
        "Access key ID,Secret access key\nAKIAIOSFODNN7EXAMPLE,new/secret+00000000000000000000000000000\n"
    )
    assert home.run(*words, "--force").returncode == 0
    assert home.keep([user.key_id, "AKIAIOSFODNN7EXAMPLE"]) == ["AKIAIOSFODNN7EXAMPLE"]
    assert "[fresh]" not in (home.place.home / ".aws/credentials").read_text()


def test_many_at_once(home: Home) -> None:
    assert home.run("keychain", "import", "key").returncode == 0
    environ = clean(home.place.home) | home.place.endpoint | home.environ
    command = [program_path(), "use", "key", "--shell", "json"]
    running = [
        subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True)
        for _ in range(50 if is_long() else 20)
    ]
    told = [json.loads(each.communicate(timeout=120)[0]) for each in running]
    assert {each["AWS_SECRET_ACCESS_KEY"] for each in told} == {home.place.plain.secret}


def test_a_keychain_that_is_locked_or_not_there_is_one_line_and_changes_nothing(home: Home) -> None:
    assert home.run("keychain", "import", "key").returncode == 0
    home.close()
    files = [(home.place.home / ".aws" / name).read_text() for name in ("credentials", "config")]
    nowhere = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}
    for words in (("use", "key", "--shell", "bash"), ("keychain", "import", "mfa")):
        result = home.place.run(*words, **nowhere)
        assert (result.returncode, result.stderr.count("awsenv: ")) == (3, 1), result.stderr
    home.open(unlocked=False)
    result = home.run("use", "key", "--shell", "bash")
    assert (result.returncode, result.stderr.count("awsenv: ")) == (3, 1), result.stderr
    assert "unlock it" in result.stderr
    assert files == [
        (home.place.home / ".aws" / name).read_text() for name in ("credentials", "config")
    ]


def test_without_the_library_it_says_what_to_install(place: Place) -> None:
    program = """import sys
sys.modules["keyring"] = None
sys.argv = ["awsenv", "keychain", "import", "key"]
from awsenv import main
main()"""
    told = subprocess.run(
        [sys.executable, "-c", program], env=clean(place.home), capture_output=True, text=True, check=False
    )  # fmt: skip
    assert told.stderr.endswith(f"; {distribution.format_install('keychain')}\n")
    assert place.plain.secret in Path(place.home / ".aws/credentials").read_text()
