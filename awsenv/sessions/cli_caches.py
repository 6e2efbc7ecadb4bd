"""The AWS CLI's cache of role sessions, shared both ways: ``~/.aws/cli/cache``."""

import json
import os
from typing import Any

from botocore.utils import JSONFileCache

from awsenv.errors import AwsenvError
from awsenv.files import folders, reading


def folder(environ: dict[str, str]) -> str:
    """Where the AWS CLI keeps them; it has no variable for it."""
    return os.path.join(environ.get("HOME") or os.path.expanduser("~"), ".aws/cli/cache")


class _Cache(JSONFileCache):
    """The cache, which may be only written to. A file that is half written, or no JSON, is none."""

    def __init__(self, path: str, read: bool) -> None:
        super().__init__(path)
        self._folder = path
        self._read = read

    def __contains__(self, key: str) -> bool:
        if not self._read or not super().__contains__(key):
            return False
        try:
            return isinstance(self[key]["Credentials"]["Expiration"], str)
        except (KeyError, TypeError, ValueError):
            return False

    def __getitem__(self, key: str) -> Any:
        try:
            return _read(os.path.join(self._folder, key + ".json"))
        except (OSError, AwsenvError, ValueError):
            raise KeyError(key) from None

    def __setitem__(self, key: str, value: Any) -> None:
        try:
            folders.make(self._folder)
            super().__setitem__(key, value)
        except OSError:
            return  # it serves this call all the same


def _read(path: str) -> Any:
    return json.loads(reading.read(path))


def roles(environ: dict[str, str], read: bool) -> Any:
    """The cache as botocore's fetchers use it."""
    return _Cache(folder(environ), read)


def oldest(environ: dict[str, str]) -> float:
    """When the oldest file in the cache was written, in seconds since 1970; infinity for none."""
    try:
        with os.scandir(folder(environ)) as entries:
            return min((entry.stat().st_mtime for entry in entries), default=float("inf"))
    except OSError:
        return float("inf")


def forget(key_ids: set[str], environ: dict[str, str]) -> int:
    """Remove the sessions whose key ID is one of ``key_ids``; how many there were."""
    removed = 0
    top = folder(environ)
    for name in os.listdir(top) if os.path.isdir(top) else ():
        path = os.path.join(top, name)
        try:
            found = _read(path)["Credentials"]["AccessKeyId"]
        except (OSError, AwsenvError, ValueError, KeyError, TypeError):
            continue
        if found in key_ids:
            os.unlink(path)
            removed += 1
    return removed
