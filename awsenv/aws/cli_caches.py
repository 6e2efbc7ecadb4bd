"""The AWS CLI's cache of role sessions, shared both ways: ``~/.aws/cli/cache``."""

import hashlib
import json
import os
from collections.abc import Callable
from typing import Any

from botocore.utils import JSONFileCache

from awsenv.errors import AwsenvError
from awsenv.files import folders, reading
from awsenv.profiles.profile import Profile
from awsenv.state import home_folder


def folder(environ: dict[str, str]) -> str:
    """Where the AWS CLI keeps them; it has no variable for it."""
    return os.path.join(home_folder(environ), ".aws/cli/cache")


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


def open_role_cache(environ: dict[str, str], since: float) -> Any:
    """The cache as botocore's fetchers use it: what was not written after ``since`` (seconds since
    1970) is not there."""
    return _Cache(folder(environ), since)


def find_sso_key(profile: Profile) -> str:
    """What the role of ``profile`` has in the cache (``botocore.credentials.SSOCredentialFetcher``)."""
    args = {"roleName": profile.get("sso_role_name"), "accountId": profile.get("sso_account_id")}
    if session := profile.get("sso_session"):
        args["sessionName"] = session
    else:
        args["startUrl"] = profile.get("sso_start_url")
    text = json.dumps(args, sort_keys=True, separators=(",", ":"))
    return hashlib.sha1(text.encode()).hexdigest()


def forget_sso(profile: Profile, environ: dict[str, str]) -> int:
    """Remove what the AWS CLI has stored of the role of ``profile``; how many there were."""
    path = os.path.join(folder(environ), find_sso_key(profile) + ".json")
    return int(folders.discard(path))


def forget(whose: Callable[[str], bool], environ: dict[str, str]) -> int:
    """Remove the sessions of whose key ID ``whose`` is true; how many there were."""
    removed = 0
    top = folder(environ)
    for name in os.listdir(top) if os.path.isdir(top) else ():
        path = os.path.join(top, name)
        try:
            found = _read(path)["Credentials"]["AccessKeyId"]
        except (OSError, AwsenvError, ValueError, KeyError, TypeError):
            continue
        if whose(str(found)):
            os.unlink(path)
            removed += 1
    return removed
