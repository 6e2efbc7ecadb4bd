"""Real containers behind a .env without a key: who they are, across ends, and nobody else."""

import json
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dotenv import dotenv_values

from awsenv.demo.server import Server
from awsenv.demo.users import new_user
from tests.interop.engine import IMAGE, Engine, engine, mounts, remove_left
from tests.place import Place
from tests.program import is_long, until
from tests.served import Served
from tests.server.test_serve import role
from tests.shells.real import installed

__all__ = ["engine"]

NODE = Path(__file__).parents[2] / ".venv/node"
EXAMPLES = Path(__file__).parents[2] / "examples/compose/live"
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"
# Each asks every second or so and writes a line: who it is, or what went wrong.
SDKS = {
    "boto3": """
import boto3, botocore.credentials, time
# Its own early renewal is all but set aside: it would hide whether an end is survived. Not wholly: a call that begins
# just before the end arrives behind it.
botocore.credentials.RefreshableCredentials._advisory_refresh_timeout = 2
botocore.credentials.RefreshableCredentials._mandatory_refresh_timeout = 2
session = boto3.Session()
while True:
    try:
        key = session.get_credentials().get_frozen_credentials().access_key
        line = key + " " + session.client("sts").get_caller_identity()["Arn"]
    except Exception as error:
        line = "failed " + repr(error)
    open("/out/boto3", "a").write(line.replace("\\n", " ") + "\\n")
    time.sleep(1)
""",
    "node": """
const { STSClient, GetCallerIdentityCommand } = require("@aws-sdk/client-sts");
const fs = require("fs");
const client = new STSClient({});
async function ask() {
  let line;
  try {
    const { accessKeyId } = await client.config.credentials();
    line = accessKeyId + " " + (await client.send(new GetCallerIdentityCommand({}))).Arn;
  } catch (error) { line = "failed " + String(error); }
  fs.appendFileSync("/out/node", line.replaceAll("\\n", " ") + "\\n");
  setTimeout(ask, 1000);
}
ask();
""",
    "cli": """
while true; do
  line=$(/usr/bin/aws --endpoint-url "$AWS_ENDPOINT_URL" sts get-caller-identity \\
    --query Arn --output text 2>&1 | /usr/bin/tr '\\n' ' ')
  echo "key $line" >> /out/cli
  sleep 1
done
""",
}
COMMANDS = {
    "boto3": [sys.executable, "/out/ask.py"],
    "node": ["/usr/bin/node", "/out/ask.js"],
    "cli": ["/bin/sh", "/out/ask.sh"],
}


class Project:
    """A project in ``folder`` with a service for each of ``sdks``; what they say lies in ``out``."""

    def __init__(self, folder: Path, engine: Engine, sdks: list[str], sts: Path) -> None:
        self.folder = folder
        self.engine = engine
        self.out = folder / "out"
        self.out.mkdir(parents=True)
        self.services: dict[str, Any] = {}
        for name in sdks:
            script = self.out / Path(COMMANDS[name][-1]).name
            script.write_text(SDKS[name])
            volumes = [*mounts(), f"{self.out}:/out", f"{sts.parent}:/sts", f"{NODE}:{NODE}:ro"]
            # The stand-in for AWS, which listens on this machine's loopback alone.
            tunnel = f"/usr/bin/socat TCP-LISTEN:9000,fork,reuseaddr UNIX-CONNECT:/sts/{sts.name} &"
            self.services[name] = {
                "image": IMAGE,
                "command": ["/bin/sh", "-c", f"{tunnel} exec {' '.join(COMMANDS[name])}"],
                "volumes": volumes,
                "environment": {
                    "AWS_ENDPOINT_URL": "http://127.0.0.1:9000",
                    "NODE_PATH": f"{NODE}/node_modules",
                    "PATH": "/bin",
                },
            }
        self.write(self.services)

    def write(self, services: dict[str, Any]) -> None:
        """The person's own compose file."""
        (self.folder / "compose.yaml").write_text(yaml.safe_dump({"services": services}))

    def up(self) -> None:
        self.engine.compose("up", "-d", cwd=self.folder)

    def lines(self, name: str) -> list[str]:
        """What the service ``name`` has said."""
        path = self.out / name
        return path.read_text().splitlines() if path.exists() else []

    def last(self, name: str) -> str:
        return (self.lines(name) or [""])[-1]


