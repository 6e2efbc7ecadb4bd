"""What the engine itself knows counts, too: an image's own variables, and what a container was started with."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.compose.test_compose import TOKEN, Project
from tests.place import Place
from tests.server.test_serve import role

BASE = "services:\n  web: {image: shop}\n  made: {build: .}\n"
# The words of an engine that these need, and what it prints, as docker 28 and podman 4 have it.
DOCKER = """#!{python} -IS
import json, sys
known = json.load(open({known!r}))
words = sys.argv[1:]
if words[:2] == ["image", "inspect"]:
    if words[2] not in known["images"]:
        sys.exit("Error: No such image: " + words[2])
    print(json.dumps([{{"Id": "sha256:1", "Config": {{"Env": known["images"][words[2]]}}}}]))
elif words[:2] == ["ps", "--quiet"]:
    assert words[2:] == ["--filter", "label=com.docker.compose.project.working_dir=" + known["folder"]], words
    print("\\n".join(known["containers"]))
elif words[:1] == ["inspect"]:
    print(json.dumps([known["containers"][name] for name in words[1:]]))
else:
    sys.exit(1)
"""


class Engine:
    """A ``docker`` for the project that has those ``images`` and ``containers``."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.images: dict[str, list[str]] = {}
        self.containers: dict[str, dict[str, Any]] = {}
        path = project.place.home / "bin/docker"
        path.write_text(DOCKER.format(python=sys.executable, known=str(path) + ".json"))
        path.chmod(0o755)
        self.tell()

    def tell(self) -> None:
        told = {"folder": str(self.project.folder), "images": self.images, "containers": self.containers}  # fmt: skip
        Path(self.project.place.home / "bin/docker.json").write_text(json.dumps(told))

    def start(self, service: str, environment: dict[str, str]) -> None:
        """A container of ``service`` runs with ``environment``."""
        env = [f"{name}={value}" for name, value in environment.items()]
        labels = {"com.docker.compose.service": service}
        self.containers["1a2b3c"] = {"Config": {"Env": env, "Labels": labels}, "Mounts": []}
        self.tell()


@pytest.fixture
def engine(place: Place) -> Iterator[Engine]:
    role(place)
    project = Project(place)
    project.write(BASE)
    yield Engine(project)
    place.run("serve", "--stop")


@pytest.mark.parametrize("image", ["shop", "app-made", "app_made"])
def test_keys_that_an_image_sets_go_before_ours_and_are_overcome(
    image: str, engine: Engine
) -> None:
    name = "web" if image == "shop" else "made"
    engine.images[image] = ["PATH=/bin", "AWS_ACCESS_KEY_ID=AKIAIMAGE", "AWS_SECRET_ACCESS_KEY=s"]
    engine.tell()
    project = engine.project
    assert project.check()[1][name] == ["key AKIAIMAGE"]
    [row] = [row for row in json.loads(project.run("compose", "--check", "--json").stdout) if row["service"] == name]  # fmt: skip
    assert row["place"] == "its image"
    refused = project.run("compose", "admin", name)
    assert refused.returncode == 1
    assert (
        f"service {name} would be key AKIAIMAGE, by AWS_ACCESS_KEY_ID (its image)" in refused.stderr
    )
    assert not (project.folder / "compose.awsenv.yaml").exists()
    assert project.run("compose", "admin", name, "--force").returncode == 0
    assert project.check() == (0, {"web": ["nobody"], "made": ["nobody"], name: ["admin"]})


def test_a_region_of_the_image_stays_under_both_names(engine: Engine) -> None:
    engine.images["shop"] = ["AWS_REGION=eu-north-1"]
    engine.tell()
    assert engine.project.run("compose", "admin", "web").returncode == 0
    environment = engine.project.override["services"]["web"]["environment"]
    assert environment == {"AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "eu-north-1"}


def test_a_home_that_the_image_names_is_where_a_mounted_folder_counts(engine: Engine) -> None:
    engine.project.write("services: {web: {image: shop, volumes: ['~/.aws:/root/.aws'], environment: {AWS_PROFILE: key}}}\n")  # fmt: skip
    assert engine.project.check()[1] == {"web": ["profile key of ~/.aws"]}
    engine.images["shop"] = ["HOME=/srv/app"]
    engine.tell()
    found = engine.project.check()[1]["web"]
    assert "profile key of ~/.aws" not in found


def test_images_that_are_not_here_are_said_to_be_unknown(engine: Engine) -> None:
    done = engine.project.run("compose", "admin", "web")
    assert "the images of web are not here: what they set themselves is not counted" in done.stderr
    engine.images["shop"] = []
    engine.tell()
    assert "not counted" not in engine.project.run("compose", "admin", "web").stderr


def test_a_container_that_was_started_before_is_told_until_it_is_made_anew(engine: Engine) -> None:
    project = engine.project
    engine.start("web", {"PATH": "/bin"})
    assert project.run("compose", "admin", "web").returncode == 0
    done = project.run("compose", "--check")
    assert done.returncode == 1
    assert (
        "service web runs as nobody, by what it was started with; docker compose up -d web"
        in done.stderr
    )
    engine.start("web", {name: value or "" for name, value in project.private.items()})
    assert project.run("compose", "--check").returncode == 0
    # And one that has what was revoked since.
    engine.start(
        "web", {**{name: value or "" for name, value in project.private.items()}, TOKEN: "x"}
    )
    [row] = [row for row in json.loads(project.run("compose", "--check", "--json").stdout) if row["service"] == "web"]  # fmt: skip
    assert (row["runs_as"], row["wrong"]) == ("nobody: its token opens nothing", True)
