"""A team's file gives profiles to whoever adds it, touches nobody's own, and goes out whole."""

import json
from pathlib import Path

import pexpect
import pytest

from tests.program import awsenv, program_path
from tests.shells.real import clean

FILE = """\
name = "acme"

[sso-session.acme]
sso_start_url = "https://acme.awsapps.com/start"
sso_region = "eu-west-1"

[profile.acme-prod]
sso_session = "acme"
sso_account_id = "444455556666"
sso_role_name = "Admin"
awsenv_alias = "p"
awsenv_production = true

[profile.acme-stg]
sso_session = "acme"
sso_account_id = "111122223333"
sso_role_name = "Admin"
awsenv_mark = "staging"
awsenv_color = "yellow"
"""
OWN = "# mine\n[profile own]\nregion = own-1\n\n[default]\nregion = d-1"  # without a line end


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo/aws.toml").write_text(FILE)
    return tmp_path / "repo"


def new_home(name: str, repo: Path, config: str = OWN) -> Path:
    home = repo.parent / name
    (home / ".aws").mkdir(parents=True)
    (home / ".aws/config").write_text(config)
    return home


def config(home: Path) -> str:
    return (home / ".aws/config").read_text()


def test_a_team_of_three(repo: Path) -> None:
    file = repo / "aws.toml"
    # One who begins, one who has a profile of that name, one who takes what is there.
    anna, ben = new_home("anna", repo), new_home("ben", repo, OWN + "\n[profile acme-stg]\nregion = bens\n")  # fmt: skip
    cleo = new_home("cleo", repo)
    assert awsenv(anna, "team", "add", str(file)).returncode == 3  # nobody is asked
    assert config(anna) == OWN
    done = awsenv(anna, "team", "add", str(file), "--yes")
    assert done.returncode == 0
    assert "+[profile acme-prod]\n" in done.stdout
    assert config(anna).startswith(OWN + "\n\n[sso-session acme]\n# awsenv team acme ")
    rows = {row["name"]: row for row in json.loads(awsenv(anna, "list", "--json").stdout)}
    assert [rows[n]["mark"] for n in ("acme-prod", "acme-stg", "own")] == ["production", "staging", None]  # fmt: skip
    assert json.loads(awsenv(anna, "show", "p", "--json").stdout)["account"] == "444455556666"
    again = awsenv(anna, "team", "add", str(file))
    assert (again.returncode, again.stderr) == (
        0,
        "awsenv: the profiles of team acme are up to date\n",
    )

    done = awsenv(ben, "team", "add", str(file), "--yes")
    assert done.returncode == 1
    where = f"{file}, line 14"
    assert f"awsenv: [profile acme-stg] stays as it is in ~/.aws/config, line 7: sso_session, sso_account_id, sso_role_name, awsenv_mark, awsenv_color there and in {where} differ\n" in done.stderr  # fmt: skip
    assert "[profile acme-stg]\nregion = bens\n" in config(ben)
    assert "[profile acme-prod]" in config(ben)
    assert awsenv(cleo, "team", "add", str(file), "--yes").returncode == 0

    # One changes a role; one profile goes, one comes.
    text = FILE.partition("[profile.acme-stg]")[0].replace('"Admin"', '"Read"')
    file.write_text(text + '[profile.acme-new]\nsso_session = "acme"\nsso_account_id = "777788889999"\nsso_role_name = "Read"\n')  # fmt: skip
    for home in (anna, cleo):  # not before a yes
        assert "sso_role_name = Admin" in config(home)
    awsenv(anna, "alias", "mine", "acme-prod")
    (cleo / ".aws/config").write_text(
        config(cleo).replace("awsenv_alias = p\n", "awsenv_alias = p\noutput = json\n")
    )
    before = config(anna)
    told = awsenv(anna, "team", "diff")
    assert told.returncode == 0
    assert "-sso_role_name = Admin\n" in told.stdout
    assert "+sso_role_name = Read\n" in told.stdout
    assert "-[profile acme-stg]\n" in told.stdout
    assert config(anna) == before
    assert awsenv(anna, "team", "sync").returncode == 3
    assert config(anna) == before
    assert awsenv(anna, "team", "sync", "--yes").returncode == 0
    assert "acme-stg" not in config(anna)
    assert "sso_role_name = Read\nawsenv_alias = p mine\n" in config(anna)
    done = awsenv(cleo, "team", "sync", "acme", "--yes")
    assert done.returncode == 1
    assert f"[profile acme-prod] stays as it is in ~/.aws/config, line 13: sso_role_name there and in {file}, line 7 differ" in done.stderr  # fmt: skip
    assert "output = json\n" in config(cleo)
    assert "acme-new" in config(cleo)

    # One leaves.
    told = awsenv(anna, "team", "list", "--json")
    assert json.loads(told.stdout) == [{"name": "acme", "path": str(file), "sections": ["sso-session acme", "profile acme-prod", "profile acme-new"]}]  # fmt: skip
    file.unlink()
    for home in (anna, ben, cleo):
        assert awsenv(home, "team", "remove", "acme").returncode == 3
        assert awsenv(home, "team", "remove", "acme", "--yes").returncode == 0
        assert awsenv(home, "team", "list").stderr == "awsenv: there is no team yet; awsenv team add FILE\n"  # fmt: skip
    assert config(anna) == config(cleo) == OWN + "\n\n"
    assert config(ben) == OWN + "\n[profile acme-stg]\nregion = bens\n\n"


