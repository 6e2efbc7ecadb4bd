"""The override beside a person's own compose files, and the private file that its services read. No token stands in what
lies in the project.
"""

import os
import shlex
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from awsenv.compose.prediction import KEYS, RELATIVE, TOKEN, URI
from awsenv.compose.project import OURS, Mount, Project, Service
from awsenv.digests import sha256
from awsenv.errors import AwsenvError
from awsenv.files import folders, reading
from awsenv.files.writing import write_whole
from awsenv.paths import NO_FILE, OUR_CONFIG, shorten, write_word
from awsenv.state import COMPOSE, state_path
from awsenv.variables import REGIONS, WEB_IDENTITY

# The one address besides loopback that every SDK asks over plain HTTP: the relay's, in a network of its own.
RELAY, NETWORK = "169.254.170.2", "awsenv"
# What makes a file not win, SDK by SDK; the last two are the JavaScript SDK 2's and Java 1's.
NO_FILES = {
    "AWS_CONFIG_FILE": NO_FILE,
    "AWS_SHARED_CREDENTIALS_FILE": NO_FILE,
    "AWS_SDK_LOAD_CONFIG": "1",
    "AWS_CREDENTIAL_PROFILES_FILE": NO_FILE,
}
_MARK = "# Written by awsenv compose, again each time.\n"
# What is emptied by force: SDKs skip what is empty.
_EMPTIED = (*KEYS, "AWS_SESSION_TOKEN", *WEB_IDENTITY, RELATIVE)


class Change(NamedTuple):
    """What the override says of a service: ``environment`` over its own, ``mounts`` beside its own, and the ``private`` file
    that it reads."""

    environment: dict[str, str]
    mounts: list[Mount]
    private: str = ""


def private_path(folder: str, profile: str, environ: dict[str, str]) -> str:
    """Where the private file of the project in ``folder`` for ``profile`` lies: in our own folder."""
    name = f"{_digest(os.path.realpath(folder))}-{_digest(profile)}.env"
    return os.path.join(private_folder(environ), name)


def private_folder(environ: dict[str, str]) -> str:
    """Where the private files of all projects lie."""
    return state_path(environ, COMPOSE)


def list_private(folder: str, environ: dict[str, str]) -> list[str]:
    """The private files of the project in ``folder``."""
    place, start = private_folder(environ), _digest(os.path.realpath(folder))
    names = os.listdir(place) if os.path.isdir(place) else ()
    return [os.path.join(place, name) for name in names if name.startswith(start)]


def _digest(text: str) -> str:
    return sha256(text)[:24]


def build_variables(host: str, profile: str, token: str) -> dict[str, str]:
    """The variables by which SDKs ask ``host`` for the session of ``profile``."""
    return {URI: f"http://{host}/profiles/{quote(profile, safe='')}", TOKEN: token}


def build_private(profile: str, token: str, region: str) -> dict[str, str]:
    """The variables of the private file."""
    regions = dict.fromkeys(REGIONS, region) if region else {}
    return {**build_variables(RELAY, profile, token), **NO_FILES, **regions}


