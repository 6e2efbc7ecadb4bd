"""The stand-in's access portal: which accounts and roles there are, and a role's credentials.

Names and answers follow botocore's service model ``sso``.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from awsenv.demo.sts import Sts
from awsenv.demo.users import User, session_of

PAGE = 100


class OidcError(Exception):
    """An error of sso-oidc or the portal: the name of its exception, and HTTP status."""

    def __init__(self, name: str, status: int = 400) -> None:
        super().__init__(name)
        self.name = name
        self.status = status


@dataclass
class Portal:
    """``assignments`` are account → role names, ``names`` account → its name.

    Role credentials last ``lifetime`` seconds. With a ``rate`` more than that many calls a second
    are throttled, after as many at once; ``throttled`` counts them.
    """

    sts: Sts
    assignments: dict[str, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    lifetime: int = 3600
    rate: float = 0
    throttled: int = 0
    _allowance: float = 0
    _asked: float = 0

    def answer(
        self, method: str, path: str, query: Mapping[str, str], person: str = "person"
    ) -> dict[str, Any]:
        """The JSON that answers a call of ``person``, whose token lives. Raises ``OidcError``."""
        calls: dict[tuple[str, str], Callable[[Mapping[str, str]], dict[str, Any]]] = {
            ("GET", "/assignment/accounts"): self._accounts,
            ("GET", "/assignment/roles"): self._roles,
            ("GET", "/federation/credentials"): partial(self._credentials, person),
        }
        if (method, path) not in calls:
            raise OidcError("ResourceNotFoundException", 404)
        self._throttle()
        return calls[method, path](query)

    def _throttle(self) -> None:
        if not self.rate:
            return
        now = time.monotonic()
        self._allowance = min(self.rate, self._allowance + (now - self._asked) * self.rate)
        self._asked = now
        if self._allowance < 1:
            self.throttled += 1
            raise OidcError("TooManyRequestsException", 429)
        self._allowance -= 1

    def _accounts(self, query: Mapping[str, str]) -> dict[str, Any]:
        told = [
            {
                "accountId": account,
                "accountName": self.names.get(account, f"account-{account}"),
                "emailAddress": f"{account}@example.com",
            }
            for account in self.assignments
        ]
        return _page("accountList", told, query)

    def _roles(self, query: Mapping[str, str]) -> dict[str, Any]:
        account = query.get("account_id", "")
        if account not in self.assignments:
            raise OidcError("ForbiddenException", 403)
        told = [{"roleName": role, "accountId": account} for role in self.assignments[account]]
        return _page("roleList", told, query)

    def _credentials(self, person: str, query: Mapping[str, str]) -> dict[str, Any]:
        account, role = query.get("account_id", ""), query.get("role_name", "")
        if role not in self.assignments.get(account, []):
            raise OidcError("ForbiddenException", 403)
        partition = next(iter(self.sts.users.values())).partition
        user = User(person, account, "", "", partition=partition)
        end = f"assumed-role/AWSReservedSSO_{role}_demo/{person}"
        made = session_of(user, self.lifetime, True, end, account)
        session = self.sts.issue(replace(made, made_by="GetRoleCredentials"))
        assert session.expires is not None
        told = {
            "accessKeyId": session.key_id,
            "secretAccessKey": session.secret,
            "sessionToken": session.token,
        }
        return {"roleCredentials": {**told, "expiration": int(session.expires * 1000)}}


def _page(name: str, told: list[dict[str, str]], query: Mapping[str, str]) -> dict[str, Any]:
    size = min(int(query.get("max_result") or PAGE), PAGE)
    start = int(query.get("next_token") or 0)
    answer: dict[str, Any] = {name: told[start : start + size]}
    if start + size < len(told):
        answer["nextToken"] = str(start + size)
    return answer
