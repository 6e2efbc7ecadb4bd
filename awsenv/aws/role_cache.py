"""The AWS CLI's cache of role sessions as botocore's fetchers use it, which is what loads botocore."""

import os
from typing import Any

from botocore.utils import JSONFileCache

from awsenv.aws import cli_caches
from awsenv.errors import AwsenvError
from awsenv.files import folders


class _Cache(JSONFileCache):
    """The cache. A file that is half written, or no JSON, is none; so is one of the very tick of ``since``."""

    def __init__(self, path: str, since: float) -> None:
        super().__init__(path)
        self._folder = path
        self._since = since

    def __contains__(self, key: str) -> bool:
        if not super().__contains__(key):
            return False
        try:
            written = os.stat(os.path.join(self._folder, key + ".json")).st_mtime
            end = self[key]["Credentials"]["Expiration"]
        except (OSError, KeyError, TypeError, ValueError):
            return False
        return written > self._since and isinstance(end, str)

    def __getitem__(self, key: str) -> Any:
        try:
            return cli_caches.load(os.path.join(self._folder, key + ".json"))
        except (OSError, AwsenvError, ValueError):
            raise KeyError(key) from None

    def __setitem__(self, key: str, value: Any) -> None:
        try:
            folders.make(self._folder)
            super().__setitem__(key, value)
        except OSError:
            return  # it serves this call all the same


def open_role_cache(environ: dict[str, str], since: float) -> Any:
    """The cache as botocore's fetchers use it: what was not written after ``since`` (seconds since
    1970) is not there."""
    return _Cache(cli_caches.folder(environ), since)
