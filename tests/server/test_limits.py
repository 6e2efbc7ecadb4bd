"""Nobody without a grant takes the server from those who have one: connections, headers and log are bounded."""

import contextlib
import socket
import subprocess
from collections.abc import Iterator

import pytest

from awsenv.server.log import Saying
from tests.place import Place
from tests.program import program_path, until
from tests.served import Served
from tests.server.test_serve import role


@pytest.fixture
def small(place: Place) -> Iterator[Served]:
    """A server that may have 256 descriptors and no more, as on macOS."""
    it = Served(place)
    role(place)
    words = f"ulimit -n 256; exec {program_path()} serve --port 0"
    with it.said.open("ab") as said:
        process = subprocess.Popen(["/bin/sh", "-c", words], env=it.environ, stderr=said)
    try:
        until(it.status)
        yield it
    finally:
        process.kill()
        process.wait()


def connect(server: Served, port: int) -> socket.socket:
    """To the socket, or to the port where one is given."""
    if port:
        return socket.create_connection(("127.0.0.1", port))
    found = socket.socket(socket.AF_UNIX)
    with contextlib.chdir(server.socket.parent):
        found.connect(server.socket.name)
    return found


@pytest.mark.parametrize("at_port", [False, True])
def test_who_holds_connections_open_without_a_token_takes_nothing(
    at_port: bool, small: Served
) -> None:
    token = small.grant("admin")
    port = small.status()["port"] if at_port else 0
    with contextlib.ExitStack() as stack:
        for number in range(400):
            each = stack.enter_context(connect(small, port))
            if number % 2:
                each.sendall(b"GET / HT")  # half a request is none
            if number % 80 == 79:
                assert small.ask(token, "/profiles/admin")[0] == 200
        assert small.ask_at_once(50, token, "/profiles/admin") == [200] * 50
    assert small.said.read_text().count("\n") < 5, small.said.read_text()


def test_headers_are_bounded(small: Served) -> None:
    with connect(small, 0) as each:
        each.sendall(b"GET / HTTP/1.1\r\nX: ")
        with contextlib.suppress(OSError):
            for _ in range(64):
                each.sendall(b"x" * 1024)
        with contextlib.suppress(ConnectionResetError):
            assert b" 400 " in each.recv(100)
    token = small.grant("admin")
    assert small.ask(token, "/profiles/admin", **{"X-Long": "x" * 8000})[0] == 200


def test_the_same_is_said_once_a_minute_and_how_often_it_was() -> None:
    told: list[str] = []
    clock = [0.0]
    saying = Saying(told.append, lambda: clock[0])
    for _ in range(1000):
        saying("a")
    saying("b")
    clock[0] = 61
    saying("a")
    assert told == ["a", "b", "a (999 times more in the minute before)"]


def test_the_log_is_begun_anew_where_it_is_full(small: Served) -> None:
    assert small.place.run("serve", "--stop").returncode == 0
    small.grant("admin")
    log = small.place.home / ".local/state/awsenv/server/log"
    log.write_text("x" * (300 << 10))
    env = small.place.home / "admin/.env"
    assert small.place.run("dotenv", "admin", "--live", "-o", str(env)).returncode == 0
    until(lambda: log.stat().st_size < 10_000)
    assert (log.parent / "log.1").stat().st_size >= 300 << 10
    assert small.place.run("serve", "--stop").returncode == 0
