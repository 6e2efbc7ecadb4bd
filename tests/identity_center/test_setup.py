"""``sso setup`` and ``sso sync``: every account and role as a profile, with few questions."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pexpect
import pytest

from awsenv.demo.portal import OidcError
from awsenv.demo.sso import START_URL
from tests.identity_center.center import crowd, sign_in
from tests.place import Place
from tests.program import program_path
from tests.shells.real import BIN, clean, installed

DEV, PROD = "111122223333", "444455556666"
SETUP = ("sso", "setup", "--start-url", START_URL, "--sso-region", "us-east-1", "--session", "demo",
         "--region", "ap-northeast-1", "--output", "json")  # fmt: skip
OWN = "# mine\n[default]\nregion = eu-west-1\n\n[profile key]\nregion = r-1 # not a comment\n"


@pytest.fixture
def center(place: Place) -> Place:
    """An organization of two accounts, and somebody who is signed in."""
    place.config(OWN)
    portal = place.server.portal
    portal.names.update({DEV: "xxx dev", PROD: "xxx prod"})
    portal.assignments.update(
        {DEV: ["AdministratorAccess", "ReadOnlyAccess"], PROD: ["ReadOnlyAccess"]}
    )
    sign_in(place.server, place.home)
    return place


def config(place: Place) -> str:
    return (place.home / ".aws/config").read_text()


def names(place: Place) -> set[str]:
    return set(re.findall(r"\[profile (\S+)\]", config(place)))


def test_setup_asks_nothing_when_all_is_given(center: Place) -> None:
    result = center.run(*SETUP, "--all", prefix=(installed("setsid"), "--wait"))
    assert (result.returncode, result.stdout) == (0, ""), result.stderr
    assert result.stderr == (
        "awsenv: 3 profiles added to ~/.aws/config: xxx-dev-admin, xxx-dev-readonly, xxx-prod-readonly\n"
    )
    assert config(center).startswith(OWN)
    got = center.run("use", "xxx-prod-readonly", "--shell", "json")
    session = center.server.sts.users[json.loads(got.stdout)["AWS_ACCESS_KEY_ID"]]
    assert (
        session.arn == f"arn:aws:sts::{PROD}:assumed-role/AWSReservedSSO_ReadOnlyAccess_demo/person"
    )


def test_a_second_run_changes_only_what_changed(center: Place) -> None:
    center.run(*SETUP, "--all")
    before = (center.home / ".aws/config").stat().st_mtime_ns
    for again in (SETUP, (*SETUP, "--all"), ("sso", "sync"), ("sso", "setup")):
        result = center.run(*again)
        assert result.stderr == "awsenv: the profiles of demo are up to date\n", again
        assert (center.home / ".aws/config").stat().st_mtime_ns == before
    result = center.run(*SETUP, "--region", f"{PROD}=us-west-2")
    assert result.stderr == "awsenv: 1 profile changed: xxx-prod-readonly\n"
    assert config(center).count("region = us-west-2\n") == 1


def test_sync_follows_the_organization_and_the_choice(center: Place) -> None:
    center.run(*SETUP, "--account", "xxx dev")
    assert names(center) == {"key", "xxx-dev-admin", "xxx-dev-readonly"}
    portal = center.server.portal
    portal.assignments[DEV] = ["AdministratorAccess", "New"]
    portal.assignments["777788889999"] = ["AdministratorAccess"]
    portal.names[DEV] = "renamed"
    result = center.run("sso", "sync")
    assert result.stderr.splitlines() == [
        "awsenv: 1 profile added to ~/.aws/config: renamed-new",
        "awsenv: 1 profile changed: xxx-dev-admin",  # what its account is called
        "awsenv: 1 profile gone from your accounts; awsenv sso sync --prune removes what awsenv wrote: xxx-dev-readonly",
    ]
    result = center.run("sso", "sync", "--prune")
    assert result.stderr == "awsenv: 1 profile removed: xxx-dev-readonly\n"
    assert names(center) == {"key", "xxx-dev-admin", "renamed-new"}
    # The account that was not chosen is not asked for its roles.
    assert center.server.calls.count("GET /assignment/roles") == 3


def test_a_dry_run_shows_the_lines_and_writes_none(center: Place) -> None:
    (center.home / ".aws/config").write_text(f"{OWN}aws_secret_access_key = SECRET\n")
    before = config(center)
    result = center.run(*SETUP, "--all", "--dry-run")
    assert result.returncode == 0, result.stderr
    assert "+[profile xxx-dev-admin]\n" in result.stdout
    assert "SECRET" not in result.stdout
    assert "3 profiles would be added to ~/.aws/config" in result.stderr
    assert config(center) == before
    center.run(*SETUP, "--all")
    added = [
        line[1:] for line in result.stdout.splitlines() if line[:1] == "+" and line[:3] != "+++"
    ]
    assert "\n".join(added) in config(center)


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        (("--start-url",), "sso setup asks for the SSO start URL and there is no terminal; --start-url VALUE"),
        (("--sso-region",), "sso setup asks for the SSO Region and there is no terminal; --sso-region VALUE"),
        ((), "sso setup asks which accounts and there is no terminal; --all, or --account ID"),
    ],
)  # fmt: skip
def test_without_a_terminal_a_question_is_exit_3(
    missing: tuple[str, ...], told: str, center: Place
) -> None:
    words = list(SETUP)
    for option in missing:
        at = words.index(option)
        del words[at : at + 2]
    result = center.run(*words, prefix=(installed("setsid"), "--wait"))
    assert (result.returncode, result.stderr) == (3, f"awsenv: {told}\n")
    assert center.server.calls == []
    assert config(center) == OWN


def test_a_first_set_up_without_a_terminal_signs_in_by_a_browser_or_says_how(center: Place) -> None:
    center.config("")
    shutil.rmtree(center.home / ".aws/sso")
    away = (installed("setsid"), "--wait")
    before = center.run(*SETUP, "--all", prefix=away)
    assert (before.returncode, center.server.calls) == (3, [])
    assert before.stderr == (
        "awsenv: the sign-in of demo has ended and there is no terminal; "
        "the same with --device-code, for somebody who reads this elsewhere\n"
    )
    browser = center.home / "browser"
    click = "import sys, urllib.request as r; r.urlopen(r.urlopen(sys.argv[1]).url, data=b'answer=allow').read()"  # fmt: skip
    browser.write_text(f'#!/bin/sh\n{sys.executable} -c "{click}" "$1" &\n')
    browser.chmod(0o755)
    done = center.run(*SETUP, "--all", prefix=away, BROWSER=str(browser))
    assert done.returncode == 0, done.stderr
    assert "[sso-session demo]" in config(center)


@pytest.mark.parametrize("command", [(*SETUP, "--all"), ("sso", "sync")])
def test_without_a_terminal_an_ended_sign_in_is_exit_3(
    command: tuple[str, ...], center: Place
) -> None:
    center.run(*SETUP, "--all")
    before = config(center)
    shutil.rmtree(center.home / ".aws/sso")
    result = center.run(*command, prefix=(installed("setsid"), "--wait"))
    assert result.returncode == 3
    assert result.stderr == (
        "awsenv: the sign-in of demo has ended and there is no terminal; awsenv login demo\n"
    )
    assert config(center) == before


def test_a_token_that_the_portal_refuses_is_one_line(center: Place) -> None:
    center.server.sso.tokens.clear()
    result = center.run(*SETUP, "--all", prefix=(installed("setsid"), "--wait"))
    assert result.returncode == 3
    assert len(result.stderr.splitlines()) == 1
    assert config(center) == OWN


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://d-1.portal.eu-west-1.app.aws", "eu-west-1"),
        ("https://ssoins-1.ap-northeast-1.portal.amazonaws.com/", "ap-northeast-1"),
        ("https://x.cn-north-1.portal.amazonaws.com.cn", "cn-north-1"),
        ("https://x.eusc-de-east-1.portal.amazonaws.eu", "eusc-de-east-1"),
        ("https://x.portal.cn-north-1.app.amazonwebservices.com.cn", "cn-north-1"),
        ("https://xxx.awsapps.com/start", None),
        ("https://a.portal.eu-west-1.app.aws.example.com", None),
    ],
)
def test_the_region_is_found_out_where_the_start_url_names_it(
    url: str, region: str | None, center: Place
) -> None:
    center.config("")  # the name stands for no other start URL
    result = center.run("sso", "setup", "--start-url", url, "--all", "--dry-run",
                        "--session", "demo", prefix=(installed("setsid"), "--wait"))  # fmt: skip
    asked = "asks for the SSO Region" in result.stderr
    assert asked == (region is None), result.stderr
    if region:
        assert f"+sso_region = {region}\n" in result.stdout


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--start-url", "http://x.awsapps.com/start"), "that is no start URL: http://x.awsapps.com/start; like https://xxx.awsapps.com/start"),
        (("--sso-region", "tokyo"), "that is no SSO Region: tokyo; like us-east-1"),
        (("--session", "-x"), "that is no SSO session name: -x; like xxx"),
        (("--region", "a b"), "that is no Region: a b; like ap-northeast-1"),
        (("--account", "nope"), "there is no account nope; like 111122223333, 444455556666"),
        (("--role", "nope"), "no account there has the role nope; AdministratorAccess, ReadOnlyAccess"),
        (("--name-template", "x"), "a name cannot be made by x; letters, - and <env>, <role>, <account>, <session>, <AccountName>, <AccountId>, <RoleName>"),
        (("--output", "a\nb"), r"that is no output format: a\nb; like json"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_one_line_and_nothing_is_written(
    options: tuple[str, str], told: str, center: Place
) -> None:
    more = () if options[0] in ("--account", "--role") else ("--all",)
    result = center.run(*SETUP, *options, *more)
    assert (result.returncode, result.stderr) == (1, f"awsenv: {told}\n")
    assert config(center) == OWN


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://start.us-gov-home.awsapps.com/directory/d-1234", "d-1234"),
        ("https://start.home.awsapps.cn/directory/mine#/", "mine"),
        ("https://identitycenter.amazonaws.com/ssoins-7223", "ssoins-7223"),
        ("https://demo.awsapps.com/start/", "demo"),
        ("https://other.awsapps.com/start", "other-2"),
    ],
)
def test_a_session_is_offered_a_name_that_stands_for_no_other_start_url(
    url: str, name: str, center: Place
) -> None:
    taken = "[sso-session other]\nsso_start_url = https://else.awsapps.com/start\nsso_region = us-east-1\n"
    center.config(OWN + taken)
    words = ("sso", "setup", "--start-url", url, "--sso-region", "us-east-1", "--all", "--dry-run")
    result = center.run(*words, prefix=(installed("setsid"), "--wait"))
    offered = name == "demo" or f"the sign-in of {name} has ended" in result.stderr
    assert offered, result.stderr
    # Nor is one taken over that a person names.
    refused = center.run(*words, "--session", "other")
    told = "[sso-session other] is for https://else.awsapps.com/start already; --session NAME"
    assert (refused.returncode, refused.stderr) == (1, f"awsenv: {told}\n")


@pytest.mark.parametrize(
    ("roles", "found"),
    [
        (("ReadOnly*",), {"xxx-dev-readonly", "xxx-prod-readonly"}),
        (("!Admin*",), {"xxx-dev-readonly", "xxx-prod-readonly"}),
        (("*Access", "!ReadOnlyAccess"), {"xxx-dev-admin"}),
        (("admin",), {"xxx-dev-admin"}),
    ],
)
def test_roles_by_a_pattern_and_without_some(
    roles: tuple[str, ...], found: set[str], center: Place
) -> None:
    given = [word for role in roles for word in ("--role", role)]
    assert center.run(*SETUP, *given).returncode == 0
    assert names(center) - {"key"} == found
    # The choice is kept as it was written, and followed.
    assert center.run("sso", "sync").stderr == "awsenv: the profiles of demo are up to date\n"


@pytest.mark.parametrize(
    ("template", "found"),
    [
        ("<AccountId>_<RoleName>", {f"{DEV}_AdministratorAccess", f"{DEV}_ReadOnlyAccess", f"{PROD}_ReadOnlyAccess"}),
        ("<AccountName>/<RoleName>", {"xxx-dev/AdministratorAccess", "xxx-dev/ReadOnlyAccess", "xxx-prod/ReadOnlyAccess"}),
    ],
)  # fmt: skip
def test_names_of_other_tools_can_be_kept(template: str, found: set[str], center: Place) -> None:
    result = center.run(*SETUP, "--all", "--name-template", template)
    assert result.returncode == 0, result.stderr
    assert names(center) - {"key"} == found
    got = center.run("use", min(found), "--shell", "json")
    assert got.returncode == 0, got.stderr


def test_no_accounts_is_one_line(center: Place) -> None:
    center.server.portal.assignments.clear()
    result = center.run(*SETUP, "--all")
    assert (result.returncode, result.stderr) == (
        1, "awsenv: demo gives you no account and no role; ask whoever runs IAM Identity Center\n")  # fmt: skip
    assert config(center) == OWN


def test_one_account_and_one_role_leave_nothing_to_choose(center: Place) -> None:
    del center.server.portal.assignments[DEV]
    told = person(center, *SETUP)
    told.expect("1 profile added to ~/.aws/config: xxx-prod-readonly")
    told.expect(pexpect.EOF)


def test_pages_are_followed(center: Place) -> None:
    crowd(center.server, 101)
    center.server.portal.assignments["200000000000"] = [f"R{n}" for n in range(101)]
    result = center.run(*SETUP, "--all")
    assert result.returncode == 0, result.stderr
    assert len(names(center)) == 1 + 100 + 101


def test_a_portal_that_fails_half_way_keeps_what_was_listed(center: Place) -> None:
    crowd(center.server, 30)
    breaks_after(center, 10)
    result = center.run(*SETUP, "--all")
    assert result.returncode == 1
    told = result.stderr.splitlines()
    assert re.fullmatch(r"awsenv: \d+ profiles added to ~/.aws/config: .*", told[0])
    found = re.fullmatch(r"awsenv: (\d+) of 30 accounts are missing \(team-.*\): .*\(500\); awsenv sso sync", told[1])  # fmt: skip
    assert found
    assert len(names(center)) == 1 + 30 - int(found[1])
    # Nothing is gone for that.
    center.server.portal.rate = 0
    restore(center)
    assert "removed" not in center.run("sso", "sync", "--prune").stderr
    assert len(names(center)) == 31


def breaks_after(place: Place, calls: int) -> None:
    """From the portal's ``calls``-th call on it answers 500."""
    portal = place.server.portal
    answer, left = portal.answer, iter(range(calls))

    def broken(
        method: str, path: str, query: Mapping[str, str], person: str = ""
    ) -> dict[str, Any]:
        if next(left, None) is None:
            raise OidcError("InternalServerException", 500)
        return answer(method, path, query, person)

    portal.answer = broken  # type: ignore[method-assign]


