"""What may be had of the server: one profile for one token, which only its holder knows.

One record each in ``STATE/server/grants``, by the token's SHA-256, so that a restarted server knows
them and no file holds a token. When a record was last written is when the grant was last used.
"""

import contextlib
import hmac
import os
import secrets
import time
from collections.abc import Iterable, Iterator

from awsenv import record_file, records
from awsenv.digests import sha256
from awsenv.errors import AwsenvError
from awsenv.files import folders
from awsenv.state import GRANTS, state_path

# By these a grant's profile is found in the files in which the person has it who granted it.
_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
# Seconds after its last use for which the grant of a file that is gone is kept: a branch comes back.
_GONE_FOR = 7 * 86_400


class Grant:
    """``profile`` for the holder of a token whose SHA-256 is ``digest``. ``session``: of its
    long-lived key a temporary session is given. ``file`` is the ``.env`` that has the token, else
    ``process`` the process; what is not there has no grant. ``project`` is the folder of
    the compose project that reads the file, where one does. ``made`` and ``used`` are seconds since 1970, ``used`` 0 before
    the first time. ``files`` are the variables that say where the AWS files lie. It is asked for at the port that is
    listened on as ``listener``, and ends with that; empty: at the socket.
    """

    def __init__(self, digest: str, fields: dict[str, str], changed: float) -> None:
        self.digest = digest
        self.profile = fields["profile"]
        self.session = fields["session"] == "yes"
        self.file = fields["file"]
        self.process = record_file.parse_count(fields["process"])
        self.made = record_file.parse_time(fields["made"])
        self.used = changed if changed - self.made > 0.001 else 0.0
        self.files = {name: fields[name] for name in _FILES if name in fields}
        self.listener = fields.get("listener", "")
        self.project = fields.get("project", "")

    def environ(self, environ: dict[str, str]) -> dict[str, str]:
        """``environ`` with the AWS files of this grant."""
        return {n: v for n, v in environ.items() if n not in _FILES} | self.files

    @property
    def is_alive(self) -> bool:
        """Whether the process or the file that has it is there still, and the project that reads that."""
        if self.process:
            return _is_alive(self.process)
        return os.path.lexists(self.file) and (not self.project or os.path.isdir(self.project))

    @property
    def where(self) -> str:
        """The project, the file or the process that has it."""
        return self.project or self.file or f"process {self.process}"


def grant(
    profile: str,
    session: bool,
    environ: dict[str, str],
    file: str = "",
    process: int = 0,
    project: str = "",
) -> str:
    """Grant ``profile`` to ``file``, which the compose ``project`` reads where one is named, or to ``process``; the token.
    What ``file`` had before is revoked. Raises ``AwsenvError``."""
    if file:
        revoke(environ, file=file)
    token = secrets.token_urlsafe(32)
    fields = {
        "profile": profile,
        "session": "yes" if session else "no",
        "file": file,
        "process": str(process),
        **({"project": project} if project else {}),
        "made": f"{time.time():.3f}",
        **{name: os.path.abspath(environ[name]) for name in _FILES if environ.get(name)},
    }
    path = _path(digest_of(token), environ)
    records.write(path, fields)
    os.utime(path, (float(fields["made"]),) * 2)
    return token


def move_to_port(token: str, listener: str, environ: dict[str, str]) -> None:
    """Have the grant of ``token`` asked for at the port that is listened on as ``listener``. Raises ``AwsenvError``."""
    path = _path(digest_of(token), environ)
    fields = record_file.read(path) or {}
    records.write(path, fields | {"listener": listener})
    os.utime(path, (float(fields["made"]),) * 2)


def end_port(environ: dict[str, str]) -> list[Grant]:
    """Revoke what is granted at a port, which nobody listens on any more; what that was. Raises ``OSError``."""
    gone = [each for each in _list_all(environ) if each.listener]
    for each in gone:
        folders.discard(_path(each.digest, environ))
    return gone


def find(token: str, environ: dict[str, str]) -> Grant | None:
    """The grant of ``token``, whose file or process is there."""
    digest = digest_of(token)
    found = _read(_path(digest, environ))
    if found is None or not hmac.compare_digest(found.digest, digest) or not found.is_alive:
        return None
    return found


def note_use(found: Grant, environ: dict[str, str]) -> None:
    """Keep that ``found`` was used now."""
    with contextlib.suppress(OSError):
        os.utime(_path(found.digest, environ))


def list_grants(environ: dict[str, str], profile: str = "") -> Iterator[Grant]:
    """What is granted, of ``profile`` or of all, by the time it was; grants of processes that are
    gone are taken away, and of files that have been gone for long."""
    for each in _list_all(environ):
        if not each.is_alive:
            if each.process or time.time() - max(each.made, each.used) > _GONE_FOR:
                folders.discard(_path(each.digest, environ))
        elif profile in ("", each.profile):
            yield each


def list_gone(environ: dict[str, str]) -> list[Grant]:
    """What was granted to files that are not there, and opens nothing while they are not."""
    return [each for each in _list_all(environ) if not each.process and not each.is_alive]


def _list_all(environ: dict[str, str]) -> list[Grant]:
    folder = os.path.dirname(_path("x", environ))
    names = os.listdir(folder) if os.path.isdir(folder) else ()
    found = [each for name in names if (each := _read(os.path.join(folder, name)))]
    return sorted(found, key=lambda each: each.made)


class Watch:
    """Whether anything is granted: read again where the folder has changed, and no more is looked at than it takes."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = environ
        self._folder = os.path.dirname(_path("x", environ))
        self._stamp = -1
        self._found: list[Grant] = []

    def is_anything(self) -> bool:
        """Whether something is."""
        try:
            stamp = os.stat(self._folder).st_mtime_ns
        except OSError:
            stamp = 0
        # A folder that changed within the last tick of the clock may change once more under the same stamp.
        if stamp != self._stamp:
            self._found = _list_all(self._environ)
            self._stamp = stamp if time.time() - stamp / 1e9 > 1 else -1
        return any(each.is_alive for each in self._found)


def revoke(
    environ: dict[str, str], profile: str = "", file: str = "", tokens: Iterable[str] = ()
) -> list[Grant]:
    """Revoke what is granted: all, of ``profile``, or of ``file`` and for ``tokens``; what that was. Raises ``OSError``."""
    digests = {digest_of(token) for token in tokens}
    gone = [
        each
        for each in _list_all(environ)
        if each.digest in digests or (profile in ("", each.profile) and file in ("", each.file))
    ]
    for each in gone:
        folders.discard(_path(each.digest, environ))
    return gone


def digest_of(token: str) -> str:
    """The name of a token's grant: its SHA-256."""
    return sha256(token)


def _path(digest: str, environ: dict[str, str]) -> str:
    return os.path.join(state_path(environ, GRANTS), digest)


def _read(path: str) -> Grant | None:
    try:
        changed = os.stat(path).st_mtime
        return Grant(os.path.basename(path), record_file.read(path) or {}, changed)
    except (OSError, KeyError, ValueError, AwsenvError):  # none, or another version's
        return None


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
