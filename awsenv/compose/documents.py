"""compose files as YAML. Its library is loaded with this module, and that where a file is read or written."""

import json
from typing import Any

import yaml

from awsenv.errors import AwsenvError


class Loader(yaml.SafeLoader):
    """With the tags that compose has and YAML does not (``!reset``, ``!override``)."""


def _any(loader: Loader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


Loader.add_multi_constructor("!", _any)


def load(data: bytes, name: str) -> Any:
    """What ``data`` says, which a person knows as ``name``. Raises ``AwsenvError`` with the line."""
    try:
        # Each engine's own words for JSON and YAML are both YAML.
        return json.loads(data) if data[:1] == b"{" else yaml.load(data, Loader)  # a SafeLoader
    except yaml.MarkedYAMLError as error:
        line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise AwsenvError(f"{name}{line}: {error.problem}", "docker compose config") from None
    except (ValueError, yaml.YAMLError):
        raise AwsenvError(f"{name} is no YAML", "docker compose config") from None


def dump(content: dict[str, Any]) -> str:
    """``content`` as a person would write it."""
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
