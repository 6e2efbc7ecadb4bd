"""``link``, ``unlink`` and ``orgs`` from the outside, with a real direnv and a real git."""

import json
import os
import subprocess
from pathlib import Path

import pexpect
import pytest

from awsenv.envrc import trust
from tests.program import awsenv, program_path
from tests.shells.real import clean, installed


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws/config").write_text("[profile one]\n[profile two]\n")
    (home / ".aws/credentials").write_text("[o'n e]\n")
    return home


def repo(path: Path) -> Path:
    (path / ".git").mkdir(parents=True)
    return path


def direnv_allows(home: Path, folder: Path) -> bool:
    installed("direnv")
    told = subprocess.run(
        ["direnv", "exec", str(folder), "true"], env=clean(home), capture_output=True, check=False
    )
    return told.returncode == 0


def test_link_makes_an_envrc_that_direnv_trusts_and_unlink_takes_it_away(home: Path) -> None:
    folder = home / "org"
    folder.mkdir()
    result = awsenv(home, "link", "o'n e", "org")
    assert (result.returncode, result.stdout) == (0, "")
    assert result.stderr == "awsenv: ~/org/.envrc now uses o'n e\n"
    assert (folder / ".envrc").read_text() == "use_aws 'o'\"'\"'n e'\n"
    awsenv(home, "direnv", "install")
    assert direnv_allows(home, folder)
    assert "uses already" in awsenv(home, "link", "o'n e", "org").stderr
    assert "no longer uses" in awsenv(home, "unlink", "org").stderr
    assert list(folder.iterdir()) == []
    assert "does not use" in awsenv(home, "unlink", "org").stderr


def test_link_trusts_no_line_that_was_not_trusted_before(home: Path) -> None:
    folder = home / "cloned"
    folder.mkdir()
    (folder / ".envrc").write_text("touch pwned\n")
    result = awsenv(home, "link", "one", "cloned")
    assert result.stderr.splitlines()[-1] == (
        "awsenv: direnv has not allowed the rest of it; direnv allow ~/cloned/.envrc"
    )
    assert not direnv_allows(home, folder)
    assert not (folder / "pwned").exists()
    subprocess.run(["direnv", "allow", str(folder)], env=clean(home), check=True)
    awsenv(home, "link", "two", "cloned")
    assert direnv_allows(home, folder)


def test_link_refuses_in_one_line_and_changes_nothing(home: Path) -> None:
    folder = home / "org"
    folder.mkdir()
    cases = {
        ("two", "org"): (
            "use_aws one\nuse_aws two\n",
            "~/org/.envrc has several use_aws lines: 1, 2",
        ),
        ("on", "org"): ("", "no profile named on; did you mean one"),
        ("one", "nowhere"): ("", "~/nowhere is not a folder; mkdir -p ~/nowhere"),
        ("one", "org", "--org", "x"): ("", "a folder or --org, not both"),
    }
    for arguments, (text, message) in cases.items():
        (folder / ".envrc").write_text(text)
        result = awsenv(home, "link", *arguments)
        assert result.returncode in (1, 2)
        assert message in result.stderr
        assert result.stderr.count("\n") == 1
        assert (folder / ".envrc").read_text() == text


def test_a_file_or_folder_that_may_not_be_written_is_named(home: Path) -> None:
    folder = home / "org"
    folder.mkdir()
    envrc = folder / ".envrc"
    # Root writes everywhere, but for this capability.
    drop = (installed("setpriv"), "--bounding-set", "-dac_override,-dac_read_search")
    prefix: tuple[str, ...] = () if os.getuid() else drop
    envrc.write_text("use_aws one\n")
    envrc.chmod(0o444)
    result = awsenv(home, "link", "two", "org", prefix=prefix)
    assert (result.returncode, envrc.read_text()) == (1, "use_aws one\n")
    assert "cannot write ~/org/.envrc: Permission denied" in result.stderr
    envrc.chmod(0o644)
    folder.chmod(0o555)
    result = awsenv(home, "link", "two", "org", prefix=prefix)
    folder.chmod(0o755)
    assert (result.returncode, envrc.read_text()) == (1, "use_aws one\n")
    assert "cannot write ~/org/.envrc: Permission denied" in result.stderr
    assert list(folder.iterdir()) == [envrc]


def test_link_follows_a_symlink_and_keeps_its_mode(home: Path) -> None:
    (home / "org").mkdir()
    real = home / "dotfiles"
    real.write_text("use_aws one\n")
    real.chmod(0o640)
    (home / "org/.envrc").symlink_to(real)
    assert awsenv(home, "link", "two", "org").returncode == 0
    assert (home / "org/.envrc").is_symlink()
    assert real.read_text() == "use_aws two\n"
    assert real.stat().st_mode & 0o777 == 0o640


def orgs(home: Path, **environ: str) -> dict[str, tuple[int, str | None]]:
    result = awsenv(home, "orgs", "--json", prefix=(), cwd=None, **environ)
    assert result.returncode == 0, result.stderr
    return {row["name"]: (row["repos"], row["profile"]) for row in json.loads(result.stdout)}


