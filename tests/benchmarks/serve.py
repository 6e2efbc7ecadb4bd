"""``awsenv serve``: answers of a live session, on 127.0.0.1."""

import http.client
import json
import os
import statistics
import subprocess
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from awsenv.demo.server import Server
from awsenv.demo.users import new_user
from awsenv.server import grants

CLIENTS, SECONDS = 4, 5.0


def run(awsenv: Path) -> str:
    """A line of the table: milliseconds an answer, answers a second, memory."""
    user = new_user("x", "111122223333")
    with tempfile.TemporaryDirectory() as folder, Server([user]) as server:
        home = Path(folder)
        (home / ".aws").mkdir()
        (home / ".aws/credentials").write_text(
            f"[p]\naws_access_key_id = {user.key_id}\naws_secret_access_key = {user.secret}\n"
        )
        here = {"HOME": folder, "PATH": os.environ["PATH"], "AWS_ENDPOINT_URL": server.url}
        token = grants.grant("p", True, here, file="/x/.env")
        time.sleep(1.5)  # the file is no longer fresh, so that the session is recorded
        process = subprocess.Popen(
            [awsenv, "serve", "--port", "0"], env=here, stderr=subprocess.DEVNULL
        )
        try:
            port = _port(awsenv, here)
            one = _asked(port, token, 1.0)
            with ThreadPoolExecutor(CLIENTS) as pool:
                many = [pool.submit(_asked, port, token, SECONDS) for _ in range(CLIENTS)]
                count = sum(len(each.result()) for each in many)
            status = Path(f"/proc/{process.pid}/status").read_text()
            memory = next(
                line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")
            )
        finally:
            process.terminate()
            process.wait()
        return (
            f"awsenv serve: {statistics.median(one) * 1000:.1f} ms an answer (at most 5), {count / SECONDS:.0f} "
            f"answers/s to {CLIENTS} clients (at least 200), {int(memory) // 1024} MiB"
        )


def _port(awsenv: Path, here: dict[str, str]) -> int:
    while True:
        told = json.loads(
            subprocess.run(
                [awsenv, "serve", "--status", "--json"], env=here, capture_output=True, check=False
            ).stdout
        )
        if told["running"]:
            return int(told["port"])


def _asked(port: int, token: str, seconds: float) -> list[float]:
    """The seconds that each answer took, each on a connection of its own, as SDKs ask."""
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", port)
        connection.request("GET", "/profiles/p", headers={"Authorization": token})
        answer = connection.getresponse()
        assert answer.status == 200
        answer.read()
        connection.close()
        times.append(time.perf_counter() - start)
    return times
