"""A session is of the sign-in that it came from: whoever signs out, and whoever signs in next, with whatever tool."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from awsenv.demo.sts import Role
from tests.aws_login.test_login import act, age, console, path_of, refreshes
from tests.aws_login.test_login import sign_in as sign_in_to_console
from tests.identity_center.test_sign_in import (
    ACCOUNT,
    USE,
    center,
    expire,
    login,
    token_file,
    values,
)
from tests.place import Place
from tests.shells.real import installed

__all__ = ["center", "console"]
ROLE = f"arn:aws:iam::{ACCOUNT}:role/chained"
CHAINED = ("use", "chained", "--shell", "json")
ASKED = "GET /federation/credentials"


@pytest.fixture
def here(center: Place) -> Place:
    """Somebody who is signed in, and a role over that."""
    center.server.sts.roles[ROLE] = Role(ROLE)
    login(center)
    return center


def key(place: Place, words: tuple[str, ...] = USE) -> str:
    result = place.run(*words, prefix=(installed("setsid"), "--wait"))
    return str(values(result.stdout)["AWS_ACCESS_KEY_ID"]) if result.returncode == 0 else ""


def put_another(place: Place) -> None:
    """The token of somebody else, as any tool would put it there."""
    place.server.sso.tokens["another's"] = time.time() + 3600
    found = json.loads(token_file(place).read_text())
    token_file(place).write_text(json.dumps(found | {"accessToken": "another's"}))


def sign_out(place: Place) -> None:
    token_file(place).unlink()  # what `aws sso logout` does


def sign_out_here(place: Place) -> None:
    text = token_file(place).read_text()
    assert place.run("logout", "xxx-admin").returncode == 0
    token_file(place).write_text(text)  # `put_another` reads it


def sign_out_of_another_profile(place: Place) -> None:
    text = token_file(place).read_text()
    place.run("logout", "xxx-other")
    token_file(place).write_text(text)


def leave(_: Place) -> None:
    """Nobody has signed out."""


def back_date(place: Place) -> None:
    """As a restored file is."""
    put_another(place)
    os.utime(token_file(place), (1_000_000_000, 1_000_000_000))


@pytest.mark.parametrize("out", [leave, sign_out_here, sign_out_of_another_profile, back_date])
def test_after_another_signs_in_nothing_from_before_is_given_out(
    out: Callable[[Place], None], here: Place
) -> None:
    before = {key(here), key(here, CHAINED)}
    calls = here.server.calls.count(ASKED)
    # What the AWS CLI has stored of both is of before, too.
    kept = {p: p.read_bytes() for p in (here.home / ".aws/cli/cache").iterdir()}
    out(here)
    for path, data in kept.items():
        times = path.stat() if path.exists() else None
        path.write_bytes(data)
        if times:
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        else:
            os.utime(path, (time.time() - 60, time.time() - 60))
    put_another(here)
    after = {key(here), key(here, CHAINED)}
    assert not before & after
    assert "" not in after
    assert here.server.calls.count(ASKED) == calls + 1
    # From then on theirs is replayed.
    assert {key(here), key(here, CHAINED)} == after


def test_a_renewal_of_ours_is_the_same_sign_in_and_costs_no_call(center: Place) -> None:
    here = center
    here.server.sts.roles[ROLE] = Role(ROLE)
    here.server.sso.lifetime = 600  # so near its end that each call renews it
    login(here)
    before, calls = [key(here), key(here, CHAINED)], here.server.calls.count(ASKED)
    for _ in range(3):
        token = json.loads(token_file(here).read_text())["accessToken"]
        (here.home / ".local/state/awsenv/records/xxx-admin").rename(here.home / "record")
        here.run(*USE, "--fresh", prefix=(installed("setsid"), "--wait"))
        assert json.loads(token_file(here).read_text())["accessToken"] != token
        calls += 1
        assert here.server.calls.count(ASKED) == calls
        (here.home / "record").rename(here.home / ".local/state/awsenv/records/xxx-admin")
        assert [key(here), key(here, CHAINED)] == before
        assert here.server.calls.count(ASKED) == calls


def test_a_renewal_of_another_tool_costs_one_call(here: Place) -> None:
    before, calls = key(here), here.server.calls.count(ASKED)
    put_another(here)
    after = key(here)
    assert after not in (before, "")
    assert key(here) == after
    assert here.server.calls.count(ASKED) == calls + 1


def test_a_token_that_a_backup_brings_back_is_asked_for_once_more(here: Place) -> None:
    """Somebody may have signed out of it meanwhile, which no file says."""
    key(here), key(here, CHAINED)
    text, calls = token_file(here).read_text(), here.server.calls.count(ASKED)
    sign_out(here)
    here.server.sso.tokens.clear()
    here.server.sso.refreshable.clear()
    token_file(here).write_text(text)
    assert {key(here), key(here, CHAINED)} == {""}
    # The control: it is one that lives.
    here.server.sso.tokens[json.loads(text)["accessToken"]] = time.time() + 3600
    assert key(here) != ""
    assert here.server.calls.count(ASKED) > calls


def test_no_note_of_it_holds_a_token(here: Place) -> None:
    key(here)
    expire(here)
    here.run(*USE, "--fresh", prefix=(installed("setsid"), "--wait"))
    token = json.loads(token_file(here).read_text())
    notes = [p for p in (here.home / ".local/state/awsenv").rglob("*") if p.is_file()]
    assert any(p.parent.name == "sign-ins" for p in notes)
    for path in notes:
        for name in ("accessToken", "refreshToken"):
            assert token[name].encode() not in path.read_bytes(), path


def test_another_sign_in_of_aws_login_is_another_session(console: Place) -> None:
    sign_in_to_console(console)
    first = act(console)["AWS_ACCESS_KEY_ID"]
    record = console.home / ".local/state/awsenv/records/l"
    kept = record.read_bytes()
    # A renewal keeps the sign-in, and what came from it.
    age(console, 60)
    record.write_bytes(kept)
    Path(record).chmod(0o600)
    assert act(console)["AWS_ACCESS_KEY_ID"] == first
    assert refreshes(console) == 1
    # Somebody signs in anew: their key of DPoP is another.
    sign_in_to_console(console)
    record.write_bytes(kept)
    assert act(console)["AWS_ACCESS_KEY_ID"] != first
    assert path_of(console).exists()