def test_orgs_counts_repos_and_tells_the_binding(home: Path) -> None:
    for path in ("github.com/a/r1", "github.com/a/r2", "gitlab.com/g/sub/r", "example.com/b/r"):
        repo(home / "ghq" / path)
    (home / "ghq/github.com/empty").mkdir()
    assert awsenv(home, "link", "one", "--org", "github.com/a").returncode == 0
    assert awsenv(home, "link", "two", "ghq/gitlab.com/g").returncode == 0
    assert orgs(home) == {
        "example.com/b": (1, None),
        "github.com/a": (2, "one"),
        "github.com/empty": (0, None),
        "gitlab.com/g/sub": (1, "two"),
    }
    lines = awsenv(home, "orgs").stdout.splitlines()
    assert lines[1:3] == ["github.com/a\t2\tone\tallowed\t-", "github.com/empty\t0\t-\t-\t-"]


def test_roots_come_from_ghq_else_from_its_settings(home: Path) -> None:
    repo(home / "one/github.com/a/r")
    repo(home / "two/github.com/b/r")
    repo(home / "three/github.com/c/r")
    installed("git")
    for root in ("~/one", str(home / "two")):  # git expands the ~
        subprocess.run(
            ["git", "config", "--global", "--add", "ghq.root", root], env=clean(home), check=True
        )
    assert orgs(home).keys() == {"github.com/a", "github.com/b"}
    assert orgs(home, GHQ_ROOT=str(home / "three")).keys() == {"github.com/c"}
    # ghq itself has the last word (a stand-in for it: Debian has none).
    (home / "bin").mkdir()
    (home / "bin/ghq").write_text(f'#!/bin/sh\n[ "$*" = "root --all" ] && echo {home}/two\n')
    (home / "bin/ghq").chmod(0o755)
    path = f"{home}/bin:{clean(home)['PATH']}"
    assert orgs(home, PATH=path, GHQ_ROOT="/x").keys() == {"github.com/b"}


def test_an_organization_is_found_by_name_host_or_group(home: Path) -> None:
    for path in ("github.com/a/r", "gitlab.com/a/r", "gitlab.com/g/sub/r"):
        repo(home / "ghq" / path)
    result = awsenv(home, "link", "one", "--org", "a")
    assert result.returncode == 1
    assert "~/ghq/github.com/a, ~/ghq/gitlab.com/a" in result.stderr
    for name, folder in {"gitlab.com/a": "gitlab.com/a", "g/sub": "gitlab.com/g/sub"}.items():
        assert awsenv(home, "link", "one", "--org", name).returncode == 0
        assert (home / "ghq" / folder / ".envrc").read_text() == "use_aws one\n"
    assert "no organization zzz below ~/ghq" in awsenv(home, "link", "one", "--org", "zzz").stderr


def test_what_inherits_stays_allowed_when_awsenv_changes_the_one_above(home: Path) -> None:
    repo = home / "ghq/github.com/a/repo"
    repo.mkdir(parents=True)
    assert awsenv(home, "link", "one", str(repo.parent)).returncode == 0
    (repo / ".envrc").write_text("source_up\n")
    assert "is allowed: one" in awsenv(home, "allow", str(repo)).stderr
    awsenv(home, "link", "two", str(repo.parent))
    assert trust.find_state(str(repo / ".envrc"), clean(home)) == "allowed"
    assert trust.derive(str(repo / ".envrc")).profile == "two"
    # The control: a change by anybody else has to be allowed again.
    (repo.parent / ".envrc").write_text("use_aws one\n")
    assert trust.find_state(str(repo / ".envrc"), clean(home)) == "changed"


def test_unlink_leaves_nothing_allowed(home: Path) -> None:
    folder = home / "org"
    folder.mkdir()
    awsenv(home, "link", "one", "org")
    assert trust.find_state(str(folder / ".envrc"), clean(home)) == "allowed"
    awsenv(home, "unlink", "org")
    assert trust.find_state(str(folder / ".envrc"), clean(home)) == "not allowed"


def test_orgs_link_asks_for_each_that_is_bound_to_none(home: Path) -> None:
    for name in ("a", "b", "c"):
        repo(home / f"ghq/github.com/{name}/r")
    awsenv(home, "link", "one", "--org", "github.com/b")
    program = pexpect.spawn(
        program_path(), ["orgs", "--link"], env=clean(home), encoding="utf-8", timeout=30
    )
    program.expect(r"github.com/a: profile \[None\]: ")
    program.sendline("nope")
    program.expect("no profile named nope")
    program.expect(r"github.com/a: profile \[None\]: ")
    program.sendline("two")
    program.expect("now uses two")
    program.expect(r"github.com/c: profile \[None\]: ")
    program.sendline("")
    program.expect(pexpect.EOF)
    assert orgs(home) == {
        "github.com/a": (1, "two"),
        "github.com/b": (1, "one"),
        "github.com/c": (1, None),
    }
    assert trust.find_state(str(home / "ghq/github.com/a/.envrc"), clean(home)) == "allowed"


def test_link_and_allow_tell_programs_what_they_did(home: Path) -> None:
    (home / "org").mkdir()
    told = json.loads(awsenv(home, "link", "one", "org", "--json").stdout)
    path = str(home / "org/.envrc")
    assert told == {"envrc": path, "profile": "one", "changed": True, "trust": "allowed"}
    told = json.loads(awsenv(home, "allow", "org", "--json").stdout)
    assert told == {
        "envrc": path, "profile": "one", "options": {}, "variables": [], "unsafe": [],
    }  # fmt: skip
