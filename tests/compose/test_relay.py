"""The relay's file, which is started once for all projects."""

import http.client
import json
import os
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml

from awsenv.compose import place, relay
from awsenv.compose.place import HOST, NETWORK, PORT
from awsenv.errors import AwsenvError


def test_it_is_as_the_example_has_it(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    found = yaml.safe_load(Path(relay.write(NETWORK, 0, "", environ)).read_text())
    example = Path(__file__).parents[2] / "examples/compose/live/relay.yaml"
    wanted = yaml.safe_load(example.read_text())
    socket = f"{tmp_path}/.local/state/awsenv/socket"
    assert found["services"]["relay"].pop("volumes") == [
        {"type": "bind", "source": socket, "target": "/run/awsenv", "read_only": True}
    ]
    wanted["services"]["relay"].pop("volumes")
    assert found == wanted


def test_where_no_socket_can_be_mounted_it_goes_by_the_port(tmp_path: Path) -> None:
    found = yaml.safe_load(Path(relay.write(PORT, 4711, "", {"HOME": str(tmp_path)})).read_text())
    assert found["services"]["relay"]["command"][1] == "TCP:host.docker.internal:4711"
    assert "volumes" not in found["services"]["relay"]
    with pytest.raises(AwsenvError, match="needs awsenv serve's port"):
        relay.write(PORT, 0, "", {"HOME": str(tmp_path)})


def test_on_this_machine_it_holds_the_address_on_loopback(tmp_path: Path) -> None:
    found = yaml.safe_load(Path(relay.write(HOST, 0, "", {"HOME": str(tmp_path)})).read_text())
    service = found["services"]["relay"]
    assert (service["network_mode"], service["cap_add"]) == ("host", ["NET_ADMIN"])
    assert "ip addr add 169.254.170.2/32 dev lo" in service["command"][0]
    assert "bind=169.254.170.2" in service["command"][0]
    assert "networks" not in found


ENGINE = """#!/bin/sh
echo "$*" >>{log}
case "$*" in
"compose version" | "compose -f "*) ;;
"network inspect awsenv") [ -e {log}.network ] && exec echo '[{{}}]' || exit 1 ;;
*) exit 1 ;;
esac
[ ! -e {log}.broken ] || [ "$2" = version ]
"""


@pytest.fixture
def engine(tmp_path: Path) -> Path:
    """What the ``docker`` was asked that is on the PATH of ``tmp_path``."""
    log = tmp_path / "asked"
    (tmp_path / "docker").write_text(ENGINE.format(log=log))
    (tmp_path / "docker").chmod(0o755)
    return log


def test_projects_of_an_earlier_release_go_on_in_their_network(
    engine: Path, tmp_path: Path
) -> None:
    environ = {"HOME": str(tmp_path), "PATH": str(tmp_path) + ":/usr/bin:/bin"}
    found = yaml.safe_load(Path(relay.write(HOST, 0, "", environ)).read_text())
    assert list(found["services"]) == ["relay"]
    Path(f"{engine}.network").touch()
    found = yaml.safe_load(Path(relay.write(HOST, 0, "", environ)).read_text())
    both = found["services"]
    assert both["relay"]["network_mode"] == "host"
    assert both["relay-in-network"]["networks"] == {"awsenv": {"ipv4_address": "169.254.170.2"}}
    assert found["networks"]["awsenv"]["name"] == "awsenv"


@pytest.mark.parametrize("form", [HOST, NETWORK])
def test_the_relay_ends_and_lets_go_of_its_address(form: str, engine: Path, tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "PATH": str(tmp_path) + ":/usr/bin:/bin"}
    path = relay.write(form, 0, "", environ)
    said: list[str] = []
    Path(f"{engine}.broken").touch()
    relay.remove(environ, said.append)
    assert said == ["a relay of containers may still run; docker compose -f " + path + " down"]
    assert Path(path).exists()
    Path(f"{engine}.broken").unlink()
    engine.write_text("")
    relay.remove(environ, said.append)
    asked = [line for line in engine.read_text().splitlines() if "-f" in line]
    assert asked[0] == f"compose -f {path} down --remove-orphans"
    assert any("ip addr del 169.254.170.2/32 dev lo" in line for line in asked) is (form == HOST)
    assert asked[-1].split()[3:4] == ["down"]
    assert said[1:] == ["nothing is granted any more: the relay has ended"]
    assert not Path(path).exists()
    relay.remove(environ, said.append)  # nothing there: nothing said
    assert len(said) == 2


# What engines say of themselves, as they print it.
INFO = [
    ({"OperatingSystem": "Debian GNU/Linux 12", "SecurityOptions": ["name=seccomp"]}, HOST),
    ({"OperatingSystem": "Debian GNU/Linux 12", "SecurityOptions": ["name=rootless"]}, NETWORK),
    ({"OperatingSystem": "Docker Desktop", "SecurityOptions": []}, PORT),
    ({"OperatingSystem": "OrbStack"}, PORT),
    ({"OperatingSystem": "Ubuntu 24.04 LTS", "Name": "colima"}, PORT),
    ({"OperatingSystem": "Alpine Linux", "Name": "lima-rancher-desktop"}, PORT),
    ({"ServerErrors": ["Cannot connect to the Docker daemon"], "OperatingSystem": ""}, NETWORK),
    ({"host": {"serviceIsRemote": True, "security": {"rootless": False}}}, PORT),
    ({"host": {"serviceIsRemote": False, "security": {"rootless": True}}}, NETWORK),
    ({"host": {"serviceIsRemote": False, "security": {"rootless": False}}}, HOST),
]


@pytest.mark.parametrize(("told", "form"), INFO)
def test_where_containers_run_is_the_engines_to_say(
    told: dict[str, Any], form: str, tmp_path: Path
) -> None:
    for name in ("docker", "podman"):
        (tmp_path / name).write_text(f"#!/bin/sh\ncat {tmp_path}/info\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "info").write_text(json.dumps(told))
    environ = {"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)}
    assert (
        place.find_form("podman compose" if "host" in told else "docker compose", environ) == form
    )


def test_an_engine_that_does_not_answer_is_of_the_platform(tmp_path: Path) -> None:
    assert place.find_form("", {"PATH": str(tmp_path)}) == NETWORK
    with patch("sys.platform", "darwin"):
        assert place.find_form("", {"PATH": str(tmp_path)}) == PORT


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b'{"awsenv": "54001"}', "is held by user 54001's awsenv serve on this machine"),
        (b"<html>", "is held by another program"),
        (b"[]", "is held by another program"),
        (f'{{"awsenv": "{os.geteuid()}"}}'.encode(), ""),
    ],
)
def test_an_address_that_somebody_else_holds_is_refused(
    answer: bytes, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Held(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(200)
            self.end_headers()
            self.wfile.write(answer)

    with ThreadingHTTPServer(("127.0.0.1", 0), Held) as server:
        threading.Thread(
            target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        connection = http.client.HTTPConnection
        monkeypatch.setattr(http.client, "HTTPConnection", lambda *_, **__: connection("127.0.0.1", server.server_port))  # fmt: skip
        if told:
            with pytest.raises(AwsenvError, match=told):
                relay.check_address()
        else:
            relay.check_address()
        server.shutdown()
