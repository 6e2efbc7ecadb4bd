"""IAM Identity Center: sign in once, renew without a person, share with the AWS CLI."""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
import pexpect
import pytest
from botocore.exceptions import ClientError
from botocore.utils import generate_login_cache_key, get_login_token_cache_directory

from awsenv.aws_login import tokens
from awsenv.demo.sso import START_URL
from awsenv.demo.sts import Role
from tests.place import Place
from tests.program import is_long, program_path, until
from tests.shells.real import BIN, clean, installed

USE = ("use", "xxx-admin", "--shell", "json")
ACCOUNT = "777788889999"
CONFIG = f"""\
[sso-session demo]
sso_start_url = {START_URL}
sso_region = us-east-1
sso_registration_scopes = sso:account:access
[profile xxx-admin]
sso_session = demo
sso_account_id = {ACCOUNT}
sso_role_name = AdministratorAccess
region = ap-northeast-1
[profile xxx-other]
sso_session = demo
sso_account_id = {ACCOUNT}
sso_role_name = Nothing
[profile legacy]
sso_start_url = {START_URL}
sso_region = us-east-1
sso_account_id = {ACCOUNT}
sso_role_name = AdministratorAccess
[profile chained]
role_arn = arn:aws:iam::{ACCOUNT}:role/chained
source_profile = xxx-admin
"""


@pytest.fixture
def center(place: Place) -> Place:
    place.config(CONFIG)
    place.server.portal.assignments[ACCOUNT] = ["AdministratorAccess"]
    return place


def token_file(place: Place, key: str = "demo") -> Path:
    return place.home / f".aws/sso/cache/{hashlib.sha1(key.encode()).hexdigest()}.json"


def approve(place: Place, page: str, answer: str = "allow") -> None:
    """Open the page that a person was shown, at the stand-in, and answer it."""
    code = page.rpartition("=")[2]
    url = f"{place.server.url}/device?user_code={code}"
    assert code in urllib.request.urlopen(url).read().decode()
    urllib.request.urlopen(url, data=f"answer={answer}".encode()).read()


def login(place: Place, name: str = "xxx-admin", answer: str = "allow") -> tuple[int, str]:
    """``awsenv login``, with somebody who answers the page; exit code and what was said."""
    program = subprocess.Popen(
        [program_path(), "login", name, "--device-code"],
        env=clean(place.home) | place.endpoint,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert program.stderr
    told = program.stderr.readline()
    if found := re.search(r"at (\S+) and compare the code", told):
        approve(place, found[1], answer)
    rest = program.communicate(timeout=60)[1]
    return program.returncode, told + rest


def values(text: str) -> dict[str, Any]:
    return dict(json.loads(text))


def test_a_sign_in_gives_every_profile_of_the_session_its_role(center: Place) -> None:
    code, told = login(center)
    assert code == 0, told
    assert "awsenv: signed in to demo, 7h59m left" in told
    result = center.run(*USE)
    assert result.returncode == 0, result.stderr
    got = values(result.stdout)
    session = center.server.sts.users[got["AWS_ACCESS_KEY_ID"]]
    assert (
        session.arn
        == f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_AdministratorAccess_demo/person"
    )
    assert (got["AWS_ACCOUNT_ID"], got["AWS_REGION"]) == (ACCOUNT, "ap-northeast-1")
    left = datetime.fromisoformat(got["AWS_CREDENTIAL_EXPIRATION"]) - datetime.now(UTC)
    assert 3500 < left.total_seconds() <= 3600
    for _ in range(3):
        assert values(center.run(*USE).stdout) == got
    assert center.server.calls.count("GET /federation/credentials") == 1


def test_the_token_file_is_as_the_aws_cli_writes_it(center: Place) -> None:
    login(center)
    path = token_file(center)
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    assert "\n" not in text
    fields = json.loads(text)
    assert list(fields) == ["startUrl", "region", "accessToken", "expiresAt", "clientId", "clientSecret",
                            "registrationExpiresAt", "refreshToken"]  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", fields["expiresAt"])


def test_boto3_uses_our_sign_in_and_we_use_theirs(center: Place) -> None:
    login(center)
    program = "import boto3; print(boto3.Session(profile_name='xxx-admin').client('sts').get_caller_identity()['Arn'])"
    environ = clean(center.home) | center.endpoint
    told = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True
    )
    assert "AWSReservedSSO_AdministratorAccess" in told.stdout
    # A token in the CLI's form, written by nobody of ours.
    fields = json.loads(token_file(center).read_text())
    token_file(center).write_text(
        json.dumps({**fields, "expiresAt": fields["expiresAt"].replace("Z", "UTC")})
    )
    assert center.run(*USE).returncode == 0


