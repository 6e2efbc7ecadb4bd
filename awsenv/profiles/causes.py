"""What is wrong with a profile's settings, one table for all who tell it: an error, ``status --all``, ``doctor`` and
``show``. What botocore does with each is its ``credentials`` module's."""

import os
import shlex
import shutil
from collections.abc import Callable, Iterator
from typing import NamedTuple

from awsenv.paths import shorten
from awsenv.profiles.profile import Profile

# The values of credential_source (``CanonicalNameCredentialSourcer`` of botocore).
_SOURCES = ("Environment", "Ec2InstanceMetadata", "EcsContainer")


class Cause(NamedTuple):
    """What is wrong with the ``option`` at ``place`` (file and line), and what to write; ``is_fatal``: botocore refuses
    the profile for it, whatever else it holds."""

    place: str
    what: str
    fix: str
    is_fatal: bool = True

    @property
    def text(self) -> str:
        """Place and cause in one."""
        return f"{self.place}: {self.what}"


Find = Callable[[str, Profile, dict[str, str]], tuple[str, str] | None]


def find_causes(profile: Profile, environ: dict[str, str]) -> Iterator[Cause]:
    """What is wrong with ``profile``, the worst first."""
    for option, (find, is_fatal) in _TABLE.items():
        value = profile.get(option)
        if value is not None and (found := find(value, profile, environ)):
            yield Cause(_find_place(profile, option), *found, is_fatal)


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


# Option → what is wrong with it, and whether botocore refuses the profile for that.
_TABLE: dict[str, tuple[Find, bool]] = {
    "web_identity_token_file": (_check_token_file, True),
    "credential_source": (_check_credential_source, True),
    "source_profile": (_check_source, True),
    "sso_session": (_check_sso_session, True),
    "credential_process": (_check_process, True),
}
