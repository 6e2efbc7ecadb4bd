"""``status``: who this shell acts as, and everything that fights it, each with its mend."""

import json
import time
from pathlib import Path

import pytest

from awsenv.demo.server import Server
from awsenv.demo.users import new_user
from tests.program import awsenv, until

USER = new_user("dev-user", "111122223333")
SESSION = {
    "AWSENV_PROFILE": "dev",
    "AWSENV_SET": "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION AWS_DEFAULT_REGION",
    "AWS_ACCESS_KEY_ID": USER.key_id,
    "AWS_SECRET_ACCESS_KEY": USER.secret,
    "AWS_REGION": "r-1",
    "AWS_DEFAULT_REGION": "r-1",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir(mode=0o700)
    path = tmp_path / ".aws/credentials"
    path.touch(0o600)
    path.write_text(
        f"[dev]\naws_access_key_id = {USER.key_id}\naws_secret_access_key = {USER.secret}\n"
    )
    return tmp_path


def test_a_session_is_told_in_full(home: Path) -> None:
    result = awsenv(home, "status", **SESSION)
    assert (result.returncode, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[:4] == ["profile  dev", "account  111122223333", "region   r-1", "kind     key"]
    assert f"AWS_SECRET_ACCESS_KEY\t…{USER.secret[-4:]}\tawsenv use dev" in lines
    assert USER.secret not in result.stdout


def test_no_session_is_exit_1_and_says_what_to_type(home: Path) -> None:
    result = awsenv(home, "status")
    assert (result.returncode, result.stdout) == (1, "")
    assert 'eval "$(awsenv use PROFILE)"' in result.stderr
    assert json.loads(awsenv(home, "status", "--json").stdout)["active"] is False


def test_what_is_exported_by_hand_is_told_from_what_awsenv_set(home: Path) -> None:
    told = json.loads(awsenv(home, "status", "--json", **SESSION, AWS_MAX_ATTEMPTS="3").stdout)
    places = {each["name"]: each["from"] for each in told["variables"]}
    assert places["AWS_REGION"] == "awsenv use dev"
    assert places["AWS_MAX_ATTEMPTS"] == "this shell"
    by_profile = json.loads(awsenv(home, "status", "--json", AWS_PROFILE="dev").stdout)
    assert (by_profile["profile"], by_profile["account"]) == ("dev", "111122223333")


def test_what_somebody_else_changed_is_named(home: Path) -> None:
    """Each variable that the session set: direnv, a script or a person may have changed one since."""
    until(lambda: time.time() - (home / ".aws/credentials").stat().st_ctime > 1.1)
    session = json.loads(awsenv(home, "use", "dev", "--shell", "json").stdout)
    session = {name: value for name, value in session.items() if value is not None}
    assert json.loads(awsenv(home, "status", "--json", **session).stdout)["problems"] == []
    for name, value in {"AWS_SECRET_ACCESS_KEY": "other", "AWS_ACCESS_KEY_ID": "AKIAOTHER"}.items():
        told = json.loads(awsenv(home, "status", "--json", **session | {name: value}).stdout)
        wrong = {each["what"]: each["fix"] for each in told["problems"]}
        assert wrong[f"{name} is another than the session of dev set"] == "awsenv use dev"


PROBLEMS: dict[str, tuple[dict[str, str], str, str]] = {
    "two profiles": (
        {"AWS_PROFILE": "dev", "AWS_DEFAULT_PROFILE": "b"},
        "boto3 and AWS CLI v1 obey the second",
        "unset AWS_DEFAULT_PROFILE",
    ),
    "key and profile": (SESSION | {"AWS_PROFILE": "x"}, "JavaScript SDK", "unset AWS_PROFILE"),
    "no old Region": (
        {**SESSION, "AWS_DEFAULT_REGION": ""},
        "boto3",
        "export AWS_DEFAULT_REGION=r-1",
    ),
    "no new Region": (
        {**SESSION, "AWS_REGION": ""},
        "JavaScript, Go and Java",
        "export AWS_REGION=r-1",
    ),
    "two Regions": (
        SESSION | {"AWS_REGION": "q"},
        "boto3 and AWS CLI v1 obey",
        "export AWS_DEFAULT_REGION=q",
    ),
    "a stranger's token": (SESSION | {"AWS_SESSION_TOKEN": "t"}, "belongs to another key", "unset"),
    "no token": (
        SESSION | {"AWS_ACCESS_KEY_ID": "ASIA"},
        "AWS_SESSION_TOKEN is missing",
        "awsenv use",
    ),
    "the old token": (SESSION | {"AWS_SECURITY_TOKEN": "t"}, "AWS_SECURITY_TOKEN", "unset"),
    "ended": (
        SESSION | {"AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"},
        "the session has ended",
        "awsenv use dev",
    ),
    "another account": (
        SESSION | {"AWS_ACCOUNT_ID": "1"},
        "the key is of 111122223333",
        "unset AWS_ACCOUNT_ID",
    ),
    "a rotated key": (
        SESSION | {"AWS_ACCESS_KEY_ID": "AKIAOLD"},
        "no longer that of dev",
        "awsenv use dev",
    ),
    "a profile that is gone": (
        {"AWS_PROFILE": "deev"},
        "no profile named deev",
        "did you mean dev",
    ),
}


@pytest.mark.parametrize("case", PROBLEMS.values(), ids=PROBLEMS.keys())
def test_every_conflict_is_named_with_its_mend(
    case: tuple[dict[str, str], str, str], home: Path
) -> None:
    environ, words, mend = case
    result = awsenv(home, "status", **environ)
    told = [line for line in result.stderr.splitlines() if words in line]
    assert len(told) == 1, result.stderr
    assert mend in told[0]
    found = json.loads(awsenv(home, "status", "--json", **environ).stdout)["problems"]
    assert any(words in each["what"] for each in found)


def test_verify_asks_sts(home: Path) -> None:
    with Server([USER]) as server:
        endpoint = {"AWS_ENDPOINT_URL_STS": server.url}
        assert (
            f"arn      {USER.arn}"
            in awsenv(home, "status", "--verify", **SESSION, **endpoint).stdout
        )
        by_profile = awsenv(home, "status", "--verify", AWS_PROFILE="dev", **endpoint)
        assert f"arn      {USER.arn}" in by_profile.stdout
        wrong = SESSION | endpoint | {"AWS_SECRET_ACCESS_KEY": "x"}
        assert "STS refused" in awsenv(home, "status", "--verify", **wrong).stderr


HOUSE = """\
[profile half]
aws_access_key_id = AKIA
[profile lost]
role_arn = x
source_profile = nobody
[profile alone]
role_arn = x
[profile a]
role_arn = x
source_profile = b
[profile b]
role_arn = x
source_profile = a
[profile own]
role_arn = x
source_profile = own
aws_access_key_id = AKIA
aws_secret_access_key = s
[profile loop]
credential_process = awsenv credential-process loop
[profile other]
credential_process = aws-vault export --format=json --profile dev
[profile empty]
region = r
"""


def test_all_looks_over_the_house(home: Path) -> None:
    (home / ".aws/config").write_text(HOUSE)
    (home / ".aws/config").chmod(0o644)
    lines = awsenv(home, "status", "--all").stderr.splitlines()[1:]
    assert lines == [
        "awsenv: ~/.aws/config is open to others (0644); chmod 600 ~/.aws/config",
        "awsenv: profile half has half a key; add it there: aws_secret_access_key = …",
        "awsenv: profile lost has a source_profile nobody that is not there; awsenv show lost",
        "awsenv: profile alone assumes a role and names no source_profile; awsenv show alone",
        "awsenv: profile a has a source_profile b that comes back to it; awsenv show a",
        "awsenv: profile b has a source_profile a that comes back to it; awsenv show b",
        "awsenv: profile loop has a credential_process that asks for loop, which comes back to it;"
        " awsenv show loop",
        "awsenv: profile other: ~/.aws/config, line 22: credential_process: aws-vault is not on PATH;"
        " credential_process = /PATH/OF/PROGRAM",
        "awsenv: profile empty has no credentials of any kind; awsenv show empty",
    ]


def test_all_names_a_file_that_nobody_can_read(home: Path) -> None:
    with open(home / ".aws/credentials", "a") as file:
        file.write("[dev]\n")
    assert (
        "~/.aws/credentials, line 4: [dev] stands already in line 1"
        in awsenv(home, "status", "--all").stderr
    )


def test_production_is_said_in_words(home: Path) -> None:
    with (home / ".aws/config").open("a") as file:
        file.write("[profile main]\nawsenv_production = true\nregion = r-1\n")
    for name, marked in (("main", True), ("dev", False)):
        told = awsenv(home, "status", AWSENV_PROFILE=name, AWS_ACCESS_KEY_ID="AKIAX")
        assert told.stdout.splitlines()[0] == f"profile  {name}{', production' if marked else ''}"
        told = awsenv(home, "status", "--json", AWSENV_PROFILE=name, AWS_ACCESS_KEY_ID="AKIAX")
        assert json.loads(told.stdout)["production"] is marked
