"""``dotenv`` from the outside: what it refuses, what it says, and that a kill loses nothing."""

import contextlib
import json
import os
import re
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.program import awsenv as run_awsenv
from tests.program import program_path
from tests.shells.real import clean, installed
from tests.tracing import kills, traced

TEMPORARY = "aws_session_token = t==\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a temporary key, a long-lived one, and a repo that ignores ``.env``."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws/credentials").write_text(
        "".join(
            f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = secret{name}\n{more}"
            for name, key, more in (
                ("dev", "ASIAdev", TEMPORARY),
                ("prod", "ASIAprod", TEMPORARY),
                ("long", "AKIAQNZGKIQY56JQ7WML", ""),
            )
        )
    )
    (home / ".aws/config").write_text("[profile dev]\nregion = r-1\n")
    (home / "repo").mkdir()
    git(home, "init", "--quiet")
    (home / "repo/.gitignore").write_text(".env\n")
    return home


def git(home: Path, *arguments: str) -> str:
    installed("git")
    result = subprocess.run(
        ["git", *arguments], cwd=home / "repo", env=clean(home), capture_output=True, check=True
    )
    return result.stdout.decode()


def awsenv(
    home: Path, *arguments: str, prefix: tuple[str, ...] = (), **environ: str
) -> subprocess.CompletedProcess[str]:
    return run_awsenv(home, *arguments, prefix=prefix, cwd=home / "repo", **environ)


def test_the_text_on_stdout_is_the_session_and_nothing_else(home: Path) -> None:
    result = awsenv(home, "dotenv", "dev")
    assert result.stdout.splitlines() == [
        "AWS_ACCESS_KEY_ID=ASIAdev",
        "AWS_SECRET_ACCESS_KEY=secretdev",
        "AWS_SESSION_TOKEN=t==",
        "AWS_REGION=r-1",
        "AWS_DEFAULT_REGION=r-1",
    ]
    assert (result.returncode, result.stderr) == (0, "")
    assert awsenv(home, "dotenv", AWSENV_PROFILE="dev").stdout == result.stdout


def test_options(home: Path) -> None:
    lines = awsenv(
        home, "dotenv", "dev", "--region", "o-1", "--map", "AWS_ACCESS_KEY_ID=S3_KEY"
    ).stdout.splitlines()
    assert lines[0] == "S3_KEY=ASIAdev"
    assert "AWS_REGION=o-1" in lines
    only = awsenv(home, "dotenv", "long", "--profile-only").stdout
    assert only == "AWS_PROFILE=long\n"


REFUSED = {
    "no profile": (("dotenv",), "no profile is named", 2),
    "unknown": (("dotenv", "devv"), "did you mean dev", 1),
    "long-lived": (("dotenv", "long", "-o", ".env"), "--allow-long-lived", 1),
    "long-lived to a pipe": (("dotenv", "long"), "--allow-long-lived", 1),
    "another account": (("dotenv", "long", "--account", "1"), "029608264753, not 1", 1),
    "no such variable": (("dotenv", "dev", "--map", "X=Y"), "--map X=Y", 2),
    "no such name": (("dotenv", "dev", "--map", "AWS_REGION=a b"), "--map AWS_REGION=a b", 2),
    "two of one name": (
        ("dotenv", "dev", "--map", "AWS_REGION=AWS_DEFAULT_REGION"),
        "same name",
        2,
    ),
    "a Region to differ on": (
        ("dotenv", "dev", "--region", "a b"),
        "a b is no name of a Region",
        1,
    ),
    "no span": (("dotenv", "--check", "--min-left", "soon"), "--min-left", 2),
    "no folder": (("dotenv", "dev", "-o", "x/.env"), "~/repo/x is not a folder", 1),
    "a folder": (("dotenv", "dev", "-o", "."), "~/repo is a folder", 1),
}


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED.keys())
def test_a_refusal_is_one_line_and_writes_nothing(
    case: tuple[tuple[str, ...], str, int], home: Path
) -> None:
    arguments, words, code = case
    result = awsenv(home, *arguments)
    assert (result.returncode, result.stdout) == (code, "")
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert sorted(p.name for p in (home / "repo").iterdir()) == [".git", ".gitignore"]


def test_a_new_file_is_private_and_an_old_one_becomes_so(home: Path) -> None:
    env = home / "repo/.env"
    assert awsenv(home, "dotenv", "dev", "-o", ".env").returncode == 0
    assert env.stat().st_mode & 0o777 == 0o600
    env.write_text("A=1\n")
    env.chmod(0o644)
    result = awsenv(home, "dotenv", "dev", "-o", ".env")
    assert env.stat().st_mode & 0o777 == 0o600
    assert "was open to others (0644)" in result.stderr
    before = env.stat()
    assert awsenv(home, "dotenv", "dev", "-o", ".env").returncode == 0
    assert env.stat().st_ino == before.st_ino  # nothing to change, nothing written