def plan_change(service: Service, force: bool, environ: dict[str, str]) -> Change:
    """What ``service`` needs beside the private file: its own Region stays, as a pair; with ``force`` what goes before us is
    overcome."""
    said = (service.of_image or {}) | service.environment
    own = next((value for name in REGIONS if (value := said.get(name))), "")
    change = Change(dict.fromkeys(REGIONS, own) if own else {}, [])
    if not force:
        return change
    change.environment.update({name: "" for name in _EMPTIED if name in said})
    if named := [name for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE") if name in said]:
        # Empty is refused by some: a profile that holds nothing, of a file of ours.
        change.environment.update(dict.fromkeys(named, "awsenv"))
        change.environment["AWS_CONFIG_FILE"] = OUR_CONFIG
        change.mounts.append(Mount(_config_path(environ), OUR_CONFIG))
    change.environment.update({name: value for name, value in NO_FILES.items() if name in service.environment and name not in change.environment})  # fmt: skip
    return change


def apply(service: Service, change: Change, private: Mapping[str, str]) -> Service:
    """``service`` as it is with the override: an ``environment`` goes before any ``env_file``."""
    environment = {**private, **service.environment, **change.environment}
    return service._replace(environment=environment, mounts=[*service.mounts, *change.mounts])


def write(
    project: Project,
    changes: Mapping[str, Change],
    private: Mapping[str, str],
    place: str,
    in_network: bool,
) -> None:
    """Write the private file at ``place``, and the override, in which what it says of other services of the project stays;
    ``in_network``: the relay is reached in its network alone. Raises ``AwsenvError``."""
    path = os.path.join(project.folder, OURS)
    check_ours(path)
    _write_private(place, "".join(f"{name}={value}\n" for name, value in private.items()))
    mine = {name: change._replace(private=place) for name, change in changes.items()}
    # Not one that the project has no more: an engine refuses a service that is only here.
    services = {
        name: _format(project.services[name], change, in_network)
        for name, change in (read(project.folder) | mine).items()
        if name in project.services
    }
    content: dict[str, Any] = {"services": services}
    if in_network:
        content["networks"] = {NETWORK: {"external": True, "name": NETWORK}}
    write_yaml(path, content, 0o644)


def write_yaml(path: str, content: dict[str, Any], mode: int) -> None:
    """Write a compose file of ours, which says whose it is. Raises ``AwsenvError``."""
    from awsenv.compose import documents

    text = _MARK + documents.dump(content)
    with reading.explain_errors("write", path):
        write_whole(path, text.encode(), mode=mode)


def _write_private(path: str, text: str) -> None:
    folders.make_private(os.path.dirname(path))
    with reading.explain_errors("write", path):
        write_whole(path, text.encode(), secret=True)


def write_config(environ: dict[str, str]) -> None:
    """Write the config file that is mounted over a service's own: a profile that holds nothing. Raises ``AwsenvError``."""
    _write_private(_config_path(environ), "[profile awsenv]\n")


def check_ours(path: str) -> None:
    """Raise ``AwsenvError`` where the file at ``path`` is somebody else's."""
    if os.path.lexists(path) and not reading.read(path).decode("utf-8", "replace").startswith("# Written by awsenv "):  # fmt: skip
        raise AwsenvError(f"{shorten(path)} is not awsenv's", f"mv {shorten(path)} aside")


def format_names(services: Iterable[str]) -> str:
    """The lines for a project's own compose file by which its ``services`` get what the ``.env`` and the shell have: names
    without a value, which name nobody and may be committed."""
    names = dict.fromkeys([*KEYS, "AWS_SESSION_TOKEN", *REGIONS, URI, TOKEN, *NO_FILES])
    told = {"services": {name: {"environment": list(names)} for name in services}}
    from awsenv.compose import documents

    return documents.dump(told).rstrip()


def format_words(project: Project) -> str:
    """How the project is started where nothing names our file to compose."""
    if not project.is_named and os.path.realpath(project.folder) != os.path.realpath(os.getcwd()):
        return f"cd {write_word(project.folder)}"
    files = (os.path.relpath(os.path.join(project.folder, each)) for each in [*project.files, OURS])
    words = " ".join(f"-f {shlex.quote(name)}" for name in files)
    return f"{project.engine or 'docker compose'} {words} up"


def read(folder: str) -> dict[str, Change]:
    """What the override there says of which service; nothing where there is none of ours, and of services that releases
    before this one brought to the relay, which were all."""
    from awsenv.compose import documents

    try:
        told = documents.load(reading.read(os.path.join(folder, OURS)), OURS)
        found = {str(name): _parse(said) for name, said in told["services"].items()}
    except (OSError, AwsenvError, KeyError, TypeError, AttributeError):
        return {}
    return {name: change for name, change in found.items() if change is not None}


def _parse(said: dict[str, Any]) -> Change | None:
    """``None``: by interpolation, from a ``.env`` in which everything lay."""
    if "env_file" not in said:
        return None
    environment = {n: str(v).replace("$$", "$") for n, v in (said.get("environment") or {}).items()}
    mounts = [Mount(each["source"].replace("$$", "$"), each["target"]) for each in said.get("volumes") or []]  # fmt: skip
    private = str(said["env_file"][0]).replace("$$", "$")
    return Change(environment, mounts, private)


def _format(service: Service, change: Change, in_network: bool) -> dict[str, Any]:
    told: dict[str, Any] = {"env_file": [change.private.replace("$", "$$")]}
    if in_network:
        own: dict[str, Any] = {} if service.has_networks else {"default": {}}
        told["networks"] = own | {NETWORK: {}}
    if change.environment:
        told["environment"] = {n: v.replace("$", "$$") for n, v in change.environment.items()}
    if change.mounts:
        told["volumes"] = [
            {"type": "bind", "source": each.source.replace("$", "$$"), "target": each.target, "read_only": True}
            for each in change.mounts
        ]  # fmt: skip
    return told


def _config_path(environ: dict[str, str]) -> str:
    return os.path.join(private_folder(environ), "config")
