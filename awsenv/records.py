"""Records: sessions stored for ``awsenv.replay``, one file each. Deleting them loses only time.

``KEY=VALUE`` lines in ASCII, percent-encoded, which any shell reads without a process. The first
line is the version, the last ``end=`` with a checksum of all before it: a record that is not as it
was written is none. Of an access key a record holds the places in its file
(``@AWS_SECRET_ACCESS_KEY=OFFSET:LENGTH``, in bytes), never the key.
"""

import contextlib
import os
import time
from collections.abc import Callable, Iterable
from datetime import datetime

from awsenv import paths, record_file, settings
from awsenv.errors import AwsenvError
from awsenv.files import folders, reading
from awsenv.files.writing import write_whole
from awsenv.profiles import marks
from awsenv.profiles.ini import Section
from awsenv.profiles.profile import ACCESS_KEY, SECRET_KEY, TOKENS, Profile
from awsenv.settings import Mark
from awsenv.state import state_path
from awsenv.variables import COLOR, MARK

# A file that was changed just now may be changed again within the same tick of its clock.
SETTLED = 1.0


def encode(value: str) -> str:
    """``value`` as it stands in a record; ``replay.read`` is the way back."""
    return record_file.encode(value).replace("%2F", "/")


def write(path: str, fields: dict[str, str]) -> None:
    """Store ``fields`` at ``path``, whole, in a folder of ours. Raises ``AwsenvError``."""
    lines = ["awsenv=1", *(f"{name}={encode(value)}" for name, value in fields.items()), ""]
    body = "\n".join(lines).encode("ascii")
    folders.make_private(os.path.dirname(path))
    with reading.explain_errors("write", path):
        write_whole(path, body + b"end=" + record_file.checksum(body))


