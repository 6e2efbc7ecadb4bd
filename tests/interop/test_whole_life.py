"""The whole life of two compose projects: at each step what containers get, and what the host says."""

import json
import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from tests.interop.engine import engine
from tests.interop.test_containers import Ground, Project, ground
from tests.program import is_long, until
from tests.shells.real import installed

__all__ = ["engine", "ground"]

pytestmark = pytest.mark.skipif(
    not is_long(), reason="what stands alone here has a test of its own in make test"
)
ADDRESS = "169.254.170.2/32"


@pytest.fixture
def life(ground: Ground) -> Iterator[Ground]:
    """The engine of this machine, and an address that is nobody's else."""
    home = ground.place.home
    if program := os.environ.get("AWSENV_COMPOSE2"):
        for each in (home, ground.engine.folder):
            ground.engine.add_plugin(each, program)
        ground.engine.driver = [installed("docker"), "compose"]
    asks = ("DOCKER_HOST", "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF", "AWSENV_RELAY_IMAGE")
    ground.more = {n: ground.engine.environ[n] for n in asks} | {"PATH": f"{home}/bin:/usr/local/bin:/usr/bin:/bin"}  # fmt: skip
    subprocess.run([installed("ip"), "route", "add", "unreachable", ADDRESS], check=True)
    yield ground
    ground.engine.driver = ["docker-compose"]
    subprocess.run(["ip", "addr", "del", ADDRESS, "dev", "lo"], check=False)
    subprocess.run(["ip", "route", "del", "unreachable", ADDRESS], check=True)


class Host:
    """What a person asks."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def run(self, project: Project | None, *words: str) -> tuple[int, str]:
        stand = ("/usr/bin/env", "-C", str(project.folder if project else self.ground.place.home))
        done = self.ground.place.run(*words, prefix=stand, **self.ground.more)
        return done.returncode, done.stdout + done.stderr

    def check(self, project: Project) -> tuple[int, str]:
        return self.run(project, "compose", "--check")


def now(project: Project, what: str) -> bool:
    """Whether what its container says from now on is that: two lines, the first of which may have been begun."""
    seen = len(project.lines("boto3"))
    until(lambda: len(project.lines("boto3")) >= seen + 2, seconds=120)
    return what in project.last("boto3")


def test_what_containers_get_and_what_the_host_says(life: Ground) -> None:
    place, host = life.place, Host(life)
    place.server.sts.lifetime = 40
    first, second = life.project("first", "boto3"), life.project("second", "boto3")
    life.live(first, "org-a")
    life.live(second, "org-b")
    first.up()
    second.up()
    until(lambda: "role/org-a/" in first.last("boto3") and "role/org-b/" in second.last("boto3"))
    assert host.check(first)[0] == host.check(second)[0] == 0

    # Two sessions end.
    def keys(project: Project) -> int:
        return len({line.split()[0] for line in project.lines("boto3") if line.startswith("ASIA")})

    until(lambda: keys(first) > 1 and keys(second) > 1, seconds=180)
    assert not [line for line in first.lines("boto3") if "role/org-a/" not in line][2:]

    # A sign-in ends: that one is told, the other goes on.
    arn = "arn:aws:iam::777788889999:role/org-a"
    kept = place.server.sts.roles.pop(arn)
    until(lambda: "failed" in first.last("boto3") and now(first, "failed"), seconds=180)
    assert now(second, "role/org-b/")
    for words in (("compose", "--check"), ("serve", "--status"), ("status",), ("doctor",)):
        _, told = host.run(first, *words)
        assert re.search("org-a.*assumed: not authorized", told), (words, told)
    assert host.check(first)[0] == 1
    assert host.check(second)[0] == 0

    # The person is back.
    place.server.sts.roles[arn] = kept
    until(lambda: "role/org-a/" in first.last("boto3"), seconds=120)
    until(lambda: host.check(first)[0] == 0)

    # The server is killed: nobody answers, the host says so, and the next shell starts it.
    os.kill(life.served.status()["process"], 9)
    until(lambda: "failed" in first.last("boto3"), seconds=120)
    code, told = host.check(first)
    assert (code, "awsenv serve --start" in told) == (1, True)
    assert host.run(first, "use", "org-b")[0] == 0
    until(lambda: "role/org-a/" in first.last("boto3"), seconds=120)

    # All processes end, and the address with them; the engine's own come back first.
    os.kill(life.served.status()["process"], 9)
    life.engine.podman("stop", "--all", "--time=0")
    subprocess.run(["ip", "addr", "del", ADDRESS, "dev", "lo"], check=True)
    for folder in (place.home / ".local/state/awsenv/awsenv-relay", first.folder, second.folder):
        life.engine.compose("start", cwd=folder)
    assert now(first, "failed")
    assert host.run(None, "use", "org-b")[0] == 0
    until(lambda: "role/org-a/" in first.last("boto3") and "role/org-b/" in second.last("boto3"), seconds=180)  # fmt: skip

    # A project gets another name: it is answered no more, until it is brought again.
    first.folder = first.folder.rename(place.home / "renamed")
    first.out = first.folder / "out"
    until(lambda: "failed" in first.last("boto3"), seconds=120)
    assert host.check(first)[0] == 1
    _, told = host.run(None, "serve", "--status")
    assert f"{place.home}/first" in told or "~/first" in told
    assert now(second, "role/org-b/")
    first.services["boto3"]["volumes"] = [v.replace("/first/out", "/renamed/out") for v in first.services["boto3"]["volumes"]]  # fmt: skip
    first.write(first.services)
    life.bring(first, "org-a", "boto3")
    first.up()
    until(lambda: "role/org-a/" in first.last("boto3"), seconds=120)

    # Revoked is revoked, for that project alone.
    code, told = host.run(second, "compose", "--revoke")
    assert code == 0, told
    until(lambda: "failed" in second.last("boto3") and now(second, "failed"), seconds=180)
    assert now(first, "role/org-a/")
    code, told = host.check(second)
    assert (code, "runs as nobody: its token opens nothing" in told) == (0, True)
    assert json.loads(host.run(second, "compose", "--check", "--json")[1])[0]["acts_as"] == "nobody"
    # The last one takes the relay along, and the address.
    code, told = host.run(first, "compose", "--revoke")
    assert (code, "the relay has ended" in told) == (0, True), told
    assert "169.254.170.2" not in subprocess.run(["ip", "addr", "show", "lo"], capture_output=True, text=True, check=True).stdout  # fmt: skip
    assert "relay" not in life.engine.podman("ps", "--format", "{{.Names}}")