def test_what_git_tracks_or_would_take_is_refused(home: Path) -> None:
    repo = home / "repo"
    result = awsenv(home, "dotenv", "dev", "-o", "other env")
    assert result.returncode == 1
    assert r"add to ~/repo/.gitignore: /other\ env" in result.stderr
    assert not (repo / "other env").exists()

    (repo / "sub").mkdir()
    (repo / ".gitignore").write_bytes(b"x\r\ny")
    assert awsenv(home, "dotenv", "dev", "-o", "sub/e*.env", "--ignore").returncode == 0
    assert (repo / ".gitignore").read_bytes() == b"x\r\ny\r\n/sub/e\\*.env\r\n"
    assert git(home, "status", "--porcelain", "-uall") == "?? .gitignore\n"

    (repo / ".env").write_text("A=1\n")
    git(home, "add", "-f", ".env")
    result = awsenv(home, "dotenv", "dev", "-o", ".env", "--ignore")
    assert "tracked by git" in result.stderr
    assert "git rm --cached" in result.stderr
    assert (repo / ".env").read_text() == "A=1\n"


def test_another_pattern_that_brings_it_back_is_seen(home: Path) -> None:
    (home / "repo/sub").mkdir()
    (home / "repo/sub/.gitignore").write_text("!.env\n")
    result = awsenv(home, "dotenv", "dev", "-o", "sub/.env", "--ignore")
    assert "still not ignored" in result.stderr
    assert not (home / "repo/sub/.env").exists()


def test_a_symlink_out_of_the_repo_is_refused_and_one_inside_is_kept(home: Path) -> None:
    repo = home / "repo"
    (repo / "secrets").mkdir()
    (repo / ".gitignore").write_text("secrets/\n")
    (repo / ".env").symlink_to("secrets/env")
    assert awsenv(home, "dotenv", "dev", "-o", ".env").returncode == 0
    assert (repo / ".env").is_symlink()
    assert "ASIAdev" in (repo / "secrets/env").read_text()

    (repo / ".env").unlink()
    (repo / ".env").symlink_to(home / "outside")
    result = awsenv(home, "dotenv", "dev", "-o", ".env")
    assert "a symlink that leaves its repo" in result.stderr
    assert not (home / "outside").exists()


def test_variables_of_git_do_not_mislead(home: Path) -> None:
    (home / "elsewhere").mkdir()
    result = awsenv(home, "dotenv", "dev", "-o", "x", GIT_DIR=str(home / "elsewhere"))
    assert "not ignored by git" in result.stderr


def test_what_masks_the_file_is_said(home: Path) -> None:
    result = awsenv(
        home, "dotenv", "dev", "-o", ".env",
        AWS_ACCESS_KEY_ID="OTHER", AWS_PROFILE="x", AWS_REGION="r-1",
    )  # fmt: skip
    assert "exports AWS_ACCESS_KEY_ID, AWS_PROFILE with other values" in result.stderr
    assert "exports" not in awsenv(home, "dotenv", "dev", "-o", ".env").stderr


def test_crlf_export_and_duplicates_are_said(home: Path) -> None:
    (home / "repo/.env").write_bytes(
        b"export AWS_REGION=1\r\nAWS_REGION=2\r\nexport AWS_PROFILE=x\r\n"
    )
    result = awsenv(home, "dotenv", "dev", "-o", ".env")
    assert "AWS_REGION stood there several times" in result.stderr
    assert "CR LF" in result.stderr
    (home / "repo/.env").write_text("export AWS_REGION=1\n")
    result = awsenv(home, "dotenv", "dev", "-o", ".env")
    assert "the export in front of AWS_REGION" in result.stderr


