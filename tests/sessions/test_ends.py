"""Ends in every spelling that tools write; what has ended is refused, and what says no end is too."""

import json
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.place import Place

SPELLINGS = {
    "saml2aws": "x_security_token_expires = {:%Y-%m-%dT%H:%M:%S+00:00}",
    "aws-azure-login": "aws_expiration = {:%Y-%m-%dT%H:%M:%S.000Z}",
    "aws-adfs": "aws_session_expiration = {:%Y-%m-%dT%H:%M:%SZ}",
    "aws-mfa": "expiration = {:%Y-%m-%d %H:%M:%S}",
    "date": "expiration = {:%a %b %d %H:%M:%S UTC %Y}",
}


def stored(place: Place, end: str, more: str = "") -> None:
    place.config(
        f"[profile t]\naws_access_key_id = ASIAX\naws_secret_access_key = x\naws_session_token = y\n{end}\n{more}"
    )


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_a_key_that_says_that_it_has_ended_is_given_to_nobody(spelling: str, place: Place) -> None:
    stored(place, spelling.format(datetime.now(UTC) - timedelta(minutes=1)))
    for words in (
        ("use", "t", "--shell", "bash"),
        ("exec", "t", "--", "env"),
        ("dotenv", "t"),
        ("credential-process", "t"),
    ):
        result = place.run(*words)
        assert result.returncode == 1
        assert result.stdout in ("", "false\n")
        assert "the temporary key of profile t has ended at " in result.stderr
        assert result.stderr.count("\n") == 1
    told = place.run("status", "--json", AWS_PROFILE="t")
    assert (told.returncode, json.loads(told.stdout)["active"]) == (1, False)
    assert "has ended; awsenv show t" in place.run("status", AWS_PROFILE="t").stderr
    # The control: before its end it goes out, and says when that is.
    end = datetime.now(UTC) + timedelta(hours=2)
    stored(place, spelling.format(end))
    values = json.loads(place.run("use", "t", "--format", "json").stdout)
    assert values["AWS_CREDENTIAL_EXPIRATION"] == f"{end:%Y-%m-%dT%H:%M:%SZ}"
    assert place.run("status", AWS_PROFILE="t").returncode == 0


@pytest.mark.parametrize("unit", [1, 1000])
def test_an_end_in_seconds_or_milliseconds(unit: int, place: Place) -> None:
    stored(place, f"expiration = {int(time.time() - 60) * unit}")
    assert "has ended" in place.run("use", "t", "--shell", "bash").stderr


def test_a_record_of_a_key_is_true_until_its_end_only(place: Place) -> None:
    end = datetime.now(UTC) + timedelta(seconds=4)
    stored(place, f"expiration = {end:%Y-%m-%dT%H:%M:%SZ}")
    while datetime.now(UTC) < end:
        result = place.run("use", "t", "--shell", "bash")
    assert place.run("use", "t", "--shell", "bash").stdout == "false\n", result


def test_a_session_that_login_stored_says_how_it_comes_back(place: Place) -> None:
    stored(place, "expiration = 2020-01-01 00:00:00", "awsenv_session_of = mfa\n")
    refused = place.run("use", "t", "--shell", "bash").stderr
    assert refused.endswith("has ended at 2020-01-01 00:00 UTC; awsenv login mfa --save-as t\n")


def test_status_does_not_call_a_session_active_that_has_ended(place: Place) -> None:
    ended = {"AWS_ACCESS_KEY_ID": "ASIAX", "AWS_SESSION_TOKEN": "x", "AWSENV_PROFILE": "mfa"}
    told = place.run("status", **ended, AWS_CREDENTIAL_EXPIRATION="2020-01-01T00:00:00Z")
    assert told.returncode == 1
    assert "the session has ended; awsenv use mfa" in told.stderr


def process(place: Place, **fields: object) -> None:
    answer = {"Version": 1, "AccessKeyId": "ASIAX", "SecretAccessKey": "hush", "SessionToken": "y"}
    (place.home / "answer").write_text(json.dumps(answer | fields))
    place.config(f"[profile p]\ncredential_process = /bin/cat {place.home}/answer\n")


def test_an_end_as_botocore_takes_it_from_a_process(place: Place) -> None:
    end = (datetime.now(UTC) + timedelta(hours=1)).replace(microsecond=0)
    spelt = [end.isoformat(), format_datetime(end, usegmt=True), f"{end:%a %b %d %H:%M:%S UTC %Y}"]
    for text in (*spelt, f"{end:%Y%m%dT%H%M%SZ}"):
        process(place, Expiration=text)
        result = place.run("use", "p", "--fresh", "--format", "json")
        assert result.returncode == 0, result.stderr
        told = json.loads(result.stdout)["AWS_CREDENTIAL_EXPIRATION"]
        assert told == f"{end:%Y-%m-%dT%H:%M:%SZ}", text


WRONG = {
    "an epoch": ({"Expiration": 1800000000}, "Expiration of its credential_process is no date"),
    "an epoch as text": ({"Expiration": "1800000000"}, "is no date"),
    "a word": ({"Expiration": "tomorrow"}, "is no date"),
    "a list": ({"Expiration": []}, "is no date"),
    "no zone": ({"Expiration": "2030-01-01T00:00:00"}, "is no date with a zone"),
    "no key": ({"AccessKeyId": None}, "what its credential_process printed has no AccessKeyId"),
    "a number for a secret": ({"SecretAccessKey": 1}, "has no SecretAccessKey"),
    "a list for a token": ({"SessionToken": ["hush"]}, "the SessionToken of its"),
    "Version 2": ({"Version": 2}, "the Version that it printed is not 1"),
    "no Version": ({"Version": None}, "the Version that it printed is missing"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_an_answer_of_a_process_that_is_no_use(
    case: tuple[dict[str, object], str], place: Place
) -> None:
    process(place, **case[0])
    result = place.run("use", "p", "--shell", "bash")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "false\n", 1)
    assert case[1] in result.stderr
    assert "hush" not in result.stderr
    assert "internal error" not in result.stderr


@pytest.mark.parametrize("text", ["[]", "1", "{", "", "null", '{"Version": 1}'])
def test_what_a_process_prints_that_is_no_answer(text: str, place: Place) -> None:
    process(place)
    (place.home / "answer").write_text(text)
    result = place.run("use", "p", "--shell", "bash")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "false\n", 1)
    assert "its credential_process" in result.stderr
    assert "internal error" not in result.stderr
