"""What docs/console.md says of each kind of profile in each partition, against a sign-in that refuses what AWS refuses."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from awsenv.aws_login import dpop, tokens
from awsenv.demo.server import Server
from awsenv.demo.sso import START_URL
from awsenv.demo.sts import Role
from awsenv.demo.users import User, new_user, session_of
from tests.identity_center.center import sign_in
from tests.program import awsenv

ACCOUNT = "111122223333"
REGIONS = {
    "aws": "eu-west-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-eusc": "eusc-de-east-1",
}
DOCS = (Path(__file__).parents[2] / "docs/console.md").read_text()
HEAD, _, *ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in DOCS.splitlines()
    if line.startswith("|")
]
# Which profile below a row is of, and whom the console shows then.
PROFILES = {
    "a key": ("key", ":federated-user/awsenv"),
    "a key with a device": ("mfa", ":federated-user/awsenv"),
    "a role assumed by a key": ("role", ":assumed-role/one/"),
    "a role over a session": ("over", ":assumed-role/two/"),
    "Identity Center": ("center", ":assumed-role/AWSReservedSSO_Reader_demo/"),
    "`aws login`": ("login", ":user/me"),
    "a process": ("process", ":assumed-role/one/"),
    "a web identity": ("web", ":assumed-role/web/"),
    "a stored session of a key": ("stored", ""),
}


@pytest.fixture(params=REGIONS)
def partition(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(partition: str, tmp_path: Path) -> Iterator[Server]:
    """A home with a profile of each kind in one partition, none of which names another's Region."""
    user = new_user("somebody", ACCOUNT, mfa=True, partition=partition)
    with Server([user]) as server:
        for name in ("one", "two", "web"):
            arn = f"arn:{partition}:iam::{ACCOUNT}:role/{name}"
            server.sts.roles[arn] = Role(arn, web_token="token" if name == "web" else "")
        server.portal.assignments[ACCOUNT] = ["Reader"]
        write_home(tmp_path, server, user, partition)
        yield server


def write_home(home: Path, server: Server, user: User, partition: str) -> None:
    assert user.device
    role, region = f"arn:{partition}:iam::{ACCOUNT}:role", REGIONS[partition]
    me = f"arn:{partition}:iam::{ACCOUNT}:user/me"
    (home / ".aws").mkdir()
    (home / ".aws/config").write_text(
        f"[profile key]\nregion = {region}\n[profile mfa]\nmfa_serial = {user.device.serial}\n"
        f"[profile role]\nrole_arn = {role}/one\nsource_profile = key\n"
        f"[profile over]\nrole_arn = {role}/two\nsource_profile = role\n"
        f"[sso-session demo]\nsso_start_url = {START_URL}\nsso_region = {region}\n"
        f"[profile center]\nsso_session = demo\nsso_account_id = {ACCOUNT}\nsso_role_name = Reader\n"
        f"[profile login]\nlogin_session = {me}\nregion = {region}\n"
        f"[profile process]\ncredential_process = /bin/cat {home}/process.json\nregion = {region}\n"
        f"[profile web]\nrole_arn = {role}/web\nweb_identity_token_file = {home}/token\n"
    )
    key = f"aws_access_key_id = {user.key_id}\naws_secret_access_key = {user.secret}\n"
    stored = give(server, user, "user/somebody")
    (home / ".aws/credentials").write_text(
        f"[key]\n{key}[mfa]\n{key}[stored]\naws_access_key_id = {stored.key_id}\n"
        f"aws_secret_access_key = {stored.secret}\naws_session_token = {stored.token}\nawsenv_session_of = key\n"
    )
    (home / "token").write_text("token")
    sign_in(server, home)
    printed = give(server, user, "assumed-role/one/x")
    answer = {"AccessKeyId": printed.key_id, "SecretAccessKey": printed.secret}
    answer |= {"SessionToken": printed.token or "", "Expiration": "2999-01-01T00:00:00Z"}
    (home / "process.json").write_text(json.dumps({"Version": 1, **answer}))
    session = give(server, user, "user/me")
    given = {"accessKeyId": session.key_id, "secretAccessKey": session.secret}
    given |= {"sessionToken": session.token or "", "accountId": ACCOUNT}
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
    fields = {"accessToken": {**given, "expiresAt": end}, "dpopKey": dpop.Key().pem}
    fields |= dict.fromkeys(("clientId", "refreshToken", "idToken", "tokenType"), "x")
    path = Path(tokens.path(me, {"HOME": str(home)}))
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(fields))


def give(server: Server, user: User, end: str) -> User:
    """A session that something else got."""
    return server.sts.issue(session_of(user, 3600, False, end))


def test_each_kind_in_a_partition(partition: str, server: Server, tmp_path: Path) -> None:
    assert {row[0] for row in ROWS} == PROFILES.keys()
    assert [cell.strip("`") for cell in HEAD[2:]] == list(REGIONS)
    for row in ROWS:
        name, who = PROFILES[row[0]]
        cell = dict(zip(HEAD, row, strict=True))[f"`{partition}`"]
        words = ("console", name, "--print")

        def run(*more: str, words: tuple[str, ...] = words) -> tuple[int, str, str]:
            done = awsenv(tmp_path, *words, *more, AWS_ENDPOINT_URL=server.url)
            return done.returncode, done.stdout.strip(), done.stderr

        if cell == "no":
            code, address, told = run()
            assert (code, address, "opens no console" in told) == (1, "", True), (row, told)
            continue
        longest = int(cell.removesuffix("h")) if cell != "–" else 0
        code, address, told = run(*(["--duration", cell] if longest else []))
        assert code == 0, (row, told)
        page = urlopen(address).read().decode()
        assert f"arn:{partition}:" in page, row
        assert who in page, row
        before = len(server.calls)
        code, address, told = run("--duration", f"{longest + 1}h")
        assert (code, address) == (2, ""), (row, told)
        assert len(server.calls) == before, row
