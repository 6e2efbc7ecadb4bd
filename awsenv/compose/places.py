"""Which line of which file says what a service has: no engine tells."""

import os
from collections.abc import Iterator, Sequence

import yaml

from awsenv.compose.documents import Loader
from awsenv.compose.project import Project
from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.paths import shorten


def find_place(project: Project, service: str, what: str) -> str:
    """Where ``what``, a variable or the path of a mount, is said for ``service``: file and line; empty where that is in none
    of the project's own files (an image's, an include's)."""
    found = ""
    for name in project.files:
        path = os.path.join(project.folder, name)
        node = _find_service(path, service)
        for kind, each in _list_words(node):
            if kind == "env_file":
                found = _find_line(os.path.join(project.folder, each.value), what) or found
            elif (
                each.value == what or each.value.startswith(f"{what}=") or f":{what}" in each.value
            ):
                found = f"{shorten(path)}, line {each.start_mark.line + 1}"
    return found


def _find_service(path: str, service: str) -> yaml.Node | None:
    try:
        node: yaml.Node | None = yaml.compose(reading.read(path), Loader)
    except (OSError, yaml.YAMLError, AwsenvError):
        return None
    return _get(_get(node, "services"), service)


def _get(node: yaml.Node | None, key: str) -> yaml.Node | None:
    for each, value in node.value if isinstance(node, yaml.MappingNode) else ():
        if each.value == key:
            return value  # type: ignore[no-any-return]
    return None


def _list_words(service: yaml.Node | None) -> Iterator[tuple[str, yaml.ScalarNode]]:
    """Each name of a variable, path of an ``env_file`` and volume of a service, the later ones over the earlier."""
    for kind in ("env_file", "environment", "volumes", "secrets", "configs"):
        yield from ((kind, each) for each in _list_scalars(_get(service, kind), kind))


def _list_scalars(node: yaml.Node | None, kind: str) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.SequenceNode):
        for each in node.value:
            yield from _list_scalars(each, kind)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == "<<":
                yield from _list_merged(value, kind)
            elif kind == "environment":
                yield key
            elif key.value in ("path", "target", "source"):
                yield from _list_scalars(value, kind)


def _list_merged(node: yaml.Node, kind: str) -> Iterator[yaml.ScalarNode]:
    nodes: Sequence[yaml.Node] = node.value if isinstance(node, yaml.SequenceNode) else [node]
    for each in nodes:
        yield from _list_scalars(each, kind)


def _find_line(path: str, variable: str) -> str:
    try:
        lines = reading.read(path).decode("utf-8", "replace").splitlines()
    except (OSError, AwsenvError):
        return ""
    for number, line in enumerate(lines, 1):
        if line.strip().removeprefix("export ").partition("=")[0].strip() == variable:
            return f"{shorten(path)}, line {number}"
    return ""
