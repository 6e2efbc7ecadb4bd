"""Signing in with a real browser, and what attacks the callback."""

import itertools
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pexpect
import pytest
from playwright.sync_api import Page, sync_playwright

from awsenv.aws.callback import Callback, listen
from awsenv.aws.context import Context
from awsenv.aws.options import Prompter
from awsenv.identity_center import device_code, token
from awsenv.identity_center.token import SsoSession
from awsenv.profiles.profile import Profile
from tests.identity_center.test_sign_in import ACCOUNT, CONFIG, approve, token_file
from tests.place import Place
from tests.program import program_path, until
from tests.shells.real import clean, installed


@pytest.fixture(scope="module")
def browser() -> Iterator[Callable[[], Page]]:
    """A headless Chromium."""
    with sync_playwright() as play:
        chromium = play.chromium.launch(
            executable_path=installed("chromium"), args=["--no-sandbox"]
        )
        yield chromium.new_page
        chromium.close()


@pytest.fixture
def center(place: Place, tmp_path: Path) -> Place:
    place.config(CONFIG)
    place.server.portal.assignments[ACCOUNT] = ["AdministratorAccess"]
    # What a person's BROWSER would be given.
    opener = tmp_path / "opener"
    opener.write_text(f'#!/bin/sh\necho "$1" >>{tmp_path}/opened\n')
    opener.chmod(0o755)
    return place


def started(center: Place, *more: str, **environ: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [program_path(), "login", "demo", *more],
        env=clean(center.home)
        | center.endpoint
        | {"BROWSER": str(center.home / "opener")}
        | environ,
        stderr=subprocess.PIPE,
        text=True,
    )


def page_of(program: "subprocess.Popen[str]") -> str:
    """The page that the person is told to open."""
    assert program.stderr
    found = re.search(r"or open: (\S+)", program.stderr.readline())
    assert found
    return found[1]


def test_allow_in_a_real_browser_signs_in(center: Place, browser: Callable[[], Page]) -> None:
    program = started(center)
    url = page_of(program)
    page = browser()
    # The browser is started with a link of this machine's, which leads there.
    until((center.home / "opened").exists)
    until((center.home / "opened").read_text)
    link = (center.home / "opened").read_text().strip()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/[\w-]{43}", link)
    page.goto(link)
    assert page.url == url
    assert page.get_by_role("heading").inner_text() == "Sign in to the demo"
    page.screenshot(path=str(center.home / "approve.png"))
    page.get_by_role("button", name="Allow").click()
    page.get_by_text("Signed in to demo").wait_for()
    page.screenshot(path=str(center.home / "done.png"))
    assert "You can close this tab." in page.inner_text("body")
    assert program.wait(60) == 0
    assert token_file(center).exists()
    assert center.run("use", "xxx-admin", "--shell", "json").returncode == 0
    # The registration serves the next sign-in, too.
    program = started(center)
    page.goto(page_of(program))
    page.get_by_role("button", name="Allow").click()
    assert program.wait(60) == 0
    assert center.server.calls.count("POST /client/register") == 1


def test_deny_in_a_real_browser_is_one_line(center: Place, browser: Callable[[], Page]) -> None:
    program = started(center)
    page = browser()
    page.goto(page_of(program))
    page.get_by_role("button", name="Deny").click()
    page.get_by_text("The sign-in was denied.").wait_for()
    assert program.communicate(timeout=60)[1].splitlines() == [
        "awsenv: the sign-in to demo was denied; awsenv login demo"
    ]
    assert program.returncode == 1
    assert not token_file(center).exists()


def test_a_code_that_is_not_taken_shows_no_success(
    center: Place, browser: Callable[[], Page]
) -> None:
    program = started(center)
    page = browser()
    url = page_of(program)
    page.goto(url)
    # Somebody spends the code: the exchange fails, and the page must not say that it went well.
    center.server.sso.codes = _Spent()
    page.get_by_role("button", name="Allow").click()
    page.get_by_text("Not signed in").wait_for()
    assert program.wait(60) == 1
    assert not token_file(center).exists()


class _Spent(dict[str, dict[str, str]]):
    def __setitem__(self, *_: object) -> None:
        """Nothing is kept."""


@pytest.mark.parametrize(
    ("more", "environ"),
    [(("--device-code",), {}), ((), {"BROWSER": ""}), ((), {"BROWSER": "/nonexistent/browser"}),
     (("--no-browser",), {"SSH_CONNECTION": "x"})],
)  # fmt: skip
def test_where_no_browser_is_to_be_had_it_is_a_device_code(
    more: tuple[str, ...], environ: dict[str, str], center: Place
) -> None:
    words = ["login", "demo", *more]
    browser = {"BROWSER": str(center.home / "opener")}
    program = pexpect.spawn(
        program_path(), words, env=clean(center.home) | center.endpoint | browser | environ,
        encoding="utf-8", timeout=60,
    )  # fmt: skip
    program.expect_exact("and compare the code")
    program.close(force=True)
    assert not (center.home / "opened").exists()


