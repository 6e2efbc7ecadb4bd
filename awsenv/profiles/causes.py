"""What is wrong with a profile's settings, or with variables that name files and proxies: one table for all who tell it,
an error, ``status --all``, ``doctor`` and ``show``. What botocore does with each is its ``credentials`` module's."""

import os
import shlex
import shutil
from collections.abc import Callable, Iterator
from typing import NamedTuple

from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.paths import shorten
from awsenv.profiles.profile import Profile

# The values of credential_source (``CanonicalNameCredentialSourcer`` of botocore).
_SOURCES = ("Environment", "Ec2InstanceMetadata", "EcsContainer")


class Cause(NamedTuple):
    """What is wrong at ``place`` (file and line of an option, or a variable), and what to write; ``is_fatal``: botocore
    refuses the profile for it, whatever else it holds."""

    place: str
    what: str
    fix: str
    is_fatal: bool = True

    @property
    def text(self) -> str:
        """Place and cause in one."""
        return f"{self.place}{' ' if self.place.isidentifier() else ': '}{self.what}"


Find = Callable[[str, Profile, dict[str, str]], tuple[str, str] | None]


def find_causes(profile: Profile, environ: dict[str, str]) -> Iterator[Cause]:
    """What is wrong with ``profile``, the worst first."""
    for option, (find, is_fatal) in _TABLE.items():
        value = profile.get(option)
        if value is not None and (found := find(value, profile, environ)):
            yield Cause(_find_place(profile, option), *found, is_fatal)


def find_variable_causes(environ: dict[str, str]) -> Iterator[Cause]:
    """What is wrong with what variables name."""
    for name, (find, fix) in _VARIABLES.items():
        value = environ.get(name)
        if value is not None and (what := find(value)):
            yield Cause(name, what, fix or f"unset {name}", is_fatal=False)


def find_missing_file(environ: dict[str, str]) -> Cause | None:
    """A variable that names one of the two AWS files, which is not there."""
    files = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
    return next((each for each in find_variable_causes(environ) if each.place in files), None)


def find_unreached(profile: Profile, environ: dict[str, str]) -> Cause | None:
    """What is wrong with how AWS is to be reached for ``profile``, where something is."""
    ways = [name for name, (find, _) in _VARIABLES.items() if find is not _find_missing]
    value = profile.get("ca_bundle")
    if value is not None and environ.get("AWS_CA_BUNDLE") is None and (found := _check_bundle(value, profile, environ)):  # fmt: skip
        return Cause(_find_place(profile, "ca_bundle"), *found)
    return next((each for each in find_variable_causes(environ) if each.place in ways), None)


def _find_place(profile: Profile, option: str) -> str:
    for place in (profile.credentials, profile.config, *profile.included):
        if place is not None and option in place.options:
            return f"{shorten(place.path)}, line {place.options[option][1]}"
    return f"profile {profile.name}"


def _check_token_file(value: str, profile: Profile, _: dict[str, str]) -> tuple[str, str] | None:
    if profile.get("role_arn") is None:
        return "web_identity_token_file without a role_arn", "role_arn = arn:aws:iam::ACCOUNT:role/NAME"  # fmt: skip
    path = os.path.expanduser(value)
    return None if os.path.isfile(path) else (f"{value} is not there", "web_identity_token_file = FILE")  # fmt: skip


def _check_credential_source(value: str, profile: Profile, _: dict[str, str]) -> tuple[str, str] | None:  # fmt: skip
    if value not in _SOURCES:
        return f"credential_source {value} is none", f"one of {', '.join(_SOURCES)}"
    return _need_role("credential_source", profile)


def _check_source(_: str, profile: Profile, __: dict[str, str]) -> tuple[str, str] | None:
    return _need_role("source_profile", profile)


def _need_role(option: str, profile: Profile) -> tuple[str, str] | None:
    if profile.get("role_arn") is not None or profile.kind != "none":
        return None
    return f"{option} without a role_arn", "role_arn = arn:aws:iam::ACCOUNT:role/NAME"


