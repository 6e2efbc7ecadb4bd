"""The AWS CLI's cache of role sessions, shared both ways: ``~/.aws/cli/cache``."""

import json
import os
from collections.abc import Callable
from typing import Any

from awsenv.digests import sha1
from awsenv.errors import AwsenvError
from awsenv.files import folders, reading
from awsenv.profiles.profile import Profile
from awsenv.state import home_folder


def folder(environ: dict[str, str]) -> str:
    """Where the AWS CLI keeps them; it has no variable for it."""
    return os.path.join(home_folder(environ), ".aws/cli/cache")


def load(path: str) -> Any:
    """What the file at ``path`` holds. Raises ``OSError``, ``AwsenvError`` or ``ValueError``."""
    return json.loads(reading.read(path))


def find_sso_key(profile: Profile) -> str:
    """What the role of ``profile`` has in the cache (``botocore.credentials.SSOCredentialFetcher``)."""
    args = {"roleName": profile.get("sso_role_name"), "accountId": profile.get("sso_account_id")}
    if session := profile.get("sso_session"):
        args["sessionName"] = session
    else:
        args["startUrl"] = profile.get("sso_start_url")
    text = json.dumps(args, sort_keys=True, separators=(",", ":"))
    return sha1(text)


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
            found = load(path)["Credentials"]["AccessKeyId"]
        except (OSError, AwsenvError, ValueError, KeyError, TypeError):
            continue
        if whose(str(found)):
            os.unlink(path)
            removed += 1
    return removed
