"""Each file in examples/envrc does under a real direnv what it says."""

import json
import subprocess
from pathlib import Path

import pytest

from awsenv.demo.users import new_user
from tests.program import program_path
from tests.shells.real import clean, installed

EXAMPLES = Path(__file__).parents[2] / "examples/envrc"
ORG = "ghq/github.com/org"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ORG / "repo").mkdir(parents=True)
    sections = ""
    for name, account in (("org-prod", "111122223333"), ("org-dev", "444455556666")):
        user = new_user(name, account)
        sections += f"[{name}]\naws_access_key_id = {user.key_id}\n"
        sections += f"aws_secret_access_key = {user.secret}\n"
    (home / ".aws/credentials").write_text(sections)
    subprocess.run([program_path(), "direnv", "install"], env=clean(home), check=True)
    return home


def inside(home: Path, folder: Path, **environ: str) -> tuple[dict[str, str | None], str]:
    """What direnv changes on entering ``folder``, and what the person reads."""
    installed("direnv")
    result = subprocess.run(
        ["direnv", "export", "json"],
        cwd=folder,
        env=clean(home) | environ,
        capture_output=True,
        text=True,
        check=True,
    )
    changed: dict[str, str | None] = json.loads(result.stdout or "{}")
    return changed, result.stderr


def place(home: Path, example: str, folder: Path) -> Path:
    (folder / ".envrc").write_text((EXAMPLES / example).read_text())
    subprocess.run(["direnv", "allow", folder], env=clean(home), check=True)
    return folder


def test_every_example_is_run_here() -> None:
    told = (EXAMPLES / "README.md").read_text()
    for path in EXAMPLES.glob("*.envrc"):
        assert f"]({path.name})" in told
        assert f'"{path.name}"' in Path(__file__).read_text()


def test_an_organization_and_a_repo_that_inherits(home: Path) -> None:
    place(home, "organization.envrc", home / ORG)
    repo = place(home, "repo.envrc", home / ORG / "repo")
    (repo / ".env").write_text("DATABASE_URL=postgres://localhost\n")
    changed, screen = inside(home, repo)
    assert changed["AWSENV_PROFILE"] == "org-prod"
    assert changed["DATABASE_URL"] == "postgres://localhost"
    assert "awsenv: org-prod, account 111122223333\n" in screen


def test_two_accounts_in_one_repo(home: Path) -> None:
    folder = place(home, "two-accounts.envrc", home / ORG / "repo")
    assert inside(home, folder)[0]["AWSENV_PROFILE"] == "org-dev"
    assert inside(home, folder, STAGE="prod")[0]["AWSENV_PROFILE"] == "org-prod"


def test_ci_keeps_the_credentials_that_it_brought(home: Path) -> None:
    folder = place(home, "ci.envrc", home / ORG)
    brought = {"AWS_ACCESS_KEY_ID": "ASIACI", "AWS_SESSION_TOKEN": "t"}
    changed, _ = inside(home, folder, CI="true", **brought)
    assert not changed.keys() & brought.keys()
    assert inside(home, folder, **brought)[0]["AWSENV_PROFILE"] == "org-prod"


def test_a_team_where_not_everyone_has_awsenv(home: Path) -> None:
    folder = place(home, "team.envrc", home / ORG)
    assert inside(home, folder)[0]["AWSENV_PROFILE"] == "org-prod"
    (home / ".config/direnv/lib/awsenv.sh").unlink()
    outer = {"AWS_ACCESS_KEY_ID": "AKIAPROD", "AWS_SESSION_TOKEN": "t", "AWS_PROFILE": "prod"}
    changed, screen = inside(home, folder, **outer)
    assert {name: changed[name] for name in outer} == {
        "AWS_ACCESS_KEY_ID": None,
        "AWS_SESSION_TOKEN": None,
        "AWS_PROFILE": "awsenv-no-session:org-prod",
    }
    assert "no awsenv here" in screen


def test_shellcheck_finds_nothing() -> None:
    installed("shellcheck")
    files = [str(path) for path in EXAMPLES.glob("*.envrc")]
    subprocess.run(["shellcheck", "-s", "bash", *files], check=True)


def hooked(home: Path, folder: Path) -> dict[str, str]:
    """The environment in ``folder`` under our own hook, without direnv."""
    script = f'eval "$(awsenv hook bash)"; cd {folder}; __awsenv_prompt; env -0'
    words = [installed("bash"), "--norc", "-c", script]
    told = subprocess.run(words, env=clean(home), capture_output=True, text=True, check=True)
    return dict(each.split("=", 1) for each in told.stdout.split("\0") if each)


def test_the_hook_alone_gives_what_direnv_gives(home: Path) -> None:
    place(home, "organization.envrc", home / ORG)
    repo = place(home, "repo.envrc", home / ORG / "repo")
    (repo / ".env").write_text("DATABASE_URL=postgres://localhost\n")
    for folder in (home / ORG, repo):
        assert "AWS_ACCESS_KEY_ID" not in hooked(home, folder)  # not allowed yet
        subprocess.run([program_path(), "allow", folder], env=clean(home), check=True)
        changed, _ = inside(home, folder)
        ours = hooked(home, folder)
        theirs = {name: value for name, value in changed.items() if name[:7] != "DIRENV_" and value}
        assert {name: ours.get(name) for name in theirs} == theirs
        more = ours.keys() - theirs.keys() - clean(home).keys() - {"PWD", "OLDPWD", "SHLVL", "_"}
        assert more <= {"AWSENV_DIR", "AWSENV_VARS"}


@pytest.mark.parametrize("example", ["ci.envrc", "team.envrc", "two-accounts.envrc"])
def test_what_needs_direnv_is_said(example: str, home: Path) -> None:
    place(home, example, home / ORG)
    result = subprocess.run(
        [program_path(), "allow", home / ORG], env=clean(home), capture_output=True, text=True
    )
    assert result.returncode == 1
    assert "awsenv's own hook does not read this; load it with direnv" in result.stderr
    assert f"]({example}) | " in (EXAMPLES / "README.md").read_text()
