"""awsenv serve: who has a grant's token has its profile's session, and nobody else has any."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from awsenv.demo.sso import START_URL
from awsenv.demo.sts import Role
from awsenv.server import grants
from tests.identity_center.center import sign_in
from tests.place import Place
from tests.program import edit_record, program_path, until
from tests.served import Served
from tests.shells.real import installed

ADMIN = "arn:aws:iam::777788889999:role/admin"
BOTO3 = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"


def role(place: Place, name: str = "admin", seconds: int = 3600) -> None:
    """The profile ``name``, a role over the plain key, that needs nobody."""
    arn = f"arn:aws:iam::777788889999:role/{name}"
    place.server.sts.roles[arn] = Role(arn, frozenset({place.plain.arn}))
    with (place.home / ".aws/config").open("a") as file:
        file.write(
            f"[profile {name}]\nrole_arn = {arn}\nsource_profile = key\n"
            f"region = a-1\nduration_seconds = {seconds}\n"
        )


def record(server: Served, name: str) -> Path:
    return server.place.home / ".local/state/awsenv/records" / name


def age(server: Served, name: str, left: float, life: float = 3600) -> None:
    """The stored session of ``name`` with ``left`` seconds to go of its ``life``."""
    shutil.rmtree(
        server.place.home / ".aws/cli", ignore_errors=True
    )  # where the AWS CLI's younger one is
    end = time.time() + left
    edit_record(
        record(server, name),
        expires=str(int(end)),
        issued=str(int(end - life)),
        renew=str(int(end - 60)),
        AWS_CREDENTIAL_EXPIRATION=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end)),
    )


def test_boto3_on_this_machine_is_who_its_token_says(server: Served) -> None:
    role(server.place)
    for name, session, who in (("key", True, server.place.plain.arn), ("admin", False, ADMIN)):
        token = server.grant(name, session)
        environ = server.asking(name, token)
        told = subprocess.run(
            [sys.executable, "-c", BOTO3], env=environ, capture_output=True, text=True, check=True
        )
        assert who.rpartition("/")[2] in told.stdout
    # The key itself stays where it is.
    status, answer = server.ask(server.grant("key", True), "/profiles/key")
    assert status == 200
    assert server.place.plain.key_id not in answer["AccessKeyId"]
    assert list(answer) == [
        "AccessKeyId",
        "SecretAccessKey",
        "Token",
        "Expiration",
        "AccountId",
    ] or (list(answer) == ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"])


ASKED: list[tuple[str, dict[str, str], int]] = [
    ("", {}, 401),
    ("wrong", {}, 401),
    ("other's", {}, 403),
    ("its", {"path": "/profiles/key"}, 403),
    ("its", {"path": "/profiles/../profiles/admin"}, 403),
    ("its", {"path": "/profiles/%2e%2e/admin"}, 403),
    ("its", {"path": "/profiles/admin?x=1"}, 200),
    ("its", {"path": "/profiles/%61dmin"}, 200),
    ("its", {"path": "//"}, 403),
    ("its", {"path": "/profiles/"}, 403),
    ("its", {"host": "attacker.example"}, 400),
    ("its", {"host": "127.0.0.1.attacker.example"}, 400),
    ("its", {"host": "127.0.0.1:80"}, 200),
    ("its", {"host": "[fd00:ec2::23]"}, 200),
    ("its", {"method": "POST"}, 405),
    ("its", {"method": "HEAD"}, 405),
]


def test_whoever_has_no_grant_hears_nothing_and_is_counted(server: Served) -> None:
    role(server.place)
    tokens = {"its": server.grant("admin"), "other's": server.grant("key", True)}
    refused = 0
    for done, (token, request, status) in enumerate(ASKED):
        got, answer = server.ask(
            tokens.get(token, token), **({"path": "/profiles/admin"} | request)
        )
        assert got == status, (token, request)
        if status == 200:
            assert answer["AccessKeyId"]
            continue
        refused += 1
        told = json.dumps(answer)
        assert not re.search("admin|key|AKIA|ASIA", told.replace("token", "")), (token, request)
        until(lambda count=done + 1: len(server.told) == count)  # type: ignore[misc]
        assert server.told[-1]["status"] == status
    until(lambda: server.status()["refused"] == refused)


def test_whose_it_is_hears_whoever_asks_and_nothing_else(server: Served) -> None:
    """Before a token is sent to an address somebody may want to know who is there."""
    role(server.place)
    server.grant("admin")
    assert server.ask("", "/") == (200, {"awsenv": str(os.geteuid())})
    assert server.ask("", "/", host="attacker.example")[0] == 400


def test_two_hosts_or_two_tokens_are_none(server: Served) -> None:
    role(server.place)
    token = server.grant("admin")
    server.move_to_port(token)
    for headers in (f"Host: localhost\r\nHost: localhost\r\nAuthorization: {token}",
                    f"Host: localhost\r\nAuthorization: {token}\r\nAuthorization: {token}"):  # fmt: skip
        text = f"GET /profiles/admin HTTP/1.1\r\n{headers}\r\nConnection: close\r\n\r\n"
        answer = subprocess.run(
            [installed("socat"), "-t5", "-", f"TCP:127.0.0.1:{server.status()['port']}"],
            input=text, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        assert answer.startswith("HTTP/1.1 4")
        assert "AccessKeyId" not in answer


def test_the_socket_is_this_users_alone(server: Served) -> None:
    assert server.socket.stat().st_mode & 0o777 == 0o600
    assert server.socket.parent.stat().st_mode & 0o777 == 0o700
    assert os.listdir(server.socket.parent) == ["awsenv.sock"]  # what a container gets to see
    if os.geteuid() == 0:
        for folder in (server.place.home, *server.place.home.parents):
            if str(folder).startswith("/tmp/"):
                folder.chmod(0o755)
        for part in (
            ".local",
            ".local/state",
            ".local/state/awsenv",
            ".local/state/awsenv/socket",
        ):
            (server.place.home / part).chmod(0o755)
        other = [installed("setpriv"), "--reuid=65534", "--clear-groups"]
        told = subprocess.run(
            [*other, installed("socat"), "-", "UNIX-CONNECT:awsenv.sock"],
            cwd=server.socket.parent, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Permission denied" in told.stderr


def test_a_grant_is_of_one_profile_and_file_and_a_new_one_takes_its_place(server: Served) -> None:
    role(server.place)
    first = server.grant("admin", file=str(server.place.home / "one/.env"))
    second = server.grant("admin", file=str(server.place.home / "two/.env"))
    again = server.grant("key", True, file=str(server.place.home / "one/.env"))
    path = "/profiles/admin"
    assert [server.ask(t, path)[0] for t in (first, second, again)] == [401, 200, 403]
    folder = server.place.home / ".local/state/awsenv/server/grants"
    assert first not in str([p.read_text() for p in folder.iterdir()]) + str(os.listdir(folder))
    assert all(p.stat().st_mode & 0o777 == 0o600 for p in folder.iterdir())


def test_an_answer_has_at_least_15_minutes_left(server: Served) -> None:
    role(server.place)
    token = server.grant("admin")
    path = "/profiles/admin"
    first = server.ask(token, path)[1]
    age(server, "admin", 950)
    assert server.ask(token, path)[1]["AccessKeyId"] == first["AccessKeyId"]  # the control
    age(server, "admin", 850)
    got = server.ask(token, path)[1]
    assert got["AccessKeyId"] != first["AccessKeyId"]
    # A session that lives for less than half an hour: until half of it is over.
    age(server, "admin", 300, life=500)
    assert server.ask(token, path)[1]["AccessKeyId"] == got["AccessKeyId"]
    age(server, "admin", 200, life=500)
    assert server.ask(token, path)[1]["AccessKeyId"] != got["AccessKeyId"]


def test_two_hundred_that_ask_at_once_after_an_end_are_one_call(server: Served) -> None:
    role(server.place)
    token = server.grant("admin")
    path = "/profiles/admin"
    assert server.ask(token, path)[0] == 200
    before = server.place.server.calls.count("AssumeRole")
    age(server, "admin", -10)
    server.place.server.slow = 1.0
    assert server.ask_at_once(200, token, path) == [200] * 200
    assert server.place.server.calls.count("AssumeRole") == before + 1


def test_a_killed_server_comes_back_with_the_same_grants_and_port(server: Served) -> None:
    role(server.place)
    token = server.grant("admin")
    before = server.of("admin", token)
    port = server.status()["port"]
    server.kill()
    assert server.status() == {}
    assert "does not run" in server.place.run("serve", "--status").stderr
    server.start()
    assert server.of("admin", token) == before
    assert server.status()["port"] == port
    assert [each["profile"] for each in server.status()["grants"]] == ["admin"]
    assert server.status()["grants"][0]["used"]


def test_there_is_one_server(server: Served) -> None:
    result = server.place.run("serve")
    assert result.returncode == 1
    assert result.stderr == "awsenv: awsenv serve runs already; awsenv serve --status\n"


def test_without_the_network_the_session_is_given_to_its_end_and_then_a_line(
    server: Served,
) -> None:
    role(server.place)
    token = server.grant("admin")
    path = "/profiles/admin"
    first = server.ask(token, path)[1]["AccessKeyId"]
    age(server, "admin", 200)
    server.place.server.faults.extend([500] * 40)
    assert server.ask(token, path)[1]["AccessKeyId"] == first
    age(server, "admin", -1)
    status, answer = server.ask(token, path)
    assert status == 503
    assert "profile admin" in answer["message"]
    server.place.server.faults.clear()
    until(lambda: server.ask(token, path)[0] == 200)
    assert "admin is answered again" in server.said.read_text()


def test_where_a_person_is_needed_the_sdk_shows_the_command_and_it_is_said_once(
    server: Served,
) -> None:
    # The code of a device: nobody is there to be asked.
    token = server.grant("mfa")
    for _ in range(3):
        status, answer = server.ask(token)
        assert status == 403
        assert answer["code"] == "PersonNeeded"
        assert answer["message"].endswith("; awsenv login mfa")
    environ = server.asking("mfa", server.grant("mfa", file=str(server.place.home / "other/.env")))
    told = subprocess.run(
        [sys.executable, "-c", BOTO3], env=environ, capture_output=True, text=True, check=False
    )
    assert "awsenv login mfa" in told.stderr
    assert server.said.read_text().count("awsenv login mfa") == 1
    assert server.place.run("login", "mfa", "--mfa-code", server.place.code).returncode == 0
    until(lambda: server.ask(token)[0] == 200)
    assert server.of("mfa", token) == server.place.user.arn


def test_a_sign_in_that_ended_is_a_persons_turn_and_then_all_go_on(server: Served) -> None:
    place = server.place
    place.config(
        f"[sso-session demo]\nsso_start_url = {START_URL}\nsso_region = us-east-1\n"
        "[profile sso]\nsso_session = demo\nsso_account_id = 777788889999\n"
        "sso_role_name = Admin\nregion = a-1\n"
    )
    place.server.portal.assignments["777788889999"] = ["Admin"]
    sign_in(place.server, place.home)
    token = server.grant("sso")
    assert "AWSReservedSSO_Admin" in server.of("sso", token)
    # Asleep for a day, in which the sign-in ended.
    age(server, "sso", -86400)
    (file,) = (place.home / ".aws/sso/cache").iterdir()
    file.unlink()
    place.server.sso.tokens.clear()
    status, answer = server.ask(token, "/profiles/sso")
    assert status == 403
    assert answer["message"].endswith("; awsenv login demo")
    sign_in(place.server, place.home)
    until(lambda: server.ask(token, "/profiles/sso")[0] == 200)
    assert "AWSReservedSSO_Admin" in server.of("sso", token)


def test_a_profile_that_became_a_long_lived_key_is_refused(server: Served) -> None:
    role(server.place)
    token = server.grant("admin")
    assert server.ask(token, "/profiles/admin")[0] == 200
    server.place.config("[profile admin]\nregion = a-1\n")
    with (server.place.home / ".aws/credentials").open("a") as file:
        file.write(f"[admin]\naws_access_key_id = {server.place.plain.key_id}\n")
        file.write(f"aws_secret_access_key = {server.place.plain.secret}\n")
    status, answer = server.ask(token, "/profiles/admin")
    assert status == 503
    assert "has a long-lived key by now" in answer["message"]
    assert server.place.plain.secret not in json.dumps(answer)


def test_neither_log_nor_status_has_a_secret(server: Served) -> None:
    role(server.place)
    token = server.grant("admin")
    answer = server.ask(token, "/profiles/admin")[1]
    told = server.log.read_text() + server.said.read_text()
    told += server.place.run("serve", "--status").stdout + json.dumps(server.status())
    for secret in (token, answer["SecretAccessKey"], answer["Token"]):
        assert secret not in told
    assert set(server.told[-1]) == {"time", "profile", "status", "ms"}


def test_it_ends_when_nothing_is_granted_any_more(server: Served) -> None:
    server.kill()
    server.grant("key", True)
    server.start("--for", "1h")
    assert server.process
    assert server.process.poll() is None
    grants.revoke(server.environ)
    assert server.process.wait(30) == 0
    assert not server.place.home.joinpath(".local/state/awsenv/server/running").exists()


def test_it_ends_after_its_time(server: Served) -> None:
    server.kill()
    server.grant("key", True)
    server.start("--for", "2s")
    assert server.process
    assert server.process.wait(30) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_and_so_does_stop(number: signal.Signals, server: Served) -> None:
    assert server.process
    server.process.send_signal(number)
    assert server.process.wait(30) in (0, 130)
    server.start()
    assert server.place.run("serve", "--stop").stderr == "awsenv: awsenv serve has ended\n"
    assert server.process.wait(30) == 0
    assert server.place.run("serve", "--stop").stderr == "awsenv: awsenv serve does not run\n"
    assert "Traceback" not in server.said.read_text()


def test_a_process_that_is_gone_has_no_grant(server: Served) -> None:
    with subprocess.Popen(["sleep", "60"]) as process:
        token = grants.grant("key", True, server.environ, process=process.pid)
        assert server.ask(token, "/profiles/key")[0] == 200
        assert server.status()["grants"][0]["where"] == f"process {process.pid}"
        process.kill()
    assert server.status()["grants"] == []
    assert server.ask(token, "/profiles/key")[0] == 401


def test_a_session_goes_with_the_aws_files_of_its_grant(server: Served) -> None:
    other = server.place.home / "other"
    other.write_text(
        f"[key]\naws_access_key_id = {server.place.user.key_id}\n"
        f"aws_secret_access_key = {server.place.user.secret}\n"
    )
    here = server.environ | {"AWS_SHARED_CREDENTIALS_FILE": str(other)}
    (server.place.home / "theirs").touch()
    theirs = grants.grant("key", True, here, file=str(server.place.home / "theirs"))
    ours = server.grant("key", True)
    for token, who in ((theirs, server.place.user.arn), (ours, server.place.plain.arn)) * 2:
        assert server.of("key", token) == who


def test_who_connects_and_says_nothing_or_a_byte_at_a_time_is_dropped(server: Served) -> None:
    role(server.place)
    token = server.grant("admin")
    port = server.status()["port"]
    silent, slow = (socket.create_connection(("127.0.0.1", port)) for _ in range(2))
    slow.settimeout(0.2)

    def is_dropped() -> bool:
        try:
            slow.sendall(b"G")
            return slow.recv(1) == b""
        except TimeoutError:
            return False
        except OSError:
            return True

    with silent, slow:
        until(is_dropped)
        assert silent.recv(1) == b""
        assert server.ask(token, "/profiles/admin")[0] == 200


def test_a_log_that_nobody_reads_any_more_holds_nobody_up(server: Served) -> None:
    role(server.place)
    server.kill()
    reader, writer = os.pipe()
    os.close(reader)
    words = [program_path(), "serve", "--json"]
    with subprocess.Popen(words, env=server.environ, stdout=writer) as process:
        os.close(writer)
        until(server.status)
        token = server.grant("admin")
        assert [server.ask(token, "/profiles/admin")[0] for _ in range(2)] == [200, 200]
        process.terminate()
        assert process.wait(30) == 0


def test_a_file_that_is_gone_has_no_grant_until_it_is_back(server: Served) -> None:
    role(server.place)
    token, env = server.grant("admin"), server.place.home / "admin/.env"
    env.rename(env.parent / "elsewhere")
    assert server.ask(token, "/profiles/admin")[0] == 401
    told = server.place.run("serve", "--status").stderr
    assert "~/admin/.env is gone, and what was granted to it opens nothing" in told
    assert server.status()["gone"] == [str(env)]
    assert not server.status()["grants"]
    (env.parent / "elsewhere").rename(env)
    assert server.ask(token, "/profiles/admin")[0] == 200
