"""A long-lived key replaced by a new one of the same user: made, tried, stored, and only then the old
one made inactive and deleted.

Each begun rotation has a note, without a secret, in ``STATE/rotations`` under the old key's ID, until
it is done: whatever it is cut off by, the next one knows which of two keys was whose.
"""

import os
from collections.abc import Iterator

from awsenv import record_file, records
from awsenv.aws import keychain
from awsenv.files import folders
from awsenv.profiles import write
from awsenv.profiles.profile import ACCESS_KEY, KEYCHAIN, SECRET_KEY, Profile
from awsenv.state import ROTATIONS, state_path


class Rotation:
    """The rotation of ``profile`` from key ``old`` to ``new`` (IDs; empty while none is made)."""

    def __init__(self, profile: str, old: str, new: str, environ: dict[str, str]) -> None:
        self.profile = profile
        self.old = old
        self.new = new
        self._environ = environ

    def note(self, new: str = "") -> None:
        """Remember it, with its ``new`` key. Raises ``AwsenvError``."""
        self.new = new
        fields = {"profile": self.profile, "old": self.old, "new": new}
        records.write(os.path.join(_folder(self._environ), self.old), fields)

    def forget(self) -> None:
        """Remove the note: the rotation is done."""
        folders.discard(os.path.join(_folder(self._environ), self.old))


def list_begun(environ: dict[str, str]) -> Iterator[Rotation]:
    """The rotations that were begun and are not done: they were cut off, or are going on."""
    folder = _folder(environ)
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        fields = record_file.read(os.path.join(folder, name)) or {}
        if fields.keys() >= {"profile", "old", "new"}:
            yield Rotation(fields["profile"], fields["old"], fields["new"], environ)


def find_rotation(profile: Profile, environ: dict[str, str]) -> Rotation:
    """The one that the key of ``profile`` is the old or the new one of; else one that begins."""
    key_id = profile.key_id
    found = (each for each in list_begun(environ) if key_id in (each.old, each.new))
    return next(found, Rotation(profile.name, key_id, "", environ))


def store(
    old: str, new: str, secret: str, known: dict[str, Profile], environ: dict[str, str]
) -> list[str]:
    """Put key ``new`` in the place of ``old`` wherever a profile of ``known`` has that, in the files and
    in the keychain; the names of those profiles. Raises ``AwsenvError``."""
    changed = []
    for name, profile in known.items():
        for place in (profile.credentials, profile.config):
            if place is None:
                continue
            options = {}
            if place.get(ACCESS_KEY) == old:
                options = {ACCESS_KEY: new, SECRET_KEY: secret}
            if place.get(KEYCHAIN) == old:
                keychain.store(new, secret)
                options[KEYCHAIN] = new
            if options:
                write.put_options(place.path, place.header, options, environ)
                changed.append(name)
    return list(dict.fromkeys(changed))


def _folder(environ: dict[str, str]) -> str:
    return state_path(environ, ROTATIONS)