def restore(place: Place) -> None:
    """The portal answers again."""
    del place.server.portal.answer


def test_an_interruption_keeps_the_finished_accounts(center: Place) -> None:
    crowd(center.server, 60)
    center.server.slow = 0.1
    program = subprocess.Popen(
        [program_path(), *SETUP, "--all"],
        env=clean(center.home) | center.endpoint,
        stderr=subprocess.PIPE,
        text=True,
    )
    while center.server.calls.count("GET /assignment/roles") < 20:
        assert program.poll() is None
    program.send_signal(signal.SIGINT)
    told = program.communicate(timeout=20)[1].splitlines()
    assert program.returncode == 130
    assert re.fullmatch(r"awsenv: \d+ of 60 accounts are missing: team-.* more; awsenv list; awsenv sso sync", told[-1])  # fmt: skip
    assert 10 < len(names(center)) < 61
    center.server.slow = 0
    assert center.run("sso", "sync").returncode == 0
    assert len(names(center)) == 61


def test_calls_are_paced_under_the_throttle(center: Place) -> None:
    crowd(center.server, 100)
    portal = center.server.portal
    portal.rate = 20
    start = time.monotonic()
    assert center.run(*SETUP, "--all").returncode == 0
    # No call was refused and repeated; and it is the pace that took the time, not luck.
    assert portal.throttled == 0
    assert time.monotonic() - start > 100 / 20
    assert center.server.calls.count("GET /assignment/roles") == 100


