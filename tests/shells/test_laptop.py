"""A laptop's day: a disk that is full, and a home that goes and comes back. What a shell holds, and what is said."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from awsenv.demo.server import Server
from awsenv.demo.users import new_user
from tests.place import Place
from tests.server.test_serve import role
from tests.shells.real import HOOKED, installed
from tests.shells.terminal import Terminal

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="a disk of its own is root's to mount")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    """A home on a small disk of its own."""
    home = tmp_path / "home"
    home.mkdir()
    subprocess.run(
        [installed("mount"), "-t", "tmpfs", "-o", "size=1m,mode=0700", "none", home], check=True
    )
    user, plain = new_user("careful", "111122223333", mfa=True), new_user("plain", "444455556666")
    try:
        with Server([user, plain]) as server:
            found = Place(home, server, user, plain)
            role(found)
            yield found
    finally:
        subprocess.run(["umount", "-l", home], check=False)


def fill(home: Path) -> Path:
    """A file that takes what is left of the disk."""
    path = home / "full"
    with contextlib.suppress(OSError), path.open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 4096)
    return path


def start(place: Place) -> "contextlib.AbstractContextManager[Terminal]":
    """A shell at its prompt; what the test looks at lies beside the home."""
    environ = {"HOME": str(place.home), **place.endpoint}
    return contextlib.closing(Terminal(HOOKED[0], environ, place.home.parent))


def test_on_a_full_disk_a_shell_acts_all_the_same_and_no_file_is_harmed(
    place: Place,
) -> None:
    credentials = place.home / ".aws/credentials"
    before = credentials.read_bytes()
    (place.home / ".env").write_text("MINE=1\n")
    full = fill(place.home)
    with start(place) as real:
        real.load_hook()
        real.typed("awsenv use admin")
        assert real.look("AWS_ACCESS_KEY_ID").startswith("ASIA")
        real.typed("awsenv off")
        assert real.look("AWS_ACCESS_KEY_ID") == ""
    for words in (("dotenv", "admin", "-o", str(place.home / ".env")), ("remove", "key", "--yes"), ("link", "key", str(place.home))):  # fmt: skip
        done = place.run(*words)
        assert done.returncode == 1, words
        assert "No space left on device" in done.stderr.splitlines()[-1], done.stderr
        assert "internal error" not in done.stderr
    assert credentials.read_bytes() == before
    assert (place.home / ".env").read_text() == "MINE=1\n"
    assert not (place.home / ".envrc").exists()
    full.unlink()
    assert place.run("dotenv", "admin", "-o", str(place.home / ".env")).returncode == 0


def test_a_home_that_goes_takes_the_folders_profile_along_and_brings_it_back(
    place: Place, tmp_path: Path
) -> None:
    org = place.home / "org"
    org.mkdir()
    assert place.run("link", "key", str(org)).returncode == 0
    with start(place) as real:
        real.load_hook()
        real.typed(f"cd {org}")
        assert real.look("AWSENV_PROFILE") == "key"
        real.typed("cd /")
        # As an encrypted or a network home does: what was there is below, and nothing in its place.
        subprocess.run(["mount", "--move", place.home, _make(tmp_path / "away")], check=True)
        real.typed(f"cd {place.home}")
        assert real.look("AWSENV_PROFILE") == ""
        assert "internal error" not in real.typed("awsenv status")
        real.typed("cd /")
        subprocess.run(["mount", "--move", tmp_path / "away", place.home], check=True)
        real.typed(f"cd {org}")
        assert real.look("AWSENV_PROFILE") == "key"


def _make(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_on_another_network_a_session_is_kept_and_a_new_one_comes_once_aws_is_reached(
    place: Place,
) -> None:
    """A hotel's, which answers with its own page until somebody has signed in there."""
    org = place.home / "org"
    org.mkdir()
    assert place.run("link", "admin", str(org)).returncode == 0
    with start(place) as real:
        real.load_hook()
        real.typed("awsenv use admin")
        before = real.look("AWS_ACCESS_KEY_ID")
        place.server.faults.extend(["page"] * 100)
        told = real.typed("awsenv use admin --fresh")
        assert "what answered is not AWS but a proxy, or this network's sign-in page" in told
        assert real.look("AWS_ACCESS_KEY_ID") == before
        real.typed("awsenv logout admin; awsenv off")
        told = real.typed(f"cd {org}")
        assert "this network's sign-in page" in told
        assert real.look("AWS_ACCESS_KEY_ID") == ""
        place.server.faults.clear()
        assert real.typed("true").count("awsenv") == 0  # AWS is not asked at every prompt
        real.typed("cd /")
        real.typed(f"cd {org}")
        assert real.look("AWS_ACCESS_KEY_ID") not in ("", before)