class Ground:
    """Two organizations' roles on one machine with an engine."""

    def __init__(self, place: Place, engine: Engine, sts: Path) -> None:
        self.place = place
        self.engine = engine
        self.sts = sts
        self.served = Served(place)
        self.relayed = False
        self.more: dict[str, str] = {}  # what awsenv compose has in its environment besides

    def project(self, name: str, *sdks: str) -> Project:
        folder = self.place.home / name
        folder.mkdir()
        return Project(folder, self.engine, list(sdks), self.sts)

    def live(self, project: Project, profile: str, *words: str) -> None:
        """``awsenv compose`` of all its services, and the relay, which is the same for all."""
        assert self.bring(project, profile, *project.services, *words)

    def bring(self, project: Project, *words: str) -> list[dict[str, Any]]:
        """``awsenv compose`` in the project, and the relay; what it says each service will be."""
        stand = ("/usr/bin/env", "-C", str(project.folder))
        done = self.place.run("compose", *words, "--json", prefix=stand, **self.more)
        assert done.returncode == 0, done.stderr
        self._start_relay(self.place.home / ".local/state/awsenv/awsenv-relay")
        checked = self.place.run("compose", "--check", "--json", prefix=stand)
        assert (checked.returncode, json.loads(checked.stdout)) == (0, json.loads(done.stdout))
        return list(json.loads(done.stdout))

    def _start_relay(self, relay: Path) -> None:
        if not self.relayed:  # once, as it says
            self.engine.compose("up", "-d", cwd=relay)
            self.relayed = True


@pytest.fixture
def ground(tmp_path: Path, engine: Engine) -> Iterator[Ground]:
    for name in ("node", "npm"):
        installed(name)
    user, plain = new_user("careful", "111122223333", mfa=True), new_user("plain", "444455556666")
    sts = engine.folder / f"sts{tmp_path.name}.sock"
    with Server([user, plain]) as server:
        place = Place(tmp_path, server, user, plain)
        role(place, "org-a")
        role(place, "org-b")
        command = [
            "socat",
            f"UNIX-LISTEN:{sts},fork",
            f"TCP:127.0.0.1:{server.url.rpartition(':')[2]}",
        ]
        tunnel = subprocess.Popen(command)
        try:
            yield Ground(place, engine, sts)
        finally:
            print(engine.told())  # pytest shows it where the test failed
            engine.podman("rm", "--all", "--force", "--time=0")
            engine.podman("network", "prune", "--force")
            place.run("serve", "--stop")
            tunnel.terminate()
            tunnel.wait()


# Two ends of sessions that last as long as an SDK on a busy machine may take over a call.
def test_three_sdks_go_on_across_two_ends_and_with_keys_they_do_not(ground: Ground) -> None:
    ground.place.server.sts.lifetime = 20
    live = ground.project("live", *SDKS)
    ground.live(live, "org-a")
    live.up()
    # The control: a session in the .env.
    control = ground.project("control", *SDKS)
    for service in control.services.values():
        service["env_file"] = ".env"
    control.write(control.services)
    env = str(control.folder / ".env")
    assert ground.place.run("dotenv", "org-b", "-o", env).returncode == 0
    control.up()

    def ends(name: str) -> int:
        """How many sessions it has seen end."""
        keys = {line.split()[0] for line in live.lines(name) if line.startswith("ASIA")}
        return len(keys) - 1

    until(lambda: ends("boto3") >= 2, seconds=120)
    until(lambda: ends("node") >= 2)
    # The AWS CLI does not tell its key: what it says from now on is of the third.
    before = len(live.lines("cli"))
    until(lambda: before and len(live.lines("cli")) > before)
    for name in SDKS:
        lines = live.lines(name)
        odd = [line for line in lines if "assumed-role/org-a/" not in line]
        # An SDK gives an answer a second or two, which a busy machine may need for itself.
        assert [line for line in odd if not re.search("time|retries", line, re.IGNORECASE)] == []
        assert len(odd) <= 1 + len(lines) / 20, odd
        assert "assumed-role/org-b/" in control.lines(name)[0]
    until(lambda: all("expired" in control.last(name).lower() for name in SDKS))


