"""``awsenv serve``: answers of a live session over its socket, as a relay asks; alone, beside who only holds connections
open, and among many grants."""

import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from awsenv import records
from awsenv.demo.server import Server
from awsenv.demo.users import new_user
from awsenv.server import grants, running, sockets
from awsenv.state import GRANTS, state_path

# Requests a second, by so many clients, for so many seconds.
RATE, CLIENTS, SECONDS = 200, 8, 5.0
IDLE, MANY = 1_800, 10_000


def run(awsenv: Path) -> str:
    """The lines of the table."""
    user = new_user("x", "111122223333")
    with tempfile.TemporaryDirectory() as folder, Server([user]) as server:
        home = Path(folder)
        (home / ".aws").mkdir()
        (home / ".aws/credentials").write_text(
            f"[p]\naws_access_key_id = {user.key_id}\naws_secret_access_key = {user.secret}\n"
        )
        (home / ".env").touch()
        here = {"HOME": folder, "PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": server.url}
        token = grants.grant("p", True, here, file=str(home / ".env"))
        time.sleep(1.5)  # the file is no longer fresh, so that the session is recorded
        with (home / "log").open("wb") as log:
            process = subprocess.Popen([awsenv, "serve"], env=here, stderr=log)
        try:
            while not running.find_server(here):
                time.sleep(0.05)
            _ask(here, token)
            lines = [f"awsenv serve: {_measure(here, token)} at {RATE}/s (at most 2 and 10)"]
            with _held_open(here, IDLE):
                lines.append(f"  beside {IDLE} idle connections: {_measure(here, token)} (99 %: at most 50)")  # fmt: skip
            lines[-1] += f", log {(home / 'log').stat().st_size} bytes (at most 1 MiB)"
            for number in range(MANY):
                fields = {"profile": "p", "session": "yes", "file": f"{home}/.env", "process": "0", "made": "1"}  # fmt: skip
                records.write(os.path.join(state_path(here, GRANTS), f"{number:064x}"), fields)
            time.sleep(3)  # it has read them
            before, since = _cpu(process.pid), time.monotonic()
            time.sleep(5)
            idle = 100 * (_cpu(process.pid) - before) / (time.monotonic() - since)
            lines.append(f"  among {MANY} grants: {_measure(here, token)}, {idle:.1f} % of a core idle (at most 1)")  # fmt: skip
            status = Path(f"/proc/{process.pid}/status").read_text()
            memory = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))  # fmt: skip
        finally:
            process.terminate()
            process.wait()
        return "\n".join(
            f"- {line.strip()}" for line in [*lines, f"{memory // 1024} MiB of memory"]
        )


def _measure(here: dict[str, str], token: str) -> str:
    """Median and 99 % of an answer's milliseconds, at a steady rate."""
    with ThreadPoolExecutor(CLIENTS) as pool:
        found = [pool.submit(_ask_steadily, here, token) for _ in range(CLIENTS)]
        taken = sorted(each for one in found for each in one.result())
    return f"{statistics.median(taken) * 1000:.1f} ms, 99 % {taken[int(len(taken) * 0.99)] * 1000:.1f} ms"  # fmt: skip


def _ask_steadily(here: dict[str, str], token: str) -> list[float]:
    taken, step = [], CLIENTS / RATE
    begun = time.monotonic()
    for number in range(int(SECONDS / step)):
        time.sleep(max(0.0, begun + number * step - time.monotonic()))
        taken.append(_ask(here, token))
    return taken


def _ask(here: dict[str, str], token: str) -> float:
    """Seconds that one answer takes."""
    connection = http.client.HTTPConnection("169.254.170.2")
    begun = time.monotonic()
    connection.sock = _connect(here)
    connection.request("GET", "/profiles/p", headers={"Authorization": token})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    assert answer.status == 200, answer.status
    return time.monotonic() - begun


def _connect(here: dict[str, str]) -> socket.socket:
    # By its path: a process has one working folder, whichever of its threads changes it.
    found = socket.socket(socket.AF_UNIX)
    found.connect(sockets.socket_path(here))
    return found


@contextlib.contextmanager
def _held_open(here: dict[str, str], count: int) -> Iterator[None]:
    """So many connections on which nothing is ever asked, made again as they are closed."""
    with contextlib.ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(_connect(here))
        yield


def _cpu(process: int) -> float:
    """Seconds of a processor that it has had."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")
