"""A home with a server that answers for it."""

import contextlib
import http.client
import json
import socket
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from awsenv.server import grants, running
from tests.place import Place
from tests.program import program_path, until
from tests.shells.real import clean

# A process has one working folder, whichever of its threads changes it.
_FOLDER = threading.Lock()


class Served:
    """``awsenv serve`` for ``place``; ``told`` is what it logged of each request."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.log = place.home / "log"
        self.said = place.home / "said"
        self.process: subprocess.Popen[bytes] | None = None
        self.more: dict[str, str] = {}

    @property
    def environ(self) -> dict[str, str]:
        """What it is started with."""
        return clean(self.place.home) | self.place.endpoint | self.more

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.place.home / ".local/state/awsenv/socket/awsenv.sock"

    @property
    def told(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def start(self, *words: str) -> None:
        """Start it, and wait until it listens."""
        with self.log.open("ab") as log, self.said.open("ab") as said:
            self.process = subprocess.Popen(
                [program_path(), "serve", "--port", "0", "--json", *words],
                env=self.environ, cwd=self.place.home, stdin=subprocess.DEVNULL,
                stdout=log, stderr=said,
            )  # fmt: skip
        until(self.status)

    def status(self) -> dict[str, Any]:
        """What ``--status`` tells; nothing where it does not run."""
        result = self.place.run("serve", "--status", "--json")
        return dict(json.loads(result.stdout)) if result.returncode == 0 else {}

    def kill(self) -> None:
        """SIGKILL."""
        assert self.process
        self.process.kill()
        self.process.wait()

    def grant(self, profile: str, session: bool = False, file: str = "") -> str:
        """A grant's token."""
        path = Path(file or self.place.home / profile / ".env")
        path.parent.mkdir(exist_ok=True)
        path.touch()
        return grants.grant(profile, session, self.environ, str(path))

    def move_to_port(self, token: str) -> None:
        """Have the grant of ``token`` asked for at the port."""
        found = running.find_server(self.environ)
        assert found
        grants.move_to_port(token, found.listener, self.environ)

    def asking(self, profile: str, token: str) -> dict[str, str]:
        """The environment of a program on this machine that asks the port for ``profile``, and has no file."""
        self.move_to_port(token)
        return self.environ | {
            "HOME": "/nonexistent",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:{self.status()['port']}/profiles/{profile}",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
        }

    def ask(
        self,
        token: str,
        path: str = "",
        host: str = "169.254.170.2",
        method: str = "GET",
        **more: str,
    ) -> tuple[int, dict[str, Any]]:
        """Status and answer, over the socket."""
        connection = http.client.HTTPConnection(host)
        connection.sock = socket.socket(socket.AF_UNIX)
        with _FOLDER, contextlib.chdir(self.socket.parent):
            connection.sock.connect(self.socket.name)
        headers = {"Authorization": token} if token else {}
        connection.request(method, path or "/profiles/mfa", headers=headers | more)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, json.loads(data) if data else {}

    def of(self, profile: str, token: str) -> str:
        """The ARN that an answer for ``profile`` acts as."""
        status, answer = self.ask(token, f"/profiles/{profile}")
        assert status == 200, answer
        return self.place.server.sts.users[answer["AccessKeyId"]].arn

    def ask_at_once(self, count: int, token: str, path: str) -> list[int]:
        """The statuses of ``count`` requests that are open at the same time."""
        with ThreadPoolExecutor(count) as pool:
            asked = [pool.submit(self.ask, token, path) for _ in range(count)]
            return [each.result()[0] for each in asked]


@contextlib.contextmanager
def served(place: Place) -> Iterator[Served]:
    """A server that ends with the context."""
    it = Served(place)
    it.start()
    try:
        yield it
    finally:
        if it.process and it.process.poll() is None:
            it.kill()


@pytest.fixture
def server(place: Place) -> Iterator[Served]:
    with served(place) as it:
        yield it
