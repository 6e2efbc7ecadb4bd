"""Files that may be anything by now: no hang, no memory, one line."""

import ast
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from awsenv.errors import AwsenvError
from awsenv.files import reading
from tests.program import awsenv
from tests.shells.real import installed

PACKAGE = Path(__file__).parents[2] / "awsenv"
# Who opens a file without the reader, and why.
_MAY = {
    "files/reading.py", "files/writing.py", "files/in_place.py", "files/folders.py", "files/locks.py",
    "record_file.py", "replay.py",  # the hot path imports nothing; records and keys, bounded and regular
    "shells/detection.py",  # /proc, /dev/null
    "ui/terminal.py", "ui/picker.py", "hook/display.py",  # /dev/tty
    "shells/github.py",  # appends to the job's own file
    "hook_env.py", "ui/run.py",  # /dev/null
    "distribution.py",  # what the installer wrote beside the package
    "server/loopback.py",  # /proc/net
    "hook/watch.py", "hook/news.py",  # make an empty file
    "programs.py",
    "server/running.py", "server/revival.py", "server/sockets.py", "server/serving.py", "server/log.py",  # our own log and lock; the folder one is in
}  # fmt: skip


def _opens(source: str) -> bool:
    """Whether ``source`` opens a file: ``open``, ``os.open``, ``read_text`` and the like."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id == "open":
                return True
            if isinstance(called, ast.Attribute) and called.attr in (
                "open",
                "fdopen",
                "read_bytes",
            ):
                name = called.value.id if isinstance(called.value, ast.Name) else ""
                if name not in ("prompter",):  # a browser's page
                    return True
    return False


def test_one_place_opens_what_may_be_anything() -> None:
    files = {p.relative_to(PACKAGE).as_posix(): p.read_text() for p in PACKAGE.rglob("*.py")}
    found = {name for name, text in files.items() if _opens(text) and not name.startswith("demo/")}
    assert found == _MAY
    assert "files/reading.py" in found  # the control


def _fifo(path: Path) -> None:
    os.mkfifo(path)


def _endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def _large(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100 << 20)


WRONG: dict[str, Callable[[Path], None]] = {
    "a FIFO": _fifo,
    "/dev/zero": _endless,
    "100 MB": _large,
    "a directory": Path.mkdir,
}


@pytest.mark.parametrize("kind", WRONG)
def test_the_reader_itself(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    WRONG[kind](path)
    with pytest.raises(AwsenvError):
        reading.read(str(path))
    path.rename(tmp_path / "y")
    path.write_bytes(b"whole")
    assert reading.read(str(path)) == b"whole"  # the control
    (tmp_path / "link").symlink_to(path)
    with pytest.raises(AwsenvError, match="no plain file"):
        reading.read(str(tmp_path / "link"), follow=False)


def test_a_file_that_another_machine_replaces_is_read_anew(tmp_path: Path) -> None:
    """NFS' ESTALE, once and for ever; and of a folder, whose name and mend are said."""
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(KEY)
    (tmp_path / ".local/state/awsenv/records").mkdir(parents=True)

    def run(file: str, fault: str, *words: str) -> "subprocess.CompletedProcess[str]":
        stale = (
            installed("strace"),
            "-f",
            "-o",
            "/dev/null",
            "-P",
            str(tmp_path / file),
            "-e",
            f"inject={fault}",
        )
        return awsenv(tmp_path, *words, prefix=stale)

    use = ("use", "dev", "--shell", "bash")
    assert "AWS_ACCESS_KEY_ID" in run(".aws/credentials", "read:error=ESTALE:when=1", *use).stdout
    told = run(".aws/credentials", "read:error=ESTALE", *use)
    assert (told.returncode, told.stdout) == (1, "false\n")
    assert (
        told.stderr
        == "awsenv: cannot read ~/.aws/credentials: Stale file handle; ls -ld ~/.aws/credentials\n"
    )
    # What a record would answer, with the key in that file.
    for call in ("newfstatat:error=ESTALE:when=2+", "pread64:error=ESTALE"):
        for _ in range(2):
            told = run(".aws/credentials", call, *use)
            assert "internal error" not in told.stderr, call
    told = run(".local/state/awsenv/records", "openat:error=ESTALE", "logout", "dev")
    assert told.stderr.splitlines()[-1].endswith(
        "Stale file handle; ls -ld ~/.local/state/awsenv/records"
    )


KEY = "[dev]\naws_access_key_id = ASIADEV\naws_secret_access_key = s\naws_session_token = t\n"
# Where a file lies, and the commands that read it.
READ: dict[str, tuple[tuple[str, ...], ...]] = {
    ".aws/config": (("use", "dev", "--shell", "bash"), ("list",), ("status", "--all"), ("exec", "--live", "dev", "--", "true"), ("remove", "dev", "--yes")),
    ".aws/credentials": (("use", "dev", "--shell", "bash"), ("add", "dev", "--csv", "k.csv", "--force"), ("login", "dev")),
    "k.csv": (("add", "new", "--csv", "k.csv"),),
    "repo/.envrc": (("allow", "repo"), ("link", "dev", "repo"), ("unlink", "repo"), ("deny", "repo")),
    "repo/.env": (("dotenv", "dev", "-o", "repo/.env"), ("dotenv", "--check", "-o", "repo/.env"), ("status",), ("renew", "dev")),
    "repo/.gitignore": (("dotenv", "dev", "-o", "repo/other", "--ignore"),),
    "token": (("use", "web", "--shell", "bash"),),
    ".config/direnv/lib/awsenv.sh": (("direnv", "install"),),
    ".local/state/awsenv/records/dev": (("use", "dev", "--shell", "bash"), ("logout", "--all")),
    ".local/state/awsenv/names": (("use", "dev", "--shell", "bash"),),
}  # fmt: skip


# One reader reads all: each place once, with another kind each, and one place with every kind.
PAIRS = {(place, list(WRONG)[n % len(WRONG)]) for n, place in enumerate(READ)}
PAIRS |= {(".aws/credentials", kind) for kind in WRONG}


@pytest.mark.parametrize(("place", "kind"), sorted(PAIRS))
def test_whatever_lies_in_a_files_place(place: str, kind: str, tmp_path: Path) -> None:
    home = tmp_path
    (home / ".aws").mkdir()
    (home / ".aws/credentials").write_text(KEY)
    (home / ".aws/config").write_text(
        f"[profile web]\nrole_arn = arn:aws:iam::1:role/x\nweb_identity_token_file = {home}/token\n"
    )
    (home / "k.csv").write_text(
        "Access key ID,Secret access key\nAKIANEW0000000000000,new/secret+00000000000000000000000000000\n"
    )
    (home / "repo/.git").mkdir(parents=True)
    (home / "repo/.envrc").write_text("dotenv_if_exists\n")
    if place == "repo/.env":  # it is remembered and allowed
        (home / "repo/.git").rmdir()
        assert awsenv(home, "dotenv", "dev", "-o", "repo/.env").returncode == 0
        assert awsenv(home, "allow", "repo").returncode == 0
    path = home / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    WRONG[kind](path)
    for command in READ[place]:
        # No more memory than twice the largest file that is read.
        result = awsenv(home, *command, prefix=("prlimit", "--data=400000000"))
        assert "Traceback" not in result.stderr
        assert "internal error" not in result.stderr, (command, result.stderr)
        assert result.returncode in (0, 1)
        assert result.returncode == 0 or result.stderr, command
