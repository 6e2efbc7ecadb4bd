"""What people do on a Mac, on a stand-in that is as strict as it is."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from awsenv.demo.server import Server
from awsenv.demo.users import new_user
from tests.darwin import Darwin
from tests.place import Place
from tests.program import until
from tests.server.test_serve import role
from tests.shells.real import HOOKED, Shell, clean

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0, reason="a namespace of its own is root's to make"
)


@pytest.fixture(scope="module")
def darwin(tmp_path_factory: pytest.TempPathFactory) -> Darwin:
    return Darwin(tmp_path_factory.mktemp("darwin"))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    user, plain = new_user("careful", "111122223333", mfa=True), new_user("plain", "444455556666")
    with Server([user, plain]) as server:
        found = Place(tmp_path, server, user, plain)
        role(found)
        yield found


def run(
    darwin: Darwin, place: Place, script: str, shell: Shell | None = None
) -> "subprocess.CompletedProcess[str]":
    """``script`` there, in a shell without a terminal."""
    started = [shell.program, *shell.plain] if shell else ["/bin/sh"]
    words = [*darwin.words, *started, "-c", script]
    environ = clean(place.home) | place.endpoint | darwin.environ
    return subprocess.run(words, env=environ, cwd=place.home, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=120, check=False)  # fmt: skip


def test_the_stand_in_refuses_what_macos_refuses(darwin: Darwin, place: Place) -> None:
    told = run(
        darwin, place, "uname; ls /proc; stat -c %s . ; readlink -e . ; date -d now; ulimit -n"
    )
    assert told.stdout.split() == ["Darwin", "256"]
    assert told.stderr.count("illegal option") == 3
    script = "import os, sys; print(sys.platform, hasattr(os, 'listxattr'), os.uname().sysname)"
    assert (
        run(darwin, place, f'{darwin.python} -I -S -c "{script}"').stdout == "darwin False Darwin\n"
    )
    # A child that goes on after a fork and asks for proxies is no more.
    forked = "import os, urllib.request as u\np = os.fork()\nif not p: u.getproxies(); os._exit(0)\nprint(os.waitpid(p, 0)[1])"
    assert run(darwin, place, f'{darwin.python} -I -S -c "{forked}"').stdout == "9\n"


@pytest.mark.parametrize("shell", HOOKED, ids=str)
def test_a_hooked_shell_there(shell: Shell, darwin: Darwin, place: Place) -> None:
    (place.home / "org").mkdir()
    load = shell.evaluate(f"awsenv hook {shell.name}")
    key = "$AWS_ACCESS_KEY_ID"
    lines = [
        load, "awsenv use key", f'echo "one {key}"', "awsenv use admin", f'echo "two {key}"', "awsenv off",
        f'echo "three {key}"', "awsenv link key org", "awsenv list", "awsenv doctor", "awsenv status",
    ]  # fmt: skip
    told = run(darwin, place, "\n".join(lines), shell)
    assert f"one {place.plain.key_id}\n" in told.stdout
    assert "two ASIA" in told.stdout
    assert "three \n" in told.stdout
    assert f"hook         {shell.name}, current" in told.stdout
    for word in ("Traceback", "internal error", "illegal option", "/proc", "not permitted"):
        assert word not in told.stdout + told.stderr, told.stderr


def test_the_hook_is_put_into_its_start_file_and_proved(darwin: Darwin, place: Place) -> None:
    told = run(
        darwin,
        place,
        "awsenv hook --install --yes; awsenv start; awsenv uninstall --yes",
        HOOKED[1],
    )
    assert (
        "awsenv: looked: a new shell has the hook\nawsenv: looked: a login shell has the hook\n"
        in told.stderr
    )
    assert "2. The hook: ~/.zshrc has it" in told.stdout
    assert (place.home / ".zshrc").read_text() == ""


def test_the_shell_is_known_without_proc(darwin: Darwin, place: Place) -> None:
    for shell in HOOKED:
        told = run(darwin, place, "awsenv doctor; true", shell)
        assert f"not in this {shell.name}" in told.stdout


def test_a_session_that_is_got_in_a_child_and_a_server(darwin: Darwin, place: Place) -> None:
    """botocore asks for proxies; whoever forked and went on would be killed there."""
    told = run(
        darwin,
        place,
        "awsenv use admin --fresh --shell json && awsenv renew admin; awsenv dotenv admin --live -o .env",
    )
    assert "ASIA" in told.stdout, told.stderr
    assert "no terminal" not in told.stderr
    until(lambda: (place.home / ".env").exists())
    told = run(darwin, place, "awsenv serve --status; awsenv serve --stop; awsenv uninstall")
    assert "admin" in told.stdout
    assert "internal error" not in told.stderr
