"""Beside other users: a secret is written where nobody else reads it, and nothing of theirs is touched."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from awsenv import record_file
from awsenv.errors import AwsenvError
from awsenv.files import abilities, folders, writing
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
def home() -> Iterator[Path]:
    """Mine; beside it lies a folder that is open to all. Not in pytest's own: another run closes that to others."""
    with TemporaryDirectory(prefix="awsenv-users-") as folder:
        Path(folder).chmod(0o755)
        yield _make_home(Path(folder))


def _make_home(folder: Path) -> Path:
    home = folder / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws/credentials").write_text(TEXT)
    for path in (home, home / ".aws", home / ".aws/credentials"):
        path.chmod(0o700)
        os.chown(path, ME, ME)
    (folder / "open").mkdir()
    (folder / "open").chmod(0o1777)
    return home


def run(
    user: int,
    home: Path,
    *words: str,
    umask: int = 0o022,
    folder: str = "open",
    more: dict[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """awsenv of ``user`` in a folder beside the home."""
    become = [installed("setpriv"), f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []  # fmt: skip
    return subprocess.run([*become, "awsenv", *words], env=clean(home, **(more or {})), cwd=home.parent / folder, umask=umask,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)  # fmt: skip


def hears(user: int, folder: Path, secret: str = "Secr3t") -> list[str]:
    """The files below ``folder`` in which ``user`` reads something of a session."""
    program = (
        "import os,sys\n"
        "for top, _, names in os.walk(sys.argv[1]):\n"
        "    for name in names:\n"
        "        try: data = open(os.path.join(top, name), errors='replace').read()\n"
        "        except OSError: continue\n"
        f"        if '{KEY}' in data or '{secret}' in data or 'T0ken' in data: print(os.path.join(top, name))\n"
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


@pytest.mark.parametrize(
    ("user", "kind"),
    [(ME, "file"), (ME, "link"), (ME, "link to mine"), (ME, "hard link"), (0, "file"), (0, "link")],
)
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


def test_a_folder_whose_new_files_are_open_to_him_by_an_acl_keeps_nothing_open(home: Path) -> None:
    folder = home.parent / "open"
    subprocess.run([installed("setfacl"), "-d", "-m", f"u:{HIM}:rw", folder], check=True)
    (folder / "control").touch()
    acl = subprocess.run(["getfacl", "-c", folder / "control"], capture_output=True, text=True, check=True)  # fmt: skip
    assert f"user:{HIM}:rw" in acl.stdout  # the control
    assert run(ME, home, "dotenv", "dev", "-o", ".env", umask=0).returncode == 0
    assert KEY in (folder / ".env").read_text()
    assert hears(HIM, home.parent) == []


WATCH = """import os, sys, time
print("watches", flush=True)
while not os.path.exists(sys.argv[1]):
    time.sleep(0.01)
    for pid in filter(str.isdigit, os.listdir("/proc")):
        for name in ("cmdline", "environ"):
            try: data = open(f"/proc/{pid}/{name}", "rb").read()
            except OSError: continue
            if sys.argv[2][::-1].encode() in data: print(name, data, flush=True)
"""


def test_whatever_i_do_he_reads_nothing_of_it(home: Path) -> None:
    """With a home that is open, and a umask of 000."""
    mine = secrets.token_hex(20)  # of this test alone: others run beside it
    (home / ".aws/credentials").write_text(
        TEXT.replace("Secr3t", mine).replace("T0ken", f"{mine}T")
    )
    for path in (home, home / ".aws"):
        path.chmod(0o755)
    (home / ".envrc").write_text("use_aws dev\ndotenv_if_exists\n")
    (home / "aside").mkdir()
    for path in (home / ".envrc", home / "aside"):
        os.chown(path, ME, ME)
    end = home / "end"
    him = [installed("setpriv"), f"--reuid={HIM}", f"--regid={HIM}", "--clear-groups"]
    him += ["/usr/bin/python3", "-c", WATCH, str(end), mine[::-1]]
    with subprocess.Popen(him, stdout=subprocess.PIPE, text=True) as watching:
        assert watching.stdout
        assert watching.stdout.readline() == "watches\n"
        for line in ("use dev --shell bash", "exec dev --live -- sleep 0.3", "dotenv dev -o aside/.env", "allow .",
                     "hook-env bash -", "hook bash --install --yes", "credential-process dev"):  # fmt: skip
            run(ME, home, *line.split(), umask=0, folder="home")
        shown = [*him[:4], "/bin/sh", "-c", "sleep 0.5", mine]
        subprocess.run(
            [each.replace(str(HIM), str(ME)) for each in shown], check=True
        )  # the control
        end.touch()
        assert mine in watching.stdout.readline()
        assert [line for line in watching.stdout if "sleep 0.5" not in line] == []
    assert hears(HIM, home.parent, mine) == []
    open_to_all = [
        p for p in (home / ".local").rglob("*") if p.lstat().st_mode & 0o077 and not p.is_symlink()
    ]
    assert [p for p in open_to_all if "awsenv" in p.parts] == []


def test_what_he_has_made_before_me_is_not_mine(home: Path) -> None:
    """A state folder in a place that is open to all, with a record, a trust, a lock and a socket of his."""
    (home / ".envrc").write_text("use_aws dev\n")
    os.chown(home / ".envrc", ME, ME)
    place = home.parent / "open/state"
    more = {"XDG_STATE_HOME": str(place)}
    assert run(HIM, home.parent / "open", "list", more=more).returncode == 0
    record = "awsenv=1\nprofile=dev\nvar.AWS_ACCESS_KEY_ID=ASIAHIS\n"
    for name in (
        "records/dev",
        "server/port",
        "server/running",
        f"trust{home}/.envrc",
        "socket/awsenv.sock",
        "locks/x",
    ):
        path = place / "awsenv" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        body = record.encode()
        path.write_bytes(body + b"end=" + record_file.checksum(body))
    for path in (place, *place.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
        os.chown(path, HIM, HIM)
    before = {p: p.read_bytes() for p in place.rglob("*") if p.is_file()}
    for line in (
        "use dev --shell bash",
        "hook-env bash -",
        "allow .",
        "dotenv dev -o .env",
        "serve --for 1s",
    ):
        done = run(ME, home, *line.split(), folder="home", more=more)
        assert "Traceback" not in done.stderr + done.stdout, line
        assert "internal error" not in done.stderr, line
        assert "ASIAHIS" not in done.stdout, line
    assert KEY in run(ME, home, "use", "dev", "--shell", "bash", folder="home", more=more).stdout
    assert hears(HIM, place) == []
    assert {p: p.read_bytes() for p in place.rglob("*") if p.is_file()} == before


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


def test_aws_files_behind_a_link_on_such_a_disk_work_and_nobody_is_sent_to_chmod(
    shared: Path, home: Path
) -> None:
    """WSL with ``~/.aws`` on Windows' side, as many have it, and its line ends."""
    folder = shared / "Users/me/.aws"
    folder.mkdir(parents=True)
    for name in ("config", "credentials"):
        path = home / ".aws" / name
        (folder / name).write_bytes(
            (path.read_bytes() if path.exists() else b"").replace(b"\n", b"\r\n")
        )
    shutil.rmtree(home / ".aws")
    (home / ".aws").symlink_to(folder)
    environ = clean(home) | {"PATH": f"{clean(home)['PATH']}:/mnt/c/Program Files (x86)/Some Thing"}

    def run(*words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(["awsenv", *words], env=environ | more, cwd=home, capture_output=True, text=True, check=False)  # fmt: skip

    done = run("exec", "dev", "--", "sh", "-c", 'printf "%s|" "$AWS_ACCESS_KEY_ID" "$AWS_REGION"')
    assert done.returncode == 0, done.stderr
    assert "\r" not in done.stdout
    told = run("doctor").stdout
    assert "credentials is open to others (0777), for its disk keeps no permissions" in told
    assert "chmod" not in told
    assert "wsl.conf" not in told
    # WSL has a line for it; its drives are below /mnt.
    place = "/mnt/c/Users/me/.aws/credentials"
    assert "metadata" in abilities.find_remedy(place, {"WSL_DISTRO_NAME": "Ubuntu"}, "other")
    assert abilities.find_remedy("/home/me", {"WSL_DISTRO_NAME": "Ubuntu"}, "other") == "other"
    # What cannot be kept private there is not written, and the file is as it was.
    before = (folder / "credentials").read_bytes()
    refused = run("remove", "dev", "--yes")
    assert refused.returncode == 1
    assert "its disk keeps no permissions, so others would read it" in refused.stderr
    assert (folder / "credentials").read_bytes() == before