def expire(place: Place, minutes: float = -1) -> dict[str, Any]:
    """Let the stored token end in ``minutes``."""
    fields: dict[str, Any] = json.loads(token_file(place).read_text())
    end = time.time() + minutes * 60
    fields["expiresAt"] = datetime.fromtimestamp(end, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    token_file(place).write_text(json.dumps(fields))
    return fields


@pytest.mark.parametrize("minutes", [-60, 10])
def test_a_token_is_renewed_without_a_person(minutes: float, center: Place) -> None:
    login(center)
    before = expire(center, minutes)
    calls = center.server.calls.count("POST /token")
    result = center.run(*USE, prefix=(installed("setsid"), "--wait"))
    assert result.returncode == 0, result.stderr
    after = json.loads(token_file(center).read_text())
    assert after["accessToken"] != before["accessToken"]
    assert after["refreshToken"] != before["refreshToken"]
    assert center.server.calls.count("POST /token") == calls + 1


def test_fifty_processes_make_one_renewal(center: Place) -> None:
    login(center)
    expire(center)
    calls = center.server.calls.count("POST /token")
    center.server.slow = 0.3
    shells = [
        subprocess.Popen([program_path(), *USE], env=clean(center.home) | center.endpoint, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(50)
    ]  # fmt: skip
    told = [shell.communicate(timeout=120) for shell in shells]
    assert {shell.returncode for shell in shells} == {0}, told[0]
    assert center.server.calls.count("POST /token") == calls + 1
    assert center.server.calls.count("GET /federation/credentials") == 1
    assert len({out for out, _ in told}) == 1


def test_a_kill_in_the_middle_of_a_rotation_loses_nothing(center: Place) -> None:
    login(center)
    before = expire(center)
    center.server.slow = 2.0
    program = subprocess.Popen(
        [program_path(), *USE], env=clean(center.home) | center.endpoint, stdout=subprocess.DEVNULL
    )
    calls = center.server.calls.count("POST /token")
    while center.server.calls.count("POST /token") == calls:
        time.sleep(0.001)
    program.kill()
    program.wait()
    center.server.slow = 0.0
    result = center.run(*USE, prefix=(installed("setsid"), "--wait"))
    assert result.returncode == 0, result.stderr
    assert json.loads(token_file(center).read_text())["refreshToken"] != before["refreshToken"]
    assert center.server.calls.count("POST /token") == calls + 1


def test_no_token_is_spent_whose_successor_cannot_be_stored(center: Place) -> None:
    login(center)
    expire(center)
    calls, before = center.server.calls.count("POST /token"), token_file(center).read_bytes()
    drop = (installed("setpriv"), "--bounding-set", "-dac_override,-dac_read_search")
    cache = token_file(center).parent
    cache.chmod(0o555)
    result = center.run(
        *USE, prefix=(*(() if os.getuid() else drop), installed("setsid"), "--wait")
    )
    cache.chmod(0o700)
    assert center.server.calls.count("POST /token") == calls
    assert token_file(center).read_bytes() == before
    assert result.returncode == 1
    assert "nothing can be stored in ~/.aws/sso/cache, so the sign-in is not renewed: Permission denied" in result.stderr  # fmt: skip
    # And where it can, it is renewed.
    assert center.run(*USE, prefix=(installed("setsid"), "--wait")).returncode == 0


def test_a_token_that_the_service_does_not_take_is_renewed_once(center: Place) -> None:
    login(center)
    token = json.loads(token_file(center).read_text())["accessToken"]
    del center.server.sso.tokens[token]
    result = center.run(*USE, prefix=(installed("setsid"), "--wait"))
    assert result.returncode == 0, result.stderr
    assert json.loads(token_file(center).read_text())["accessToken"] != token


def test_without_a_terminal_and_a_token_it_names_the_command(center: Place) -> None:
    result = center.run(
        "use", "xxx-admin", "--shell", "bash", prefix=(installed("setsid"), "--wait")
    )
    assert (result.returncode, result.stdout) == (3, "false\n")
    assert result.stderr == (
        "awsenv: the sign-in of demo has ended and there is no terminal; awsenv login demo\n"
    )
    # A refresh token that is spent, too.
    login(center)
    expire(center)
    center.server.sso.refreshable.clear()
    result = center.run(
        "use", "xxx-admin", "--shell", "bash", prefix=(installed("setsid"), "--wait")
    )
    assert result.returncode == 3


THEIRS = "import boto3; boto3.Session(profile_name='xxx-admin').client('sts').get_caller_identity()"


def test_many_processes_of_both_tools_on_an_ended_token_renew_it_once(center: Place) -> None:
    login(center)
    expire(center)
    environ = clean(center.home) | center.endpoint
    ours = [program_path(), *USE, "--fresh"]
    both = [ours, [sys.executable, "-c", THEIRS]] * (25 if is_long() else 12)
    running = [
        subprocess.Popen(command, env=environ, stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        for command in both
    ]  # fmt: skip
    told = [program.communicate(timeout=120)[1] for program in running]
    # botocore's own processes take no lock, so that some of those that raced fail by themselves.
    assert [text for program, text in zip(running, told, strict=True)
            if program.args is ours and program.returncode] == []  # fmt: skip
    assert len(center.server.sso.tokens) == 2  # the one that ended, and its one renewal
    # Nobody is signed out: either tool goes on, and the next renewal is to be had.
    assert subprocess.run(both[1], env=environ, capture_output=True, check=False).returncode == 0
    expire(center)
    assert center.run(*USE, "--fresh").returncode == 0
    assert len(center.server.sso.tokens) == 3


def test_a_renewal_that_another_tool_was_first_with_is_waited_for(center: Place) -> None:
    login(center)
    expire(center)
    spent = json.loads(token_file(center).read_text())
    center.server.sso.refreshable.clear()

    def store_late() -> None:
        until(lambda: center.server.calls[-1] == "POST /token")
        refused = time.monotonic()
        until(lambda: time.monotonic() > refused + 0.3)
        center.server.sso.tokens["theirs"] = end = time.time() + 3600
        moment = datetime.fromtimestamp(end, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        token_file(center).write_text(json.dumps(spent | {"accessToken": "theirs", "expiresAt": moment}))  # fmt: skip

    center.server.calls.clear()
    center.server.calls.append("")
    with ThreadPoolExecutor() as pool:
        late = pool.submit(store_late)
        result = center.run(*USE)
        late.result()
    assert result.returncode == 0, result.stderr


def test_a_device_code_serves_the_client_that_asked_for_it(center: Place) -> None:
    oidc = boto3.client("sso-oidc", "us-east-1", endpoint_url=center.server.url)
    first, other = (oidc.register_client(clientName="x", clientType="public") for _ in range(2))
    keys = ("clientId", "clientSecret")
    code = oidc.start_device_authorization(startUrl=START_URL, **{k: first[k] for k in keys})
    for client, error in ((other, "InvalidGrantException"), (first, "AuthorizationPending")):
        with pytest.raises(ClientError, match=error):
            oidc.create_token(
                grantType="urn:ietf:params:oauth:grant-type:device_code",
                deviceCode=code["deviceCode"],
                **{k: client[k] for k in keys},
            )


def test_at_a_terminal_use_signs_in(center: Place) -> None:
    shell = pexpect.spawn(
        "bash",
        ["--norc", "-i"],
        env=clean(center.home) | center.endpoint,
        encoding="utf-8",
        timeout=60,
        dimensions=(30, 300),
    )
    shell.sendline("eval \"$(awsenv use xxx-admin)\"; echo CODE''=$?=${AWS_SESSION_TOKEN:+set}=")
    shell.expect(r"at (http://\S+) and compare the code: (\S+)")
    assert isinstance(shell.match, re.Match)
    approve(center, shell.match[1])
    shell.expect_exact("CODE=0=set=")
    shell.close(force=True)


def test_a_denial_is_one_line(center: Place) -> None:
    code, told = login(center, answer="deny")
    assert code == 1
    assert told.splitlines()[-1] == "awsenv: the sign-in to demo was denied; awsenv login demo"
    assert not token_file(center).exists()


def test_a_wrong_region_or_start_url_is_named(center: Place) -> None:
    center.config(CONFIG.replace("/start", "/stort"))
    code, told = login(center)
    assert code == 1
    assert (
        "demo is not known in us-east-1: the SSO Region is probably wrong; set sso_region" in told
    )
    center.config(CONFIG.replace("https://", "http://"))
    assert "the start URL is not https" in login(center)[1]


def test_a_role_that_is_not_assigned_and_one_over_sso(center: Place) -> None:
    login(center)
    result = center.run("use", "xxx-other", "--shell", "bash")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "false\n", 1)
    assert f"you have no role Nothing in account {ACCOUNT}" in result.stderr
    arn = f"arn:aws:iam::{ACCOUNT}:role/chained"
    center.server.sts.roles[arn] = Role(arn)
    result = center.run("use", "chained", "--shell", "json")
    assert result.returncode == 0, result.stderr
    session = center.server.sts.users[values(result.stdout)["AWS_ACCESS_KEY_ID"]]
    assert ":assumed-role/chained/" in session.arn


def test_a_profile_of_the_old_form_lives_beside(center: Place) -> None:
    login(center)
    code, told = login(center, "legacy")
    assert code == 0, told
    assert token_file(center, START_URL).exists()
    assert (
        values(center.run("use", "legacy", "--shell", "json").stdout)["AWS_ACCOUNT_ID"] == ACCOUNT
    )


def test_a_client_that_the_server_forgot_is_registered_again(center: Place) -> None:
    login(center)
    center.server.sso.clients.clear()
    code, told = login(center)
    assert code == 0, told
    assert center.server.calls.count("POST /client/register") == 2


def test_a_device_code_after_a_browsers_sign_in(center: Place) -> None:
    """The client of the one is not taken for the other: it failed until the registration's end."""
    sso = center.server.sso
    login(center)
    [path] = [p for p in token_file(center).parent.iterdir() if p != token_file(center)]
    registration = json.loads(path.read_text())
    sso.browsers.add(registration["clientId"])
    for grants in (["authorization_code", "refresh_token"], None):
        # As either tool leaves it; and without a word of its kind, as older ones did.
        known = {"grantTypes": grants} if grants else {}
        path.write_text(json.dumps({**registration, **known}))
        code, told = login(center)
        assert code == 0, told
        assert "grantTypes" not in json.loads(path.read_text())


# What the AWS CLI 2 does (its customizations' sso/inject): botocore's provider with a cache of files.
CLIS = (
    "import sys, botocore.session, botocore.utils\n"
    "session = botocore.session.Session(profile='xxx-admin')\n"
    "provider = session.get_component('credential_provider').get_provider('sso')\n"
    "provider.cache = botocore.utils.JSONFileCache(sys.argv[1])\n"
    "print(session.get_credentials().get_frozen_credentials().access_key)"
)


def test_a_roles_credentials_are_shared_with_the_aws_cli(center: Place) -> None:
    login(center)
    records, cache = center.home / ".local/state/awsenv/records", center.home / ".aws/cli/cache"

    def theirs() -> str:
        done = subprocess.run(
            [sys.executable, "-c", CLIS, str(cache)],
            env=clean(center.home) | center.endpoint, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout.strip()

    def ours(*more: str) -> str:
        return str(values(center.run(*USE, *more).stdout)["AWS_ACCESS_KEY_ID"])

    # What awsenv got serves the CLI, and the other way round.
    key = ours()
    assert theirs() == key
    [entry] = cache.iterdir()
    written = json.loads(entry.read_text())
    entry.unlink()
    other = theirs()
    assert other != key
    told = json.loads(entry.read_text())
    assert (written.keys(), written["Credentials"].keys()) == (
        told.keys(),
        told["Credentials"].keys(),
    )
    (records / "xxx-admin").unlink()
    assert ours() == other
    # Anew is anew, for both.
    assert ours("--fresh") == theirs() != other
    assert center.server.calls.count("GET /federation/credentials") == 3


def test_a_sign_out_elsewhere_is_seen(center: Place) -> None:
    login(center)
    role = f"arn:aws:iam::{ACCOUNT}:role/over"
    center.server.sts.roles[role] = Role(role)
    with (center.home / ".aws/config").open("a") as file:
        file.write(f"[profile over]\nrole_arn = {role}\nsource_profile = xxx-admin\n")
    over = ("use", "over", *USE[2:])
    before = [center.run(*words).stdout for words in (USE, over)]
    assert [center.run(*words).stdout for words in (USE, over)] == before
    token_file(center).rename(center.home / "kept")  # what `aws sso logout` does
    for words in (USE, over):
        result = center.run(*words, prefix=(installed("setsid"), "--wait"))
        assert result.returncode == 3
        assert "the sign-in of demo has ended and there is no terminal" in result.stderr
    # The control: it is the file, and what is stored is still there.
    (center.home / "kept").rename(token_file(center))
    assert [center.run(*words).returncode for words in (USE, over)] == [0, 0]


def test_the_file_of_a_login_session_is_where_botocore_has_it(tmp_path: Path) -> None:
    name = "arn:aws:iam::111122223333:user/me"
    path = tokens.path(name, {"HOME": str(tmp_path)})
    assert path == f"{tmp_path}/.aws/login/cache/{generate_login_cache_key(name)}.json"
    elsewhere = {"HOME": str(tmp_path), "AWS_LOGIN_CACHE_DIRECTORY": "~/x"}
    with patch.dict(os.environ, elsewhere):
        assert tokens.folder(elsewhere) == get_login_token_cache_directory()


def test_logout_tells_the_service_and_forgets_what_came_of_it(center: Place) -> None:
    login(center)
    center.run(*USE)
    assert center.run("logout", "xxx-admin").returncode == 0
    assert "POST /logout" in center.server.calls
    assert not center.server.sso.tokens
    assert not token_file(center).exists()
    assert center.run(*USE, prefix=(installed("setsid"), "--wait")).returncode == 3
    assert center.run("logout", "demo").returncode == 0
    assert os.path.isdir(center.home)


def secrets_of(place: Place) -> set[str]:
    """Whatever the stand-in has given out that opens something."""
    sso, users = place.server.sso, place.server.sts.users.values()
    found = {*sso.tokens, *sso.refreshable, *sso.clients.values()}
    return found | {text for user in users if user.token for text in (user.token, user.secret)}


def kept(place: Place, secrets: set[str]) -> list[str]:
    """The files below home that hold one of ``secrets``."""
    files = [path for path in place.home.rglob("*") if path.is_file()]
    return sorted(str(p.relative_to(place.home)) for p in files if any(s.encode() in p.read_bytes() for s in secrets))  # fmt: skip


def test_after_logout_all_no_file_holds_a_token_or_a_temporary_secret(center: Place) -> None:
    (center.home / "repo").mkdir()
    with (center.home / ".aws/config").open("a") as file:
        file.write(f"[sso-session bare]\nsso_start_url = {START_URL}\nsso_region = us-east-1\n")
    for name in ("xxx-admin", "bare"):  # an sso-session that no profile has, too
        assert login(center, name)[0] == 0
    center.server.sts.roles[f"arn:aws:iam::{ACCOUNT}:role/chained"] = Role(
        f"arn:aws:iam::{ACCOUNT}:role/chained"
    )
    for words in (USE, ("use", "chained", *USE[2:]), ("dotenv", "xxx-admin", "-o", "repo/.env")):
        result = center.run(*words)
        assert result.returncode == 0, result.stderr
    serial = center.user.device.serial if center.user.device else ""
    with (center.home / ".aws/config").open("a") as file:
        file.write(f"[profile mfa]\nmfa_serial = {serial}\n")
    assert center.run("login", "mfa", "--mfa-code", center.code, "--save-as", "now").returncode == 0
    secrets = secrets_of(center)
    # The AWS CLI's, of roles of IAM Identity Center and of `aws login`.
    user = next(user for user in center.server.sts.users.values() if user.token)
    fields = {
        "AccessKeyId": user.key_id,
        "SecretAccessKey": user.secret,
        "SessionToken": user.token,
    }
    for place in ("cli/cache/0.json", "login/cache/0.json"):
        path = center.home / ".aws" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"ProviderType": "sso", "Credentials": fields}))
    assert len(kept(center, secrets)) > 8  # the control
    result = center.run("logout", "--all")
    assert result.returncode == 0, result.stderr
    assert (
        "repo/.env still holds a session of xxx-admin; awsenv logout --all --env-files"
        in result.stderr
    )
    assert kept(center, secrets) == ["repo/.env"]
    assert not center.server.sso.tokens  # the service was told
    (center.home / "repo/.env").write_text("A=1\n" + (center.home / "repo/.env").read_text())
    assert center.run("logout", "--all", "--env-files").returncode == 0
    assert kept(center, secrets) == []
    assert (center.home / "repo/.env").read_text() == "A=1\n"
    told = subprocess.run(
        [BIN / "aws", "--profile", "xxx-admin", "sts", "get-caller-identity"],
        env=clean(center.home) | center.endpoint, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert told.returncode != 0


def test_logout_of_a_profile_takes_what_the_cli_has_of_its_role(center: Place) -> None:
    login(center)
    cache = center.home / ".aws/cli/cache"
    cache.mkdir(parents=True)
    for role in ("AdministratorAccess", "Other"):
        text = json.dumps({"accountId": ACCOUNT, "roleName": role, "sessionName": "demo"}, separators=(",", ":"))  # fmt: skip
        (cache / f"{hashlib.sha1(text.encode()).hexdigest()}.json").write_text("{}")
    assert center.run("logout", "xxx-admin").returncode == 0
    assert len(list(cache.iterdir())) == 1


def test_status_tells_the_sign_ins_end_too(center: Place) -> None:
    login(center)
    got = values(center.run(*USE).stdout)
    told = center.run("status", **{name: value for name, value in got.items() if value}).stdout
    assert re.search(r"^left +59m$", told, re.M)
    assert re.search(r"^sign-in +7h59m$", told, re.M)


SHELLS = "for i in $(seq {n}); do awsenv use xxx-admin --shell json >out$i 2>err$i & done; wait; echo ALL''DONE"


def at_one_terminal(center: Place, number: int, answer: str, folder: Path) -> None:
    """``number`` shells at one terminal need a sign-in; the page is answered once, when all of them have told a
    person something: the page, or that they wait. A later one would ask again."""
    shell = pexpect.spawn(
        "bash", ["-c", SHELLS.format(n=number)],
        env=clean(center.home) | center.endpoint, cwd=str(folder), encoding="utf-8", timeout=100,
    )  # fmt: skip
    pages: list[str] = []
    texts: list[str] = []
    while not pages or len(list(filter(None, texts))) < number:
        time.sleep(0.05)
        texts = [path.read_text() for path in folder.glob("err*")]
        pages = [m[1] for text in texts if (m := re.search(r"at (http://\S+) and compare", text))]
    approve(center, pages[0], answer)
    shell.expect_exact("ALLDONE")
    shell.close(force=True)


def test_many_shells_at_a_terminal_sign_in_once(center: Place, tmp_path: Path) -> None:
    at_one_terminal(center, 20 if is_long() else 10, "allow", tmp_path)
    assert center.server.calls.count("POST /device_authorization") == 1
    assert len({path.read_text() for path in tmp_path.glob("out*")}) == 1


def test_a_denial_ends_the_attempt_of_all_who_waited(center: Place, tmp_path: Path) -> None:
    at_one_terminal(center, 8, "deny", tmp_path)
    assert center.server.calls.count("POST /device_authorization") == 1
    told = [path.read_text().splitlines()[-1] for path in tmp_path.glob("err*")]
    assert all(line.startswith("awsenv: the sign-in to demo was denied; ") for line in told), told
    # The next one, begun later, asks again.
    assert login(center)[0] == 0


def test_without_a_terminal_a_sign_in_elsewhere_is_not_waited_for(center: Place) -> None:
    (center.home / "err").touch()
    holder = pexpect.spawn(
        "bash", ["-c", f"awsenv use xxx-admin --shell json >/dev/null 2>{center.home}/err"],
        env=clean(center.home) | center.endpoint, encoding="utf-8", timeout=60,
    )  # fmt: skip
    until(lambda: "compare the code" in (center.home / "err").read_text())
    result = center.run(
        "use", "xxx-admin", "--shell", "bash", prefix=(installed("setsid"), "--wait")
    )
    assert (result.returncode, result.stdout) == (3, "false\n")
    assert "waits for somebody to sign in" in result.stderr
    holder.close(force=True)


def test_a_token_that_boto3_renewed_serves_us(center: Place) -> None:
    login(center)
    before = expire(center, 10)
    program = (
        "import boto3; boto3.Session(profile_name='xxx-admin').client('sts').get_caller_identity()"
    )
    environ = clean(center.home) | center.endpoint
    subprocess.run([sys.executable, "-c", program], env=environ, check=True)
    after = json.loads(token_file(center).read_text())
    assert after["accessToken"] != before["accessToken"]
    calls = center.server.calls.count("POST /token")
    assert center.run(*USE).returncode == 0
    assert center.server.calls.count("POST /token") == calls


def test_a_role_is_saved_as_a_profile_and_a_broken_one_does_not_hold_up_logout(
    center: Place,
) -> None:
    with open(center.home / ".aws/config", "a") as file:
        file.write("[profile broken]\nsso_account_id = 1\nsso_role_name = x\n")
    program = subprocess.Popen(
        [program_path(), "login", "xxx-admin", "--save-as", "now", "--device-code"],
        env=clean(center.home) | center.endpoint, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert program.stderr
    found = re.search(r"at (\S+) and compare the code", program.stderr.readline())
    assert found
    approve(center, found[1])
    assert "stored as profile now" in program.communicate(timeout=60)[1]
    saved = values(center.run("use", "now", "--shell", "json").stdout)
    assert saved["AWS_ACCESS_KEY_ID"] in center.server.sts.users
    assert center.run("logout", "--all").returncode == 0
    assert not center.server.sso.tokens
    assert "[now]" not in (center.home / ".aws/credentials").read_text()


@pytest.mark.parametrize("fault", ["throttle", 500])
def test_throttling_and_faults_of_the_service_are_lived_through(
    fault: str | int, center: Place
) -> None:
    login(center)
    expire(center)
    center.server.faults.extend([fault, fault])
    assert center.run(*USE).returncode == 0
    center.server.faults.extend([fault] * 8)
    result = center.run("use", "xxx-admin", "--shell", "bash", "--fresh")
    assert (result.returncode, result.stdout) == (1, "false\n")
    assert "slow down" in result.stderr or "has a fault of its own" in result.stderr


def test_a_networks_sign_in_page_is_no_service(center: Place) -> None:
    login(center)
    center.server.faults.append("page")
    used = center.run(*USE, "--fresh")
    center.run("logout", "--all")
    center.server.faults.append("page")
    signed_in = center.run("login", "xxx-admin", "--device-code")
    for result in (used, signed_in):
        assert result.returncode == 1
        assert "is not AWS but a proxy, or this network's sign-in page" in result.stderr
