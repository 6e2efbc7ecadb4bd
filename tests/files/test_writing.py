"""Files written whole: what they were kept stays, whatever a rename can do; no litter blocks or stays."""

import ast
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from awsenv.files import folders, in_place, writing
from tests.program import awsenv, program_path
from tests.shells.real import clean, installed

root = pytest.mark.skipif(os.getuid() != 0, reason="only root gives files away and mounts")
CSV = "Access key ID,Secret access key\nAKIANEW0000000000000,new/secret+00000000000000000000000000000\n"


PACKAGE = Path(writing.__file__).parents[1]
# What puts a file in another's place, or changes its length.
REPLACES = {"rename", "renames", "replace", "link", "truncate", "ftruncate"}


def replacing(source: str) -> set[str]:
    """The functions of ``os`` that ``source`` calls and that replace a file."""
    return {
        node.func.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("os", "shutil")
        and node.func.attr in REPLACES | {"move", "copy", "copyfile"}
    }


def test_one_place_replaces_files() -> None:
    files = {p.relative_to(PACKAGE).as_posix(): p.read_text() for p in PACKAGE.rglob("*.py")}
    found = {name for name, source in files.items() if replacing(source)}
    assert found == {"files/writing.py", "files/in_place.py", "files/locks.py", "server/log.py"}
    assert replacing("def f():\n    os.replace(a, b)") == {"replace"}  # the control


def test_what_holds_a_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    old, new, control = tmp_path / "old", tmp_path / "new", tmp_path / "control"
    old.write_text("x")
    old.chmod(0o644)
    writing.write_whole(str(old), b"y", secret=True)
    writing.write_whole(str(new), b"y", mode=0o644, secret=True)
    writing.write_whole(str(control), b"y", mode=0o644)
    assert [p.stat().st_mode & 0o777 for p in (old, new, control)] == [0o600, 0o600, 0o644]


def test_file_and_folder_are_on_the_disk_in_that_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, synced = os.fsync, []

    def note(descriptor: int) -> None:
        synced.append((os.readlink(f"/proc/self/fd/{descriptor}"), path.exists()))
        real(descriptor)

    path = tmp_path / "x"
    monkeypatch.setattr(os, "fsync", note)
    writing.write_whole(str(path), b"y")
    (file, before), (folder, after) = synced
    assert (Path(file).parent, before, folder, after) == (tmp_path, False, str(tmp_path), True)


