"""Signing in as ``aws login`` does: by awsenv, by botocore, by a person in a real browser."""

import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from urllib.request import urlopen

import pexpect
import pytest
from playwright.sync_api import Page

from awsenv.aws import token_file
from awsenv.aws_login import dpop, tokens
from awsenv.demo.signin import CROSS, SAME
from awsenv.demo.sts import Role
from awsenv.demo.users import new_user
from tests.identity_center.test_browser import browser
from tests.place import Place
from tests.program import program_path
from tests.shells.real import clean, installed
from tests.tracing import kills

__all__ = ["browser"]
ME = "arn:aws:iam::111122223333:user/me"
PROFILE = f"[profile l]\nregion = eu-west-1\nlogin_session = {ME}\n"
USE = ("use", "l", "--shell", "json")
THEIRS = "import boto3; print(boto3.Session(profile_name='l').client('sts').get_caller_identity()['Arn'])"


@pytest.fixture
def console(place: Place) -> Place:
    """A person who can sign in to the console, and a browser that notes what it is to open."""
    place.config(PROFILE)
    place.server.signin.person = new_user("me", "111122223333")
    opener = place.home / "opener"
    opener.write_text(f'#!/bin/sh\necho "$1" >>{place.home}/opened\n')
    opener.chmod(0o755)
    return place


def environ(console: Place) -> dict[str, str]:
    browser = {"BROWSER": str(console.home / "opener"), "AWS_DEFAULT_REGION": "us-east-1"}
    return clean(console.home) | console.endpoint | browser


