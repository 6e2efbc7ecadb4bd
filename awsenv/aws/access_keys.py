"""The access keys of an IAM user, by their own session: list, create, deactivate, delete ("Managing
access keys for IAM users" in the IAM User Guide).
"""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from awsenv.aws import client
from awsenv.aws.errors import UnknownKeyError
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError
from awsenv.profiles.profile import Profile

# Seconds in which AWS knows a new key everywhere ("Changes that I make are not always immediately
# visible", IAM User Guide, names no figure; seconds in practice).
SETTLES = 60.0
_PAUSE = 1.0


class AccessKey(NamedTuple):
    """A key as IAM tells of it: ``key_id``, whether it is ``active``, when it was ``created`` (UTC)."""

    key_id: str
    active: bool
    created: datetime

    def __str__(self) -> str:
        state = "active" if self.active else "inactive"
        return f"{self.key_id} ({state}, of {self.created:%Y-%m-%d %H:%M} UTC)"


class AccessKeys:
    """The keys of the user whom ``session`` is of; of a ``new`` key it is waited until AWS knows it. Raises
    ``AwsenvError``, as each call does."""

    def __init__(
        self, session: Session, profile: Profile, environ: dict[str, str], new: bool = False
    ) -> None:
        self._profile = profile
        self._is_new = new
        _, arn = self._wait(lambda: client.get_caller_identity(session, profile, environ))
        # Of a temporary session IAM wants to be told whose keys; root has no name.
        self._user = {"UserName": arn.rpartition("/")[2]} if ":user/" in arn else {}
        if not self._user and not arn.endswith(":root"):
            what = f"profile {profile.name} acts as {arn}, which has no access keys"
            raise AwsenvError(what, "awsenv list --kind key")
        self._iam = client.create_client("iam", session, profile, environ)

    def every(self) -> list[AccessKey]:
        """Every access key of the user."""
        found = self._call(self._iam.list_access_keys)["AccessKeyMetadata"]
        return [
            AccessKey(each["AccessKeyId"], each["Status"] == "Active", each["CreateDate"])
            for each in found
        ]

    def create(self) -> tuple[str, str]:
        """A new one: ID and secret."""
        made = self._call(self._iam.create_access_key)["AccessKey"]
        return made["AccessKeyId"], made["SecretAccessKey"]

    def deactivate(self, key_id: str) -> None:
        """Let ``key_id`` sign no more, where it is there."""
        self._gone_or(lambda **of: self._iam.update_access_key(Status="Inactive", **of), key_id)

    def delete(self, key_id: str) -> None:
        """Delete ``key_id`` for good, where it is there."""
        self._gone_or(self._iam.delete_access_key, key_id)

    def _gone_or(self, change: Callable[..., Any], key_id: str) -> None:
        def changed(**of: str) -> Any:
            try:
                return change(AccessKeyId=key_id, **of)
            except self._iam.exceptions.NoSuchEntityException:
                return None

        self._call(changed)

    def _call(self, request: Callable[..., Any]) -> Any:
        return self._wait(lambda: client.call(self._profile, lambda: request(**self._user)))

    def _wait(self, call: Callable[[], Any]) -> Any:
        return _wait_until_known(call) if self._is_new else call()


def _wait_until_known(call: Callable[[], Any]) -> Any:
    """What ``call`` gives, once AWS knows the key that it is signed with."""
    end = time.monotonic() + SETTLES
    while True:
        try:
            return call()
        except UnknownKeyError:
            if time.monotonic() > end:
                raise
            time.sleep(_PAUSE)
