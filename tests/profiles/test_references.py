"""A profile by its account or role: its own name first, one match is taken, several are named."""

import json
from pathlib import Path

import pytest

from awsenv import replay
from awsenv.request import Request, is_reference
from awsenv.views.this_shell import find_meant
from tests.program import awsenv
from tests.shells.real import clean
from tests.test_replay import age, settled

DEV, PROD = "111122223333", "444455556666"
CONFIG = f"""[profile dev-admin]
sso_session = corp
sso_account_id = {DEV}
sso_role_name = Admin
awsenv_account = Dev Team
[profile prod-admin]
sso_session = corp
sso_account_id = {PROD}
sso_role_name = Admin
awsenv_account = prod
[profile prod-read]
sso_session = corp
sso_account_id = {PROD}
sso_role_name = Read
awsenv_account = prod
[profile by-arn]
role_arn = arn:aws:iam::777788889999:role/team/Deploy
source_profile = key
[profile {DEV[:-1]}4]
region = mine-1
[sso-session corp]
sso_start_url = https://corp.awsapps.com/start
sso_region = us-east-1
"""
KEY = "[key]\naws_access_key_id = AKIA\naws_secret_access_key = secret\n[a/b]\naws_access_key_id = AKIB\naws_secret_access_key = s\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    for name, text in (("config", CONFIG), ("credentials", KEY)):
        (tmp_path / ".aws" / name).write_text(text)
        (tmp_path / ".aws" / name).chmod(0o600)
        age(tmp_path / ".aws" / name, 3600)
    return tmp_path


MEANS = {
    DEV: "dev-admin", "Dev": "", f"{PROD}/read": "prod-read", "prod/Admin": "prod-admin", "admin@prod": "prod-admin",
    f"READ@{PROD}": "prod-read", "deploy@777788889999": "by-arn", "777788889999": "by-arn", "a/b": "a/b",
    f"{DEV[:-1]}4": f"{DEV[:-1]}4", "Dev Team/Admin": "dev-admin",
}  # fmt: skip


@pytest.mark.parametrize("word", [word for word, name in MEANS.items() if name])
def test_one_match_is_taken_by_every_command(word: str, home: Path) -> None:
    name = MEANS[word]
    assert json.loads(awsenv(home, "show", word, "--json").stdout)["name"] == name
    done = awsenv(home, "link", word, "--json", str(home))
    assert json.loads(done.stdout)["profile"] == name, done.stderr
    assert (
        home / ".envrc"
    ).read_text() == f"use_aws {name}\n"  # the profile that was meant, whatever comes
    told = awsenv(home, "use", word, "--profile-only", "--shell", "json")
    assert json.loads(told.stdout)["AWSENV_PROFILE"] == name, told.stderr


def test_several_are_named_and_none_is_taken(home: Path) -> None:
    for words in (("use", PROD, "--shell", "bash"), ("exec", PROD, "--", "true"), ("credential-process", PROD), ("show", PROD),
                  ("link", PROD), ("dotenv", PROD, "-o", ".env"), ("console", PROD), ("login", PROD), ("logout", PROD)):  # fmt: skip
        done = awsenv(home, *words)
        assert done.returncode == 2, words
        assert f"{PROD} means 2 profiles; one of prod-admin, prod-read\n" in done.stderr
    assert not (home / ".envrc").exists()
    assert awsenv(home, "use", "nobody@prod", "--shell", "bash").returncode == 1


def test_a_second_match_that_comes_later_is_seen(home: Path) -> None:
    environ = clean(home)
    with settled():
        assert find_meant(DEV, environ) == "dev-admin"
    assert (
        replay.name_meant(Request("use", DEV), environ).profile == "dev-admin"
    )  # at once, by a record
    path = home / ".aws/config"
    path.write_text(
        CONFIG
        + f"[profile dev-read]\nsso_session = corp\nsso_account_id = {DEV}\nsso_role_name = Read\n"
    )
    age(path, 60)
    assert replay.name_meant(Request("use", DEV), environ).profile == DEV
    assert awsenv(home, "use", DEV, "--shell", "bash").returncode == 2
    # A profile that has the number for its name is that profile.
    path.write_text(CONFIG + f"[profile {DEV}]\nregion = own-1\n")
    told = awsenv(home, "use", DEV, "--profile-only", "--shell", "json")
    assert json.loads(told.stdout)["AWSENV_PROFILE"] == DEV


def test_a_record_of_a_meaning_is_no_session(home: Path) -> None:
    with settled():
        find_meant(DEV, clean(home))
    request = Request("use", DEV, profile_only=True)
    assert replay.name_meant(request, clean(home)).profile == "dev-admin"  # the control
    assert replay.find_session(request, clean(home)) is None


def test_what_may_be_a_reference() -> None:
    assert all(map(is_reference, ("444455556666", "a/b", "a@b")))
    assert not any(map(is_reference, ("dev", "44445555666", "4444555566667", "", "４４４４５５５５６６６６x", "44445555666x")))  # fmt: skip


def test_whois(home: Path) -> None:
    for word in (PROD, "PROD", "prod-read"):
        [told] = json.loads(awsenv(home, "whois", word, "--json").stdout)
        assert (told["account"], told["name"]) == (PROD, "prod")
        assert [row["name"] for row in told["profiles"]] == ["prod-admin", "prod-read"]
    org = home / "org"
    org.mkdir()
    assert awsenv(home, "link", "prod-read", str(org)).returncode == 0
    text = awsenv(home, "whois", "prod").stdout
    assert (
        text
        == f"account  {PROD}\nname     prod\nprod-admin\tsso\tAdmin\t-\t-\nprod-read\tsso\tRead\t-\t~/org\n"
    )
    done = awsenv(home, "whois", "999988887777")
    assert (done.returncode, done.stdout) == (1, "")
    assert (
        done.stderr
        == "awsenv: no profile is of account 999988887777; awsenv list, or awsenv sso sync\n"
    )


def test_an_account_that_is_called_like_anothers_number_is_not_that_one(home: Path) -> None:
    with (home / ".aws/config").open("a") as file:
        file.write(
            f"[profile false]\nrole_arn = arn:aws:iam::666677778888:role/Admin\nsource_profile = key\nawsenv_account = {PROD}\n[profile odd]\nawsenv_account = 999988887777\nregion = r-1\n"
        )
    for word in (f"{PROD}/admin", f"admin@{PROD}"):
        assert json.loads(awsenv(home, "show", word, "--json").stdout)["name"] == "prod-admin"
    assert awsenv(home, "show", "999988887777").returncode == 1
