"""A short name stands in the profile: every command takes it, and nothing else of the files changes."""

import json
from pathlib import Path

import pytest

from awsenv import replay
from awsenv.request import Request
from awsenv.views.this_shell import find_meant
from tests.profiles.test_references import CONFIG, KEY
from tests.profiles.test_references import home as home
from tests.program import awsenv
from tests.shells.real import clean
from tests.test_replay import settled


def test_it_is_given_listed_and_taken_away(home: Path) -> None:
    done = awsenv(home, "alias", "p", "prod/read")
    assert (done.returncode, done.stderr) == (0, "awsenv: p now means prod-read\n")
    assert awsenv(home, "alias", "p", "prod-read").stderr == "awsenv: p means prod-read\n"
    assert awsenv(home, "alias", "q", "prod-read").returncode == 0
    assert awsenv(home, "alias", "k", "key").returncode == 0  # in the credentials file
    assert awsenv(home, "alias").stdout == "p\tprod-read\nq\tprod-read\nk\tkey\n"
    assert json.loads(awsenv(home, "alias", "--json").stdout) == {"p": "prod-read", "q": "prod-read", "k": "key"}  # fmt: skip
    assert "awsenv_alias = p q\n" in (home / ".aws/config").read_text()
    for name in ("p", "q", "k"):
        assert awsenv(home, "alias", "--remove", name).returncode == 0
    assert (home / ".aws/config").read_text() == CONFIG
    assert (home / ".aws/credentials").read_text() == KEY
    assert awsenv(home, "alias").stderr == "awsenv: there is no alias yet; awsenv alias p PROFILE\n"


@pytest.mark.parametrize(("words", "told"), [
    (("dev-admin", "key"), "dev-admin is a profile, which always goes first; another alias"),
    (("p", "nobody"), "no profile named nobody"),
    (("a b", "key"), "an alias is one word: a b"),
    (("-x", "key"), "No such option"),
    (("p",), "whose alias is p to be?; awsenv alias p PROFILE"),
    (("--remove", "p"), "there is no alias p; awsenv alias"),
    (("--remove",), "--remove takes an alias, and no profile"),
])  # fmt: skip
def test_what_cannot_be_an_alias(words: tuple[str, ...], told: str, home: Path) -> None:
    done = awsenv(home, "alias", *words)
    assert done.returncode in (1, 2)
    assert told in done.stderr
    assert (home / ".aws/config").read_text() == CONFIG


def test_two_profiles_have_no_alias_in_common(home: Path) -> None:
    awsenv(home, "alias", "p", "prod-read")
    done = awsenv(home, "alias", "p", "dev-admin")
    assert done.stderr == "awsenv: p is an alias of prod-read; awsenv alias --remove p\n"
    # Written by hand: the first counts.
    text = (home / ".aws/config").read_text()
    (home / ".aws/config").write_text("[profile first]\nregion = r-1\nawsenv_alias = p\n" + text)
    assert json.loads(awsenv(home, "show", "p", "--json").stdout)["name"] == "first"


def test_every_command_takes_it_and_a_profile_of_that_name_goes_first(home: Path) -> None:
    awsenv(home, "alias", "p", "by-arn")
    assert awsenv(home, "link", "p").returncode == 0
    assert (home / ".envrc").read_text() == "use_aws by-arn\n"
    told = awsenv(home, "use", "p", "--profile-only", "--shell", "json")
    assert json.loads(told.stdout)["AWSENV_PROFILE"] == "by-arn"
    with settled():
        assert find_meant("p", clean(home)) == "by-arn"
    assert replay.name_meant(Request("use", "p"), clean(home)).profile == "by-arn"
    with (home / ".aws/config").open("a") as file:
        file.write("[profile p]\nregion = own-1\n")
    assert replay.name_meant(Request("use", "p"), clean(home)).profile == "p"
    told = awsenv(home, "use", "p", "--profile-only", "--shell", "json")
    assert json.loads(told.stdout)["AWSENV_PROFILE"] == "p"


def test_a_folder_is_bound_to_no_alias_whoever_loads_it(home: Path) -> None:
    awsenv(home, "alias", "p", "key")
    with settled():
        assert find_meant("p", clean(home)) == "key"
    done = awsenv(home, "use", "p", "--shell", "direnv")
    assert (done.returncode, done.stdout) == (1, "false\n")
    assert "no profile named p" in done.stderr
    assert awsenv(home, "use", "key", "--shell", "direnv").returncode == 0  # the control
