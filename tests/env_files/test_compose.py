"""The override and the relay's file: a person's own compose file is read, and never written."""

import subprocess
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml

from awsenv.compose.override import NO_FILES
from awsenv.env_files import compose
from awsenv.errors import AwsenvError
from tests.actions.test_dotenv_live import home
from tests.served import Served

__all__ = ["home"]
LIVE = ("dotenv", "admin", "--live", "--no-start", "--compose", "-o", ".env")
BASE = """\
# mine
services:
  app: {image: a}
  worker:
    image: b
    networks: [back]
    ports: !override ["1:1"]
  host: {image: c, network_mode: host}
networks: {back: {}}
"""


def override(home: Served) -> dict[str, Any]:
    return dict(yaml.safe_load((home.place.home / "compose.awsenv.yaml").read_text()))


def test_each_service_keeps_its_networks_and_gets_the_relays(home: Served) -> None:
    (home.place.home / "compose.yaml").write_text(BASE)
    result = home.place.run(*LIVE)
    assert result.returncode == 0, result.stderr
    assert (home.place.home / "compose.yaml").read_text() == BASE
    told = override(home)
    assert told["networks"] == {"awsenv": {"external": True, "name": "awsenv"}}
    assert {name: list(each["networks"]) for name, each in told["services"].items()} == {
        "app": ["default", "awsenv"],
        "worker": ["awsenv"],
    }
    # The variables of awsenv's in the .env, by name: nothing else of it, and no value.
    assert told["services"]["app"]["environment"] == {
        name: f"${{{name}}}"
        for name in (
            "AWS_CONTAINER_CREDENTIALS_FULL_URI",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN",
            *NO_FILES,
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
        )
    }
    assert "host has a network_mode, and so no relay" in result.stderr
    # compose finds both files by the .env.
    text = (home.place.home / ".env").read_text()
    assert "COMPOSE_FILE=compose.yaml:compose.awsenv.yaml\n" in text
    assert home.place.run(*LIVE).returncode == 0
    assert (home.place.home / ".env").read_text() == text


def test_a_persons_own_override_and_word_on_files_stay(home: Served) -> None:
    (home.place.home / "docker-compose.yml").write_text(BASE)
    (home.place.home / "docker-compose.override.yml").write_text("services: {}\n")
    assert home.place.run(*LIVE).returncode == 0
    files = "docker-compose.yml:docker-compose.override.yml:compose.awsenv.yaml"
    assert f"COMPOSE_FILE={files}\n" in (home.place.home / ".env").read_text()
    (home.place.home / ".env").write_text("COMPOSE_FILE=x.yaml\n")
    result = home.place.run(*LIVE)
    assert (home.place.home / ".env").read_text().startswith("COMPOSE_FILE=x.yaml\n")
    assert (
        "docker compose -f docker-compose.yml -f docker-compose.override.yml -f compose.awsenv.yaml up"
        in result.stderr
    )


def test_another_file_than_dot_env_goes_in_whole(home: Served) -> None:
    (home.place.home / "compose.yaml").write_text(BASE)
    assert home.place.run(*LIVE[:-1], "live.env").returncode == 0
    assert override(home)["services"]["app"] == {
        "networks": {"default": {}, "awsenv": {}},
        "env_file": ["live.env"],
    }


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("services:\n  app: [\n", "compose.yaml, line 3: "),
        ("", "compose.yaml has no services"),
        ("services: []\n", "compose.yaml has no services"),
        ("a\0b", "cannot read "),
        ("- x\n", "compose.yaml has no services"),
    ],
)
def test_a_compose_file_that_is_none_is_one_line_and_nothing_is_written(
    text: str, line: str, home: Served
) -> None:
    (home.place.home / "compose.yaml").write_text(text)
    result = home.place.run(*LIVE)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert line in result.stderr
    assert not (home.place.home / ".env").exists()
    assert not (home.place.home / "compose.awsenv.yaml").exists()


def test_a_file_of_that_name_that_is_not_ours_stays(home: Served) -> None:
    (home.place.home / "compose.yaml").write_text(BASE)
    (home.place.home / "compose.awsenv.yaml").write_text("mine\n")
    result = home.place.run(*LIVE)
    assert result.returncode == 1
    assert "compose.awsenv.yaml is not awsenv's" in result.stderr
    assert (home.place.home / "compose.awsenv.yaml").read_text() == "mine\n"


def test_the_relay_is_as_the_example_has_it(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    relay = yaml.safe_load(Path(compose.write_relay(0, environ)).read_text())
    example = Path(__file__).parents[2] / "examples/compose/live/relay.yaml"
    wanted = yaml.safe_load(example.read_text())
    socket = f"{tmp_path}/.local/state/awsenv/socket"
    assert relay["services"]["relay"].pop("volumes") == [
        {"type": "bind", "source": socket, "target": "/run/awsenv", "read_only": True}
    ]
    wanted["services"]["relay"].pop("volumes")
    assert relay == wanted
    with patch("sys.platform", "darwin"):
        relay = yaml.safe_load(Path(compose.write_relay(4711, environ)).read_text())
    assert relay["services"]["relay"]["command"][1] == "TCP:host.docker.internal:4711"
    assert "volumes" not in relay["services"]["relay"]


def test_docker_compose_takes_both_files(home: Served) -> None:
    from tests.shells.real import clean, installed

    (home.place.home / "compose.yaml").write_text(BASE.replace("!override ", "").replace("# mine\n", "version: '3.8'\n"))  # fmt: skip
    assert home.place.run(*LIVE).returncode == 0
    done = subprocess.run(
        [installed("docker-compose"), "config"], cwd=home.place.home, env=clean(home.place.home),
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = yaml.safe_load(done.stdout)
    assert set(told["services"]["app"]["networks"]) == {"default", "awsenv"}
    assert set(told["services"]["worker"]["networks"]) == {"back", "awsenv"}
    assert told["services"]["app"]["environment"]["AWS_REGION"] == "a-1"


def test_an_override_without_a_compose_file_says_where_it_would_be(tmp_path: Path) -> None:
    with pytest.raises(AwsenvError, match="no compose file"):
        compose.Override(str(tmp_path), ".env")