def test_two_organizations_over_one_server(ground: Ground) -> None:
    first, second = ground.project("first", "boto3"), ground.project("second", "boto3", "node")
    ground.live(first, "org-a")
    # A mounted ~/.aws whose [default] would go first, a Region of one's own, and somebody who was not named.
    plain = ground.place.plain
    with (ground.place.home / ".aws/credentials").open("a") as file:
        file.write(f"[default]\naws_access_key_id = {plain.key_id}\naws_secret_access_key = {plain.secret}\n")  # fmt: skip
    for service in second.services.values():
        service["volumes"].append(f"{ground.place.home}/.aws:/root/.aws:ro")
        service["environment"] |= {"HOME": "/root", "AWS_REGION": "b-1"}
    second.services["bystander"] = {
        "image": IMAGE,
        "command": ["/bin/sh", "-c", "env >/out/bystander; sleep 1000"],
        "volumes": [f"{second.out}:/out"],
    }
    second.write(second.services)
    said = ground.bring(second, "org-b", "boto3", "node")
    assert {(row["service"], row["acts_as"], row["region"]) for row in said} == {
        ("boto3", "org-b", "b-1"),
        ("node", "org-b", "b-1"),
        ("bystander", "nobody", None),
    }
    first.up()
    second.up()
    until(lambda: first.last("boto3") and second.last("boto3") and second.last("node"))
    assert "assumed-role/org-a/" in first.last("boto3")
    assert "assumed-role/org-b/" in second.last("boto3")
    assert "assumed-role/org-b/" in second.last("node")
    until(lambda: second.lines("bystander"))
    assert not [line for line in second.lines("bystander") if line.startswith("AWS_")]
    assert len(ground.served.status()["grants"]) == 2
    # A token of one does not open the other.
    private = ground.place.home / ".local/state/awsenv/compose"
    [token] = [token for path in private.glob("*.env") for token in [dotenv_values(path)[TOKEN] or ""] if ground.served.ask(token, "/profiles/org-a")[0] == 200]  # fmt: skip
    assert ground.served.ask(token, "/profiles/org-b")[0] == 403
    # No secret of AWS in what lies about, and none in what the engine tells.
    user = next(u for u in ground.place.server.sts.users.values() if u.token and "org-a" in u.arn)
    told = ground.engine.podman("inspect", *ground.engine.podman("ps", "-aq").split())
    told += ground.engine.podman("logs", "first_boto3_1")
    for path in (
        *first.folder.iterdir(),
        *(ground.place.home / ".local/state/awsenv/server").rglob("*"),
    ):
        told += path.read_text() if path.is_file() else ""
    told += (ground.place.home / ".local/state/awsenv/awsenv-relay/compose.yaml").read_text()
    assert user.secret not in told
    assert str(user.token) not in told
    assert token in told  # the control: it was looked at


def test_a_server_that_was_killed_and_a_person_that_signs_in_again(ground: Ground) -> None:
    ground.place.server.sts.lifetime = 10
    project = ground.project("project", "boto3")
    ground.live(project, "org-a")
    before = (project.folder / ".env").read_text()
    project.up()
    until(lambda: "role/org-a/" in project.last("boto3"))
    os.kill(ground.served.status()["process"], 9)
    until(lambda: "failed" in project.last("boto3"))
    ground.served.start()
    try:
        until(lambda: "role/org-a/" in project.last("boto3"))
        assert (project.folder / ".env").read_text() == before
        # Nobody's role any more, and then again: as where a sign-in has ended and a person is back.
        arn = "arn:aws:iam::777788889999:role/org-a"
        kept = ground.place.server.sts.roles.pop(arn)
        # On a busy machine an SDK may give up before it has the line; it asks again.
        until(lambda: re.search("failed.*profile org-a", project.last("boto3")))
        ground.place.server.sts.roles[arn] = kept
        until(lambda: "role/org-a/" in project.last("boto3"))
    finally:
        ground.served.kill()