class AwsFiles:
    """The state of the two AWS files, and of our settings, before they were read: a record is true as long as that is
    theirs.

    Made before reading, so that an edit meanwhile leaves a record that is not true.
    """

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = environ
        self._paths = {
            "config": paths.config_file(environ),
            "credentials": paths.credentials_file(environ),
            "settings": paths.settings_file(environ),
        }
        self._stats = {name: _stat(path) for name, path in self._paths.items()}
        self._now = time.time()
        self._settings: settings.Settings | None = None

    def changed(self) -> float:
        """When the younger of the two AWS files was changed, in seconds since 1970."""
        found = [self._stats[name] for name in ("config", "credentials")]
        return max((max(f.st_mtime, f.st_ctime) for f in found if f), default=0.0)

    def find_mark(self, profile: Profile) -> Mark | None:
        """What a person is to see of ``profile``. Raises ``AwsenvError`` for settings that say nothing."""
        if self._settings is None:
            self._settings = settings.read(self._environ)
        return marks.find_mark(profile, self._settings)

    def keep(
        self,
        profile: Profile,
        account: str | None,
        variables: dict[str, str],
        expires: datetime | None = None,
    ) -> None:
        """Record ``profile``, of a key of its own, with the ``variables`` that it sets besides; until
        ``expires``, where the key ends.

        Best effort: where no record can be made, the next call resolves again.
        """
        fields = self._fields(profile, account)
        place = profile.key_place
        if fields is None or (profile.kind in ("key", "temporary") and place is None):
            return
        if expires is not None:
            fields["renew"] = str(int(expires.timestamp()))
        if place is not None and profile.kind in ("key", "temporary"):
            spans = _locate_key(place)
            if spans is None:
                return
            fields["key"] = "credentials" if place is profile.credentials else "config"
            fields.update({f"@{name}": span for name, span in spans.items()})
            variables = {n: v for n, v in variables.items() if n not in spans}
        with contextlib.suppress(AwsenvError):
            write(record_file.record_path(profile.name, self._environ), {**fields, **variables})

    def keep_meaning(self, word: str, profile: Profile) -> None:
        """Record that ``word`` means ``profile``, as long as the files are these. Best effort."""
        fields = self._fields(profile, None)
        if fields is not None:
            fields |= {"profile": word, "kind": "reference", "means": profile.name}
            with contextlib.suppress(AwsenvError):
                write(record_file.record_path(word, self._environ), fields)

    def keep_words(self, name: str, words: Callable[[], Iterable[str]]) -> None:
        """Leave ``words`` for completion in our file ``name``, a line each, where what lies there is older
        than the two files. Of the files at their usual places only, so that a shell knows whose
        they are. Best effort."""
        if "AWS_CONFIG_FILE" in self._environ or "AWS_SHARED_CREDENTIALS_FILE" in self._environ:
            return
        path = state_path(self._environ, name)
        there = _stat(path)
        if there is not None and there.st_mtime > self.changed():
            return
        lines = [f"{w}\n" for w in dict.fromkeys(words()) if w.replace("\t", "").isprintable()]
        with contextlib.suppress(AwsenvError, OSError):
            folders.make_private(os.path.dirname(path))
            write_whole(path, "".join(lines).encode("utf-8"))

    def keep_session(
        self,
        path: str,
        profile: Profile,
        fields: dict[str, str],
        variables: dict[str, str],
        expires: int,
    ) -> None:
        """Record a session with what ``fields`` says of it.

        It is kept while the files are still unsettled, too: it cost a call, or a code. Only replay
        looks again then. Raises ``AwsenvError`` when it cannot be written.
        """
        base = self._fields(profile, None) or self._unsettled(profile)
        write(path, {**base, **fields, "expires": str(expires), **variables})

    def _unsettled(self, profile: Profile) -> dict[str, str]:
        fields = {"shape": record_file.SHAPE, "profile": profile.name, "kind": profile.kind}
        for name, path in self._paths.items():
            fields[name + ".path"] = path
            fields[name + ".stamp"] = "unsettled"
        return fields

    def _fields(self, profile: Profile, account: str | None) -> dict[str, str] | None:
        values = {n: self._environ[n] for n in record_file.PLACES if n in self._environ}
        if any("$" in value or value[:1] not in ("/", "~") for value in values.values()):
            return None  # other variables have a say in the path, or the folder one stands in
        fields = {"shape": record_file.SHAPE, "profile": profile.name, "kind": profile.kind}
        if account:
            fields["account"] = account
        fields.update({f"env.{name}": value for name, value in values.items()})
        for name, path in self._paths.items():
            found = self._stats[name]
            if found and self._now - max(found.st_mtime, found.st_ctime) < SETTLED:
                return None
            fields[name + ".path"] = path
            fields[name + ".stamp"] = record_file.format_stamp(found) if found else "none"
        if mark := self.find_mark(profile):
            fields |= list_variables(mark) | ({"ask": "yes"} if mark.ask else {})
        return fields


def list_variables(mark: Mark | None) -> dict[str, str]:
    """What a session of a profile with ``mark`` sets besides, for prompts."""
    values = {MARK: mark.word, COLOR: mark.color} if mark else {}
    return {name: value for name, value in values.items() if value}


def _stat(path: str) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None


def _locate_key(place: Section) -> dict[str, str] | None:
    """Where the key's values stand in their file: variable → ``OFFSET:LENGTH`` in bytes."""
    try:
        data = reading.read(place.path)
    except (OSError, AwsenvError):
        return None
    token = next(filter(place.get, TOKENS), None)
    wanted = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
    if token:
        wanted["AWS_SESSION_TOKEN"] = token
    lines = data.replace(b"\r\n", b"\n ").replace(b"\r", b"\n").split(b"\n")
    spans = {}
    for variable, option in wanted.items():
        value, first, last = place.options[option]
        raw = value.encode()
        # A value stands at the end of its line, behind the first = or :.
        start = sum(map(len, lines[: first - 1])) + first - 1
        line = data[start : start + len(lines[first - 1])].rstrip()
        if first != last or not raw or not line.endswith(raw):
            return None
        spans[variable] = f"{start + len(line) - len(raw)}:{len(raw)}"
    return spans