def test_a_person_is_asked(repo: Path) -> None:
    home = new_home("anna", repo)
    for answer, code in (("n", 1), ("y", 0)):
        program = pexpect.spawn(program_path(), ["team", "add", "repo/aws.toml"], env=clean(home), cwd=str(repo.parent), encoding="utf-8", timeout=30)  # fmt: skip
        program.expect_exact("[profile acme-prod]")
        program.expect_exact("Write that into ~/.aws/config? (y/N)")
        program.send(f"{answer}\r")
        program.expect(pexpect.EOF)
        program.close()
        assert program.exitstatus == code
        assert ("acme-prod" in config(home)) == (answer == "y")


@pytest.mark.parametrize(("more", "told"), [
    ('aws_access_key_id = "AKIA"', "line 20: aws_access_key_id in [profile.acme-stg] is nothing that a team shares; one of region, "),
    ('credential_process = "sh"', "line 20: credential_process in [profile.acme-stg] is nothing that a team shares"),
    ('endpoint_url = "http://x"', "line 20: endpoint_url in [profile.acme-stg] is nothing"),
    ('region = "a\\nb"', "line 20: region in [profile.acme-stg] is no text on one line"),
    ("region = 3", "line 20: region in [profile.acme-stg] is no text on one line"),
    ("[use_aws]", "line 20: no such setting: use_aws; one of name, sso-session, profile"),
    ("[profile.default]", "line 20: default is what programs take where nobody names one"),
    ('[profile."-x"]', "a profile cannot be called -x"),
    ("[profile]\nx = 1", ""),
    ("region", "line 20: "),
    ('awsenv_color = "pink"', "Cannot overwrite a value"),
])  # fmt: skip
def test_what_a_team_cannot_share_is_an_error_with_its_line(more: str, told: str, repo: Path) -> None:  # fmt: skip
    home = new_home("anna", repo)
    (repo / "aws.toml").write_text(FILE + more + "\n")
    done = awsenv(home, "team", "add", str(repo / "aws.toml"), "--yes")
    assert done.returncode == 1
    assert f"awsenv: {repo}/aws.toml" in done.stderr
    assert told in done.stderr
    assert config(home) == OWN


def test_what_is_not_there_is_said(repo: Path) -> None:
    home = new_home("anna", repo, "[profile mine]\nsource_profile = acme-prod\n")
    assert awsenv(home, "team", "add", "nowhere.toml").stderr.startswith(
        "awsenv: there is no ~/nowhere.toml; "
    )
    for words in (["sync"], ["diff"], ["sync", "x"], ["remove", "x"]):
        done = awsenv(home, "team", *words)
        assert done.returncode == 1
        assert done.stderr.endswith("; awsenv team add FILE\n")
    awsenv(home, "team", "add", str(repo / "aws.toml"), "--yes")
    # What somebody else needs of it is said; a file that is gone, or another team's by now, too.
    done = awsenv(home, "team", "remove", "acme")
    assert (
        "awsenv: ~/.aws/config, line 1: [profile mine] has acme-prod as source_profile\n"
        in done.stderr
    )
    (repo / "aws.toml").write_text(FILE.replace("acme", "other"))
    assert f"{repo}/aws.toml is of team other now, not acme" in awsenv(home, "team", "sync").stderr
    (repo / "aws.toml").unlink()
    assert f"there is no {repo}/aws.toml" in awsenv(home, "team", "sync").stderr
    other = repo / "acme.toml"
    other.write_text(FILE.replace('name = "acme"\n', ""))
    assert awsenv(home, "team", "add", str(other), "--yes").returncode == 0  # it has moved


def test_a_key_of_that_name_stays_the_only_one(repo: Path) -> None:
    home = new_home("anna", repo)
    (home / ".aws/credentials").write_text("[acme-prod]\naws_access_key_id = AKIA\naws_secret_access_key = s\n")  # fmt: skip
    done = awsenv(home, "team", "add", str(repo / "aws.toml"), "--yes")
    assert done.returncode == 1
    assert f"[profile acme-prod] is left out ({repo}/aws.toml, line 7): ~/.aws/credentials, line 1, has one of that name\n" in done.stderr  # fmt: skip
    assert "acme-prod" not in config(home)
    assert "acme-stg" in config(home)