def test_no_browser_shows_the_page_and_opens_nothing(center: Place) -> None:
    program = started(center, "--no-browser")
    assert "/authorize?" in page_of(program)
    program.kill()
    program.communicate()
    assert not (center.home / "opened").exists()


def test_while_it_waits_only_127_0_0_1_listens_and_after_ctrl_c_nothing(center: Place) -> None:
    program = started(center)
    redirect = parse_qs(urlsplit(page_of(program)).query)["redirect_uri"][0]
    port = urlsplit(redirect).port
    assert port
    listening_at = {
        line.split()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
    }
    assert listening_at == {f"0100007F:{port:04X}"}
    assert not any(
        f":{port:04X} " in line for line in Path("/proc/net/tcp6").read_text().splitlines()
    )
    program.send_signal(2)
    assert program.wait(30) == 130
    program.communicate()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port))


@pytest.fixture
def callback() -> Iterator[Callback]:
    with listen("the-state") as found:
        yield found


def status(callback: Callback, query: str, host: str = "") -> int:
    """What the callback answers to ``query``."""
    connection = HTTPConnection(
        "127.0.0.1", int(urlsplit(callback.url).netloc.rpartition(":")[2]), timeout=30
    )
    connection.request(
        "GET", f"/oauth/callback?{query}", headers={"Host": host or urlsplit(callback.url).netloc}
    )
    return connection.getresponse().status


WHERE = SsoSession("demo", "https://demo.awsapps.com/start", "us-east-1", [])

ATTACKS = {
    "a wrong state": ("state=other&code=x", ""),
    "no state": ("code=x", ""),
    "a stray error": ("error=access_denied", ""),
    "no code": ("state=the-state", ""),
    "a rebound host": ("state=the-state&code=x", "evil.example:80"),
    "another name for here": ("state=the-state&code=x", "localhost"),
    "a huge query": ("state=the-state&code=" + "x" * 20_000, ""),
    "bytes": ("state=%ff%fe&code=%00", ""),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS.keys())
def test_an_attack_is_refused_and_the_right_answer_still_taken(
    attack: tuple[str, str], callback: Callback
) -> None:
    # An idle connection beside it holds nothing up.
    with socket.create_connection(
        ("127.0.0.1", int(urlsplit(callback.url).netloc.rpartition(":")[2]))
    ):
        assert status(callback, *attack) == 400
        told: list[int] = []
        visit = threading.Thread(
            target=lambda: told.append(status(callback, "state=the-state&code=good"))
        )
        visit.start()
        assert callback.wait(WHERE.shown, 30, "awsenv login x") == "good"
        # A second one, while the first is being looked at.
        assert status(callback, "state=the-state&code=again") == 400
        callback.tell("Signed in", "")
        visit.join(30)
        assert told == [200]


def test_another_page_is_not_there(callback: Callback) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"http://{urlsplit(callback.url).netloc}/favicon.ico")


def test_a_qr_code_is_of_the_page_that_another_device_can_open(center: Place) -> None:
    """That of a browser's sign-in ends on 127.0.0.1, which on a phone is the phone."""
    for option, page, drawn in (("--device-code", "/device?", True), ("--no-browser", "/authorize?", False)):  # fmt: skip
        program = pexpect.spawn(
            program_path(), ["login", "demo", option],
            env=clean(center.home, TERM="xterm") | center.endpoint, encoding="utf-8", timeout=60, dimensions=(80, 200),
        )  # fmt: skip
        program.expect_exact(page)
        program.expect("waiting for the sign-in")
        assert bool(re.search("[▀▄█]{5}", program.before or "")) == drawn
        program.close(force=True)


def test_after_a_while_the_wait_says_what_may_be_wrong(
    center: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (center.endpoint | {"HOME": str(center.home)}).items():
        monkeypatch.setenv(name, value)
    environ = clean(center.home) | center.endpoint
    heard: list[str] = []

    def say(text: str) -> None:
        heard.append(text)
        if "still waiting" in text:
            approve(center, heard[0].split()[5])

    clock = itertools.count(time.time(), 8)  # eight seconds pass at each look
    prompter = Prompter(say=say, now=lambda: next(clock))
    where = token.find_session("demo", environ)
    profile = Profile("demo", None, None)
    fields = device_code.sign_in(where, profile, Context(profile, environ, prompter))
    assert fields["accessToken"] in center.server.sso.tokens
    assert "if the page says invalid_grant, sso_region = us-east-1 is wrong" in heard[1]
    assert len(heard) == 2
