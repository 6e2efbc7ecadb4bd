"""Which ``.envrc`` files a person allowed: path and content together, of every file that takes part.

What was allowed lies in a mirror of the path, ``STATE/trust/home/me/org/.envrc``, as a record that
``awsenv.envrc.trust_check`` reads: the bytes of each file, to be compared, and what was derived from
them, which is all that is ever loaded. A record is made of texts that a person saw or awsenv itself
wrote, in memory: by the time it is stored, anything may lie on the disk.
"""

import contextlib
import os
from collections.abc import Iterator

from awsenv import record_file, records
from awsenv.digests import sha256
from awsenv.envrc import loading, trust_check
from awsenv.envrc.loading import Disk, Loaded
from awsenv.errors import AwsenvError
from awsenv.files import spelling


class Remembered:
    """The files as the record ``fields`` has them, but for those in ``now``, which are as given there
    (``None``: not there). Of a ``.env`` a record has a digest alone: its text is the disk's as long as
    it fits."""

    def __init__(self, fields: dict[str, str], now: dict[str, bytes | None]) -> None:
        self._own: dict[str, set[str]] = {}
        self._sums: dict[str, str] = {}
        self._texts: dict[str, bytes | None] = {}
        for field, path in fields.items():
            kind, _, number = field.partition(".")
            if kind == "none":
                self._texts[path] = None
            elif kind == "file":
                text = fields.get(f"text.{number}", "")
                self._texts[path] = text.encode("utf-8", "surrogateescape")
            elif kind == "env" and path not in now:
                self._own[path] = set(fields.get(f"skip.{number}", "").split())
                self._sums[path] = fields.get(f"sum.{number}", "")
        self._texts |= now

    def text(self, path: str) -> bytes:
        text = self._texts.get(path)
        if path in self._sums:
            text = Disk().text(path)
            compared = trust_check.compared_text(
                text.decode("utf-8", "surrogateescape"), self._own[path]
            )
            if sha256(compared) != self._sums[path]:
                text = None
        if text is None:
            raise AwsenvError("nobody has seen it")
        return text

    def is_there(self, path: str) -> bool:
        if path in self._sums:
            return True
        if path not in self._texts:
            raise AwsenvError("nobody has seen it")
        return self._texts[path] is not None

    is_envrc = is_there

    def own(self, path: str, text: str) -> set[str]:
        return self._own.get(path) or Disk().own(path, text)


def derive(path: str) -> Loaded:
    """What the ``.envrc`` at ``path`` loads as it lies there. Raises ``AwsenvError`` where it needs
    direnv."""
    return loading.load(path, Disk())


def allow(path: str, found: Loaded, environ: dict[str, str], means: str = "") -> None:
    """Trust the ``.envrc`` at ``path`` with what was ``found`` in it; ``means`` is the profile that an account or a role
    there means now, empty for a profile's own name. Raises ``AwsenvError``."""
    path = spelling.spell(path)
    fields = found.fields(path)
    if means:
        fields |= {"profile": means, "word": found.profile}
    records.write(trust_check.mirror(path, environ), fields)


def rename(folder: str, profile: str, environ: dict[str, str]) -> bool:
    """What the ``.envrc`` of ``folder`` means by its account is called ``profile`` now; whether it says an account at all.
    Raises ``AwsenvError``."""
    place = trust_check.mirror(f"{folder}/.envrc", environ)
    record = record_file.read(place) or {}
    if "word" not in record:
        return False
    records.write(place, record | {"profile": profile})
    return True


def _as_written(record: dict[str, str]) -> dict[str, str]:
    """``record`` as it says what stands in the file: the word, and not what it meant."""
    if "word" not in record:
        return record
    return {n: v for n, v in record.items() if n != "word"} | {"profile": record["word"]}


def allow_made(path: str, text: bytes, environ: dict[str, str]) -> None:
    """Trust the ``.envrc`` that awsenv has just made at ``path`` with ``text``. Raises
    ``AwsenvError``."""
    allow(path, loading.load(path, Remembered({}, {path: text})), environ)


def follow(file: str, old: bytes | None, new: bytes | None, environ: dict[str, str]) -> None:
    """awsenv itself has changed ``file`` from ``old`` to ``new`` (``None``: it is not there): every
    ``.envrc`` that was allowed with the one is allowed with the other, and with nothing else that
    may lie on the disk by now."""
    file = resolve_folder(file)
    for path, record in _find_near(file, environ):
        with contextlib.suppress(AwsenvError):  # it reads more now than anybody has seen
            before = loading.load(path, Remembered(record, {file: old}))
            if before.fields(path) == _as_written(record):
                after = loading.load(path, Remembered(record, {file: new}))
                is_same = after.profile == record.get("word")
                allow(path, after, environ, record["profile"] if is_same else "")


def deny(path: str, environ: dict[str, str]) -> bool:
    """Trust the ``.envrc`` at ``path`` no more; whether it was trusted."""
    try:
        os.unlink(trust_check.mirror(path, environ))
    except FileNotFoundError:
        return False
    return True


def prune(environ: dict[str, str]) -> None:
    """Forget what was allowed in folders that are no more: nothing of a ``.env`` outlasts its repo
    in our state."""
    top = trust_check.mirror("/", environ)
    for folder, below, names in os.walk(top, topdown=False):
        if ".envrc" in names and not os.path.isdir("/" + os.path.relpath(folder, top)):
            with contextlib.suppress(OSError):
                os.unlink(os.path.join(folder, ".envrc"))
                os.removedirs(folder)
        elif not names and not below:
            with contextlib.suppress(OSError):
                os.removedirs(folder)


def list_bound(profile: str, environ: dict[str, str]) -> list[str]:
    """The folders that are there and whose ``.envrc``, as it was allowed, is bound to ``profile``."""
    top = trust_check.mirror("/", environ)
    found = []
    for place, _, names in os.walk(top):
        folder = os.path.normpath("/" + os.path.relpath(place, top))
        record = trust_check.read_record(f"{folder}/.envrc", environ) if ".envrc" in names else None
        if record and record.get("profile") == profile and os.path.isdir(folder):
            found.append(folder)
    return sorted(found)


def _find_near(file: str, environ: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """The ``.envrc`` files whose records name ``file``, with these: above it, beside it and below."""
    folder = os.path.dirname(file)
    below = [
        os.path.join(place, ".envrc")
        for place, _, _ in os.walk(trust_check.mirror(folder, environ))
    ]
    for place in sorted(
        {
            *below,
            *(trust_check.mirror(path, environ) for path in trust_check.list_above(folder)),
        }
    ):
        record = record_file.read(place) or {}
        if file in record.values() and "path" in record:
            yield record["path"], record


def find_state(path: str, environ: dict[str, str]) -> str:
    """``allowed``, ``changed`` since, or ``not allowed``."""
    record = record_file.read(trust_check.mirror(path, environ))
    if record is None or record.get("path") != path:
        return "not allowed"
    try:
        return "allowed" if derive(path).fields(path) == _as_written(record) else "changed"
    except AwsenvError:
        return "changed"


def resolve_folder(path: str) -> str:
    """``path`` by its physical folder, as the hook walks it."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))
