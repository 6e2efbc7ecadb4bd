"""Compose files beside a person's own: one that brings their services to the relay, and the relay's.

The relay stands at an address that every SDK asks, in a network of its own that all projects share,
and hands on to the server's socket. Where a socket of the host cannot be mounted (Docker Desktop) it
hands on to the server's port. Formats: the Compose Specification.
"""

import os
import sys
from typing import Any

import yaml

from awsenv.errors import AwsenvError
from awsenv.files import folders, reading
from awsenv.files.writing import write_whole
from awsenv.paths import shorten
from awsenv.server import sockets
from awsenv.state import RELAY, state_path

# In the order in which compose looks for them.
NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
OVERRIDES = ("compose.override.yaml", "compose.override.yml", "docker-compose.override.yml",
             "docker-compose.override.yaml")  # fmt: skip
OURS = "compose.awsenv.yaml"
NETWORK = "awsenv"
_MARK = "# Written by awsenv dotenv --live --compose, again each time.\n"


class _Loader(yaml.SafeLoader):
    """With the tags that compose has and YAML does not (``!reset``, ``!override``)."""


def _any(loader: _Loader, _: str, node: yaml.Node) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node) if isinstance(node, yaml.ScalarNode) else None


_Loader.add_multi_constructor("!", _any)


class Override:
    """The override for the compose file in ``folder``, whose services read the file ``env`` there.
    ``files`` is what COMPOSE_FILE has to name. Raises ``AwsenvError`` without a compose file."""

    def __init__(self, folder: str, env: str) -> None:
        self._folder = folder
        self._env = env
        base = next((name for name in NAMES if os.path.exists(os.path.join(folder, name))), None)
        if base is None:
            what = f"there is no compose file in {shorten(folder)}"
            raise AwsenvError(what, "awsenv dotenv PROFILE --live -o .env, beside it")
        more = [name for name in OVERRIDES if os.path.exists(os.path.join(folder, name))]
        self.files = ":".join([base, *more, OURS])
        self.services = self._services(os.path.join(folder, base))

    def write(self, values: dict[str, str]) -> list[str]:
        """Write it for the variables ``values``; what a person should hear. Raises ``AwsenvError``."""
        path = os.path.join(self._folder, OURS)
        if os.path.lexists(path) and not reading.read(path).decode("utf-8", "replace").startswith(_MARK):  # fmt: skip
            raise AwsenvError(f"{shorten(path)} is not awsenv's", f"mv {shorten(path)} aside")
        names = [name for name in values if name != "COMPOSE_FILE"]
        services, apart = {}, []
        for name, service in self.services.items():
            if service.get("network_mode"):
                apart.append(name)
                continue
            services[name] = self._override(service, names)
        network = {NETWORK: {"external": True, "name": NETWORK}}
        _write(path, {"services": services, "networks": network}, 0o644)
        told = [f"{shorten(path)} brings {', '.join(services) or 'no service'} to the relay"]
        told += [f"{name} has a network_mode, and so no relay" for name in apart]
        return told

    def _override(self, service: dict[str, Any], names: list[str]) -> dict[str, Any]:
        networks: dict[str, Any] = (
            {NETWORK: {}} if service.get("networks") else {"default": {}, NETWORK: {}}
        )
        if self._env == ".env":
            # By interpolation, so that a service gets nothing else of the file.
            return {"networks": networks, "environment": {name: f"${{{name}}}" for name in names}}
        return {"networks": networks, "env_file": [self._env]}

    def _services(self, path: str) -> dict[str, dict[str, Any]]:
        try:
            found = yaml.load(reading.read(path), _Loader)  # a SafeLoader
        except yaml.MarkedYAMLError as error:
            line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
            raise AwsenvError(
                f"{shorten(path)}{line}: {error.problem}", "docker compose config"
            ) from None
        except (OSError, yaml.YAMLError) as error:
            raise AwsenvError(
                f"cannot read {shorten(path)}: {error}", "docker compose config"
            ) from None
        services = found.get("services") if isinstance(found, dict) else None
        if not isinstance(services, dict) or not services:
            raise AwsenvError(f"{shorten(path)} has no services", "docker compose config")
        return {
            str(name): each if isinstance(each, dict) else {} for name, each in services.items()
        }


def relay_asks_port() -> bool:
    """Whether the engines run in a virtual machine here, which sees no socket of the host's."""
    return sys.platform == "darwin"


def write_relay(port: int, environ: dict[str, str]) -> str:
    """Write the relay's compose file in our state folder; its path. ``port`` is the server's on
    127.0.0.1, which macOS's engines go by. Raises ``AwsenvError``."""
    if relay_asks_port() and not port:
        raise AwsenvError(
            "the relay needs awsenv serve's port", "awsenv serve --port 0, then again"
        )
    path = os.path.join(state_path(environ, RELAY), "compose.yaml")
    folders.make_private(os.path.dirname(path))
    target = f"TCP:host.docker.internal:{port}" if relay_asks_port() else "UNIX-CONNECT:/run/awsenv/awsenv.sock"  # fmt: skip
    relay: dict[str, Any] = {
        "image": "${AWSENV_RELAY_IMAGE:-alpine/socat}",
        "entrypoint": ["socat"],
        "command": ["TCP-LISTEN:80,fork,reuseaddr,backlog=256", target],
        "restart": "unless-stopped",
        "networks": {NETWORK: {"ipv4_address": "169.254.170.2"}},
    }
    if not relay_asks_port():
        # The folder, not the socket: a restarted server has a new one.
        source = os.path.dirname(sockets.socket_path(environ)).replace("$", "$$")
        relay["volumes"] = [
            {"type": "bind", "source": source, "target": "/run/awsenv", "read_only": True}
        ]
    network = {"name": NETWORK, "ipam": {"config": [{"subnet": "169.254.170.0/24"}]}}
    _write(path, {"services": {"relay": relay}, "networks": {NETWORK: network}}, 0o600)
    return path


def _write(path: str, content: dict[str, Any], mode: int) -> None:
    text = _MARK + yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    with reading.explain_errors("write", path):
        write_whole(path, text.encode("utf-8"), mode=mode)
