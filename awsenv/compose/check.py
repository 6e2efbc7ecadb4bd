"""What each service of a project will be, as the project stands: by SDK, with the line that decides."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import unquote

from awsenv.compose import containers, engine, override, prediction
from awsenv.compose.project import OURS, Project, Service, find_env_file, find_folder, read_env_file


class Row(NamedTuple):
    """What a service will be to the SDKs ``families``: ``acting``; ``should`` is whom it should act as, empty for nobody of
    ours; ``place`` is where what decides is said. ``runs_as``: what a container of it that runs is, where that is another."""

    service: str
    families: list[str]
    acting: prediction.Acting
    should: str
    place: str
    runs_as: str = ""

    @property
    def is_wrong(self) -> bool:
        """Whether it acts as another than it should."""
        is_right = self.acting.is_ours and self.acting.who == self.should and not self.runs_as
        return bool(self.should) and not is_right


def read_project(files: Sequence[str], environ: dict[str, str]) -> Project:
    """The project of the folder one stands in, or of ``files``, without what awsenv wrote. Raises ``AwsenvError``."""
    said = files or _list_said(environ)
    named = [name for name in said if name and os.path.basename(name) != OURS]
    folder = find_folder(os.getcwd(), named)
    project = engine.read_project(folder, named, environ)
    project = project._replace(env_file=find_env_file(project), is_named=bool(files))
    return containers.add_images(project, environ)


def check(files: Sequence[str], environ: dict[str, str]) -> tuple[list[Row], str]:
    """What each service will be as the project stands now, started from here; and what to type where compose leaves our
    override out, else nothing. Raises ``AwsenvError``."""
    project = read_project(files, environ)
    # Whom each was brought to, though that may be granted no more.
    should = {
        name: unquote(
            read_values(change.private).get(prediction.URI, "").rpartition("/profiles/")[2]
        )
        for name, change in override.read(project.folder).items()
    }
    is_used = bool(should) and _is_used(project, files, environ)
    services = apply_ours(project) if is_used else project.services
    running = {each.name: each for each in containers.list_running(project, environ)}
    rows = list_rows(project, services, should, environ)
    rows = [row._replace(runs_as=_find_other(row, running, environ)) for row in rows]
    return rows, override.format_words(project) if should and not is_used else ""


def _find_other(row: Row, running: Mapping[str, Service], environ: dict[str, str]) -> str:
    """Who the container of a row's service is that runs, if it is somebody else: it has the environment that it was made
    with, whatever the files say since."""
    if row.service not in running:
        return ""
    service = running[row.service]
    found = [prediction.predict(service, family, {}, environ, {}) for family in row.families]
    other = [
        each
        for each in found
        if (each.who, each.is_ours, each.region)
        != (row.acting.who, row.acting.is_ours, row.acting.region)
    ]
    if not other:
        return ""
    is_region = (other[0].who, other[0].is_ours) == (row.acting.who, row.acting.is_ours)
    return f"{other[0].who} in {other[0].region or 'no Region'}" if is_region else other[0].who


def list_unknown(project: Project, names: Sequence[str]) -> list[str]:
    """Those of the services ``names`` whose images nobody could look into: they are not here yet, or no engine answers."""
    return [name for name in names if project.services[name].of_image is None]


def apply_ours(project: Project) -> dict[str, Service]:
    """The services with what the override that lies there says."""
    return dict(project.services) | {
        name: override.apply(project.services[name], change, read_values(change.private))
        for name, change in override.read(project.folder).items()
        if name in project.services
    }


def list_rows(
    project: Project,
    services: Mapping[str, Service],
    should: Mapping[str, str],
    environ: dict[str, str],
    known: Mapping[str, str] | None = None,
) -> list[Row]:
    """A row a service, and one for each answer where SDKs differ. ``known``: tokens that will be granted, and for which
    profile."""
    from awsenv.compose import places

    variables = {**read_values(project.env_file), **environ}
    rows = []
    for name, service in services.items():
        found: dict[prediction.Acting, list[str]] = {}
        for family in prediction.FAMILIES:
            acting = prediction.predict(service, family, variables, environ, known or {})
            found.setdefault(acting, []).append(family)
        for acting, families in found.items():
            place = places.find_place(project, name, acting.by) if acting.by else ""
            if acting.by in (service.of_image or {}) and acting.by not in service.environment:
                place = "its image"
            rows.append(Row(name, families, acting, should.get(name, ""), place))
    return rows


def describe(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """``rows`` for programs."""
    return [
        {
            "service": row.service, "sdks": row.families, "acts_as": row.acting.who, "by_awsenv": row.acting.is_ours,
            "region": row.acting.region or None, "by": row.acting.by or None, "place": row.place or None,
            "should": row.should or None, "runs_as": row.runs_as or None, "wrong": row.is_wrong,
        }
        for row in rows
    ]  # fmt: skip


def _is_used(project: Project, files: Sequence[str], environ: dict[str, str]) -> bool:
    """Whether compose takes the override, however it is started: by the files that were named, else by COMPOSE_FILE."""
    if files:
        return any(os.path.basename(name) == OURS for name in files)
    return OURS in map(os.path.basename, _list_said(environ))


def _list_said(environ: dict[str, str]) -> list[str]:
    """The files that COMPOSE_FILE names: the shell's, or that of the ``.env`` in the folder in which one stands. Engines go
    by no other, and so in a folder below the project by none."""
    said = environ.get("COMPOSE_FILE") or read_env(os.getcwd()).get("COMPOSE_FILE") or ""
    return said.split(os.pathsep)


def read_env(folder: str) -> dict[str, str]:
    """What the ``.env`` of a project says."""
    return read_values(os.path.join(folder, ".env"))


def read_values(path: str) -> dict[str, str]:
    """The variables of the file at ``path``; none where it is not there."""
    return {name: value for name, value in read_env_file(path).items() if value is not None}