def test_a_throttle_that_others_fill_is_waited_out(center: Place) -> None:
    crowd(center.server, 40)
    center.server.portal.rate = 8
    result = center.run(*SETUP, "--all")
    assert result.returncode == 0, result.stderr
    assert center.server.portal.throttled > 0
    assert len(names(center)) == 41


def test_hostile_names_write_nothing_else(center: Place) -> None:
    portal = center.server.portal
    portal.assignments.clear()
    hostile = [
        "a]\n[profile default]\ncredential_process=touch P",
        "   ",
        "本番",
        "本番",
        "n" * 200,
        "key",
        "\x1b[31m",
    ]
    for number, name in enumerate(hostile):
        portal.names[str(10**11 + number)] = name
        portal.assignments[str(10**11 + number)] = ["AdministratorAccess", "x]\n[default"]
    portal.assignments["../../etc"] = ["AdministratorAccess"]
    result = center.run(*SETUP, "--all", "--name-template", "<env>")
    assert result.returncode == 0, result.stderr
    assert "\x1b" not in result.stderr
    assert names(center) == {
        "key", "a-profile-default-credential-process-touch-p", "100000000001", "本番", "本番-100000000003",
        "n" * 48, "key-100000000005", "31m",
    }  # fmt: skip
    assert "touch P" not in config(center)
    assert config(center).count("[default]") == 1
    listed = center.run("list").stdout
    assert listed.count("sso") == 7


