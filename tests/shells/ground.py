"""ghq-shaped folders bound to two organizations, a stand-in that knows their roles, and shells there."""

import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any
from unittest.mock import patch

import pytest

from awsenv.aws.options import Prompter, SessionOptions
from awsenv.demo.server import Server
from awsenv.demo.sts import Role
from awsenv.demo.users import User, new_user
from awsenv.envrc import bindings, trust
from awsenv.request import Request
from awsenv.sessions.resolve import resolve
from tests.program import awsenv, until
from tests.shells.clock import Clock
from tests.shells.real import OTHERS, Shell, clean
from tests.shells.terminal import Terminal

# Seconds for which a role's session lasts.
HOUR = 3600
ROLES = {org: f"arn:aws:iam::77778888{n}{n}{n}{n}:role/{org}" for n, org in enumerate(("a", "b"))}
ACCOUNTS = {"a": "777788880000", "b": "777788881111"}


class Ground:
    """``home/ghq/github.com/{a,b}/repo``: the organizations are bound to the roles ``org-a`` and
    ``org-b`` of ``server``, by links that awsenv made; ``key`` and ``mfa`` are profiles, too."""

    def __init__(self, home: Path, server: Server, plain: User, careful: User) -> None:
        self.home = home
        self.server = server
        self.plain = plain
        self.careful = careful
        self.clock: Clock | None = None  # that its shells follow
        self.hosts = home / "ghq/github.com"
        self.a, self.b = self.hosts / "a", self.hosts / "b"
        self._shells: list[Terminal] = []
        (home / ".aws").mkdir(parents=True)
        assert careful.device
        (home / ".aws/credentials").write_text(
            f"[key]\naws_access_key_id = {plain.key_id}\naws_secret_access_key = {plain.secret}\n"
            f"[mfa]\naws_access_key_id = {careful.key_id}\naws_secret_access_key = {careful.secret}\n"
        )
        (home / ".aws/config").write_text(
            f"[profile key]\nregion = k-1\n[profile mfa]\nregion = m-1\nmfa_serial = {careful.device.serial}\n"
            + "".join(
                f"[profile org-{org}]\nrole_arn = {arn}\nsource_profile = key\nregion = {org}-1\n"
                for org, arn in ROLES.items()
            )
        )
        for org, arn in ROLES.items():
            server.sts.roles[arn] = Role(arn, frozenset({plain.arn}))
            (self.hosts / org / "repo").mkdir(parents=True)
            self.bind(f"org-{org}", self.hosts / org)

    def bind(self, profile: str, folder: Path) -> None:
        """What ``awsenv link`` and a first use do, without their two processes."""
        with patch.dict(os.environ, self.environ, clear=True):
            path = bindings.link(profile, str(folder)).path
            trust.allow(path, trust.derive(path), self.environ)
        self.resolve(profile)

    def resolve(self, profile: str) -> None:
        """What a use does."""
        with patch.dict(os.environ, self.environ, clear=True):
            resolve(Request("use", profile), SessionOptions(), Prompter(), self.environ)

    def settle(self) -> None:
        """Wait until the AWS files are old enough to be recorded: a second."""
        changed = (self.home / ".aws/config").stat().st_ctime
        until(lambda: time.time() - changed > 1.1)

    @property
    def environ(self) -> dict[str, str]:
        return clean(self.home) | {"AWS_ENDPOINT_URL": self.server.url}

    def run(self, *arguments: str, **more: Any) -> CompletedProcess[str]:
        """awsenv here, at this stand-in."""
        return awsenv(self.home, *arguments, **({"AWS_ENDPOINT_URL": self.server.url} | more))

    def envrc(self, folder: Path, text: str, *options: str) -> Path:
        """An .envrc in ``folder`` that is allowed."""
        path = folder / ".envrc"
        path.write_text(text)
        result = self.run("allow", str(path), *options)
        assert result.returncode == 0, result.stderr
        return path

    def shell(
        self, shell: Shell, cwd: Path | None = None, before: str = "", **environ: Any
    ) -> Terminal:
        """``shell`` at a prompt in ``cwd`` (home), with the hook."""
        program = self.bare(shell, cwd, **environ)
        if before:
            program.typed(before)
        if shell in OTHERS:
            program.load_hook()
        else:
            program.typed(shell.evaluate(f"awsenv hook {shell.name}"))
        return program

    def bare(self, shell: Shell, cwd: Path | None = None, **environ: Any) -> Terminal:
        """``shell`` at a prompt in ``cwd`` (home), without the hook."""
        words = self.clock.words if self.clock else []
        program = Terminal(shell, self.environ | environ, cwd or self.home, words)
        self._shells.append(program)
        return program

    def close(self) -> None:
        for program in self._shells:
            program.close()

    def who(self, values: dict[bytes, bytes]) -> str:
        """Whose session ``values``, a child's environment, is: ``a``, ``key`` …, empty for nobody's."""
        key = values.get(b"AWS_ACCESS_KEY_ID", b"").decode()
        if not key:
            return ""
        user = self.server.sts.users[key]
        assert user.secret == values[b"AWS_SECRET_ACCESS_KEY"].decode()
        assert (user.token or "") == values.get(b"AWS_SESSION_TOKEN", b"").decode()
        names = {self.plain.arn: "key", self.careful.arn: "mfa"}
        return names.get(user.arn) or user.arn.split(":assumed-role/")[1].split("/")[0]


def forget(ground: Ground) -> None:
    """No session is stored any more."""
    shutil.rmtree(ground.home / ".local/state/awsenv/records")
    shutil.rmtree(ground.home / ".aws/cli", ignore_errors=True)  # the AWS CLI's, which is shared
    ground.server.calls.clear()


def key_of(shell: Terminal) -> str:
    """The key ID that a command is given now."""
    return shell.environment().get(b"AWS_ACCESS_KEY_ID", b"").decode()


def left(ground: Ground, shell: Terminal) -> float:
    """Seconds that the session has which a command is given now, at the time when it runs."""
    values = shell.environment()
    assert ground.who(values) == "a", values.get(b"AWS_PROFILE")
    end = ground.server.sts.users[values[b"AWS_ACCESS_KEY_ID"].decode()].expires
    assert end
    ahead = ground.clock.ahead if ground.clock else 0
    return end - shell.file.stat().st_mtime - ahead


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    plain = new_user("plain", "444455556666")
    careful = new_user("careful", "111122223333", mfa=True)
    with Server([plain, careful]) as server:
        here = Ground(tmp_path / "home", server, plain, careful)
        yield here
        here.close()


@pytest.fixture
def timed(ground: Ground, clock: Clock) -> Ground:
    """The same, where the shells' clock and the stand-in's is one that the test moves on."""
    ground.clock = clock
    clock.leap(5)  # the AWS files are no longer fresh, so that sessions are recorded
    for org in ROLES:
        ground.resolve(f"org-{org}")
    return ground
