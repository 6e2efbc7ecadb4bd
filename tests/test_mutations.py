"""Whatever becomes of a file that awsenv reads (bytes lost or doubled, another encoding, huge, deep, commands in it): no
traceback, nothing of a person's is lost, and nothing in it runs."""

import os
import random
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from awsenv import record_file
from awsenv.hook.state import State
from awsenv.server import grants
from awsenv.state import GRANTS, RECORDS, TRUST, state_path
from tests.program import awsenv, is_long
from tests.shells.real import clean

EACH = 1700 if is_long() else 8  # of six doors
SEED = 20261129
KEY = "aws_access_key_id = AKIADEV\naws_secret_access_key = secret\n"
START = b"# mine\nexport A='1 2'\nif [ -t 0 ]; then\n  alias x='y z'\nfi\nPS1='$ '\n"
ENV = b"# mine\nSTAGE=test\nURL='http://x/?a=b'\nexport QUOTED=\"a b\"\n\nEMPTY=\nLAST=${STAGE}x\n"
RUNS = (b"$(touch ran)", b"`touch ran`", b"a[$(touch ran)]=x", b"\ntouch ran\n", b"'; touch ran; '", b"\";touch ran;\"",
        b"%0Atouch ran%0A", b"%24%28touch ran%29", b"\\\ntouch ran", b"${x:=$(touch ran)}")  # fmt: skip
LOOP = 'while IFS= read -r file; do ( eval "$(cat "$file")" ) </dev/null >/dev/null 2>&1; echo END; done'


ODD = (b"\0", b"\r", b"\xff\xfe", b"\xef\xbb\xbf", b"\x1b[2J", b"\x80")
DEEP = (b"${", b"[", b"(", b"{", b"'", b'"', b"%")
Accident = Callable[[bytes, bytes, bytes, random.Random], bytes]
# What may become of a text of three parts.
ACCIDENTS: tuple[Accident, ...] = (
    lambda a, _, c, __: a + c,
    lambda a, b, c, _: a + b + b + c,
    lambda a, _, c, choice: a + bytes((choice.randrange(256),)) + c,
    lambda a, b, c, choice: a + choice.choice(RUNS) + b + c,
    lambda a, _, c, choice: a + choice.choice(RUNS) + c,
    lambda a, b, c, choice: (a + b + c).replace(b"=", b"=" + choice.choice(RUNS), choice.randrange(1, 4)),
    lambda a, b, c, choice: a + choice.choice(ODD) + b + c,
    lambda a, b, c, _: (a + b + c).replace(b"\n", b"\r\n"),
    lambda a, b, c, choice: (a + b + c).decode("utf-8", "replace").encode(choice.choice(("utf-16", "utf-7", "utf-8-sig"))),
    lambda a, b, c, choice: b[:400] * choice.choice((1, 50, 5000)) + a + c,
    lambda a, b, c, choice: a + choice.choice(DEEP) * choice.choice((3, 900, 20_000)) + b + c,
)  # fmt: skip


def mutate(data: bytes, choice: random.Random) -> bytes:
    """``data`` after some accidents."""
    for _ in range(choice.choice((1, 1, 2, 3, 8))):
        start = choice.randrange(len(data) + 1)
        end = start + choice.choice((1, 2, 7, 40, len(data)))
        accident = choice.choice(ACCIDENTS)
        data = accident(data[:start], data[start:end], data[end:], choice)[: 4 << 20]
    return data