def test_a_dry_run_of_sync_is_told_to_programs(center: Place) -> None:
    center.run(*SETUP, "--account", DEV)
    center.server.portal.assignments[DEV] = ["NewRole"]
    before = config(center)
    result = center.run("sso", "sync", "--dry-run", "--json")
    assert result.returncode == 0, result.stderr
    (told,) = json.loads(result.stdout)
    assert list(told) == ["session", "added", "changed", "removed", "edited", "gone"]
    assert len(told["added"]) == 1
    assert config(center) == before


def test_sync_takes_each_session_and_one_that_fails_does_not_hold_up_the_rest(
    center: Place,
) -> None:
    center.run(*SETUP, "--account", DEV)
    text = config(center).replace("# awsenv sso setup", "# awsenv sso setup --session", 0)
    other = f"[sso-session other]\n# awsenv sso setup --session other --all\nsso_start_url = {START_URL}\nsso_region = us-east-1\n"
    (center.home / ".aws/config").write_text(other + text)
    result = center.run("sso", "sync", prefix=(installed("setsid"), "--wait"))
    assert result.returncode == 3
    assert result.stderr.splitlines() == [
        "awsenv: the sign-in of other has ended and there is no terminal; awsenv login other",
        "awsenv: the profiles of demo are up to date",
    ]
    assert center.run("sso", "sync", "--session", "demo").returncode == 0
    assert center.run("sso", "sync", "--session", "nope").stderr == (
        "awsenv: there is no [sso-session nope]; awsenv sso setup\n"
    )


