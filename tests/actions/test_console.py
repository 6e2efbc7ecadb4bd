"""The console: an address for a session, which the sign-in service checks, and no key in it."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import sync_playwright

from awsenv.actions.console_place import choose_place
from awsenv.demo.sts import Role
from awsenv.errors import AwsenvError
from awsenv.profiles import read
from tests.identity_center.test_sign_in import CONFIG, center, login
from tests.place import Place
from tests.program import program_path, until
from tests.shells.real import clean, installed

__all__ = ["center"]
ARN = "arn:aws:iam::777788889999:role/admin"
NO_BROWSER = "awsenv: there is no browser here; awsenv console admin --print\n"
CODED = "arn:aws:iam::777788889999:role/coded"


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
    assert "federated-user" in opened(printed(home, "key", "--duration", "20h"))
    for name, wished, most in (("admin", "1m", "12h"), ("admin", "13h", "12h"), ("key", "40h", "36h")):  # fmt: skip
        before = len(home.server.calls)
        result = home.run("console", name, "--duration", wished, "--print")
        assert (result.returncode, result.stderr.count("\n"), result.stdout) == (2, 1, "")
        assert f"the console is open for 15m to {most}" in result.stderr
        assert len(home.server.calls) == before


def test_a_role_that_comes_from_a_session_is_asked_for_no_time(home: Place) -> None:
    """AWS refuses SessionDuration for it."""
    home.server.sts.roles[CODED] = Role(CODED, frozenset({home.user.arn}))
    with (home.home / ".aws/config").open("a") as file:
        file.write(f"[profile coded]\nrole_arn = {CODED}\nsource_profile = mfa\n")
    words = ("coded", "--mfa-code", home.code)
    assert "assumed-role/" in opened(printed(home, *words))
    refused = home.run("console", *words, "--duration", "1h", "--print")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.endswith("awsenv console coded, without --duration\n")


def test_a_key_with_a_device_opens_it_without_a_code(home: Place) -> None:
    """AWS takes no session of GetSessionToken."""
    assert "federated-user/awsenv" in opened(printed(home, "mfa"))
    assert "GetSessionToken" not in home.server.calls
    login = home.run("login", "mfa", "--save-as", "saved", "--mfa-code", home.code)
    assert login.returncode == 0, login.stderr
    refused = home.run("console", "saved", "--print")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "opens no console" in refused.stderr
    assert "awsenv console mfa, which is the key itself, or a role's" in refused.stderr


def test_a_user_who_may_not_is_told_of_roles(home: Place) -> None:
    home.server.sts.denied.add("GetFederationToken")
    refused = home.run("console", "key", "--print")
    assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
    assert "may not call GetFederationToken" in refused.stderr
    assert "awsenv list --kind role" in refused.stderr


def test_without_a_name_it_is_whoever_the_shell_is(home: Place) -> None:
    assert "assumed-role/admin" in opened(home.run("console", "--print", AWS_PROFILE="admin").stdout.strip())  # fmt: skip
    own = {"AWS_ACCESS_KEY_ID": home.plain.key_id, "AWS_SECRET_ACCESS_KEY": home.plain.secret}
    result = home.run("console", "--print", "--region", "eu-west-1", AWS_PROFILE="admin", **own)
    assert "federated-user/awsenv" in opened(result.stdout.strip())


def test_it_signs_out_first_where_that_is_wished(home: Place) -> None:
    address = printed(home, "admin", "--logout")
    assert urlsplit(address).path == "/oauth"
    assert "assumed-role/admin" in opened(address)


def test_a_whole_address_is_opened_as_it_is(home: Place) -> None:
    page = "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:x=a%20b"
    address = printed(home, "admin", "--path", page)
    assert parse_qs(urlsplit(address).query)["Destination"] == [page]
    for other in ("https://console.aws.amazon.com.evil.example/", "http://console.aws.amazon.com/"):
        refused = home.run("console", "admin", "--path", other, "--print")
        assert (refused.returncode, refused.stdout) == (2, "")


def test_an_endpoint_that_is_to_be_ignored_is(home: Place) -> None:
    environ = {"AWS_ENDPOINT_URL_SIGNIN": "http://127.0.0.1:1"}
    found = read.profile("admin", {"HOME": str(home.home)})
    assert choose_place(found, "", environ).endpoint == "http://127.0.0.1:1"
    environ["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] = "true"
    assert choose_place(found, "", environ).endpoint == "https://eu-west-1.signin.aws.amazon.com"


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


PLACES = [
    ("region = us-east-1", "signin.aws.amazon.com", "us-east-1.console.aws.amazon.com"),
    ("", "signin.aws.amazon.com", "console.aws.amazon.com"),
    ("region = eu-west-1", "eu-west-1.signin.aws.amazon.com", "eu-west-1.console.aws.amazon.com"),
    ("region = us-gov-west-1", "signin.amazonaws-us-gov.com", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ("region = cn-north-1", "signin.amazonaws.cn", "cn-north-1.console.amazonaws.cn"),
    ("region = eusc-de-east-1", "eusc-de-east-1.signin.amazonaws-eusc.eu", "eusc-de-east-1.console.amazonaws-eusc.eu"),
    # Without a Region the session says where it is of.
    ("role_arn = arn:aws-cn:iam::111122223333:role/a", "signin.amazonaws.cn", "console.amazonaws.cn"),
    ("role_arn = arn:aws-us-gov:iam::111122223333:role/a", "signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"),
    ("mfa_serial = arn:aws-cn:iam::111122223333:mfa/a", "signin.amazonaws.cn", "console.amazonaws.cn"),
    ("sso_region = us-gov-east-1", "signin.amazonaws-us-gov.com", "console.amazonaws-us-gov.com"),
    ("role_arn = arn:aws-eusc:iam::111122223333:role/a", "eusc-de-east-1.signin.amazonaws-eusc.eu", "console.amazonaws-eusc.eu"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "signin", "start"), PLACES)
def test_each_partition_has_hosts_of_its_own(
    options: str, signin: str, start: str, tmp_path: Path
) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(f"[profile a]\n{options}\n")
    place = choose_place(read.profile("a", {"HOME": str(tmp_path)}), "", {})
    assert place.endpoint == f"https://{signin}"
    assert place.format_page("", "").partition("?")[0] == f"https://{start}/console/home"


@pytest.mark.parametrize(
    ("options", "region", "told"),
    [
        ("role_arn = arn:aws-cn:iam::1:role/a", "eu-west-1", "is of partition aws-cn, and eu-west-1 is not; --region cn-north-1"),
        ("role_arn = arn:aws-iso-b:iam::1:role/a", "", "aws-iso-b has no console that is public"),
        ("region = us-iso-east-1", "", "aws-iso has no console that is public"),
    ],
)  # fmt: skip
def test_another_partition_is_refused_by_name(
    options: str, region: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(f"[profile a]\n{options}\n")
    with pytest.raises(AwsenvError) as refused:
        choose_place(read.profile("a", {"HOME": str(tmp_path)}), region, {})
    assert told in refused.value.format_line()


def test_without_a_browser_it_says_so(home: Place) -> None:
    result = home.run("console", "admin", SSH_CONNECTION="1")
    assert result.returncode == 1
    assert result.stderr == NO_BROWSER
    assert home.run("console").returncode == 2


@pytest.mark.parametrize(
    ("variable", "name"), [("DISPLAY", "xclip"), ("WAYLAND_DISPLAY", "wl-copy"), ("WSL_DISTRO_NAME", "clip.exe")]
)  # fmt: skip
def test_without_a_browser_it_is_in_the_clipboard(variable: str, name: str, home: Place) -> None:
    """The program stays behind to hold it, as xclip does, with all that it was given open."""
    program = home.home / name
    program.write_text(
        f"#!/bin/sh\ncat >{home.home}/copied\nsleep 60 &\necho $! >{home.home}/left\n"
    )
    program.chmod(0o755)
    there = {variable: "x", "PATH": f"{home.home}:/usr/bin:/bin", "SSH_CONNECTION": "1"}
    result = home.run("console", "admin", **there)
    os.kill(int((home.home / "left").read_text()), signal.SIGTERM)
    assert (result.returncode, result.stdout) == (0, "")
    told = f"awsenv: there is no browser here: {name} has the address as admin, for 15m\n"
    assert result.stderr == told
    assert "assumed-role/admin" in opened((home.home / "copied").read_text())
    # One that fails has nothing.
    program.write_text("#!/bin/sh\nexit 1\n")
    failed = home.run("console", "admin", **there)
    assert (failed.returncode, failed.stderr) == (1, NO_BROWSER)


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
