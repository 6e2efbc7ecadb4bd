"""Beside other users of the machine: a port of 127.0.0.1 is anybody's, so its tokens end with its listener, and who asks
is looked at."""

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.program import until
from tests.served import Served
from tests.shells.real import installed

OTHER = 54001
LISTEN = """import socket, sys
it = socket.socket()
it.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
it.bind(("127.0.0.1", int(sys.argv[1])))
it.listen()
print("listens", flush=True)
sys.stdin.read()
"""
ASK = """import http.client, sys
it = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
it.request("GET", "/profiles/key", headers={"Authorization": sys.argv[2]})
answer = it.getresponse()
print(answer.status, answer.read().decode())
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="another user is made by root alone")


@contextlib.contextmanager
def a_listener(port: int, user: int) -> Iterator[None]:
    """Somebody who listens on ``port`` as ``user``."""
    with subprocess.Popen(
        [installed("setpriv"), f"--reuid={user}", "--clear-groups", sys.executable, "-c", LISTEN, str(port)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout
        assert process.stdout.readline() == "listens\n"
        yield
        process.kill()


def ask(server: Served, token: str, user: int) -> tuple[int, str]:
    """Status and answer for ``user`` at the port."""
    words = [sys.executable, "-c", ASK, str(server.status()["port"]), token]
    if user != os.geteuid():
        words = [installed("setpriv"), f"--reuid={user}", "--clear-groups", *words]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    status, _, answer = done.stdout.partition(" ")
    return int(status), answer


def grant_at_port(server: Served) -> str:
    token = server.grant("key", session=True, file=str(server.place.home / "port/.env"))
    server.move_to_port(token)
    return token


def test_a_port_s_tokens_end_with_its_listener_and_the_socket_s_live_on(server: Served) -> None:
    mine = os.geteuid()
    at_port, at_socket = grant_at_port(server), server.grant("key", session=True)
    assert ask(server, at_port, mine)[0] == 200
    assert server.ask(at_socket, "/profiles/key")[0] == 200
    # Each opens its own door alone.
    assert ask(server, at_socket, mine)[0] == 401
    assert server.ask(at_port, "/profiles/key")[0] == 401
    port = server.status()["port"]
    server.kill()
    server.start()
    assert server.status()["port"] == port
    assert ask(server, at_port, mine)[0] == 401
    assert server.ask(at_socket, "/profiles/key")[0] == 200
    assert (
        f"what was granted at a port has ended: start {server.place.home}/port/.env again"
        in server.said.read_text()
    )
    assert [each["where"] for each in server.status()["grants"]] == [
        str(server.place.home / "key/.env")
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_that_ends_takes_its_port_s_grants_with_it(
    number: signal.Signals, server: Served
) -> None:
    grant_at_port(server)
    server.grant("key", session=True)
    assert server.process
    server.process.send_signal(number)
    server.process.wait()
    told = server.place.run("serve", "--status", "--json").stdout
    assert [each["where"] for each in json.loads(told)["grants"]] == [
        str(server.place.home / "key/.env")
    ]


@as_root
def test_another_user_at_the_last_port_is_said_loudly_and_gets_no_token_that_opens(
    server: Served,
) -> None:
    token = grant_at_port(server)
    port = server.status()["port"]
    server.kill()
    with a_listener(port, OTHER):
        assert f"is held by USER {OTHER}" in server.place.run("serve", "--status").stderr
        server.start()
        assert server.status()["port"] != port
        said = server.said.read_text()
        assert re.search(rf"port {port} of 127.0.0.1, which was this server's, is held by USER {OTHER}: .*not by awsenv", said)  # fmt: skip
        assert f"is held by USER {OTHER}" in server.place.run("serve", "--status").stderr
        assert ask(server, token, os.geteuid())[0] == 401
    told = server.place.run("serve", "--status", "--json").stdout
    assert f"USER {OTHER}" in json.loads(told)["warning"]


@as_root
def test_who_asks_at_the_port_is_looked_at(server: Served) -> None:
    token = grant_at_port(server)
    assert ask(server, token, os.geteuid())[0] == 200
    status, answer = ask(server, token, OTHER)
    assert (status, json.loads(answer)["code"]) == (403, "Forbidden")
    assert f"user {OTHER} asked with the token of {server.place.home}/port/.env, and was refused" in server.said.read_text()  # fmt: skip
    assert ask(server, "wrong", OTHER)[0] == 401
    until(lambda: server.status()["refused"] == 2)