def test_a_session_that_the_aws_cli_set_up_is_synced_whole(center: Place) -> None:
    place = f"[sso-session demo]\nsso_start_url = {START_URL}\nsso_region = us-east-1\n"
    center.config(place)
    assert center.run("sso", "sync").returncode == 0
    assert names(center) == {"xxx-dev-admin", "xxx-dev-readonly", "xxx-prod-readonly"}


def test_the_old_form_is_written_and_synced(center: Place) -> None:
    sign_in(center.server, center.home, session="")
    words = [word for word in SETUP if word not in ("--session", "demo")]
    result = center.run(*words, "--legacy", "--all")
    assert result.returncode == 0, result.stderr
    assert "sso-session" not in config(center)
    assert (
        f"sso_start_url = {START_URL}\nsso_region = us-east-1\nsso_account_id = {DEV}\n"
        in config(center)
    )
    center.server.portal.assignments[PROD].append("New")
    assert "1 profile added to ~/.aws/config: xxx-prod-new" in center.run("sso", "sync").stderr
    assert center.run("use", "xxx-prod-new", "--shell", "json").returncode == 0


def test_boto3_and_the_aws_cli_use_the_profiles_as_they_stand(center: Place) -> None:
    center.server.portal.names[PROD] = "本番"
    center.run(*SETUP, "--all")
    environ = clean(center.home) | center.endpoint
    arn = f"arn:aws:sts::{PROD}:assumed-role/AWSReservedSSO_ReadOnlyAccess_demo/person"
    program = "import boto3; print(boto3.Session(profile_name='本番-readonly').client('sts').get_caller_identity()['Arn'])"
    commands: list[list[str | Path]] = [
        [sys.executable, "-c", program],
        [
            BIN / "aws",
            "--profile",
            "本番-readonly",
            "sts",
            "get-caller-identity",
            "--query",
            "Arn",
            "--output",
            "text",
        ],
    ]
    for words in commands:
        told = subprocess.run(
            words, env=environ | {"LC_ALL": "C.UTF-8"}, capture_output=True, text=True, check=True
        )
        assert told.stdout.strip() == arn


