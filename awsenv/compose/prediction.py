"""Who a container will be, SDK by SDK, by what compose gives it. Which source goes before which was run, with each SDK, in
containers: docs/containers.md has the table.
"""

import os
from collections.abc import Mapping
from typing import NamedTuple

from awsenv.compose.project import Service
from awsenv.errors import AwsenvError
from awsenv.paths import shorten
from awsenv.profiles.read import Profiles
from awsenv.server import grants
from awsenv.variables import WEB_IDENTITY

# Python (and the AWS CLI), Go 2, JavaScript 3. What is not among them reads as one of them does.
FAMILIES = ("boto3", "go", "js")
URI, TOKEN = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
_FILES = {"config": "AWS_CONFIG_FILE", "credentials": "AWS_SHARED_CREDENTIALS_FILE"}
# What each reads of a Region, the first that is set.
_REGIONS = {
    "boto3": ("AWS_DEFAULT_REGION",),
    "go": ("AWS_REGION", "AWS_DEFAULT_REGION"),
    "js": ("AWS_REGION",),
}
NOBODY = "nobody"


class Acting(NamedTuple):
    """``who``: a profile's name where awsenv answers, else words for a person. ``by`` is the variable, or the path in the
    container, that decides; empty where nothing does. ``is_ours``: awsenv answers."""

    who: str
    by: str
    region: str
    is_ours: bool = False


def predict(
    service: Service,
    family: str,
    variables: Mapping[str, str],
    environ: dict[str, str],
    known: Mapping[str, str],
) -> Acting:
    """Who ``service`` is to an SDK of ``family``; ``variables`` are what its bare names are filled from: the shell's,
    over the project's ``.env``. ``known`` are tokens that will be granted, with their profiles."""
    given = service.fill(variables)
    files = _find_files(service, given)
    profiles = _read(files, environ)
    named = _find_profile_name(family, given)
    found = profiles.get(named or "default") if profiles else None
    has_credentials = found is not None and found.kind != "none"
    of_file = found.get("region") if found is not None else None
    region = next((given[n] for n in _REGIONS[family] if given.get(n)), of_file or "")
    if all(given.get(name) for name in KEYS) and not (family == "js" and named):
        return Acting(f"key {given[KEYS[0]]}", KEYS[0], region)
    if all(given.get(name) for name in WEB_IDENTITY):
        return Acting(f"role {given[WEB_IDENTITY[0]]} by a web identity", WEB_IDENTITY[1], region)
    if family == "boto3" and given.get("AWS_PROFILE") == "":
        return Acting(f"{NOBODY}: AWS_PROFILE is empty, which boto3 refuses", "AWS_PROFILE", region)
    if has_credentials:
        place, target = next(iter(files.values()))
        folder = os.path.dirname(place) if os.path.basename(place) in _FILES else place
        return Acting(f"profile {named or 'default'} of {shorten(folder)}", target, region)
    if named and found is None and family != "js":
        return Acting(f"{NOBODY}: there is no profile {named}", "AWS_PROFILE", region)
    return _ask_container(given, region, environ, known)


def _ask_container(
    given: dict[str, str], region: str, environ: dict[str, str], known: Mapping[str, str]
) -> Acting:
    uri, token = given.get(URI, ""), given.get(TOKEN, "")
    if given.get(RELATIVE):
        return Acting("whoever answers at 169.254.170.2", RELATIVE, region)
    if not uri:
        return Acting(NOBODY, "", region)
    if token in known:
        return Acting(known[token], URI, region, is_ours=True)
    grant = grants.find(token, environ) if token else None
    if grant is not None:
        return Acting(grant.profile, URI, region, is_ours=True)
    if "/profiles/" in uri:
        return Acting(f"{NOBODY}: its token opens nothing", TOKEN, region)
    return Acting(f"whoever answers at {uri}", URI, region)


def uses_aws(service: Service) -> bool:
    """Whether it talks to AWS now, as far as compose knows: not to an emulator, and not only to S3's name."""
    if any(name.startswith("AWS_ENDPOINT_URL") and value for name, value in service.environment.items()):  # fmt: skip
        return False
    said = any(name.startswith("AWS_") for name in service.environment)
    return said or any(_is_aws(mount.target) for mount in service.mounts)


def find_local_endpoints(service: Service) -> list[str]:
    """Variables that name this machine as an endpoint: in a container that is the container."""
    return [
        name
        for name, value in service.environment.items()
        if name.startswith("AWS_ENDPOINT_URL") and value and _is_local(value)
    ]


def _is_local(url: str) -> bool:
    host = url.partition("//")[2].partition("/")[0].rpartition("@")[2]
    return host.partition(":")[0] in ("localhost", "127.0.0.1") or host.startswith("[::1]")


def _is_aws(target: str) -> bool:
    parts = target.rstrip("/").split("/")
    return ".aws" in parts[-2:]


def _find_profile_name(family: str, given: dict[str, str]) -> str:
    names = ("AWS_DEFAULT_PROFILE", "AWS_PROFILE") if family == "boto3" else ("AWS_PROFILE",)
    return next((given[name] for name in names if given.get(name)), "")


def _find_files(service: Service, given: dict[str, str]) -> dict[str, tuple[str, str]]:
    """The two AWS files that the container sees: where each lies on the host, and in the container. Whose home it is nobody
    knows before it runs, but where HOME is said: a mounted ``.aws`` counts in any."""
    found = {}
    home = given.get("HOME", "").rstrip("/")
    for kind, variable in _FILES.items():
        path = given.get(variable)
        for mount in service.mounts:
            target = mount.target.rstrip("/")
            if not mount.source:
                continue
            inside = None
            if path and (path == target or path.startswith(target + "/")):
                inside = path[len(target) :].lstrip("/")
            elif not path and target.endswith(f"{home}/.aws"):
                inside = kind
            elif not path and target.endswith(f"{home}/.aws/{kind}"):
                inside = ""
            if inside is not None:
                found[kind] = (os.path.join(mount.source, inside).rstrip("/"), mount.target)
    return {kind: each for kind, each in found.items() if os.path.isfile(each[0])}


def _read(files: dict[str, tuple[str, str]], environ: dict[str, str]) -> Profiles | None:
    if not files:
        return None
    places = {variable: files.get(kind, ("/dev/null", ""))[0] for kind, variable in _FILES.items()}
    try:
        return Profiles({"HOME": environ.get("HOME", ""), **places})
    except AwsenvError:
        return None  # an SDK cannot read it either
