"""``list`` and ``show``: what is in the two files, where it stands and which of two counts."""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import botocore.session
import pexpect
import pytest

from awsenv.demo.users import new_user
from tests.program import awsenv, program_path
from tests.shells.real import clean

USER = new_user("dev", "111122223333")
SOON = (datetime.now(UTC) + timedelta(hours=2, minutes=59)).isoformat()
CREDENTIALS = f"""\
[dev]
aws_access_key_id = {USER.key_id}
aws_secret_access_key = {USER.secret}
region = credentials-1
[temporary]
aws_access_key_id = ASIA
aws_secret_access_key = temporarysecret
aws_session_token = temporarytoken1234
x_security_token_expires = {SOON}
[mfa]
aws_access_key_id = AKIA
aws_secret_access_key = s
mfa_serial = arn:aws:iam::1:mfa/x
"""
CONFIG = """\
[profile dev]
region = config-1
output = json
aws_access_key_id = AKIAUNUSED
s3 =
  max_concurrent_requests = 20
[profile role]
role_arn = arn:aws:iam::444455556666:role/admin
source_profile = dev
[profile sso]
sso_account_id = 777788889999
sso_role_name = x
[profile process]
credential_process = x
[profile login]
login_session = x
[profile web]
role_arn = arn:aws:iam::444455556666:role/web
web_identity_token_file = f
[profile none]
region = r
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(CREDENTIALS)
    (tmp_path / ".aws/config").write_text(CONFIG)
    return tmp_path


def test_list_tells_every_profiles_kind(home: Path) -> None:
    lines = [line.split("\t") for line in awsenv(home, "list").stdout.splitlines()]
    assert {len(line) for line in lines} == {7}
    kinds = {line[0]: line[1] for line in lines}
    assert kinds == {
        "dev": "key", "role": "role", "sso": "sso", "process": "process", "login": "login",
        "web": "web-identity", "none": "none", "temporary": "temporary", "mfa": "mfa",
    }  # fmt: skip


def test_list_names_what_botocore_names(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("AWS_CONFIG_FILE", raising=False)
    theirs = botocore.session.Session().available_profiles
    assert [line.split("\t")[0] for line in awsenv(home, "list").stdout.splitlines()] == theirs


def test_list_for_programs(home: Path) -> None:
    rows = {row["name"]: row for row in json.loads(awsenv(home, "list", "--json").stdout)}
    assert rows["dev"] == {
        "name": "dev", "kind": "key", "account": "111122223333", "region": "credentials-1",
        "account_name": None, "source": None, "left": None, "role": None, "active": False, "production": False, "mark": None, "color": None,
    }  # fmt: skip
    assert (rows["role"]["account"], rows["role"]["source"]) == ("444455556666", "dev")
    assert rows["sso"]["account"] == "777788889999"
    assert 7000 < rows["temporary"]["left"] <= 10740


def test_the_active_profile_and_production_are_marked(home: Path) -> None:
    with (home / ".aws/config").open("a") as file:
        file.write("[profile org-prod]\nregion = r\n")
    lines = awsenv(home, "list", AWSENV_PROFILE="dev").stdout.splitlines()
    marks = {line.split("\t")[0]: line.split("\t")[6] for line in lines}
    assert {name: mark for name, mark in marks.items() if mark} == {
        "dev": "active",
        "org-prod": "production",
    }


def test_an_empty_home_says_what_to_type(tmp_path: Path) -> None:
    result = awsenv(tmp_path, "list")
    assert (result.returncode, result.stdout) == (0, "")
    assert (
        result.stderr
        == "awsenv: there is no profile yet; awsenv add PROFILE, or awsenv sso setup\n"
    )


def names(home: Path, *words: str) -> list[str]:
    return [line.split("\t")[0] for line in awsenv(home, "list", *words).stdout.splitlines()]


def test_filters(home: Path) -> None:
    assert names(home, "*o*", "--kind", "sso") == ["sso"]
    assert names(home, "777788889999") == ["sso"]  # an account
    assert names(home, "adm*") == ["role"]  # a role
    assert awsenv(home, "list", "zzz*").stdout == ""
    result = awsenv(home, "list", "--kind", "x")
    assert (result.returncode, "one of key, temporary" in result.stderr) == (2, True)


@pytest.mark.parametrize("width", [40, 100])
def test_the_table_fits_the_terminal_and_cuts_nothing(width: int, home: Path) -> None:
    program = pexpect.spawn(
        program_path(),
        ["list"],
        env=clean(home, TERM="xterm"),
        dimensions=(50, width),
        encoding="utf-8",
    )
    program.expect(pexpect.EOF)
    lines = re.sub(r"\x1b\[[0-9;]*m", "", program.before or "").splitlines()
    assert lines[0].split()[0].startswith("prof")
    if width == 100:
        assert all(len(line.rstrip()) <= width for line in lines)
    assert len(lines) >= 10
    # No name is cut or folded, however narrow the window is.
    assert {"temporary", "process"} <= {line.split()[0] for line in lines if line.strip()}
    assert "…" not in (program.before or "")
    if width == 100:
        assert any(re.search(r"2h\d+m$", line.rstrip()) for line in lines)


def test_ten_thousand_profiles_are_listed(home: Path) -> None:
    # How long it takes is shown by tests/benchmarks.
    text = "".join(f"[profile p{n}]\nregion = r\n" for n in range(10_000))
    (home / ".aws/config").write_text(text)
    assert len(awsenv(home, "list", "p*").stdout.splitlines()) == 10_000


def test_show_tells_each_value_its_place_and_which_counts(home: Path) -> None:
    lines = [line.split("\t") for line in awsenv(home, "show", "dev").stdout.splitlines()]
    assert lines[0] == ["dev · key · 111122223333 · credentials-1"]
    table = {(line[0], line[2]): (line[1], line[3]) for line in lines[1:]}
    at, of = "~/.aws/credentials", "~/.aws/config"
    assert table == {
        ("aws_access_key_id", f"{at}:2"): (USER.key_id, ""),
        ("aws_secret_access_key", f"{at}:3"): ("…" + USER.secret[-4:], ""),
        ("region", f"{at}:4"): ("credentials-1", "wins: credentials before config"),
        ("region", f"{of}:2"): ("config-1", "unused: credentials wins"),
        ("output", f"{of}:3"): ("json", "as AWS_DEFAULT_OUTPUT"),
        ("aws_access_key_id", f"{of}:4"): ("AKIAUNUSED", "unused: the key is the other file's"),
        ("s3", f"{of}:5"): (
            r"\nmax_concurrent_requests = 20",
            "only with --profile-only: no variable says this",
        ),
    }


def test_no_secret_is_shown(home: Path) -> None:
    for name in ("dev", "temporary"):
        for option in ((), ("--json",)):
            shown = awsenv(home, "show", name, *option).stdout
            assert USER.secret not in shown
            assert "temporarysecret" not in shown
            assert "temporarytoken1234" not in shown
    assert json.loads(awsenv(home, "show", "dev", "--json").stdout)["values"][0]["line"] == 2


def test_a_temporary_keys_end_goes_along(home: Path) -> None:
    values = json.loads(awsenv(home, "use", "temporary", "--shell", "json").stdout)
    end = datetime.fromisoformat(values["AWS_CREDENTIAL_EXPIRATION"])
    assert abs(end - datetime.fromisoformat(SOON)) < timedelta(seconds=1)
