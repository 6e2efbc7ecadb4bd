"""What the engine itself knows: what an image sets, and what runs of a project. Formats: ``image inspect``, ``ps`` and
``inspect`` of docker and podman, and the labels that compose puts on its containers. Where no engine answers, nothing is
known.
"""

import json
import re
from collections.abc import Sequence
from typing import Any

from awsenv import programs
from awsenv.compose.project import Mount, Project, Service, parse_environment
from awsenv.errors import AwsenvError

_LABEL = "com.docker.compose"
_WITHIN = 10.0


def ask(program: str, words: Sequence[str], environ: dict[str, str]) -> Any:
    """What ``program`` (docker or podman) prints, which is JSON; ``None`` where it does not answer."""
    try:
        done = programs.run([program, *words], environ, seconds=_WITHIN)
        return json.loads(done.out) if done.code == 0 else None
    except (OSError, AwsenvError, ValueError):
        return None


def choose_program(engine: str, environ: dict[str, str]) -> str:
    """docker or podman: what knows of the images and containers of ``engine`` (its words; empty for whatever there is)."""
    if engine.startswith("podman"):
        return "podman"
    only_podman = not programs.find("docker", environ) and programs.find("podman", environ)
    return "podman" if only_podman else "docker"


def add_images(project: Project, environ: dict[str, str]) -> Project:
    """``project`` with what the images of its services set, as far as they are here."""
    program = choose_program(project.engine, environ)
    known: dict[str, dict[str, str] | None] = {}
    services = {}
    for name, service in project.services.items():
        for image in service.images:
            if image not in known:
                known[image] = _read_image(program, image, environ)
            if (found := known[image]) is not None:
                service = service._replace(of_image=found)
                break
        services[name] = service
    return project._replace(services=services)


def _read_image(program: str, image: str, environ: dict[str, str]) -> dict[str, str] | None:
    told = ask(program, ["image", "inspect", image], environ)
    config = told[0].get("Config") if isinstance(told, list) and told else None
    return _parse_environment(config) if isinstance(config, dict) else None


def list_running(project: Project, environ: dict[str, str]) -> list[Service]:
    """The containers of ``project`` that run, each as the service that it was when it was made."""
    label = f"label={_LABEL}.project.working_dir={project.folder}"
    program = choose_program(project.engine, environ)
    try:
        done = programs.run([program, "ps", "--quiet", "--filter", label], environ, seconds=_WITHIN)
    except (OSError, AwsenvError):
        return []
    names = re.findall(r"[0-9a-f]+", done.out.decode("utf-8", "replace")) if done.code == 0 else []
    told = ask(program, ["inspect", *names], environ) if names else None
    found = [_parse_container(each) for each in told or () if isinstance(each, dict)]
    return [each for each in found if each.name]


def _parse_container(told: dict[str, Any]) -> Service:
    config = told.get("Config") or {}
    mounts = [
        Mount(str(each.get("Source") or ""), str(each.get("Destination") or ""))
        for each in told.get("Mounts") or []
        if each.get("Type") == "bind"
    ]
    name = (config.get("Labels") or {}).get(f"{_LABEL}.service", "")
    return Service(str(name), dict(_parse_environment(config)), mounts)


def _parse_environment(config: dict[str, Any]) -> dict[str, str]:
    said = parse_environment(config.get("Env") or [], is_escaped=False)
    return {name: value for name, value in said.items() if value is not None}