def person(place: Place, *arguments: str, **environ: str) -> "pexpect.spawn[str]":
    """awsenv at a terminal."""
    return pexpect.spawn(
        program_path(),
        list(arguments),
        env=clean(place.home) | place.endpoint | {"TERM": "xterm"} | environ,
        encoding="utf-8",
        dimensions=(24, 120),
        timeout=30,
    )


def drawn(shell: "pexpect.spawn[str]") -> None:
    """Wait for the list, as a terminal does: fzf asks it where the cursor is."""
    while shell.expect(["PROD.*xxx-prod-readonly", r"\x1b\[6n"]):
        shell.send("\x1b[1;1R")


def without_fzf(tmp_path: Path) -> str:
    """A PATH on which there is no fzf."""
    bin_ = tmp_path / "bin"
    bin_.mkdir()
    (bin_ / "sh").symlink_to("/bin/sh")
    return str(bin_)


def test_every_step_at_a_terminal(center: Place, tmp_path: Path) -> None:
    shutil.rmtree(center.home / ".aws/sso")
    told = person(center, "sso", "setup", "--device-code", PATH=without_fzf(tmp_path))
    for question, answer in (
        (r"SSO start URL \[None\]: ", f"{START_URL}/#/"),
        (r"SSO Region \[None\]: ", "us-east-1"),
        (r"SSO session name \[demo\]: ", ""),
        (r"Default region name \[eu-west-1\]: ", "ap-northeast-1"),
        (r"Default output format \[None\]: ", ""),
    ):
        told.expect(question)
        told.sendline(answer)
    told.expect(r"at (\S+) and compare the code")
    assert isinstance(told.match, re.Match)
    page = told.match[1]
    urllib.request.urlopen(page, data=b"answer=allow").read()
    told.expect("type to search")
    told.expect("PROD.*xxx-prod-readonly")
    told.send("prod")
    told.expect("/ .*prod")
    told.send(" ")
    told.expect("●")
    told.send("\r")
    told.expect("1 profile added to ~/.aws/config: xxx-prod-readonly")
    told.expect(pexpect.EOF)
    told.close()
    assert told.exitstatus == 0
    assert f"--account {PROD}/ReadOnlyAccess" in config(center)
    assert center.run("sso", "sync").stderr == "awsenv: the profiles of demo are up to date\n"