@pytest.mark.skipif(not is_long(), reason="one project in real containers is enough for make test")
def test_a_relay_on_the_loopback_interface_is_reached_from_every_network(ground: Ground) -> None:
    """An engine of this machine, as its ``info`` has it: no service has to be brought to a network."""
    folder = ground.place.home / "bin"
    folder.mkdir()
    (folder / "docker").write_text("""#!/bin/sh
[ "$1" = info ] && exec echo '{"OperatingSystem": "Debian GNU/Linux 12", "SecurityOptions": []}'
exit 1
""")
    (folder / "docker").chmod(0o755)
    ground.more = {"PATH": f"{folder}:/usr/bin:/bin"}
    project = ground.project("project", "boto3", "node")
    project.services["node"]["networks"] = ["back"]
    project.write(project.services)
    text = (project.folder / "compose.yaml").read_text() + "networks: {back: {}}\n"
    (project.folder / "compose.yaml").write_text(text)
    # Whoever is behind this machine's gateway answers for nobody here.
    route = ["unreachable", "169.254.170.2/32"]
    subprocess.run([installed("ip"), "route", "add", *route], check=True)
    try:
        said = ground.bring(project, "org-a", "boto3", "node")
        assert {row["acts_as"] for row in said} == {"org-a"}
        override = yaml.safe_load((project.folder / "compose.awsenv.yaml").read_text())
        assert not any("networks" in service for service in override["services"].values())
        project.up()
        until(lambda: project.last("boto3") and project.last("node"))
        for name in ("boto3", "node"):
            assert "assumed-role/org-a/" in project.last(name)
        # A second time it is ours, and not somebody else's.
        assert ground.bring(project, "org-a", "boto3", "node")
        # Without the relay the address is still held: what is sent there goes nowhere.
        ground.engine.podman("rm", "--force", "--time=0", *[n for n in ground.engine.podman("ps", "--format", "{{.Names}}").split() if "relay" in n])  # fmt: skip
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("169.254.170.2", 80), timeout=5)
    finally:
        subprocess.run(["ip", "addr", "del", "169.254.170.2/32", "dev", "lo"], check=False)
        subprocess.run(["ip", "route", "del", *route], check=True)


def test_the_example_files_do_what_they_say(ground: Ground) -> None:
    project = ground.project("project", "boto3")
    service = project.services["boto3"]
    service.pop("image")
    (project.folder / "more.yaml").write_text(yaml.safe_dump({"services": {"app": service}}))
    for path in EXAMPLES.iterdir():
        (project.folder / path.name).write_text(path.read_text())
    env = str(project.folder / ".env")
    assert ground.place.run("dotenv", "org-a", "--live", "-o", env).returncode == 0
    more = {"HOME": str(ground.place.home), "APP_IMAGE": IMAGE}
    ground.engine.compose(
        "-p", "awsenv-relay", "-f", "relay.yaml", "up", "-d", cwd=project.folder, **more
    )
    ground.engine.compose("-f", "compose.yaml", "-f", "more.yaml", "up", "-d", cwd=project.folder, **more)  # fmt: skip
    until(lambda: project.last("boto3"))
    assert "assumed-role/org-a/" in project.last("boto3")


def test_a_run_that_was_killed_leaves_no_network_to_the_next(
    tmp_path: Path, engine: Engine
) -> None:
    left = tmp_path / "awsenv-engine-left/networks"
    left.mkdir(parents=True)
    network = {"name": "left", "cniVersion": "0.4.0", "plugins": [{"type": "bridge", "bridge": "awsenvleft"}]}  # fmt: skip
    (left / "left.conflist").write_text(json.dumps(network))
    subprocess.run(["ip", "link", "add", "awsenvleft", "type", "bridge"], check=True)
    remove_left(tmp_path)
    assert not left.exists()
    told = subprocess.run(["ip", "link"], capture_output=True, text=True, check=True).stdout
    assert "awsenvleft" not in told
