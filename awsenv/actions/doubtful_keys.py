"""Keys of the keychain that may be nobody's. Each is noted before it goes in or before a profile lets go of it, without
its secret, in ``STATE/doubtful-keys``: whatever that is cut off by, the next change of the keychain looks whether some
profile has it there, and takes it out where none has.
"""

import contextlib
import os
from collections.abc import Iterable, Iterator

from awsenv import record_file, records
from awsenv.aws import keychain
from awsenv.aws.options import Say
from awsenv.files import folders, locks
from awsenv.profiles import read
from awsenv.profiles.profile import KEYCHAIN, Profile
from awsenv.state import DOUBTFUL_KEYS, state_folder, state_path


@contextlib.contextmanager
def changing(key_ids: Iterable[str], environ: dict[str, str], say: Say) -> Iterator[None]:
    """Alone with the keychain, in which ``key_ids`` are afterwards those that a profile has there. Raises
    ``AwsenvError``."""
    with locks.hold(state_folder(environ), "keychain", say):
        for key_id in key_ids:
            path = os.path.join(_folder(environ), record_file.file_name(key_id))
            records.write(path, {"key": key_id})
        yield
        _sweep(environ)


def sweep(environ: dict[str, str], say: Say) -> None:
    """Take out of the keychain what was noted and no profile has. Raises ``AwsenvError``."""
    if next(_list_noted(environ), None):
        with changing((), environ, say):
            pass


def list_holders(key_id: str, known: dict[str, Profile]) -> list[str]:
    """The names of those of ``known`` whose key in the keychain ``key_id`` is."""
    return [name for name, each in known.items() if each.get(KEYCHAIN) == key_id]


def _sweep(environ: dict[str, str]) -> None:
    noted = dict(_list_noted(environ))
    known = read.profiles(environ) if noted else {}
    for path, key_id in noted.items():
        if not list_holders(key_id, known):
            keychain.remove(key_id)
        folders.discard(path)


def _list_noted(environ: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The noted keys, by their notes."""
    folder = _folder(environ)
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else ():
        path = os.path.join(folder, name)
        if key_id := (record_file.read(path) or {}).get("key"):
            yield path, key_id


def _folder(environ: dict[str, str]) -> str:
    return state_path(environ, DOUBTFUL_KEYS)
