"""Beside other users: a secret is written where nobody else reads it, and nothing of theirs is touched."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from awsenv.errors import AwsenvError
from awsenv.files import folders, writing
from tests.shells.real import clean, installed

pytestmark = [
    pytest.mark.skipif(os.getuid() != 0, reason="only root becomes another user"),
    pytest.mark.real_program,
]
ME, HIM = 54_001, 54_002
KEY = "ASIAMINE"
TEXT = (
    f"[dev]\naws_access_key_id = {KEY}\naws_secret_access_key = Secr3t\naws_session_token = T0ken\n"
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Mine; beside it lies a folder that is open to all."""
    for path in (tmp_path, *tmp_path.parents[:3]):
        path.chmod(path.stat().st_mode | 0o055)
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws/credentials").write_text(TEXT)
    for path in (home, home / ".aws", home / ".aws/credentials"):
        path.chmod(0o700)
        os.chown(path, ME, ME)
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o1777)
    return home


def run(
    user: int, home: Path, *words: str, umask: int = 0o022, folder: str = "open"
) -> subprocess.CompletedProcess[str]:
    """awsenv of ``user`` in a folder beside the home."""
    become = [installed("setpriv"), f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []  # fmt: skip
    return subprocess.run([*become, "awsenv", *words], env=clean(home), cwd=home.parent / folder, umask=umask,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)  # fmt: skip


def hears(user: int, folder: Path) -> list[str]:
    """The files below ``folder`` in which ``user`` reads something of a session."""
    program = (
        "import os,sys\n"
        "for top, _, names in os.walk(sys.argv[1]):\n"
        "    for name in names:\n"
        "        try: data = open(os.path.join(top, name), errors='replace').read()\n"
        "        except OSError: continue\n"
        f"        if '{KEY}' in data or 'Secr3t' in data or 'T0ken' in data: print(os.path.join(top, name))\n"
    )
    become = [installed("setpriv"), f"--reuid={user}", f"--regid={user}", "--clear-groups"]
    done = subprocess.run([*become, "/usr/bin/python3", "-c", program, folder], capture_output=True, text=True, check=True)  # fmt: skip
    return done.stdout.splitlines()


def plant(kind: str, path: Path, home: Path) -> None:
    """What another user has laid at ``path``."""
    his = path.with_name("his")
    his.write_text("HIS=1\n")
    his.chmod(0o666)
    os.chown(his, HIM, HIM)
    if kind == "file":
        his.rename(path)
    elif kind == "link":
        path.symlink_to(his)
        os.chown(path, HIM, HIM, follow_symlinks=False)
    elif kind == "link to mine":
        mine = home / "notes"
        mine.write_text("MINE=1\n")
        os.chown(mine, ME, ME)
        path.symlink_to(mine)
        os.chown(path, HIM, HIM, follow_symlinks=False)
    else:
        os.link(his, path)


@pytest.mark.parametrize("kind", ["file", "link", "link to mine", "hard link"])
@pytest.mark.parametrize("user", [ME, 0])
def test_no_secret_goes_into_what_another_user_has_laid_there(
    user: int, kind: str, home: Path
) -> None:
    path = home.parent / "open/.env"
    plant(kind, path, home)
    for words in (("dotenv", "dev", "-o", ".env"), ("dotenv", "--clear", "-o", ".env")):
        done = run(user, home, *words)
        if "--clear" not in words:
            assert done.returncode == 1, done.stderr
            assert "it is another user's" in done.stderr
            assert done.stderr.count("\n") == 1
    assert hears(HIM, home.parent) == []
    assert "HIS=1" in "".join(p.read_text() for p in path.parent.iterdir())
    if kind == "link to mine":
        assert (home / "notes").read_text() == "MINE=1\n"


@pytest.mark.parametrize("umask", [0, 0o077])
def test_what_is_mine_is_mine_alone_in_an_open_folder(umask: int, home: Path) -> None:
    path = home.parent / "open/.env"
    for old in (None, "A=1\n"):
        if old:
            path.write_text(old)
            path.chmod(0o666)
            os.chown(path, ME, ME)
            subprocess.run([installed("setfacl"), "-m", f"u:{HIM}:rw", path], check=True)
        done = run(ME, home, "dotenv", "dev", "-o", ".env", umask=umask)
        assert done.returncode == 0, done.stderr
        assert (path.stat().st_uid, path.stat().st_mode & 0o777) == (ME, 0o600)
        assert hears(HIM, home.parent) == []
    assert KEY in path.read_text()


def test_what_root_makes_in_a_persons_home_is_that_persons(home: Path) -> None:
    """``sudo -E``, once."""
    (home / ".envrc").write_text("use_aws dev\n")
    os.chown(home / ".envrc", ME, ME)
    lines = ("use dev --shell bash", "list", f"dotenv dev -o {home}/.env", f"allow {home}", "hook-env bash -",
             "hook bash --install --yes", "direnv install")  # fmt: skip
    for line in lines:
        assert run(0, home, *line.split(), folder="home").returncode == 0, line
    made = [p for p in (home, *home.rglob("*")) if p.lstat().st_uid != ME]
    assert made == []
    assert run(ME, home, "dotenv", "dev", "-o", str(home / ".env")).returncode == 0
    assert run(ME, home, "link", "dev", str(home)).returncode == 0


@pytest.fixture
def shared(tmp_path: Path) -> Iterator[Path]:
    """A disk without permissions, as WSL's /mnt/c and CIFS are: all is open, and chmod does nothing."""
    (tmp_path / "disk").mkdir()
    (tmp_path / "mnt").mkdir()
    words = [installed("bindfs"), "-p", "0777", "--chmod-ignore", "--chown-ignore"]
    subprocess.run([*words, tmp_path / "disk", tmp_path / "mnt"], check=True)
    yield tmp_path / "mnt"
    subprocess.run(["umount", "-l", tmp_path / "mnt"], check=True)


def test_where_no_permission_is_kept_no_secret_is(shared: Path, home: Path) -> None:
    with pytest.raises(AwsenvError, match="its disk keeps no permissions"):
        folders.make_private(str(shared / "state/awsenv"))
    with pytest.raises(OSError, match="its disk keeps no permissions"):
        writing.write_whole(str(shared / "new"), b"Secr3t", secret=True)
    (shared / "old").write_text("old")
    with pytest.raises(OSError, match="its disk keeps no permissions"):
        writing.write_whole(str(shared / "old"), b"Secr3t", secret=True)
    assert (shared / "old").read_text() == "old"
    assert sorted(os.listdir(shared)) == ["old", "state"]
    writing.write_whole(str(shared / "old"), b"no secret")  # the control
    environ = {**clean(home), "XDG_STATE_HOME": str(shared / "state")}
    told = subprocess.run(["awsenv", "doctor"], env=environ, cwd=home, capture_output=True, text=True, check=False)  # fmt: skip
    assert (
        f"{shared}/state/awsenv is open to others, for its disk keeps no permissions" in told.stdout
    )
    assert "chmod" not in told.stdout
    done = subprocess.run(["awsenv", "exec", "dev", "--", "true"], env=environ, cwd=shared, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert [p for p in shared.rglob("*") if p.is_file() and KEY in p.read_text()] == []