def test_check_tells_what_the_file_is_good_for(home: Path) -> None:
    env = home / "repo/.env"
    check = ("dotenv", "--check")
    assert "holds no session" in awsenv(home, *check).stderr
    assert awsenv(home, "dotenv", "dev", "-o", ".env").returncode == 0
    assert awsenv(home, *check).returncode == 0
    assert awsenv(home, *check, "dev").returncode == 0
    result = awsenv(home, *check, "prod")
    assert result.returncode == 1
    assert "~/repo/.env acts as dev, not as prod; awsenv dotenv prod -o .env" in result.stderr

    end = (datetime.now(UTC) + timedelta(minutes=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
    env.write_text(env.read_text() + f"AWS_CREDENTIAL_EXPIRATION={end}\n")
    assert "has 9m left" in awsenv(home, *check).stderr
    assert awsenv(home, *check, "--min-left", "5m").returncode == 0
    told = json.loads(awsenv(home, *check, "--json").stdout)
    assert told["profile"] == "dev"
    assert 500 < told["left"] <= 600
    env.write_text(env.read_text().replace(end[:4], "2001"))
    assert "has ended" in awsenv(home, *check, "--min-left", "0s").stderr


def test_twenty_writers_leave_one_whole_file(home: Path) -> None:
    env = home / "repo/.env"
    whole = set()
    for name in ("dev", "prod"):
        env.write_text("A=1\n")
        awsenv(home, "dotenv", name, "-o", ".env")
        whole.add(env.read_bytes())
    env.write_text("A=1\n")
    writers = [
        subprocess.Popen(
            [program_path(), "dotenv", ("dev", "prod")[n % 2], "-o", ".env"],
            env=clean(home),
            cwd=home / "repo",
            stderr=subprocess.PIPE,
        )
        for n in range(20)
    ]
    for writer in writers:
        _, told = writer.communicate(timeout=120)
        assert writer.returncode == 0, told
    texts = {env.read_bytes()}
    # A Region that one of them has and the other leaves alone may stand at another place.
    assert {frozenset(text.splitlines()) for text in texts} <= {
        frozenset(text.splitlines()) for text in whole
    }
    assert sorted(p.name for p in (home / "repo").iterdir()) == [".env", ".git", ".gitignore"]


PROD = ("dotenv", "prod", "-o", ".env")


def test_git_takes_nothing_of_what_a_killed_writer_leaves(home: Path, tmp_path: Path) -> None:
    kept = tmp_path.with_name(f"{tmp_path.name}-kept")
    for call in kills(home, kept, PROD, cwd=home / "repo"):
        # But for a .gitignore that is still empty.
        for path in git(home, "ls-files", "--others", "--exclude-standard").split():
            assert path == ".gitignore" or not (home / "repo" / path).read_bytes(), call


def test_no_file_with_a_secret_is_ever_open_to_others(home: Path, tmp_path: Path) -> None:
    env, log = home / "repo/.env", tmp_path / "log"
    env.write_text("A=1\n")
    env.chmod(0o644)
    assert traced(home, log, PROD, cwd=home / "repo").returncode == 0
    text = log.read_text()
    folder = re.search(r'mkdir\("([^"]*/\.awsenv-[0-9a-f]{16}~)", 0700\)', text)
    assert folder
    made = rf'openat\(\d+<{re.escape(folder[1])}>, "new", .*O_CREAT\|O_EXCL.*, 0600\)'
    assert re.search(made, text)
    # The secret is written to that file alone, and the old file never.
    assert not re.search(r"openat\(.*repo/\.env\", .*O_TRUNC", text)


@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts a small disk")
def test_a_full_disk_leaves_the_old_file_and_one_line(home: Path, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", small], check=True)
    try:
        (small / ".env").write_text("A=1\n")
        with open(small / "rest", "wb", buffering=0) as rest, contextlib.suppress(OSError):
            while rest.write(b"x" * 512):
                pass
        result = awsenv(home, "dotenv", "dev", "-o", str(small / ".env"))
        assert (result.returncode, result.stdout) == (1, "")
        assert "No space left on device" in result.stderr
        assert result.stderr.count("\n") == 1
        assert (small / ".env").read_text() == "A=1\n"
        assert sorted(p.name for p in small.iterdir()) == [".env", "rest"]
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_file_in_a_folder_that_may_not_be_written_is_written_in_place(home: Path) -> None:
    repo = home / "repo"
    (repo / ".env").write_text("A=1\n")
    drop = (installed("setpriv"), "--bounding-set", "-dac_override,-dac_read_search")
    repo.chmod(0o555)
    result = awsenv(home, "dotenv", "dev", "-o", ".env", prefix=() if os.getuid() else drop)
    repo.chmod(0o755)
    assert result.returncode == 0, result.stderr
    assert (repo / ".env").read_text().startswith("A=1\n# awsenv: dev ")
    assert not list((home / ".local/state/awsenv/aside").iterdir())
    # The control: a file that may not be written either is left as it is.
    (repo / ".env").write_text("A=1\n")
    (repo / ".env").chmod(0o400)
    repo.chmod(0o555)
    result = awsenv(home, "dotenv", "dev", "-o", ".env", prefix=() if os.getuid() else drop)
    repo.chmod(0o755)
    assert result.returncode == 1
    assert "cannot write ~/repo/.env: Permission denied" in result.stderr
    assert result.stderr.count("\n") == 1
    assert (repo / ".env").read_text() == "A=1\n"
