"""A bearer token is one service's credentials: whoever has one acts there as another."""

import json
from pathlib import Path

import pytest

from awsenv.hook import state
from awsenv.hook.decide import choose, decide
from awsenv.variables import enter_session, leave_session
from tests.program import awsenv
from tests.shells.real import clean

TOKEN = {"AWS_BEARER_TOKEN_BEDROCK": "theirs", "AWS_BEARER_TOKEN_X_2": "theirs"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    keys = "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\n"
    (tmp_path / ".aws/credentials").write_text(keys)
    (tmp_path / "org").mkdir()
    (tmp_path / "org/.envrc").write_text("use_aws dev\n")
    assert awsenv(tmp_path, "allow", "org").returncode == 0
    return tmp_path


def test_no_program_that_acts_as_a_profile_has_another_ones(home: Path) -> None:
    done = awsenv(home, "exec", "dev", "--", "env", **TOKEN)
    assert "AWS_ACCESS_KEY_ID=AKIADEV" in done.stdout
    assert "theirs" not in done.stdout
    told = json.loads(awsenv(home, "use", "dev", "--shell", "json", **TOKEN).stdout)
    assert {name: told[name] for name in TOKEN} == dict.fromkeys(TOKEN)


def test_it_comes_back_with_off(home: Path) -> None:
    environ = clean(home) | TOKEN
    session = {"AWS_ACCESS_KEY_ID": "AKIADEV", "AWS_SECRET_ACCESS_KEY": "s"}
    inside = enter_session("dev", session, environ)
    used = {n: v for n, v in (environ | inside.variables).items() if v is not None}
    again = enter_session("other", session, used)
    used = {n: v for n, v in (used | again.variables).items() if v is not None}
    assert not TOKEN.keys() & used.keys()
    assert leave_session(used).restore.count("AWS_BEARER_TOKEN_X_2") == 1


def test_a_folder_keeps_it_away_and_gives_it_back(home: Path) -> None:
    kept, environ = state.State(), clean(home) | TOKEN
    for folder in ("org", "", "org"):
        outcome = decide(environ, kept, str(home / folder), 0.0)
        environ, kept = outcome.shell.environ, state.parse(outcome.shell.state.text())
        assert {n: environ.get(n) for n in TOKEN} == (TOKEN if not folder else dict.fromkeys(TOKEN))
    # Also where there is no session.
    (home / ".aws/credentials").write_text("")
    outcome = decide(environ, kept, str(home / "org"), 0.0)
    assert "AWS_ACCESS_KEY_ID" not in outcome.shell.environ
    assert not TOKEN.keys() & outcome.shell.environ.keys()
    choose(outcome, leave_session(outcome.shell.environ), 0.0)
    assert TOKEN.items() <= outcome.shell.environ.items()


def test_status_names_it(home: Path) -> None:
    told = json.loads(awsenv(home, "status", "--json", **TOKEN).stdout)
    assert TOKEN.keys() <= {each["name"] for each in told["variables"]}
    assert "theirs" not in json.dumps(told)
