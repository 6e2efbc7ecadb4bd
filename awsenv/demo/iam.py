"""The stand-in's IAM: what a user may do with their own keys and devices. The Query protocol, version
2010-05-08. Codes and messages: "Errors" of each action in the IAM API Reference, as IAM words them.
"""

import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from awsenv.demo import session_limits
from awsenv.demo.signature import RefusedError
from awsenv.demo.sts import answered, xml
from awsenv.demo.users import User, new_user

VERSION = "2010-05-08"
NAMESPACE = f"https://iam.amazonaws.com/doc/{VERSION}/"
# Keys that a user may have.
_MOST = 2


class Iam:
    """Keys and devices of ``users``, by key ID. A new key is known after ``delay`` seconds; ``denied`` are
    the actions that no policy allows."""

    def __init__(self, users: dict[str, User]) -> None:
        self._users = users
        self._lock = threading.Lock()
        self.delay = 0.0
        self.denied: set[str] = set()

    def answer(self, user: User, parameters: Mapping[str, str]) -> str:
        """The XML that answers the action in ``parameters``, asked by ``user``."""
        action = parameters.get("Action", "")
        actions = {
            "ListMFADevices": self._list_mfa_devices,
            "ListAccessKeys": self._list_access_keys,
            "CreateAccessKey": self._create_access_key,
            "UpdateAccessKey": self._update_access_key,
            "DeleteAccessKey": self._delete_access_key,
        }
        if action not in actions:
            raise RefusedError("InvalidAction", f"Could not find operation {action}", 400)
        session_limits.check_iam(user, action)
        name = parameters.get("UserName")
        if name is None and user.token:
            what = "Must specify userName when calling with non-User credentials"
            raise RefusedError("ValidationError", what, 400)
        if name not in (None, user.name) or action in self.denied:
            what = f"User: {user.arn} is not authorized to perform: iam:{action} on resource: user {name or user.name}"
            raise RefusedError("AccessDenied", what)
        with self._lock:
            return answered(action, actions[action](user, parameters), NAMESPACE)

    def keys(self, user: User) -> list[User]:
        """The long-lived keys of ``user``."""
        return [
            each
            for each in list(self._users.values())
            if not each.token and (each.account, each.name) == (user.account, user.name)
        ]

    def _list_mfa_devices(self, user: User, _: Mapping[str, str]) -> str:
        device = user.device or next((k.device for k in self.keys(user) if k.device), None)
        told = {"UserName": user.name, "SerialNumber": device.serial} if device else {}
        enabled = "<EnableDate>2026-01-01T00:00:00Z</EnableDate>"
        members = f"<member>{xml(told)}{enabled}</member>" if told else ""
        return f"<MFADevices>{members}</MFADevices><IsTruncated>false</IsTruncated>"

    def _list_access_keys(self, user: User, _: Mapping[str, str]) -> str:
        members = "".join(f"<member>{xml(_told(each))}</member>" for each in self.keys(user))
        told = f"<AccessKeyMetadata>{members}</AccessKeyMetadata>"
        return f"{told}<IsTruncated>false</IsTruncated>"

    def _create_access_key(self, user: User, _: Mapping[str, str]) -> str:
        keys = self.keys(user)
        if len(keys) >= _MOST:
            what = f"Cannot exceed quota for AccessKeysPerUser: {_MOST}"
            raise RefusedError("LimitExceeded", what, 409)
        now = time.time()
        fresh = new_user(user.name, user.account, partition=user.partition)
        made = replace(keys[0], key_id=fresh.key_id, secret=fresh.secret, active=True, created=now)
        self._users[made.key_id] = replace(made, known_from=now + self.delay)
        told = xml({**_told(made), "SecretAccessKey": made.secret})
        return f"<AccessKey>{told}</AccessKey>"

    def _update_access_key(self, user: User, parameters: Mapping[str, str]) -> str:
        status = parameters.get("Status")
        if status not in ("Active", "Inactive"):
            raise RefusedError("ValidationError", f"Status {status} is none", 400)
        key = self._key(user, parameters)
        self._users[key.key_id] = replace(key, active=status == "Active")
        return ""

    def _delete_access_key(self, user: User, parameters: Mapping[str, str]) -> str:
        del self._users[self._key(user, parameters).key_id]
        return ""

    def _key(self, user: User, parameters: Mapping[str, str]) -> User:
        key_id = parameters.get("AccessKeyId", "")
        found = next((each for each in self.keys(user) if each.key_id == key_id), None)
        if found is None:
            what = f"The Access Key with id {key_id} cannot be found"
            raise RefusedError("NoSuchEntity", what, 404)
        return found


def _told(key: User) -> dict[str, str]:
    """What IAM tells of a key."""
    return {
        "UserName": key.name,
        "AccessKeyId": key.key_id,
        "Status": "Active" if key.active else "Inactive",
        "CreateDate": datetime.fromtimestamp(key.created, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
