"""A server that is gone comes back by itself: by whoever holds its socket, by a shell's first look, by the next command."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from awsenv.server import revival, running, serving, sockets
from tests.place import Place
from tests.program import program_path, until
from tests.served import Served
from tests.server.test_serve import role

# What systemd does of a socket unit: it listens, and starts the service for whoever connects.
HOLDER = """
import os, select, signal, socket, subprocess, sys
place, program = sys.argv[1:]
os.makedirs(os.path.dirname(place), 0o700, exist_ok=True)
os.chdir(os.path.dirname(place))
held = socket.socket(socket.AF_UNIX)
held.bind(os.path.basename(place))
os.chmod(os.path.basename(place), 0o600)
held.listen(64)
print("holds", flush=True)
while True:
    select.select([held], [], [])
    os.dup2(held.fileno(), 3)
    code = "import os; os.environ['LISTEN_PID'] = str(os.getpid()); os.execv({0!r}, [{0!r}, 'serve'])".format(program)
    environ = {**os.environ, "LISTEN_FDS": "1", "PYTHONSAFEPATH": "1"}
    subprocess.run([sys.executable, "-c", code], env=environ, pass_fds=[3])
"""


@pytest.fixture
def held(place: Place) -> Iterator[Served]:
    """A home whose socket something else holds."""
    it = Served(place)
    role(place)
    words = [sys.executable, "-c", HOLDER, str(it.socket), program_path()]
    process = subprocess.Popen(
        words, env=it.environ, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout
    assert process.stdout.readline() == "holds\n"
    yield it
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    if found := running.find_server(it.environ):
        os.kill(found.process, signal.SIGKILL)


@pytest.mark.real_program
def test_a_server_whose_socket_is_held_is_there_for_the_next_request_after_a_kill(
    held: Served,
) -> None:
    token = held.grant("admin")
    for _ in range(3):
        assert held.ask_at_once(10, token, "/profiles/admin") == [200] * 10
        until(lambda: running.find_server(held.environ))
        found = running.find_server(held.environ)
        assert found
        inode = held.socket.stat().st_ino
        os.kill(found.process, signal.SIGKILL)
        until(lambda: running.find_server(held.environ) is None)
        # The socket is not ours to take away.
        assert held.socket.stat().st_ino == inode


def test_a_live_file_wakes_the_one_whose_socket_is_held_and_starts_no_other(held: Served) -> None:
    done = held.place.run("dotenv", "admin", "--live", "-o", ".env")
    assert done.returncode == 0, done.stderr
    assert held.status()["port"] is None  # one of ours has a port


@pytest.fixture
def granted(place: Place) -> Iterator[Served]:
    """A grant, and no server, as after a reboot."""
    it = Served(place)
    role(place)
    assert place.run("dotenv", "admin", "--live", "-o", ".env").returncode == 0
    found = running.find_server(it.environ)
    assert found
    os.kill(found.process, signal.SIGKILL)
    until(lambda: not it.status())
    yield it
    place.run("serve", "--stop")


@pytest.mark.parametrize(
    "words", [("hook-env", "bash"), ("hook-env", "bash", "", "use", "admin"), ("use", "admin", "--shell", "bash", "--fresh"), ("use", "admin", "--shell", "bash"), ("dotenv", "admin", "-o", "x.env"), ("serve", "--start")]
)  # fmt: skip
def test_what_comes_next_starts_it_where_something_is_granted(
    words: tuple[str, ...], granted: Served
) -> None:
    granted.place.run(*words)
    until(granted.status)


def test_after_stop_it_stays_ended_until_a_person_starts_it(granted: Served) -> None:
    assert granted.place.run("serve", "--stop").returncode == 0
    granted.place.run("hook-env", "bash")
    granted.place.run("use", "admin", "--shell", "bash", "--fresh")
    assert not revival.is_wanted(granted.environ)  # by which all of them start it
    assert not granted.status()
    assert granted.place.run("serve", "--start").returncode == 0
    assert granted.status()


def test_without_a_grant_nothing_starts(place: Place) -> None:
    place.run("hook-env", "bash")
    started = place.run("serve", "--start")
    assert (started.returncode, started.stderr) == (
        1,
        "awsenv: nothing is granted; awsenv dotenv PROFILE --live -o .env\n",
    )
    assert running.find_server({"HOME": str(place.home)}) is None


def test_time_asleep_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = serving._Clock(3600)
    first = clock.tell_end()
    assert not clock.has_slept()
    now = time.time()
    monkeypatch.setattr(
        time, "time", lambda: now + 8 * 3600
    )  # a lid was closed: monotonic stood still
    assert clock.has_slept()
    assert not clock.is_over
    assert clock.tell_end() == pytest.approx(first + 8 * 3600, abs=1)
    assert not clock.has_slept()


@pytest.mark.parametrize("process", ["1", "", "x"])
def test_descriptors_that_are_for_another_process_are_none(process: str) -> None:
    environ = {"LISTEN_FDS": "1", "LISTEN_PID": process, "LISTEN_FDNAMES": "x", "A": "1"}
    assert sockets.take_sockets(environ) == []
    assert environ == {"A": "1"}


def test_what_launchd_holds_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """As ``launch_activate_socket`` gives it: a count, and an array that is freed."""
    with socket.socket(socket.AF_UNIX) as there:
        freed: list[object] = []

        class System:
            @staticmethod
            def launch_activate_socket(name: bytes, place: Any, count: Any) -> int:
                if name != sockets.LAUNCHD_NAME.encode():
                    return 2
                array = (ctypes.c_int * 1)(os.dup(there.fileno()))
                ctypes.cast(place, ctypes.POINTER(ctypes.POINTER(ctypes.c_int)))[0] = ctypes.cast(array, ctypes.POINTER(ctypes.c_int))  # fmt: skip
                ctypes.cast(count, ctypes.POINTER(ctypes.c_size_t))[0] = 1
                freed.append(array)
                return 0

            @staticmethod
            def free(_: object) -> None:
                freed.append("free")

        monkeypatch.setattr(sys, "platform", "darwin")
        monkeypatch.setattr(ctypes, "CDLL", lambda _: System)
        found = sockets.take_sockets({})
        assert [each.family for each in found] == [socket.AF_UNIX]
        assert freed[-1] == "free"
        with contextlib.closing(found[0]):
            assert os.fstat(found[0].fileno()).st_ino == os.fstat(there.fileno()).st_ino
