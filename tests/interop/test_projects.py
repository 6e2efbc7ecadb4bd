"""Compose projects as people write them, in a real engine: each container is who ``compose --check`` had said, to each
SDK, in that Region."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.interop.engine import IMAGE, engine, mounts
from tests.interop.projects import PROJECTS, Written
from tests.interop.test_containers import NODE, Ground, ground
from tests.program import is_long, until
from tests.shells.real import installed

__all__ = ["engine", "ground"]

pytestmark = pytest.mark.skipif(
    not is_long(), reason="one project in real containers is enough for make test"
)

ASK = {
    "boto3": """
import boto3
session = boto3.Session()
try:
    client = session.client("sts", region_name=session.region_name or "us-east-1")
    line = client.get_caller_identity()["Arn"] + " " + (session.region_name or "")
except Exception as error:
    line = "failed " + repr(error).replace("\\n", " ")
print(line)
""",
    "js": """
const { STSClient, GetCallerIdentityCommand } = require("@aws-sdk/client-sts");
async function ask() {
  let region = "";
  try { region = await new STSClient({}).config.region(); } catch (error) {}
  try {
    const client = new STSClient(region ? {} : { region: "us-east-1" });
    console.log((await client.send(new GetCallerIdentityCommand({}))).Arn, region);
  } catch (error) { console.log("failed " + String(error).replaceAll("\\n", " ")); }
}
ask();
""",
}
FAMILIES = {"boto3": f"{sys.executable} /ask/ask.py", "js": "/usr/bin/node /ask/ask.js", "go": "/ask/ask"}  # fmt: skip


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what a container asks with."""
    folder = tmp_path_factory.mktemp("ask")
    (folder / "ask.py").write_text(ASK["boto3"])
    (folder / "ask.js").write_text(ASK["js"])
    # Whatever a project says of an endpoint: the stand-in's.
    script = ["/usr/bin/socat TCP-LISTEN:9000,fork,reuseaddr UNIX-CONNECT:$STS &", "export AWS_ENDPOINT_URL=http://127.0.0.1:9000 NODE_PATH=$NODE/node_modules"]  # fmt: skip
    script += [f"{command} >/out/$SERVICE-{name}.part 2>&1; /usr/bin/mv /out/$SERVICE-{name}.part /out/$SERVICE-{name}" for name, command in FAMILIES.items()]  # fmt: skip
    (folder / "ask.sh").write_text("\n".join([*script, "sleep 1000", ""]))
    built = NODE.parent / "go/ask"
    if not built.exists():
        go = installed("go")
        place = built.parent
        place.mkdir(exist_ok=True)
        shutil.copy(Path(__file__).parent / "go/main.go", place)
        module = "github.com/aws/aws-sdk-go-v2"
        for words in (["mod", "init", "ask"], ["get", f"{module}/config", f"{module}/service/sts"], ["build", "-o", "ask", "."]):  # fmt: skip
            if words[0] != "mod" or not (place / "go.mod").exists():
                subprocess.run([go, *words], cwd=place, env={**os.environ, "CGO_ENABLED": "0"}, check=True)  # fmt: skip
    shutil.copy(built, folder / "ask")
    return folder


@pytest.fixture(params=["docker-compose", "docker compose"])
def driver(request: pytest.FixtureRequest, ground: Ground) -> Iterator[str]:
    """The engine's compose; the relay's address is nobody's else."""
    home = ground.place.home
    if request.param == "docker compose":
        program = os.environ.get("AWSENV_COMPOSE2")
        if not program:
            pytest.skip("AWSENV_COMPOSE2 names no docker compose 2")
        for each in (home, ground.engine.folder):
            ground.engine.add_plugin(each, program)
    program, *more = request.param.split()
    ground.engine.driver = [installed(program), *more]
    asks = ("PATH", "DOCKER_HOST", "CONTAINERS_CONF", "CONTAINERS_STORAGE_CONF")
    ground.more = {n: ground.engine.environ[n] for n in asks} | {"PATH": f"{home}/bin:/usr/local/bin:/usr/bin:/bin"}  # fmt: skip
    route = ["unreachable", "169.254.170.2/32"]
    subprocess.run([installed("ip"), "route", "add", *route], check=True)
    yield request.param
    ground.engine.driver = ["docker-compose"]
    subprocess.run(["ip", "addr", "del", "169.254.170.2/32", "dev", "lo"], check=False)
    subprocess.run(["ip", "route", "del", *route], check=True)