class Ground:
    """A home, and a bash in a folder of its own that runs what it is told to."""

    def __init__(self, home: Path, shell: "subprocess.Popen[str]") -> None:
        self.home = home
        self.shell = shell
        self.environ = {"HOME": str(home)}

    def run(self, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        """Run awsenv, which takes what it is given well."""
        result = awsenv(self.home, *words, **more)
        assert "Traceback" not in result.stderr + result.stdout
        assert "internal error" not in result.stderr, result.stderr
        assert result.returncode in (0, 1, 2, 3), (words, result.stderr)
        return result

    def evaluate(self, text: str) -> None:
        """Have the shell run ``text``: what it holds is data."""
        file = self.home / "told"
        file.write_bytes(os.fsencode(text))
        assert self.shell.stdin
        assert self.shell.stdout
        self.shell.stdin.write(f"{file}\n")
        self.shell.stdin.flush()
        assert self.shell.stdout.readline() == "END\n"
        assert not list(self.home.rglob("ran")), text

    def put(self, path: str, data: bytes) -> None:
        """Have ``data`` as a record of ours, with its checksum, at ``path``."""
        place = Path(path)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        body = data if data.startswith(b"awsenv=1\n") else b"awsenv=1\n" + data
        place.write_bytes(body + b"end=" + record_file.checksum(body))
        place.chmod(0o600)


@contextmanager
def a_ground(home: Path) -> Iterator[Ground]:
    (home / ".aws").mkdir()
    (home / ".aws/credentials").write_text(f"[dev]\n{KEY}")
    (home / "org").mkdir()
    (home / "org/.envrc").write_text("use_aws dev\ndotenv\n")
    (home / "org/.env").write_bytes(ENV)
    out = home / "out"
    out.mkdir()
    with subprocess.Popen(
        ["bash", "--norc", "-c", LOOP], env=clean(home), cwd=out, stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    ) as shell:  # fmt: skip
        yield Ground(home, shell)
        assert shell.stdin
        shell.stdin.close()


def start_file(it: Ground, choice: random.Random) -> None:
    path = it.home / ".bashrc"
    before = mutate(START, choice)
    path.write_bytes(before)
    done = it.run("hook", "bash", "--install", "--yes")
    after = path.read_bytes()
    assert after == before if done.returncode else after.startswith(before)
    it.run("uninstall", "--yes")
    assert path.read_bytes() in (before, before + b"\n")
    for left in it.home.glob(".bashrc.*"):
        left.unlink()


def env_file(it: Ground, choice: random.Random) -> None:
    path = it.home / "org/.env"
    before = mutate(ENV, choice)
    path.write_bytes(before)
    it.run("allow", "org", "--unsafe")
    it.evaluate(it.run("hook-env", "bash", "", PWD=str(it.home / "org")).stdout)
    done = it.run("dotenv", "dev", "-o", "org/.env", "--session")
    after = path.read_bytes()
    if done.returncode:
        assert after == before
    assert all(line in after for line in before.split(b"\n") if b"AWS" not in line)


def hook_state(it: Ground, choice: random.Random) -> None:
    state = State()
    state.names, state.originals = ["AWS_REGION"], {"AWS_REGION": "x", "AWS_PROFILE": None}
    state.manual = {"AWS_PROFILE": "mine"}
    text = mutate(state.text().encode(), choice)[:100_000].replace(b"\0", b"")
    told = it.run("hook-env", "bash", "", _AWSENV_STATE=os.fsdecode(text))
    it.evaluate(told.stdout)


def record(it: Ground, choice: random.Random) -> None:
    path = state_path(it.environ, RECORDS) + "/dev"
    fields = b"profile=dev\nvar.AWS_REGION=x\nvar.AWS_SESSION_TOKEN=t\nexpires=4000000000\nissued=1\nrenew=2\nshape=2\n"
    if not it.run("use", "dev", "--shell", "bash").returncode and Path(path).exists():
        fields = Path(path).read_bytes().rpartition(b"end=")[0]
    it.put(path, mutate(fields, choice))
    for shell in ("bash", "fish", "tcsh", "json"):
        told = it.run("use", "dev", "--shell", shell)
        if shell == "bash":
            it.evaluate(told.stdout)


def trust(it: Ground, choice: random.Random) -> None:
    (it.home / "org/.env").write_bytes(ENV)
    it.run("allow", "org", "--unsafe")
    records = [p for p in Path(state_path(it.environ, TRUST)).rglob("*") if p.is_file()]
    assert records
    for path in records:
        it.put(str(path), mutate(path.read_bytes().rpartition(b"end=")[0], choice))
    it.evaluate(it.run("hook-env", "bash", "", PWD=str(it.home / "org")).stdout)
    it.run("status", "--json")


def grant(it: Ground, choice: random.Random) -> None:
    token = grants.grant("dev", False, it.environ, "/x/.env")
    path = f"{state_path(it.environ, GRANTS)}/{grants.digest_of(token)}"
    it.put(path, mutate(Path(path).read_bytes().rpartition(b"end=")[0], choice))
    it.run("serve", "--status")
    it.run("dotenv", "--check", "-o", "org/.env")
    Path(path).unlink(missing_ok=True)


DOORS: tuple[Callable[[Ground, random.Random], None], ...] = (
    start_file, env_file, hook_state, record, trust, grant,
)  # fmt: skip


@pytest.mark.parametrize("door", DOORS, ids=lambda door: str(door.__name__))
def test_nothing_runs_nothing_is_lost_and_no_traceback(
    door: Callable[[Ground, random.Random], None], tmp_path: Path
) -> None:
    with a_ground(tmp_path) as it:
        for number in range(EACH):
            seed = SEED + number + (random.randrange(1 << 40) if is_long() else 0)
            print(f"seed {seed}")
            door(it, random.Random(seed))


def test_the_control_is_run(tmp_path: Path) -> None:
    with a_ground(tmp_path) as it, pytest.raises(AssertionError):
        it.evaluate("x=$(touch ran)")
