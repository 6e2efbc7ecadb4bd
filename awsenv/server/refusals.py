"""What is granted and not answered, until it is answered again: containers show it to nobody, so the host tells.

One record for each profile in ``STATE/server/refused``: who looks at the folder sees that something has changed.
"""

import os
from typing import NamedTuple

from awsenv import record_file, records
from awsenv.digests import sha256
from awsenv.errors import AwsenvError
from awsenv.files import folders
from awsenv.paths import shorten
from awsenv.profiles.read import Profiles
from awsenv.server import grants
from awsenv.sessions import sign_ins
from awsenv.sessions.chain import Chain
from awsenv.state import REFUSED, state_path


class Refusal(NamedTuple):
    """``profile`` is not answered since ``since`` (seconds since 1970): ``what``, and ``fix``, which to type; ``files`` are the
    ``.env`` files and the folders of compose projects that have it."""

    profile: str
    what: str
    fix: str
    since: float
    files: list[str]

    @property
    def problem(self) -> tuple[str, str]:
        """For a person: what is not as it should be, and what to type."""
        return (
            f"{', '.join(map(shorten, self.files))}: containers get nothing: {self.what}",
            self.fix,
        )


def format_line(found: Refusal) -> str:
    """Both in one."""
    return AwsenvError(*found.problem).format_line()


def note(profile: str, error: AwsenvError, since: float, environ: dict[str, str]) -> None:
    """``profile`` was not answered, for ``error``; whoever was told of it before is told again."""
    forget(profile, environ)
    files = [each.where for each in grants.list_grants(environ, profile) if each.file]
    fields = {"profile": profile, "what": error.message, "fix": error.fix, "since": str(since)}
    try:
        records.write(_path(profile, environ), {**fields, "files": "\n".join(files)})
    except AwsenvError:
        return  # it was said where the server runs


def forget(profile: str, environ: dict[str, str]) -> None:
    """It is answered."""
    path = _path(profile, environ)
    folders.discard(path)
    folders.discard(f"{path}.told")


def list_standing(environ: dict[str, str]) -> list[Refusal]:
    """Those that stand, by profile: not where a session or a sign-in has come since."""
    folder = state_path(environ, REFUSED)
    names = os.listdir(folder) if os.path.isdir(folder) else ()
    found = []
    for name in names:
        fields = record_file.read(os.path.join(folder, name)) or {}
        try:
            files = [each for each in fields["files"].split("\n") if os.path.lexists(each)]
            since = record_file.parse_time(fields["since"])
            each = Refusal(fields["profile"], fields["what"], fields["fix"], since, files)
        except (KeyError, ValueError):
            continue
        if files and not _is_past(each, environ):
            found.append(each)
    return sorted(found)


def stands(profile: str, environ: dict[str, str]) -> bool:
    """Whether that of ``profile`` does, for all to whom it is granted."""
    files = {each.where for each in grants.list_grants(environ, profile) if each.file}
    found = next((each for each in list_standing(environ) if each.profile == profile), None)
    return found is not None and set(found.files) == files


def find_of(file: str, environ: dict[str, str]) -> Refusal | None:
    """That of what was granted to ``file``."""
    return next((each for each in list_standing(environ) if file in each.files), None)


def _is_past(found: Refusal, environ: dict[str, str]) -> bool:
    try:
        if os.stat(record_file.record_path(found.profile, environ)).st_mtime > found.since:
            return True
    except OSError:
        pass
    try:
        profiles = Profiles(environ)
        profile = profiles.get(found.profile)
        if profile is None:
            return False
        return sign_ins.find(Chain(profiles).walk(profile), environ).changed > found.since
    except AwsenvError:
        return False


def _path(profile: str, environ: dict[str, str]) -> str:
    name = sha256(profile)
    return os.path.join(state_path(environ, REFUSED), name)
