"""A long-lived key replaced by a new one of the same user: made, tried, stored, and only then the old
one made inactive and deleted.

Each begun rotation has a note, without a secret, in ``STATE/rotations`` under the old key's ID, until
it is done: whatever it is cut off by, the next one knows which of two keys was whose.
"""

import os
import time
from collections.abc import Iterator

from awsenv import record_file, records
from awsenv.actions import doubtful_keys
from awsenv.aws import keychain
from awsenv.aws.options import Say
from awsenv.files import folders
from awsenv.profiles import write
from awsenv.profiles.profile import ACCESS_KEY, KEYCHAIN, SECRET_KEY, Profile
from awsenv.state import ROTATIONS, state_path

# Seconds by which a key that a rotation made may be of another time than its note: our clock, and AWS's answer.
_ABOUT = 300.0


class Rotation:
    """The rotation of ``profile`` from key ``old`` to ``new`` (IDs; empty while none is made), which was to make one at
    ``begun`` (seconds since 1970; 0 for never)."""

    def __init__(
        self, profile: str, old: str, new: str, begun: float, environ: dict[str, str]
    ) -> None:
        self.profile = profile
        self.old = old
        self.new = new
        self.begun = begun
        self._environ = environ

    def note(self, new: str = "") -> None:
        """Remember it, with its ``new`` key. Raises ``AwsenvError``."""
        self.new = new
        self.begun = self.begun if new else time.time()
        fields = {"profile": self.profile, "old": self.old, "new": new}
        records.write(self._path, fields | {"begun": f"{self.begun:.3f}"})

    def forget(self) -> None:
        """Remove the note: the rotation is done."""
        folders.discard(self._path)

    def may_have_made(self, created: float) -> bool:
        """Whether it was cut off before it knew its new key, and one of ``created`` (seconds since 1970) can be that:
        there was no second one when it asked for it."""
        return bool(self.begun and not self.new) and abs(created - self.begun) < _ABOUT

    @property
    def _path(self) -> str:
        return os.path.join(_folder(self._environ), record_file.file_name(self.old))


def list_begun(environ: dict[str, str]) -> Iterator[Rotation]:
    """The rotations that were begun and are not done: they were cut off, or are going on."""
    folder = _folder(environ)
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        fields = record_file.read(os.path.join(folder, name)) or {}
        if fields.keys() >= {"profile", "old", "new"}:
            try:
                begun = record_file.parse_time(fields.get("begun", "0"))
            except ValueError:
                begun = 0.0
            yield Rotation(fields["profile"], fields["old"], fields["new"], begun, environ)


def find_rotation(profile: Profile, environ: dict[str, str]) -> Rotation:
    """The one that the key of ``profile`` is the old or the new one of; else one that begins."""
    key_id = profile.key_id
    found = (each for each in list_begun(environ) if key_id in (each.old, each.new))
    return next(found, Rotation(profile.name, key_id, "", 0.0, environ))


def store(
    old: str, new: str, secret: str, known: dict[str, Profile], environ: dict[str, str], say: Say
) -> list[str]:
    """Put key ``new`` in the place of ``old`` wherever a profile of ``known`` has that, in the files and
    in the keychain; the names of those profiles. Raises ``AwsenvError``."""
    if not doubtful_keys.list_holders(old, known):
        return _put(old, new, secret, known, environ)
    with doubtful_keys.changing([old, new], environ, say):
        keychain.store(new, secret)
        return _put(old, new, secret, known, environ)


def _put(
    old: str, new: str, secret: str, known: dict[str, Profile], environ: dict[str, str]
) -> list[str]:
    changed = []
    for name, profile in known.items():
        for place in (profile.credentials, profile.config):
            if place is None:
                continue
            options = {}
            if place.get(ACCESS_KEY) == old:
                options = {ACCESS_KEY: new, SECRET_KEY: secret}
            if place.get(KEYCHAIN) == old:
                options[KEYCHAIN] = new
            if options:
                write.put_options(place.path, place.header, options, environ)
                changed.append(name)
    return list(dict.fromkeys(changed))


def _folder(environ: dict[str, str]) -> str:
    return state_path(environ, ROTATIONS)