@pytest.mark.parametrize("fzf", [True, False])
def test_a_second_setup_begins_with_what_is_there_and_adds_to_it(
    fzf: bool, center: Place, tmp_path: Path
) -> None:
    """It forgot the first choice."""
    installed("fzf")
    assert center.run(*SETUP, "--account", f"{PROD}/ReadOnlyAccess").returncode == 0
    before = config(center)
    path = os.environ["PATH"] if fzf else without_fzf(tmp_path)
    for add, profiles in (("", {"xxx-prod-readonly"}), ("dev-ad", {"xxx-prod-readonly", "xxx-dev-admin"})):  # fmt: skip
        told = person(center, *SETUP, PATH=path)
        drawn(told)
        told.send(add)
        if add:
            told.expect("2/3" if fzf else "/ .*dev-ad")  # dev-readonly holds these letters, too
            told.send("\t" if fzf else " ")
            told.expect("(2)" if fzf else "●")
        told.send("\r")
        told.expect("up to date" if not add else "1 profile added")
        told.expect(pexpect.EOF)
        assert names(center) - {"own"} >= profiles
        assert before in config(center) if not add else True
    assert f"{PROD}/ReadOnlyAccess" in config(center)


@pytest.mark.parametrize("fzf", [True, False])
def test_use_without_a_name_picks_one(fzf: bool, center: Place, tmp_path: Path) -> None:
    installed("fzf")
    center.run(*SETUP, "--all")
    path = os.environ["PATH"] if fzf else without_fzf(tmp_path)
    shell = pexpect.spawn(
        "/bin/bash", ["--norc", "--noprofile"], encoding="utf-8", timeout=30, dimensions=(24, 120),
        env=clean(center.home) | center.endpoint | {"TERM": "xterm", "PATH": path, "PS1": ""},
    )  # fmt: skip
    shell.sendline(f'eval "$({program_path()} use)"; echo "it is <$AWSENV_PROFILE> $?"')
    drawn(shell)
    shell.send("dev-ad")
    # fzf counts what it has found: dev-readonly holds these letters, too.
    shell.expect("2/6" if fzf else "dev-ad")
    shell.send("\r")
    shell.expect("it is <xxx-dev-admin> 0")
    shell.sendline(f'eval "$({program_path()} use)"; echo "it is <$AWSENV_PROFILE> $?"')
    drawn(shell)
    shell.send("\x03")
    shell.expect(r"it is <xxx-dev-admin> (\d+)")
    assert isinstance(shell.match, re.Match)
    assert shell.match[1] != "0"
    shell.close(force=True)


def test_use_without_a_name_or_a_terminal_is_a_usage_error(center: Place) -> None:
    result = center.run("use", "--shell", "bash", prefix=(installed("setsid"), "--wait"))
    assert (result.returncode, result.stdout) == (2, "false\n")
    assert result.stderr == "awsenv: no profile is named; awsenv list\n"


def test_two_at_once_write_whole_files(center: Place) -> None:
    crowd(center.server, 20)
    runs = [threading.Thread(target=center.run, args=(*SETUP, "--all")) for _ in range(4)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(names(center)) == 21
    assert config(center).startswith(OWN)
    assert center.run("sso", "sync").stderr == "awsenv: the profiles of demo are up to date\n"