def _check_sso_session(_: str, profile: Profile, __: dict[str, str]) -> tuple[str, str] | None:
    missing = [n for n in ("sso_account_id", "sso_role_name") if profile.get(n) is None]
    if profile.kind != "none" or len(missing) < 2:
        return None
    return f"sso_session without {' and '.join(missing)}", "awsenv sso setup"


def _check_process(value: str, profile: Profile, environ: dict[str, str]) -> tuple[str, str] | None:
    if profile.kind != "process":
        return None
    try:
        words = shlex.split(value)
    except ValueError:
        return "credential_process is no command line: a quote has no other one", "credential_process = PROGRAM"  # fmt: skip
    if not words:
        return "credential_process is empty", "credential_process = PROGRAM"
    program = words[0]
    if program.startswith("~") or "$" in program:
        home = environ.get("HOME", "")
        full = os.path.expandvars(program.replace("~", home, 1) if program[:2] == "~/" else program)
        return f"credential_process: no SDK expands {program}", f"credential_process = {full}"
    if shutil.which(program, path=environ.get("PATH")) is None:
        where = "there, or no program" if "/" in program else "on PATH"
        return f"credential_process: {program} is not {where}", "credential_process = /PATH/OF/PROGRAM"  # fmt: skip
    return None


def _find_missing(value: str) -> str:
    path = os.path.expanduser(value)
    return (
        "" if not value or os.path.exists(path) else f"names {shorten(value)}, which is not there"
    )


def _check_bundle(value: str, _: Profile, __: dict[str, str]) -> tuple[str, str] | None:
    found = _find_no_bundle(value)
    return (f"ca_bundle {found}", "ca_bundle = FILE") if found else None


def _find_no_bundle(value: str) -> str:
    """What is wrong with the CA bundle ``value``, which nobody expands, and botocore takes where it is empty, too."""
    if not value.strip():
        return "is empty"
    try:
        good = b"-----BEGIN " in reading.read(value)
    except OSError as error:
        return f"names {shorten(value)}, which cannot be read: {error.strerror}"
    except AwsenvError as error:
        return f"names {shorten(value)}: {error.message}"
    return "" if good else f"names {shorten(value)}, which holds no certificate (PEM)"


def _find_no_proxy(value: str) -> str:
    """What is wrong with a proxy's address, without what it may hold of a password; an empty one is none."""
    from urllib.parse import urlsplit

    if not value:
        return ""
    parts = urlsplit(value if "//" in value else f"//{value}")
    try:
        good = parts.hostname and parts.port != 0 and parts.scheme in ("", "http", "https")
    except ValueError:
        good = False
    return "" if good else f"names {value.rpartition('@')[2]}, which is no address of a proxy"


# Option → what is wrong with it, and whether botocore refuses the profile for that.
_TABLE: dict[str, tuple[Find, bool]] = {
    "web_identity_token_file": (_check_token_file, True),
    "credential_source": (_check_credential_source, True),
    "source_profile": (_check_source, True),
    "sso_session": (_check_sso_session, True),
    "credential_process": (_check_process, True),
    "ca_bundle": (_check_bundle, False),
}

_PROXY = "http://HOST:PORT"
# Variable → what is wrong with its value, empty for nothing, and what to type where it is not to be unset.
_VARIABLES: dict[str, tuple[Callable[[str], str], str]] = {
    "AWS_CONFIG_FILE": (_find_missing, ""),
    "AWS_SHARED_CREDENTIALS_FILE": (_find_missing, ""),
    "AWS_WEB_IDENTITY_TOKEN_FILE": (_find_missing, ""),
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": (_find_missing, ""),
    "AWS_CA_BUNDLE": (_find_no_bundle, ""),
    "REQUESTS_CA_BUNDLE": (_find_no_bundle, ""),
    "HTTPS_PROXY": (_find_no_proxy, f"export HTTPS_PROXY={_PROXY}"),
    "https_proxy": (_find_no_proxy, f"export https_proxy={_PROXY}"),
}
