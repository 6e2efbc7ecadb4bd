"""The console: an address for a session, which the sign-in service checks, and no key in it."""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import sync_playwright

from awsenv.actions import console_address as console
from awsenv.demo.sts import Role
from awsenv.errors import AwsenvError
from tests.identity_center.test_sign_in import CONFIG, center, login
from tests.place import Place
from tests.program import program_path, until
from tests.shells.real import clean, installed

__all__ = ["center"]
ARN = "arn:aws:iam::777788889999:role/admin"


@pytest.fixture
def home(place: Place) -> Place:
    place.server.sts.roles[ARN] = Role(ARN, frozenset({place.plain.arn}))
    with (place.home / ".aws/config").open("a") as file:
        file.write(f"[profile admin]\nrole_arn = {ARN}\nsource_profile = key\nregion = eu-west-1\n")
    return place


# A browser that reads the page and says where it came out.
FETCH = (
    f"{sys.executable} -c 'import sys, urllib.request as r; print(r.urlopen(sys.argv[1]).geturl())'"
)


def opened(address: str) -> str:
    """What the address shows."""
    return str(urlopen(address).read().decode())


def printed(home: Place, *words: str) -> str:
    result = home.run("console", *words, "--print")
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


@pytest.mark.parametrize(
    ("name", "who"),
    [
        ("admin", "arn:aws:sts::777788889999:assumed-role/admin/"),
        (
            "key",
            "arn:aws:sts::444455556666:federated-user/awsenv",
        ),  # of a plain key: GetFederationToken
    ],
)
def test_the_address_opens_the_console_as_the_profile_once(
    name: str, who: str, home: Place
) -> None:
    address = printed(home, name, "--service", "s3", "--region", "eu-west-1")
    page = opened(address)
    assert who in page
    assert "https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1" in page
    with pytest.raises(OSError, match="400"):
        opened(address)
    # No key is in it, nor on the disk, nor in what was asked for by its address.
    users = home.server.sts.users.values()
    secrets = [text for user in users for text in (user.secret, user.token, user.key_id) if text]
    assert not any(secret in address for secret in secrets)
    token = parse_qs(urlsplit(address).query)["SigninToken"][0]
    files = [p.read_bytes() for p in home.home.rglob("*") if p.is_file()]
    assert not any(token.encode() in text for text in files)


def test_how_long_it_lasts_is_said_where_it_can_be(home: Place) -> None:
    assert "assumed-role/admin" in opened(printed(home, "admin", "--duration", "2h"))
    assert "federated-user" in opened(printed(home, "key", "--duration", "2h"))
    result = home.run("console", "admin", "--duration", "1m", "--print")
    assert (result.returncode, result.stderr.count("\n"), result.stdout) == (1, 1, "")
    assert "does not take this session (HTTP 400); without --duration" in result.stderr


def test_an_mfa_session_opens_it_too(home: Place) -> None:
    assert home.user.arn in opened(printed(home, "mfa", "--mfa-code", home.code))


def test_identity_centers_profiles_go_by_the_persons_own_portal(center: Place) -> None:
    center.config(CONFIG)
    before = len(center.server.calls)
    address = printed(center, "xxx-admin", "--path", "/ec2/home#Instances:")
    parts = urlsplit(address)
    assert (parts.netloc, parts.path) == ("demo.awsapps.com", "/start/")
    asked = parse_qs(parts.fragment.partition("?")[2])
    assert asked["role_name"] == ["AdministratorAccess"]
    assert asked["destination"] == [
        "https://ap-northeast-1.console.aws.amazon.com/ec2/home?region=ap-northeast-1#Instances:"
    ]
    assert len(center.server.calls) == before
    # For a time of one's own it is the session.
    assert login(center)[0] == 0
    assert "AWSReservedSSO_Admin" in opened(printed(center, "xxx-admin", "--duration", "1h"))


@pytest.mark.parametrize(
    ("region", "signin", "start"),
    [
        ("", "signin.aws.amazon.com", "console.aws.amazon.com"),
        (
            "us-gov-west-1",
            "signin.amazonaws-us-gov.com",
            "us-gov-west-1.console.amazonaws-us-gov.com",
        ),
        ("cn-north-1", "signin.amazonaws.cn", "cn-north-1.console.amazonaws.cn"),
        (
            "eusc-de-east-1",
            "eusc-de-east-1.signin.amazonaws-eusc.eu",
            "eusc-de-east-1.console.amazonaws-eusc.eu",
        ),
    ],
)
def test_each_partition_has_hosts_of_its_own(region: str, signin: str, start: str) -> None:
    assert console.find_hosts(region)[0] == signin
    page = console.format_page(region, "", "")
    assert page == f"https://{start}/console/home" + (f"?region={region}" if region else "")


def test_without_a_browser_it_says_so(home: Place) -> None:
    result = home.run("console", "admin", SSH_CONNECTION="1")
    assert result.returncode == 1
    assert result.stderr == "awsenv: there is no browser here; awsenv console admin --print\n"
    assert home.run("console").returncode == 2


def test_each_profile_has_a_browser_of_its_own(home: Place) -> None:
    program = home.home / "chromium"
    program.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >>{home.home}/seen\n{FETCH} "$3" >>{home.home}/seen\n'
    )
    program.chmod(0o755)
    for name in ("admin", "key"):
        words = ("console", name, "--isolated", "--browser", str(program))
        assert home.run(*words).returncode == 0
    seen = home.home / "seen"
    until(lambda: seen.exists() and seen.read_text().count("/federation?") == 2)
    folders = set(re.findall(r"--user-data-dir=(\S+)", seen.read_text()))
    assert {Path(each).name for each in folders} == {"admin", "key"}
    assert all(Path(each).stat().st_mode & 0o777 == 0o700 for each in folders)


def test_a_real_browser_is_in_the_console(home: Place) -> None:
    opener = home.home / "opener"
    opener.write_text(f'#!/bin/sh\necho "$1" >{home.home}/opened\n')
    opener.chmod(0o755)
    program = [
        program_path(),
        "console",
        "admin",
        "--service",
        "ec2",
        "--browser",
        str(opener),
    ]
    running = subprocess.Popen(
        program, env=clean(home.home) | home.endpoint, stderr=subprocess.PIPE, text=True
    )
    until((home.home / "opened").exists)
    until((home.home / "opened").read_text)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=installed("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page()
        page.goto((home.home / "opened").read_text().strip())
        assert "assumed-role/admin" in page.inner_text("main")
        browser.close()
    assert running.communicate(timeout=60)[1] == "awsenv: the console opens as admin\n"
    assert running.returncode == 0


@pytest.mark.parametrize(
    "region", ["eusc-x@evil.example/?", "eu-west-1.evil.example/", "us east", "-a", "1", "a/b"]
)
def test_what_is_no_region_becomes_no_host(region: str, home: Place) -> None:
    """Key, secret and token would be posted there."""
    with (home.home / ".aws/config").open("a") as file:
        file.write(f"[profile odd]\nrole_arn = {ARN}\nsource_profile = key\nregion = {region}\n")
    for words in (("admin", "--region", region), ("odd",)):
        done = home.run("console", *words, "--print")
        assert (done.returncode, done.stdout) == (1, "")
        assert f"{region} is no name of a Region" in done.stderr
        assert done.stderr.count("\n") == 1
    with pytest.raises(AwsenvError):
        console.find_hosts(region)
