"""What will run, by whoever runs it: ``config`` of docker compose, docker-compose or podman compose, else our own reader."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

from awsenv import programs
from awsenv.compose.project import (
    Project,
    find_files,
    parse_environment,
    parse_project,
    read_env_file,
)
from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.paths import shorten

# The engines, and how each prints a whole project: docker compose 2 in JSON, 1.29 in YAML, which JSON is.
_ENGINES: tuple[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]], ...] = (
    (("docker", "compose"), ("version",), ("--profile", "*")),
    (("docker-compose",), ("version", "--short"), ()),
    (("podman", "compose"), ("version",), ("--profile", "*")),
)


def read_project(folder: str, files: Sequence[str], environ: dict[str, str]) -> Project:
    """The project of ``files``, which lies in ``folder``, as an engine reads it that is started where one stands; without
    ``files``, of those that it takes there. Raises ``AwsenvError``."""
    named = [each for name in files for each in ("-f", name)]
    from awsenv.compose import documents

    found = [os.path.relpath(name, folder) for name in files] or find_files(folder)
    # A remote include would ask the network.
    environ = {**environ, "COMPOSE_EXPERIMENTAL_GIT_REMOTE": "0", "COMPOSE_EXPERIMENTAL_OCI_REMOTE": "0"}  # fmt: skip
    for words, more in _list_engines(environ):
        done = programs.run([*words, *named, *more, "config"], environ)
        if done.code:
            line = done.err.decode("utf-8", "replace").strip().splitlines()[-1:] or ["it failed"]
            raise AwsenvError(f"{' '.join(words)} config: {line[0]}", "see to that first")
        return parse_project(documents.load(done.out, "config"), folder, found, " ".join(words))
    return parse_project(_read_files(folder, found), folder, found, "")


def find_words(environ: dict[str, str]) -> list[str]:
    """The words of the engine that is there; none where none is."""
    return next((list(words) for words, _ in _list_engines(environ)), [])


def _list_engines(environ: dict[str, str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    for words, asks, more in _ENGINES:
        if _is_there((*words, *asks), environ):
            yield words, more


def _is_there(words: Sequence[str], environ: dict[str, str]) -> bool:
    if not programs.find(words[0], environ):
        return False
    try:
        return programs.run(words, environ, seconds=20).code == 0
    except (OSError, AwsenvError):
        return False


def _read_files(folder: str, files: Sequence[str]) -> dict[str, Any]:
    """The files one over the other, as far as it takes to know who the services are; variables are not filled in."""
    from awsenv.compose import documents

    whole: dict[str, Any] = {"services": {}, "secrets": {}, "configs": {}}
    for name in files:
        path = os.path.join(folder, name)
        try:
            told = documents.load(reading.read(path), shorten(path))
        except OSError as error:
            raise AwsenvError(f"{shorten(path)}: {error.strerror}", "-f FILE") from None
        for kind in ("secrets", "configs"):
            whole[kind] |= (told.get(kind) or {}) if isinstance(told, dict) else {}
        services = (told.get("services") or {}) if isinstance(told, dict) else {}
        for service, said in services.items() if isinstance(services, dict) else ():
            _merge(whole["services"].setdefault(service, {}), said or {}, folder)
    return whole


def _merge(into: dict[str, Any], said: dict[str, Any], folder: str) -> None:
    environment: dict[str, str | None] = dict(into.get("environment") or {})
    files = said.get("env_file") or []
    for each in [files] if isinstance(files, (str, dict)) else files:
        path = os.path.join(folder, str(each.get("path") if isinstance(each, dict) else each))
        environment = read_env_file(path) | environment
    environment |= parse_environment(said.get("environment"))
    volumes = [*(into.get("volumes") or []), *(said.get("volumes") or [])]
    into.update(said)
    into.update(environment=environment, volumes=volumes)
