"""The ``.env`` files that ``dotenv -o`` wrote, so that a renewal writes them again.

One record each in ``STATE/dotenv``, by a digest of the path: what was asked for, the names that were
written, and a digest of their values, by which an edit since is seen. No value is in it.
"""

import contextlib
import os
from collections.abc import Iterator
from typing import NamedTuple

from awsenv import record_file, records
from awsenv.digests import sha256
from awsenv.env_files import env_file
from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.state import ENV_FILES, state_path


class Entry(NamedTuple):
    """``path`` was written for ``profile`` in ``region`` (empty for its own) with the names that
    ``map`` gives, one ``NAME=OWN`` each; ``names`` are those in the file."""

    path: str
    profile: str
    region: str
    map: list[str]
    names: list[str]
    digest: str

    @property
    def state(self) -> str:
        """``kept``; ``moved`` where there is no such file any more, ``edited`` where its values are
        not those that awsenv wrote: then it is left alone."""
        try:
            text = reading.read(self.path).decode("utf-8", "surrogateescape")
        except (OSError, AwsenvError):
            return "moved"
        found = env_file.read_values(text)
        values = {name: found.get(name) or "" for name in self.names}
        return "kept" if digest(values) == self.digest else "edited"


def remember(
    path: str,
    profile: str,
    region: str,
    map_: list[str],
    values: dict[str, str],
    environ: dict[str, str],
) -> None:
    """Remember that ``values`` were written to ``path``. Best effort: it is right for now anyway."""
    fields = {
        "path": path,
        "profile": profile,
        "region": region,
        "map": " ".join(map_),
        "names": " ".join(values),
        "digest": digest(values),
    }
    with contextlib.suppress(AwsenvError):
        records.write(_find_place(path, environ), fields)


def forget(path: str, environ: dict[str, str]) -> None:
    """What is written there from now on is not a session that is renewed."""
    with contextlib.suppress(FileNotFoundError):
        os.unlink(_find_place(path, environ))


def rename(path: str, profile: str, environ: dict[str, str]) -> None:
    """What is written there is renewed as ``profile`` from now on. Raises ``AwsenvError``."""
    place = _find_place(path, environ)
    records.write(place, (record_file.read(place) or {}) | {"profile": profile})


def list_entries(environ: dict[str, str], profile: str = "") -> Iterator[Entry]:
    """What is remembered, of ``profile`` or of all, by path."""
    folder = os.path.dirname(_find_place("", environ))
    names = os.listdir(folder) if os.path.isdir(folder) else ()
    found = [entry for name in names if (entry := _read_entry(os.path.join(folder, name)))]
    yield from sorted(
        (each for each in found if profile in ("", each.profile)), key=lambda each: each.path
    )


def _read_entry(path: str) -> Entry | None:
    fields = record_file.read(path) or {}
    try:
        return Entry(
            fields["path"],
            fields["profile"],
            fields["region"],
            fields["map"].split(),
            fields["names"].split(),
            fields["digest"],
        )
    except KeyError:  # another version's
        return None


def digest(values: dict[str, str]) -> str:
    """A digest of the names and values, whatever their order."""
    text = "\0".join(f"{name}={value}" for name, value in sorted(values.items()))
    return sha256(text)


def _find_place(path: str, environ: dict[str, str]) -> str:
    name = sha256(path)
    return os.path.join(state_path(environ, ENV_FILES), name)
