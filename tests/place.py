"""A stand-in for STS, and a home whose profiles it knows."""

from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from awsenv.demo.server import Server
from awsenv.demo.users import User, new_user
from tests.program import awsenv


class Place:
    """``home`` with the profiles ``mfa`` and ``key``, whose users ``server`` knows."""

    def __init__(self, home: Path, server: Server, user: User, plain: User) -> None:
        self.home = home
        self.server = server
        self.user = user
        self.plain = plain
        # Whether the shell names the stand-in as an endpoint of a person's own.
        self.points = True
        (home / ".aws").mkdir()
        (home / ".aws/credentials").write_text(
            f"[mfa]\naws_access_key_id = {user.key_id}\naws_secret_access_key = {user.secret}\n"
            f"[key]\naws_access_key_id = {plain.key_id}\naws_secret_access_key = {plain.secret}\n"
        )
        assert user.device
        self.config(f"[profile mfa]\nregion = r-1\nmfa_serial = {user.device.serial}\n")

    def config(self, text: str) -> None:
        """Write the config file."""
        (self.home / ".aws/config").write_text(text)

    @property
    def code(self) -> str:
        """The device's code now."""
        assert self.user.device
        return self.user.device.code()

    @property
    def endpoint(self) -> dict[str, str]:
        """The variable that points every client at the stand-in."""
        return {"AWS_ENDPOINT_URL": self.server.url} if self.points else {}

    @property
    def record(self) -> Path:
        """Where the session of ``mfa`` is stored."""
        return self.home / ".local/state/awsenv/records/mfa"

    def run(self, *arguments: str, prefix: Any = (), **environ: str) -> "CompletedProcess[str]":
        """awsenv in this home, at this stand-in."""
        return awsenv(self.home, *arguments, prefix=prefix, **(self.endpoint | environ))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    user = new_user("careful", "111122223333", mfa=True)
    plain = new_user("plain", "444455556666")
    with Server([user, plain]) as server:
        yield Place(tmp_path, server, user, plain)
