"""Every command as the real program and as the stand-in of the other tests: both say and do the same."""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from awsenv.cli.app import COMMANDS
from awsenv.demo.server import Server
from awsenv.demo.users import new_user
from tests import forkserver
from tests.place import Place
from tests.program import is_long, until
from tests.shells.real import clean
from tests.tracing import put_back, tree

# A line for each command, and what it is run in.
LINES = [
    "use key --shell bash", "use nobody --shell bash", "use key --session --shell json",
    "use key --nonsense --shell bash", "off --shell bash", "exec key -- printenv AWS_ACCESS_KEY_ID",
    "credential-process key", "list", "show key", "whois key", "alias", "team list", "config", "status", "login mfa", "logout --all",
    "sso list", "console key", "rotate nobody", "add", "remove key --yes", "rename key other --yes",
    "dotenv key --session -o new.env", "serve --status", "compose --check", "link key org", "unlink org", "allow org",
    "orgs", "renew key", "direnv install", "deny org", "keychain list", "hook bash", "doctor", "uninstall",
    "start", "demo --help", "help", "--version", "", "lisst", "complete bash -- use k", "hook-env bash",
]  # fmt: skip


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    plain, careful = new_user("plain", "444455556666"), new_user("careful", "111122223333", mfa=True)  # fmt: skip
    (tmp_path / "home/org").mkdir(parents=True)
    (tmp_path / "home/org/.envrc").write_text("use_aws key\n")
    with Server([careful, plain]) as server:
        yield Place(tmp_path / "home", server, careful, plain)


def tell(place: Place, program: Path, line: str) -> tuple[object, ...]:
    """What ``line`` said and left behind, without what differs from one call to the next; the home is as
    it was before."""
    kept = place.home.with_name("kept")
    shutil.copytree(place.home, kept, symlinks=True)
    done = subprocess.run(
        [program / "awsenv", *line.split()], cwd=place.home, stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=60, check=False, env=clean(place.home) | place.endpoint,
    )  # fmt: skip
    # A plain key is recorded where its file is older than a second.
    files = sorted(name for name in tree(place.home) if not name.endswith("/records/key"))
    put_back(place.home, kept)
    shutil.rmtree(kept)
    users = place.server.sts.users.values()
    secrets = {user.secret for user in users} | {user.token for user in users if user.token}

    def plain(text: str) -> str:
        real = Path(forkserver.__file__).parents[2] / "awsenv/__main__.py"
        if forkserver.program.hook_file is not None:
            text = text.replace(str(forkserver.program.hook_file), str(real))
            text = text.replace(
                str(forkserver.program.hook_file.with_name("client")), sys.executable
            )
        for each in secrets:
            text = text.replace(each, "SECRET")
        return re.sub(
            r"ASIA\w+|\d{4}-\d\d-\d\dT[\d:]+(Z|\+00:00)?|\d+(\.\d+)? ?(ms|s)\b|(?<=_now=)\d+",
            "ONE",
            text,
        )

    return done.returncode, plain(done.stdout), plain(done.stderr), files


def test_every_command_has_a_line() -> None:
    assert {line.split()[0] for line in LINES if line} >= COMMANDS.keys()


# Every other one in `make test`, which starts each twice.
@pytest.mark.parametrize("line", LINES if is_long() else LINES[::2])
def test_it_says_and_does_the_same(line: str, here: Place) -> None:
    assert forkserver.program.folder != forkserver.REAL_BIN
    real, fork = (
        tell(here, each, line) for each in (forkserver.REAL_BIN, forkserver.program.folder)
    )
    assert real == fork


def test_another_program_would_be_seen(here: Place) -> None:
    real = forkserver.REAL_BIN
    assert tell(here, real, "use key --shell bash") == tell(here, real, "use key --shell bash")
    assert tell(here, real, "use key --shell bash") != tell(here, real, "use key --shell fish")


PROBE = """#!/bin/sh
touch {home}/begun
exec sleep 1000
"""


@pytest.fixture
def waiting(tmp_path: Path) -> "Iterator[subprocess.Popen[bytes]]":
    """The stand-in in the middle of a call, in which a program of a person's own waits."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / "wait").write_text(PROBE.format(home=tmp_path))
    (tmp_path / "wait").chmod(0o755)
    (tmp_path / ".aws/config").write_text(f"[profile slow]\ncredential_process = {tmp_path}/wait\n")
    process = subprocess.Popen(
        [forkserver.program.folder / "awsenv", "use", "slow", "--shell", "bash"],
        env=clean(tmp_path), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    until((tmp_path / "begun").exists)
    yield process
    process.kill()
    process.communicate()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -15), (signal.SIGKILL, -9)])  # fmt: skip
def test_a_signal_ends_it_as_it_ends_the_real_one(
    number: signal.Signals, code: int, waiting: "subprocess.Popen[bytes]"
) -> None:
    waiting.send_signal(number)
    out, _ = waiting.communicate(timeout=60)  # nothing holds its stdout
    assert (waiting.returncode, out) == (code, b"false\n" if code == 130 else b"")


SHOW = """#!/bin/sh
{ pwd; umask; env | sort; cat /proc/self/limits; } >"$SEEN"
echo '{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "s"}'
"""


def test_it_has_the_umask_the_folder_and_the_variables_of_its_caller(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / "show").write_text(SHOW)
    (tmp_path / "show").chmod(0o755)
    (tmp_path / ".aws/config").write_text(f"[profile p]\ncredential_process = {tmp_path}/show\n")
    seen = []
    for program in (forkserver.REAL_BIN, forkserver.program.folder):
        environ = clean(tmp_path) | {"SEEN": str(tmp_path / "seen"), "OTHER": "a\nb é"}
        script = (
            f"umask 027; {program}/awsenv use p --shell bash; {program}/awsenv list >&-; echo $?"
        )
        done = subprocess.run(["sh", "-c", script], env=environ, cwd=tmp_path, capture_output=True, text=True, check=True)  # fmt: skip
        seen.append([done.stdout, done.stderr, (tmp_path / "seen").read_text()])
    assert seen[0] == seen[1]
    assert "0027" in seen[0][-1]
