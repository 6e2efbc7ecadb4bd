"""A setting that is wrong is named by file and line with what to write, by whoever is asked: `use`, `show` and
`status --all` alike."""

import contextlib
import os
from pathlib import Path

import botocore.exceptions
import botocore.session
import pytest

from tests.program import awsenv

KEY = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = secret\n"
CASES = [
    (f"{KEY}web_identity_token_file = /x\n", "line 4: web_identity_token_file without a role_arn; role_arn = arn"),
    ("role_arn = arn:aws:iam::111122223333:role/a\nweb_identity_token_file = /nope\n", "line 3: /nope is not there"),
    ("role_arn = arn:aws:iam::111122223333:role/a\ncredential_source = EC2\n",
     "line 3: credential_source EC2 is none; one of Environment, Ec2InstanceMetadata, EcsContainer"),
    ("source_profile = key\n", "line 2: source_profile without a role_arn; role_arn = arn:aws:iam::ACCOUNT:role/NAME"),
    ("credential_source = Environment\n", "line 2: credential_source without a role_arn"),
    ("sso_session = corp\n", "line 2: sso_session without sso_account_id and sso_role_name; awsenv sso setup"),
    ("credential_process = ~/bin/vend --json\n", "line 2: credential_process: no SDK expands ~/bin/vend; credential_process = {home}/bin/vend"),
    ("credential_process = $HOME/bin/vend\n", "line 2: credential_process: no SDK expands $HOME/bin/vend"),
    ("credential_process = no-such-vend x\n", "line 2: credential_process: no-such-vend is not on PATH"),
    ("credential_process =\n", "line 2: credential_process is empty"),
    ("credential_process = sh -c 'x\n", "line 2: credential_process is no command line: a quote has no other one"),
]  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(f"[key]\n{KEY}")
    return tmp_path


@pytest.mark.parametrize(("text", "told"), CASES)
def test_it_is_named_by_file_and_line_whoever_is_asked(
    text: str, told: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / ".aws/config").write_text(f"[profile p]\n{text}")
    told = told.format(home=home)
    used = awsenv(home, "use", "p", "--shell", "bash")
    assert (used.returncode, used.stdout, used.stderr.count("\n")) == (1, "false\n", 1)
    where, _, fix = told.partition("; ")
    assert f"profile p (~/.aws/config, {where}" in used.stderr
    assert fix in used.stderr
    for words in (("show", "p"), ("status", "--all")):
        assert f"~/.aws/config, {where}" in awsenv(home, *words).stderr, words
    # botocore has no credentials of it either.
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(home))
    theirs = None
    with contextlib.suppress(botocore.exceptions.BotoCoreError, OSError, ValueError, IndexError):
        found = botocore.session.Session(profile="p").get_credentials()
        theirs = found and found.get_frozen_credentials()
    assert theirs is None


def test_a_good_one_has_none(home: Path) -> None:
    """The control."""
    (home / ".aws/config").write_text(
        "[profile p]\ncredential_process = /bin/cat x.json\n[profile r]\nrole_arn = arn:aws:iam::111122223333:role/a\nsource_profile = key\n"
    )
    for name in ("p", "r", "key"):
        assert "line" not in awsenv(home, "show", name).stderr


def test_a_section_that_sdks_skip_or_read_apart_is_told(home: Path) -> None:
    (home / ".aws/config").write_text("[profile Foo Bar]\nregion = eu-west-1\n")
    with (home / ".aws/credentials").open("a") as file:
        file.write(f"[profile dev]\n{KEY}")
    used = awsenv(home, "use", "Foo Bar", "--shell", "bash")
    assert used.returncode == 1
    assert 'config, line 1: [profile Foo Bar] is no profile to SDKs: its name is not one word; write: [profile "Foo Bar"]' in used.stderr  # fmt: skip
    told = awsenv(home, "status", "--all").stderr
    assert "~/.aws/config, line 1: [profile Foo Bar] is no profile to SDKs" in told
    assert "~/.aws/credentials, line 4: [profile dev] is a profile called profile dev there" in told


def test_a_default_that_stops_every_sdk_is_told(home: Path) -> None:
    (home / ".aws/config").write_text("[default]\nsso_session = gone\n")
    own = {"AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY": "x"}
    told = awsenv(home, "status", **own).stderr
    assert "[default] names the sso-session gone, which is not there" in told
    (home / ".aws/config").write_text(
        "[default]\nsso_session = gone\n[sso-session gone]\nsso_region = eu-west-1\nsso_start_url = https://d-1.awsapps.com/start\n"
    )
    assert "gone" not in awsenv(home, "status", **own).stderr


