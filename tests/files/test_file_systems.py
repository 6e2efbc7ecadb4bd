"""File systems that take one name for another, as macOS' do, and that know no fraction of a second."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from awsenv import record_file
from awsenv.demo.server import Server
from awsenv.demo.users import new_user
from awsenv.files.spelling import spell
from tests.place import Place
from tests.program import until
from tests.server.test_serve import role
from tests.shells.real import HOOKED, installed, missing
from tests.shells.terminal import Terminal

TOP = Path(__file__).parents[2]


@contextlib.contextmanager
def mounted(kind: str, folder: Path) -> Iterator[Path]:
    """A file system of that ``kind`` below ``folder``."""
    real, place = folder / "real", folder / "mounted"
    real.mkdir()
    place.mkdir()
    if not os.path.exists("/dev/fuse"):
        missing("FUSE")
    words = [sys.executable, "-m", "tests.folding", kind, str(real), str(place)]
    mounting = subprocess.Popen(words, cwd=TOP, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        until(lambda: os.path.ismount(place) or mounting.poll() is not None)
        if mounting.poll() is not None:
            missing(f"a FUSE that works here ({mounting.communicate()[1]!r})")
        yield place
    finally:
        subprocess.run([installed("umount"), "-l", place], check=False)
        mounting.terminate()
        mounting.wait()


@pytest.fixture(params=["case", "normal", "seconds", "modes"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def place(kind: str, tmp_path: Path) -> Iterator[Place]:
    """A home on such a file system."""
    user, plain = new_user("careful", "111122223333", mfa=True), new_user("plain", "444455556666")
    with mounted(kind, tmp_path) as home, Server([user, plain]) as server:
        yield Place(home, server, user, plain)


@pytest.mark.parametrize("kind", ["case"], indirect=True)
def test_two_profiles_that_differ_by_case_have_a_record_each(place: Place) -> None:
    for name in ("Admin", "admin", "ADMIN"):
        role(place, name)
    for _ in range(2):
        for name in ("Admin", "admin", "ADMIN"):
            done = place.run("use", name, "--shell", "json")
            assert done.returncode == 0, done.stderr
    assert place.server.calls.count("AssumeRole") == 3
    paths = [record_file.record_path(n, {"HOME": str(place.home)}) for n in ("Admin", "admin", "ADMIN")]  # fmt: skip
    assert len({path.lower() for path in paths}) == 3


NAMES = {
    "case": ("Org", "org"),
    "normal": ("café", "cafe\u0301"),
    "seconds": ("org", "org"),
    "modes": ("org", "org"),
}


@pytest.mark.parametrize("shell", HOOKED[:3], ids=str)
def test_a_folder_is_allowed_under_each_of_its_names(
    kind: str, shell: object, place: Place
) -> None:
    """``allow`` by one name, ``cd`` by the other; and a change is noticed, whatever the times."""
    kept, typed = NAMES[kind]
    folder = place.home / kept
    folder.mkdir()
    (folder / ".envrc").write_text("use_aws key\n")
    done = place.run("allow", str(place.home / typed / ".envrc"))
    assert done.returncode == 0, done.stderr
    environ = {"HOME": str(place.home), "LC_ALL": "C.UTF-8", **place.endpoint}
    with contextlib.closing(Terminal(shell, environ, place.home)) as real:  # type: ignore[arg-type]
        real.load_hook()
        for name in (kept, typed):
            real.typed(f"cd '{place.home}/{name}'")
            assert real.look("AWSENV_PROFILE") == "key"
            real.typed("cd /")
            assert real.look("AWSENV_PROFILE") == ""
        real.typed(f"cd '{place.home}/{typed}'")
        (folder / ".envrc").write_text("use_aws mfa\n")
        real.typed("true")
        assert real.look("AWSENV_PROFILE") == ""  # it is not allowed as it lies there now
    # Denied by one name, it is allowed under neither.
    (folder / ".envrc").write_text("use_aws key\n")
    assert place.run("deny", str(place.home / typed / ".envrc")).returncode == 0
    told = place.run("status", "--json", prefix=("/usr/bin/env", "-C", str(folder)))
    assert json.loads(told.stdout)["folder"]["trust"] != "allowed"


def test_a_path_is_spelled_as_it_lies_there(kind: str, tmp_path: Path) -> None:
    kept, typed = NAMES[kind]
    with mounted(kind, tmp_path) as place:
        (place / kept / "Below").mkdir(parents=True)
        [name] = os.listdir(place)
        assert spell(f"{place}/{typed}/Below") == f"{place}/{name}/Below"
        assert spell(f"{place}/{kept}/Below/nothing/Here") == f"{place}/{name}/Below/nothing/Here"
    other = tmp_path / "Plain"
    other.mkdir()
    (tmp_path / "plain").mkdir()
    assert spell(str(other)) == str(other)
    assert spell(str(tmp_path / "plain")) == str(tmp_path / "plain")


def test_a_use_a_dotenv_and_an_edit_of_the_files(place: Place) -> None:
    """What a person does on it, as anywhere."""
    role(place)
    assert place.run("use", "admin", "--shell", "json").returncode == 0
    assert place.run("use", "admin", "--shell", "json").returncode == 0
    assert place.server.calls.count("AssumeRole") == 1
    assert place.run("dotenv", "admin", "-o", ".env", prefix=("/usr/bin/env", "-C", str(place.home))).returncode == 0  # fmt: skip
    assert "admin" in place.run("list").stdout
    done = place.run("remove", "key", "--yes")
    assert done.returncode == 0, done.stderr
    assert "key" not in [line.split("\t")[0] for line in place.run("list").stdout.splitlines()]
