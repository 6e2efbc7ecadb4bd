"""``rename`` changes whatever names the profile, shows it first, and goes on where it was cut off."""

from pathlib import Path

import pexpect
import pytest

from awsenv import record_file, records
from awsenv.env_files import registry
from awsenv.profiles.rename import rename
from tests.program import awsenv, program_path
from tests.shells.real import clean
from tests.test_replay import replayed, resolved

KEYS = "[dev] # mine\naws_access_key_id = AKIADEV\naws_secret_access_key = s\n[other]\naws_access_key_id = AKIAO\naws_secret_access_key = t\n"
CONFIG = """\
# a comment
[profile   'dev']
region=eu-west-1

[profile role]
role_arn = arn:aws:iam::111122223333:role/r
source_profile =dev
[profile more]
include_profile = dev
credential_process = '/a b/awsenv' credential-process dev
[profile not]
credential_process = other credential-process dev
awsenv_session_of = dev2
"""
CHANGED = (
    CONFIG.replace("[profile   'dev']", "[profile new-dev]")
    .replace("source_profile =dev", "source_profile = new-dev")
    .replace("include_profile = dev", "include_profile = new-dev")
    .replace("awsenv' credential-process dev", "awsenv' credential-process new-dev")
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(KEYS)
    (tmp_path / ".aws/config").write_text(CONFIG)
    for name, profile in (("org", "dev"), ("away", "other")):
        (tmp_path / name).mkdir()
        assert awsenv(tmp_path, "link", profile, name).returncode == 0
    registry.remember(str(tmp_path / ".env"), "dev", "", [], {"A": "b"}, clean(tmp_path))
    return tmp_path


def test_whatever_names_it_is_changed(home: Path) -> None:
    resolved(home, "use", "dev", "--shell", "bash")
    path = record_file.record_path("dev\nway", clean(home))
    records.write(path, {"profile": "dev", "kind": "mfa"})  # a session got in another way
    done = awsenv(home, "rename", "dev", "new-dev")
    assert done.returncode == 3
    assert done.stderr.endswith("awsenv: rename asks first, and there is no terminal; --yes\n")
    assert "-source_profile =dev\n+source_profile = new-dev\n" in done.stdout
    assert "AKIA" not in done.stdout
    assert (home / ".aws/config").read_text() == CONFIG
    done = awsenv(home, "rename", "dev", "new-dev", "--yes", AWSENV_PROFILE="dev")
    for line in ("~/org/.envrc will use new-dev", "~/.env will be renewed as new-dev", "this shell acts as dev; awsenv use new-dev once it is done",
                 "profile dev is called new-dev now"):  # fmt: skip
        assert f"awsenv: {line}\n" in done.stderr
    assert (home / ".aws/config").read_text() == CHANGED
    assert (home / ".aws/credentials").read_text() == KEYS.replace("[dev] #", "[new-dev] #")
    assert (home / "org/.envrc").read_text() == "use_aws new-dev\n"
    assert (home / "away/.envrc").read_text() == "use_aws other\n"
    told = awsenv(
        home, "exec", "--dir", "org", "--", "printenv", "AWSENV_PROFILE", "AWS_ACCESS_KEY_ID"
    )
    assert told.stdout == "new-dev\nAKIADEV\n"  # still allowed
    assert [each.profile for each in registry.list_entries(clean(home))] == ["new-dev"]
    assert replayed(home, "use", "dev", "--shell", "bash") is None
    moved = record_file.read(record_file.record_path("new-dev\nway", clean(home)))
    assert moved is not None
    assert moved["profile"] == "new-dev"
    assert "new-dev" not in awsenv(home, "status", "--all").stderr
    assert awsenv(home, "rename", "new-dev", "dev", "--yes").returncode == 0  # and back
    assert (home / ".aws/credentials").read_text() == KEYS


@pytest.mark.parametrize(("words", "told"), [
    (("nobody", "x"), "no profile named nobody"), (("dev", "other"), "there is a profile other already; another name"),
    (("dev", "role"), "there is a profile role already"), (("dev", "dev"), "it is called dev already"),
    (("dev", "default"), "default is what programs take"), (("dev", "a\nb"), "a profile cannot be called"),
    (("dev", "--", "-x"), "a profile cannot be called -x"), (("dev", ""), "a profile cannot be called nothing"),
])  # fmt: skip
def test_what_cannot_be_is_said_and_nothing_is_changed(words: tuple[str, ...], told: str, home: Path) -> None:  # fmt: skip
    done = awsenv(home, "rename", *words)
    assert done.returncode == 1
    assert told in done.stderr
    assert ((home / ".aws/config").read_text(), (home / ".aws/credentials").read_text()) == (CONFIG, KEYS)  # fmt: skip


def test_what_stays_behind_is_said(home: Path) -> None:
    away = home / "ghq/github.com/away"
    away.mkdir(parents=True)
    (away / ".envrc").write_text("use_aws dev\n")  # nobody has allowed it
    (home / ".config/awsenv").mkdir(parents=True)
    (home / ".config/awsenv/config.toml").write_text("[mark.lab]\nprofiles = ['dev']\n")
    said = awsenv(home, "rename", "dev", "new-dev").stderr
    assert "awsenv: ~/ghq/github.com/away/.envrc names dev, and is not allowed here; awsenv link new-dev ~/ghq/github.com/away\n" in said  # fmt: skip
    assert "awsenv: ~/.config/awsenv/config.toml names dev; new-dev there, too\n" in said


def test_cut_off_anywhere_the_same_again_goes_on(home: Path) -> None:
    # One of the two files was written, and then it was killed.
    (home / ".aws/config").write_text(rename(CONFIG, "config", "dev", "new-dev", is_config=True))
    again = awsenv(home, "rename", "dev", "new-dev", "--yes")
    assert "there is a profile new-dev already" in again.stderr  # nobody began it here
    records.write(str(home / ".local/state/awsenv/rename"), {"old": "dev", "new": "new-dev"})
    assert awsenv(home, "rename", "dev", "new-dev", "--yes").returncode == 0
    assert (home / ".aws/credentials").read_text() == KEYS.replace("[dev] #", "[new-dev] #")
    assert (home / "org/.envrc").read_text() == "use_aws new-dev\n"
    assert "there is a profile" in awsenv(home, "rename", "other", "new-dev").stderr


def test_a_person_is_asked(home: Path) -> None:
    for answer, code in (("", 1), ("y", 0)):
        program = pexpect.spawn(program_path(), ["rename", "dev", "it's"], env=clean(home), cwd=str(home), encoding="utf-8", timeout=30)  # fmt: skip
        program.expect_exact("Call profile dev it's? (y/N)")
        program.send(f"{answer}\r")
        program.expect(pexpect.EOF)
        program.close()
        assert program.exitstatus == code
    assert "[it's]" in (home / ".aws/credentials").read_text()
    assert "source_profile = it's\n" in (home / ".aws/config").read_text()
    assert awsenv(home, "use", "it's", "--shell", "bash").returncode == 0