def write(written: Written, folder: Path, ground: Ground, programs: Path) -> None:
    """The files of a project in ``folder``, whose services ask and write into ``out``."""
    plain, user = ground.place.plain, ground.place.user
    volumes = [*mounts(), f"{folder}/out:/out", f"{programs}:/ask:ro", f"{ground.sts.parent}:/sts", f"{NODE}:{NODE}:ro"]  # fmt: skip
    names = ground.place.run("compose", "--print", "web", **ground.more).stdout
    lines = [line.strip("- \n") for line in names.splitlines() if "- " in line]
    (folder / "out").mkdir(parents=True)
    for path, text in written.files.items():
        done = []
        for line in text.splitlines():
            name = line.split(":")[0].strip() if "{" in line.partition(":")[2][:3] else ""
            if "{web: {ASK" in line or "{worker: {ASK" in line or "{base: {ASK" in line:
                name = line.partition(": {")[2].partition(":")[0]
            own = [line.partition("more: [")[2].partition("]")[0]] if "more: [" in line else []
            line = line.partition(", more: [")[0] + "}" if own else line
            # Not through its environment, of which the project says what it says.
            command = f"export STS=/sts/{ground.sts.name} NODE={NODE} SERVICE={name} PATH=/bin; . /ask/ask.sh"  # fmt: skip
            command = command.replace("$", "$$")
            here = json.dumps(volumes)[1:-1] + "".join(f", {each}" for each in own)
            ask = f"image: {IMAGE}, command: ['/bin/sh', '-c', '{command}'], volumes: [{here}]"
            line = (
                line.replace("{ASK", "{" + ask)
                .replace("NAMES", json.dumps(lines))
                .replace("image: IMAGE", f"image: {IMAGE}")
            )
            done.append(line)
        keys = f"AWS_ACCESS_KEY_ID: {plain.key_id}, AWS_SECRET_ACCESS_KEY: {plain.secret}"
        other = f"AWS_ACCESS_KEY_ID: {user.key_id}, AWS_SECRET_ACCESS_KEY: {user.secret}"
        text = "\n".join(done) + "\n"
        text = text.replace("OTHERKEYS", other).replace("KEYLINES", keys.replace(": ", "=").replace(", ", "\n")).replace("KEYS", keys)  # fmt: skip
        text = text.replace("HOME/.aws", f"{ground.place.home}/.aws")
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)


def expected(row: dict[str, object], ground: Ground) -> str:
    """The ARN that a row of the table says, as far as it is one; ``failed`` for nobody."""
    who = str(row["acts_as"])
    known = {
        f"key {ground.place.plain.key_id}": ground.place.plain.arn,
        f"key {ground.place.user.key_id}": ground.place.user.arn,
        "profile plain of ~/.aws": ground.place.plain.arn,
    }
    if row["by_awsenv"]:
        return f"assumed-role/{who}/"
    return known.get(who, "failed")


@pytest.mark.parametrize("name", PROJECTS)
def test_each_container_is_who_was_said(
    name: str, driver: str, ground: Ground, programs: Path
) -> None:
    written, place = PROJECTS[name], ground.place
    if written.newer and driver == "docker-compose":
        pytest.skip("docker-compose 1 knows no include")
    with (place.home / ".aws/credentials").open("a") as file:
        file.write(f"[plain]\naws_access_key_id = {place.plain.key_id}\naws_secret_access_key = {place.plain.secret}\n")  # fmt: skip
    folder = place.home / "project"
    write(written, folder, ground, programs)
    stand = ("/usr/bin/env", "-C", str(folder / written.folder))
    words = written.brings if written.brings[0] == "dotenv" else ("compose", *written.brings)
    done = place.run(*words, prefix=stand, **ground.more)
    assert done.returncode == 0, done.stderr
    relay = place.home / ".local/state/awsenv/awsenv-relay"
    ground.engine.compose("up", "-d", cwd=relay)
    ground.engine.compose(*written.up, "up", "-d", cwd=folder / written.folder)
    told = place.run("compose", "--check", "--json", *written.checks, prefix=stand, **ground.more)
    rows = json.loads(told.stdout)
    assert told.returncode == 0, (rows, told.stderr)
    assert not [row for row in rows if row["runs_as"]]
    out = folder / "out"
    wanted = {
        f"{row['service']}-{sdk}": (expected(row, ground), row["region"] or "")
        for row in rows
        for sdk in row["sdks"]
    }
    until(lambda: all((out / each).exists() for each in wanted), seconds=240)
    for each, (arn, region) in wanted.items():
        said = (out / each).read_text().strip().splitlines()[-1]  # behind an SDK's warnings
        assert arn in said, (each, said, told.stdout)
        if arn != "failed":
            assert said.partition(" ")[2] == region, (each, said, told.stdout)