def started(console: Place, *words: str) -> "subprocess.Popen[str]":
    command = [program_path(), "login", *(words or ("l",))]
    return subprocess.Popen(
        command, env=environ(console), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def page_of(program: "subprocess.Popen[str]") -> str:
    assert program.stderr
    line = program.stderr.readline()
    found = re.search(r"or open: (\S+)", line)
    assert found, line
    return found[1]


def allow(url: str) -> str:
    """What the page shows to somebody who clicks Allow."""
    return str(urlopen(url, data=b"answer=allow", timeout=30).read().decode())


def sign_in(console: Place, *words: str) -> str:
    """Sign in; what was said."""
    program = started(console, *words)
    allow(page_of(program))
    told = program.communicate(timeout=60)[1]
    assert program.returncode == 0, told
    return told


def path_of(console: Place) -> Path:
    return Path(tokens.path(ME, {"HOME": str(console.home)}))


def age(console: Place, left: float) -> None:
    """The session that is stored ends in ``left`` seconds, and no record holds it."""
    found = token_file.load(str(path_of(console)))
    assert found
    found["accessToken"]["expiresAt"] = token_file.format_time(time.time() + left)
    path_of(console).write_text(json.dumps(found))
    for record in (console.home / ".local/state/awsenv/records").glob("*"):
        record.unlink()


def refreshes(console: Place) -> int:
    return console.server.calls.count("POST /v1/token")


def act(console: Place, *words: str) -> dict[str, Any]:
    result = console.run(*(words or USE))
    assert result.returncode == 0, result.stderr
    return dict(json.loads(result.stdout))


def by_botocore(console: Place) -> str:
    done = subprocess.run(
        [sys.executable, "-c", THEIRS], env=environ(console), capture_output=True, text=True, check=False
    )  # fmt: skip
    return done.stdout.strip() or done.stderr


def test_allow_in_a_real_browser_signs_in(console: Place, browser: Callable[[], Page]) -> None:
    program = started(console)
    url = page_of(program)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked["client_id"] == SAME
    page = browser()
    page.goto(url)
    page.get_by_role("button", name="Allow").click()
    page.get_by_text(f"Signed in as {ME}").wait_for()
    assert "You can close this tab." in page.inner_text("body")
    assert program.wait(60) == 0
    assert (console.home / "opened").read_text().startswith("http://127.0.0.1:")
    assert path_of(console).stat().st_mode & 0o777 == 0o600
    told = act(console)
    assert told["AWS_ACCOUNT_ID"] == "111122223333"
    # Once more: a second tab of the same page opens nothing any more.
    assert refreshes(console) == 1


def test_deny_is_one_line_and_stores_nothing(console: Place, browser: Callable[[], Page]) -> None:
    program = started(console)
    page = browser()
    page.goto(page_of(program))
    page.get_by_role("button", name="Deny").click()
    page.get_by_text("The sign-in was denied.").wait_for()
    told = program.communicate(timeout=60)[1].splitlines()
    assert told == ["awsenv: the sign-in to AWS for profile l was denied; awsenv login l"]
    assert program.returncode == 1
    assert not path_of(console).exists()


def test_two_tabs_and_a_window_that_is_closed(console: Place, browser: Callable[[], Page]) -> None:
    program = started(console)
    url = page_of(program)
    first, second, third = browser(), browser(), browser()
    for page in (first, second, third):
        page.goto(url)
    first.close()
    second.get_by_role("button", name="Allow").click()
    second.get_by_text(f"Signed in as {ME}").wait_for()
    assert program.wait(60) == 0
    assert act(console)


@pytest.mark.parametrize(
    "query",
    [
        "state=wrong&code=x", "code=x", "state=&code=x", "error=access_denied", "", "state=wrong&error=x",
        "code=" + "x" * 9000, "state[]=a&code=x",
    ],
)  # fmt: skip
def test_what_is_not_this_sign_ins_answer_changes_nothing(console: Place, query: str) -> None:
    program = started(console)
    url = page_of(program)
    back = parse_qs(urlsplit(url).query)["redirect_uri"][0]
    with pytest.raises(OSError, match="400"):
        urlopen(f"{back}?{query}", timeout=30)
    with pytest.raises(OSError, match="404"):
        urlopen(back.replace("/oauth/callback", "/else") + f"?{query}", timeout=30)
    allow(url)
    assert program.wait(60) == 0
    assert act(console)


def test_a_first_sign_in_makes_the_profile(console: Place) -> None:
    console.config("# mine\n[profile other]\nregion = r-1\n")
    told = sign_in(console, "mine", "--new", "--region", "eu-west-1")
    assert told.endswith(f'profile mine in ~/.aws/config is {ME}; eval "$(awsenv use mine)"\n')
    assert (console.home / ".aws/config").read_text() == (
        "# mine\n[profile other]\nregion = r-1\n\n"
        f"[profile mine]\nlogin_session = {ME}\nregion = eu-west-1\n"
    )
    assert act(console, "use", "mine", "--shell", "json")["AWS_REGION"] == "eu-west-1"
    # Over a profile of another kind it does nothing, before anything is opened.
    for words in (("key", "--new"), ("-x", "--new"), ("mine", "--region", "r-2")):
        result = console.run("login", *words)
        assert result.returncode in (1, 2)
        assert result.stderr.count("\n") == 1


def test_somebody_elses_sign_in_is_not_taken_for_the_profiles(console: Place) -> None:
    console.server.signin.person = new_user("other", "444455556666")
    program = started(console)
    allow(page_of(program))
    told = program.communicate(timeout=60)[1]
    assert program.returncode == 1
    assert told.endswith(
        f"profile l is of {ME}, and the one who signed in is arn:aws:iam::444455556666:user/other; "
        "awsenv login l as the other, or awsenv login l --new\n"
    )
    assert not path_of(console).exists()


def test_on_another_machine_a_code_is_pasted(console: Place) -> None:
    child = pexpect.spawn(
        program_path(), ["login", "l", "--remote"],
        env=environ(console), encoding="utf-8", timeout=60, dimensions=(200, 500),
    )  # fmt: skip
    child.expect(r"in any browser: (\S+)")
    assert isinstance(child.match, re.Match)
    url = child.match.group(1)
    assert parse_qs(urlsplit(url).query)["client_id"] == [CROSS]
    child.expect("The code that the page shows: ")
    for wrong in ("x", base64.b64encode(b"state=x&code=y").decode()):
        child.sendline(wrong)
        child.expect("that is not the code of this sign-in; again")
        child.expect("The code that the page shows: ")
    found = re.search(r'id="code">([^<]+)<', allow(url))
    assert found
    child.sendline(found[1])
    child.expect("signed in as")
    child.expect(pexpect.EOF)
    assert act(console)
    assert not (console.home / "opened").exists()
    # Nobody there: it says so and does not wait.
    result = console.run("login", "l", "--remote")
    assert (result.returncode, result.stderr.count("\n")) == (3, 1)


def test_botocore_uses_and_renews_what_awsenv_signed_in_and_awsenv_what_botocore_renewed(
    console: Place,
) -> None:
    sign_in(console)
    assert by_botocore(console) == ME
    before = act(console)
    age(console, 60)
    assert by_botocore(console) == ME
    assert refreshes(console) == 2
    after = act(console)
    assert after["AWS_ACCESS_KEY_ID"] != before["AWS_ACCESS_KEY_ID"]
    assert refreshes(console) == 2
    # And the other way round.
    age(console, 60)
    ours = act(console)
    assert refreshes(console) == 3
    assert ours["AWS_ACCESS_KEY_ID"] != after["AWS_ACCESS_KEY_ID"]
    assert by_botocore(console) == ME
    assert refreshes(console) == 3


def test_fifty_that_ask_at_one_end_are_one_renewal(console: Place) -> None:
    sign_in(console)
    age(console, 60)
    console.server.slow = 0.5
    command = [program_path(), *USE]
    running = [
        subprocess.Popen(command, env=environ(console), stdout=subprocess.PIPE, text=True)
        for _ in range(50)
    ]
    told = {json.loads(each.communicate(timeout=120)[0])["AWS_ACCESS_KEY_ID"] for each in running}
    assert len(told) == 1
    assert refreshes(console) == 2


def test_no_token_is_spent_whose_successor_cannot_be_stored(console: Place) -> None:
    sign_in(console)
    age(console, -60)
    drop = (installed("setpriv"), "--bounding-set", "-dac_override,-dac_read_search")
    cache = console.home / ".aws/login/cache"
    before = {path: path.read_bytes() for path in cache.iterdir()}
    cache.chmod(0o555)
    result = console.run(*USE, prefix=() if os.getuid() else drop)
    cache.chmod(0o700)
    assert refreshes(console) == 1
    assert {path: path.read_bytes() for path in cache.iterdir()} == before
    assert "nothing can be stored in ~/.aws/login/cache" in result.stderr
    assert console.run(*USE).returncode == 0


def test_a_kill_at_any_system_call_loses_no_sign_in(console: Place) -> None:
    sign_in(console)
    age(console, 60)
    server = console.server.signin
    grants = dict(server.grants)

    def reset() -> None:
        server.grants.clear()
        server.grants.update(grants)

    kept = console.home.with_name(f"{console.home.name}-kept")
    for call in kills(console.home, kept, USE, reset, **console.endpoint):
        # The child of a killed one goes on to its end.
        result = console.run(*USE, prefix=("setsid", "--wait"))
        assert result.returncode == 0, (call, result.stderr)


def test_an_ended_sign_in_asks_for_a_person_and_says_why(console: Place) -> None:
    sign_in(console)
    act(console)
    console.server.signin.grants.clear()
    age(console, 200)
    # As long as the session lives it serves.
    assert act(console)
    age(console, -10)
    result = console.run(*USE)
    assert (result.returncode, result.stderr) == (
        3, "awsenv: profile l: the sign-in has ended; awsenv login l\n"
    )  # fmt: skip
    # Without the network it is not the person's turn.
    sign_in(console)
    age(console, -10)
    console.server.faults.extend([503] * 4)
    result = console.run(*USE)
    assert result.returncode == 1
    assert "AWS has a fault of its own" in result.stderr
    assert act(console)
    # What no policy allows.
    age(console, -10)
    console.server.signin.denied = True
    assert "SignInLocalDevelopmentAccess" in console.run(*USE).stderr


def test_a_logout_takes_it_away_for_both(console: Place) -> None:
    sign_in(console)
    act(console)
    assert console.run("logout", "l").returncode == 0
    assert not path_of(console).exists()
    assert console.run(*USE).returncode == 3
    assert "aws login" in by_botocore(console)


def test_a_folder_of_ones_own_and_a_role_over_it(console: Place, tmp_path: Path) -> None:
    arn = "arn:aws:iam::777788889999:role/admin"
    console.server.sts.roles[arn] = Role(arn, frozenset({ME}))
    console.config(PROFILE + f"[profile admin]\nrole_arn = {arn}\nsource_profile = l\n")
    sign_in(console)
    assert act(console, "use", "admin", "--shell", "json")["AWS_ACCESS_KEY_ID"]
    found = console.run(
        "use", "l", "--shell", "json", AWS_LOGIN_CACHE_DIRECTORY=str(tmp_path / "x")
    )
    assert found.returncode == 3


def test_a_proof_serves_once_and_is_of_this_call_and_key(console: Place) -> None:
    """The controls: the stand-in refuses what AWS refuses."""
    from awsenv.demo.signin import RefusedError

    sign_in(console)
    signin, url = console.server.signin, f"{console.server.url}/v1/token"
    found = token_file.load(str(path_of(console)))
    assert found
    key, now = dpop.Key(found["dpopKey"]), time.time()
    body = json.dumps(
        {"clientId": SAME, "grantType": "refresh_token", "refreshToken": found["refreshToken"]}
    ).encode()
    proof = key.prove(url, now)
    for wrong in (
        "", "a.b.c", proof[:-4] + "AAAA", key.prove(url + "x", now), key.prove(url, now - 600),
        dpop.Key().prove(url, now),
    ):  # fmt: skip
        grants = dict(signin.grants)
        with pytest.raises(RefusedError):
            signin.answer(body, wrong, now)
        signin.grants.update(grants)
    assert signin.answer(body, proof, now)["accessToken"]
    with pytest.raises(RefusedError):
        signin.answer(body, proof, now)


def test_each_key_is_one_that_other_tools_read_and_prove_with() -> None:
    for _ in range(1000):
        key = dpop.Key()
        assert dpop.Key(key.pem).pem == key.pem
        assert [len(number) for number in key._key.get_public_coords()] == [32, 32]


def test_a_key_of_the_aws_cli_whose_point_has_leading_zeros_proves_too(console: Place) -> None:
    from awscrt.crypto import EC, ECExportFormat, ECType  # type: ignore[import-untyped]

    def make() -> tuple[str, list[int]]:
        key = EC.new_generate(ECType.P_256)
        sec1 = base64.b64encode(key.export_key(ECExportFormat.SEC1)).decode()
        return sec1, [len(number) for number in key.get_public_coords()]

    sec1, _ = next(pair for pair in iter(make, None) if pair[1] != [32, 32] and len(pair[0]) == 164)
    proof = dpop.Key(sec1).prove(f"{console.server.url}/v1/token", time.time())
    assert console.server.signin.check_proof(proof, time.time())


def test_a_key_is_stored_as_it_was_and_what_is_none_is_refused() -> None:
    key = dpop.Key()
    assert key.pem.startswith("-----BEGIN EC PRIVATE KEY-----\n")
    assert max(map(len, key.pem.splitlines())) <= 64
    assert dpop.Key(key.pem).pem == key.pem
    with pytest.raises(ValueError, match="no key on P-256"):
        dpop.Key("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n")
