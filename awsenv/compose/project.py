"""A compose project as its engine sees it: the services, and what of them says who they act as. Formats: the Compose
Specification. What an engine prints holds secrets, and is neither shown nor kept.
"""

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from awsenv.env_files import env_file
from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.paths import shorten

# In the order in which compose looks for them.
NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = ("compose.override.yaml", "compose.override.yml", "docker-compose.override.yml",
             "docker-compose.override.yaml")  # fmt: skip
OURS = "compose.awsenv.yaml"


class Mount(NamedTuple):
    """``source`` on the host (empty: a volume of the engine's) is ``target`` in the container."""

    source: str
    target: str


class Service(NamedTuple):
    """``environment`` is what the container gets from compose (``None``: the shell's own, else the image's); ``mounts`` are
    folders and files of the host, secrets and configs too. ``is_apart``: it has a network_mode. ``images``: the names under
    which its image may be here, and ``of_image`` what that one sets itself, below all else; ``None`` where it is not here."""

    name: str
    environment: dict[str, str | None]
    mounts: list[Mount]
    is_apart: bool = False
    has_networks: bool = False
    images: tuple[str, ...] = ()
    of_image: dict[str, str] | None = None

    def fill(self, variables: Mapping[str, str]) -> dict[str, str]:
        """What the container has in its environment, with bare names filled from ``variables``."""
        own = {n: variables.get(n) if v is None else v for n, v in self.environment.items()}
        return (self.of_image or {}) | {
            name: value for name, value in own.items() if value is not None
        }


class Project(NamedTuple):
    """What ``engine`` (empty: our own reader) makes of ``files`` in ``folder``; variables are filled from ``env_file``.
    ``is_named``: its files are not those that an engine takes by itself."""

    folder: str
    files: list[str]
    engine: str
    services: dict[str, Service]
    env_file: str = ""
    is_named: bool = False


def find_folder(start: str, files: Sequence[str] = ()) -> str:
    """The project of ``files``: where the first of them lies, as engines have it. Without any the one that one stands in:
    the nearest folder from ``start`` upward that has a compose file, as engines have that; ``start`` where none has."""
    if files:
        return os.path.realpath(os.path.dirname(os.path.abspath(files[0])))
    folder = start
    while not list_files(folder):
        above = os.path.dirname(folder)
        if above == folder:
            return start
        folder = above
    return folder


def find_files(folder: str) -> list[str]:
    """The same, one and what overrides it, of a folder that has to have one. Raises ``AwsenvError``."""
    found = list_files(folder)
    if not found:
        what = f"there is no compose file in {shorten(folder)}, nor above"
        raise AwsenvError(what, "cd to the project, or -f FILE")
    return found


def list_files(folder: str) -> list[str]:
    """The compose files that an engine takes in ``folder`` by itself; none where there are none."""
    base, more = (
        [n for n in names if os.path.exists(os.path.join(folder, n))][:1]
        for names in (NAMES, OVERRIDES)
    )
    return base + more if base else []


def find_env_file(project: Project) -> str:
    """The ``.env`` from which an engine fills a project's variables, started where one stands: docker-compose 1 takes that
    of the working folder, the others that of the project."""
    folder = os.getcwd() if project.engine == "docker-compose" else project.folder
    return os.path.join(folder, ".env")


def read_env_file(path: str) -> dict[str, str | None]:
    """The variables of the ``.env`` at ``path``; none where there is no such file, or it cannot be read."""
    try:
        text = (reading.read_if_there(path) or b"").decode("utf-8", "replace")
    except AwsenvError:
        return {}
    return env_file.read_values(text)


def parse_project(told: Any, folder: str, files: list[str], engine: str) -> Project:
    """What an engine's ``config`` printed, or our reader found, as a project. Raises ``AwsenvError``."""
    services = told.get("services") if isinstance(told, dict) else None
    if not isinstance(services, dict) or not services:
        raise AwsenvError(f"{', '.join(files)}: there are no services", "docker compose config")
    places = {
        kind: {
            str(name): str(each.get("file") or "")
            for name, each in (told.get(kind) or {}).items()
            if isinstance(each, dict)
        }
        for kind in ("secrets", "configs")
    }
    usual = str(told.get("name") or re.sub("[^-_a-z0-9]", "", os.path.basename(folder).lower()))
    found = {
        str(name): _parse_service(
            str(name), each if isinstance(each, dict) else {}, folder, places
        )._replace(images=_list_images(usual, str(name), each))
        for name, each in services.items()
    }
    return Project(folder, files, engine, found)


def _list_images(project: str, name: str, said: Any) -> tuple[str, ...]:
    """Under which names the image of a service may be known: its own word, else what compose calls what it builds."""
    if image := said.get("image") if isinstance(said, dict) else None:
        return (str(image),)
    return (f"{project}-{name}", f"{project}_{name}")


def _parse_service(
    name: str, said: dict[str, Any], folder: str, places: dict[str, dict[str, str]]
) -> Service:
    mounts = list(filter(None, (_parse_volume(each, folder) for each in said.get("volumes") or [])))
    for kind, files in places.items():
        for each in said.get(kind) or []:
            source = str(each.get("source") if isinstance(each, dict) else each)
            usual = f"/run/secrets/{source}" if kind == "secrets" else f"/{source}"
            target = str(each.get("target") or usual) if isinstance(each, dict) else usual
            target = target if target[:1] == "/" else f"/run/secrets/{target}"
            mounts.append(Mount(_expand(files.get(source, ""), folder), target))
    return Service(
        name,
        parse_environment(said.get("environment")),
        mounts,
        bool(said.get("network_mode")),
        # docker compose says the default one of everybody; an override that names others would take it away.
        bool({*(said.get("networks") or ())} - {"default"}),
    )


def parse_environment(said: Any, is_escaped: bool = True) -> dict[str, str | None]:
    """A service's ``environment``, in either form; ``is_escaped``: a dollar is written as two."""
    if isinstance(said, dict):
        items = said.items()
    else:
        items = [str(each).partition("=")[::2] if "=" in str(each) else (str(each), None) for each in said or []]  # type: ignore[assignment]  # fmt: skip
    return {
        str(name): None if value is None else _format(value, is_escaped) for name, value in items
    }


def _format(value: object, is_escaped: bool) -> str:
    """A value as a container gets it: YAML's own words for true and numbers."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).replace("$$", "$") if is_escaped else str(value)


def _parse_volume(said: Any, folder: str) -> Mount | None:
    if isinstance(said, dict):
        source = str(said.get("source") or "") if said.get("type", "volume") == "bind" else ""
        return Mount(_expand(source, folder), str(said.get("target") or ""))
    words = str(said).split(":")
    if len(words) < 2:
        return None
    # A name that is no path is a volume of the engine's.
    source = words[0] if words[0][:1] in ("/", ".", "~") else ""
    return Mount(_expand(source, folder), words[1])


def _expand(path: str, folder: str) -> str:
    return os.path.normpath(os.path.join(folder, os.path.expanduser(path))) if path else ""