def test_a_credentials_file_that_a_variable_names_and_that_is_not_there_is_told(home: Path) -> None:
    (home / ".aws/config").write_text("[profile key]\nregion = eu-west-1\n")
    used = awsenv(home, "use", "key", "--shell", "bash", AWS_SHARED_CREDENTIALS_FILE="/nope")
    assert used.returncode == 1
    assert "AWS_SHARED_CREDENTIALS_FILE names /nope, which is not there" in used.stderr


@pytest.mark.parametrize(
    ("variable", "value", "told"),
    [
        ("AWS_CONFIG_FILE", "/nope", "AWS_CONFIG_FILE names /nope, which is not there; unset AWS_CONFIG_FILE"),
        ("AWS_SHARED_CREDENTIALS_FILE", "/nope", "names /nope, which is not there; unset AWS_SHARED_CREDENTIALS_FILE"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/nope", "names /nope, which is not there; unset AWS_WEB_IDENTITY_TOKEN_FILE"),
        ("AWS_CA_BUNDLE", "/nope", "AWS_CA_BUNDLE names /nope, which cannot be read: No such file or directory"),
        ("AWS_CA_BUNDLE", "/", "AWS_CA_BUNDLE names /: / is a directory, not a file"),
        ("AWS_CA_BUNDLE", "~/ca.pem", "AWS_CA_BUNDLE names ~/ca.pem, which cannot be read"),
        ("AWS_CA_BUNDLE", "", "AWS_CA_BUNDLE is empty; unset AWS_CA_BUNDLE"),
        ("REQUESTS_CA_BUNDLE", "/etc/passwd", "REQUESTS_CA_BUNDLE names /etc/passwd, which holds no certificate (PEM)"),
        ("HTTPS_PROXY", "http://me:secret@:1", "HTTPS_PROXY names :1, which is no address of a proxy; export HTTPS_PROXY=http://HOST:PORT"),
        ("HTTPS_PROXY", "ftp://proxy", "HTTPS_PROXY names ftp://proxy, which is no address"),
    ],
)  # fmt: skip
def test_a_variable_that_names_what_is_none_is_told(
    variable: str, value: str, told: str, home: Path
) -> None:
    role = "role_arn = arn:aws:iam::111122223333:role/a\nsource_profile = key\n"
    (home / ".aws/config").write_text(f"[profile p]\n{role}")
    environ = {variable: value, "AWS_ENDPOINT_URL_STS": "http://127.0.0.1:1"}
    for words in (("status", "--all"), ("use", "p", "--shell", "bash")):
        if words[0] == "use" and variable == "AWS_WEB_IDENTITY_TOKEN_FILE":
            continue  # a profile that is named does not read it
        result = awsenv(home, *words, **environ)
        assert told in result.stderr, words
        assert "secret@" not in result.stderr
        without = awsenv(home, *words, AWS_ENDPOINT_URL_STS="http://127.0.0.1:1")
        assert variable not in without.stderr, words  # the control


def test_a_bundle_of_the_profile_is_told_where_nothing_answers(home: Path) -> None:
    role = "role_arn = arn:aws:iam::111122223333:role/a\nsource_profile = key\n"
    (home / ".aws/config").write_text(f"[profile p]\nca_bundle = /nope\n{role}")
    told = "~/.aws/config, line 2: ca_bundle names /nope, which cannot be read"
    assert told in awsenv(home, "use", "p", AWS_ENDPOINT_URL_STS="http://127.0.0.1:1").stderr
    for words in (("show", "p"), ("status", "--all")):
        assert told in awsenv(home, *words).stderr


def test_a_default_that_stops_every_sdk_is_told_at_use(home: Path) -> None:
    (home / ".aws/config").write_text("[default]\nsso_session = gone\n[dev]\n[Profile Dev]\n")
    used = awsenv(home, "use", "key", "--shell", "bash")
    assert used.returncode == 0
    assert "[default] names the sso-session gone, which is not there" in used.stderr
    told = awsenv(home, "status", "--all").stderr
    for line, header, name in ((3, "dev", "dev"), (4, "Profile Dev", "Dev")):
        assert f"line {line}: [{header}] is no profile to SDKs; write: [profile {name}]" in told