def test_a_link_stays_and_its_target_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there/x", tmp_path / "link"
    target.write_text("old")
    link.symlink_to(target)
    writing.write_whole(str(link), b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert not target.is_symlink()


def test_what_is_no_plain_file_is_refused_as_such(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for path in (tmp_path / "fifo", tmp_path, Path("/dev/null")):
        with pytest.raises(OSError, match="it is no plain file"):
            writing.write_whole(str(path), b"x")


@root
def test_owner_group_mode_and_attributes_stay(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("A=1\n")
    os.chown(path, 1234, 2345)
    path.chmod(0o640)
    os.setxattr(path, "user.mine", b"x")
    writing.write_whole(str(path), b"A=2\n")
    found = path.stat()
    assert (found.st_uid, found.st_gid, found.st_mode & 0o777) == (1234, 2345, 0o640)
    assert os.getxattr(path, "user.mine") == b"x"
    assert path.read_bytes() == b"A=2\n"
    assert os.listdir(tmp_path) == [".env"]


@root
def test_root_in_a_container_does_not_lock_the_host_s_user_out(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / "k.csv").write_text(CSV)
    path = tmp_path / ".aws/credentials"
    path.write_text("[old]\naws_access_key_id = A\naws_secret_access_key = s\n")
    for each in (path, path.parent):
        os.chown(each, 1234, 1234)
    assert awsenv(tmp_path, "add", "new", "--csv", "k.csv").returncode == 0
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 1234)
    assert "AKIANEW" in path.read_text()


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A credentials file that is mounted by itself, as a container has it."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / "k.csv").write_text(CSV)
    (tmp_path / "host").write_text("[old]\naws_access_key_id = A\naws_secret_access_key = s\n")
    path = tmp_path / ".aws/credentials"
    path.touch()
    subprocess.run([installed("mount"), "--bind", tmp_path / "host", path], check=True)
    yield path
    subprocess.run(["umount", path], check=True)


@root
def test_a_file_that_is_mounted_by_itself_is_written_in_place(
    mounted: Path, tmp_path: Path
) -> None:
    result = awsenv(tmp_path, "add", "new", "--csv", "k.csv")
    assert result.returncode == 0, result.stderr
    assert "AKIANEW" in (tmp_path / "host").read_text()
    assert os.listdir(tmp_path / ".aws") == ["credentials"]


@pytest.mark.parametrize(
    ("old", "new"), [(b"old\n" * 9, b"new\n" * 5), (b"ab", b"abcd"), (b"", b"x")]
)
def test_a_kill_in_the_middle_of_that_is_mended(old: bytes, new: bytes, tmp_path: Path) -> None:
    target, ours = tmp_path / "file", tmp_path / "aside"
    for cut in range(len(new) + 1):
        # What is there when the bytes up to ``cut`` have been put in.
        half = new[:cut] + old[cut:]
        aside = ours / ".awsenv-0123456789abcdef~"
        aside.mkdir(parents=True)
        for name, data in (("target", os.fsencode(target)), ("old", old), ("new", new)):
            (aside / name).write_bytes(data)
        target.write_bytes(half)
        folders.sweep(str(ours), ours=True)
        assert target.read_bytes() in (old, new)
        assert os.listdir(ours) == []
    # The control: what somebody wrote since is that person's.
    assert not in_place.is_between(b"theirs" + old, old, new)


@pytest.mark.parametrize("where", ["bashrc", "repo/.env"])
def test_a_repo_s_own_litter_overwrites_nothing(where: str, tmp_path: Path) -> None:
    target = tmp_path / where
    (tmp_path / "repo").mkdir()
    target.write_bytes(b"mine")
    aside = tmp_path / "repo/.awsenv-0123456789abcdef~"
    aside.mkdir(parents=True)
    for name, data in (("target", os.fsencode(target)), ("old", b"evil"), ("new", b"mine and")):
        (aside / name).write_bytes(data)
    folders.sweep(str(tmp_path / "repo"))
    assert target.read_bytes() == b"mine"
    (tmp_path / "repo/.awsenv-0123456789abcdee~").symlink_to(target)
    folders.sweep(str(tmp_path / "repo"))
    assert target.read_bytes() == b"mine"
    assert [p.name for p in (tmp_path / "repo").iterdir()] == [".env"] * (where == "repo/.env")


def test_litter_that_cannot_be_read_holds_no_writer_up(tmp_path: Path) -> None:
    aside = tmp_path / ".awsenv-0123456789abcdef~"
    aside.mkdir()
    (aside / "target").write_text(str(tmp_path / "x"))
    os.mkfifo(aside / "old")
    os.mkfifo(aside / "new")
    writing.write_whole(str(tmp_path / "x"), b"whole")
    assert (tmp_path / "x").read_bytes() == b"whole"


def test_litter_of_the_dead_goes_and_that_of_the_living_stays(tmp_path: Path) -> None:
    path, descriptor = folders.open_temporary(str(tmp_path), apart=False)
    for name in (".awsenv-7~", ".awsenv-0123456789abcdef~"):
        (tmp_path / name).write_text("secret")
    (tmp_path / ".awsenv-mine").write_text("")
    writing.write_whole(str(tmp_path / "x"), b"")
    assert sorted(os.listdir(tmp_path)) == sorted([".awsenv-mine", "x", os.path.basename(path)])
    os.close(descriptor)
    writing.write_whole(str(tmp_path / "x"), b"")
    assert sorted(os.listdir(tmp_path)) == [".awsenv-mine", "x"]


@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_folders_that_are_made_are_the_person_s_alone(umask: int, tmp_path: Path) -> None:
    before = os.umask(umask)
    try:
        folders.make(str(tmp_path / "a/b/c"))
        writing.write_whole(str(tmp_path / "a/b/c/f"), b"x", secret=True)
    finally:
        os.umask(before)
    for name in ("a", "a/b", "a/b/c"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "a/b/c/f").stat().st_mode & 0o777 == 0o600


def test_logout_all_leaves_no_litter_anywhere(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        "[dev]\naws_access_key_id = ASIADEV\naws_secret_access_key = s\naws_session_token = t\n"
    )
    (tmp_path / "repo").mkdir()
    assert awsenv(tmp_path, "dotenv", "dev", "-o", "repo/.env").returncode == 0
    state = ".local/state/awsenv"
    for place in (".aws", ".aws/sso/cache", "repo", state, f"{state}/records", f"{state}/aside"):
        for name, inner in ((".awsenv-12~", "new"), (".awsenv-0123456789abcdef~", "")):
            litter = tmp_path / place / name / inner
            litter.parent.mkdir(parents=True, exist_ok=True)
            litter.write_text("the token")
    assert awsenv(tmp_path, "logout", "--all").returncode == 0
    assert [p for p in tmp_path.rglob("*") if p.is_file() and p.read_text() == "the token"] == []


def test_twenty_writers_beside_the_aws_cli_lose_nothing(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / "k.csv").write_text(CSV)
    path = tmp_path / ".aws/credentials"
    path.write_text("# by hand\n[old]\naws_access_key_id = A\naws_secret_access_key = s\n")
    names = [f"p{number}" for number in range(20)]
    adds = [
        subprocess.Popen(
            [program_path(), "add", name, "--csv", "k.csv"],
            env=clean(tmp_path), cwd=tmp_path, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE,
        )
        for name in names
    ]  # fmt: skip
    key, count = "aws_access_key_id", 0
    while any(add.poll() is None for add in adds):
        command = [installed("aws"), "configure", "set", f"profile.q{count}.{key}", "AKIAQ"]
        subprocess.run(command, env=clean(tmp_path), check=True)
        count += 1
    told = [(add.communicate()[1], add.returncode) for add in adds]
    assert {code for _, code in told} == {0}, told
    assert count
    text = path.read_text()
    assert text.startswith("# by hand\n[old]\naws_access_key_id = A\naws_secret_access_key = s\n")
    lines = text.splitlines()
    assert [name for name in names if f"[{name}]" not in lines] == []
    assert text.count("AKIANEW") == len(names)
    assert [number for number in range(count) if f"[q{number}]" not in lines] == []
