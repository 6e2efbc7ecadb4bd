"""Every account and role that a sign-in gives: ``sso ListAccounts`` and ``ListAccountRoles``.

The portal throttles at some 20 calls a second. Calls are paced under that rather than repeated:
unpaced, a thousand accounts meet more refusals than answers.
"""

import re
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from queue import SimpleQueue
from typing import Any

from awsenv.aws import client
from awsenv.aws.context import Context
from awsenv.aws.options import Prompter
from awsenv.errors import AwsenvError
from awsenv.identity_center.sign_in import EndedError
from awsenv.identity_center.token import SsoSession
from awsenv.profiles.profile import Profile

# Calls a second, a little under what the portal takes; threads for answers that take a while.
PACE = 19.0
THREADS = 8
# How often a call that is throttled all the same is made again, beside botocore's own tries.
_MAX_TRIES = 3
# What AWS allows as an account's ID and a role's name: they go into a file.
_ACCOUNT = re.compile(r"\d{12}")
_ROLE = re.compile(r"[\w+=,.@-]{1,64}", re.ASCII)


class Listing:
    """``names`` is account ID → its name, in the order of the IDs; ``roles`` account ID → its role
    names, of the accounts that were asked to the end; ``missing`` the IDs that were not, and
    ``error`` is why (``None`` for Ctrl-C, where something is missing)."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names
        self.roles: dict[str, list[str]] = {}
        self.missing: list[str] = []
        self.error: AwsenvError | None = None


def list_roles(
    where: SsoSession,
    token: str,
    environ: dict[str, str],
    wanted: Collection[str],
    progress: Callable[[int, int], None],
) -> Listing:
    """What ``token`` may do: all of it, or in the accounts that ``wanted`` names by ID or name.

    ``progress`` is told how many accounts of how many are done. A failure or Ctrl-C after the
    accounts are known is not raised but told by the ``Listing``. Raises ``AwsenvError`` before that,
    ``EndedError`` where the portal does not take the token.
    """
    profile = Profile(where.shown, None, None)
    portal = Context(profile, environ, Prompter()).client("sso", region=where.region)
    pace = _Pace(PACE)

    def pages(operation: Callable[..., Any], member: str, **asked: Any) -> Iterator[Any]:
        more: dict[str, Any] = {"accessToken": token, **asked}
        while True:
            answer = _ask_paced(pace, lambda: _call(where, profile, lambda: operation(**more)))
            yield from answer.get(member) or []
            if not answer.get("nextToken"):
                return
            more["nextToken"] = answer["nextToken"]

    accounts = pages(portal.list_accounts, "accountList", maxResults=100)
    named = {
        each["accountId"]: str(each.get("accountName") or "")
        for each in accounts
        if _ACCOUNT.fullmatch(each.get("accountId", ""))
    }
    found = Listing(dict(sorted(named.items())))
    left = [a for a, name in found.names.items() if not wanted or {a, name} & set(wanted)]

    def roles(account: str) -> list[str]:
        told = pages(portal.list_account_roles, "roleList", accountId=account, maxResults=100)
        names = {str(each.get("roleName", "")) for each in told}
        return sorted(name for name in names if _ROLE.fullmatch(name))

    try:
        for account, told in _list_each(roles, left, pace):
            found.roles[account] = told
            progress(len(found.roles), len(left))
    except AwsenvError as error:
        found.error = error
    except KeyboardInterrupt:
        pass  # told by what is missing
    finally:
        pace.stop()
    found.missing = [account for account in left if account not in found.roles]
    found.roles = dict(sorted(found.roles.items()))
    return found


def _list_each(
    roles: Callable[[str], list[str]], accounts: list[str], pace: "_Pace"
) -> Iterator[tuple[str, list[str]]]:
    """Each of ``accounts`` with its ``roles``, as they come. Raises what one of them raises.

    Not a ThreadPoolExecutor: Ctrl-C would wait there for answers that may take half a minute.
    """
    todo, done = deque(accounts), SimpleQueue[tuple[str, list[str] | AwsenvError]]()

    def work() -> None:
        while todo and not pace.stopped:
            try:
                account = todo.popleft()
            except IndexError:  # another thread was faster
                return
            try:
                done.put((account, roles(account)))
            except AwsenvError as error:
                done.put((account, error))

    for _ in range(min(THREADS, len(accounts))):
        threading.Thread(target=work, daemon=True).start()
    for _ in accounts:
        account, told = done.get()
        if isinstance(told, AwsenvError):
            raise told
        yield account, told


class _ThrottledError(AwsenvError):
    """The portal asked to slow down, a few times over: others are at it, too."""


def _ask_paced(pace: "_Pace", request: Callable[[], Any]) -> Any:
    """What ``request`` gives, at ``pace``, which slows down where the portal asks for that."""
    for _ in range(_MAX_TRIES):
        pace.wait()
        try:
            return request()
        except _ThrottledError:
            pace.slow()
    pace.wait()
    return request()


class _Pace:
    """Lets its callers through ``rate`` times a second, whichever thread they are in."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate
        self._next = 0.0
        self._lock = threading.Lock()
        self._stopped = threading.Event()

    def wait(self) -> None:
        """Wait for the next turn."""
        with self._lock:
            turn = max(self._next, time.monotonic())
            self._next = turn + self._gap
        if self._stopped.wait(max(0.0, turn - time.monotonic())):
            raise AwsenvError("given up")

    def slow(self) -> None:
        """Half as many turns from now on, one a second at least, and a rest first."""
        with self._lock:
            self._gap = min(self._gap * 2, 1.0)
            self._next = time.monotonic() + 1

    @property
    def stopped(self) -> bool:
        return self._stopped.is_set()

    def stop(self) -> None:
        """No more turns."""
        self._stopped.set()


def _call(where: SsoSession, profile: Profile, request: Callable[[], Any]) -> Any:
    from botocore.exceptions import ClientError

    def asked() -> Any:
        try:
            return request()
        except ClientError as error:
            if error.response["Error"]["Code"] == "TooManyRequestsException":
                raise _ThrottledError(
                    f"{where.shown} asks to slow down", "try again in a minute"
                ) from None
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 401:
                raise EndedError(
                    f"the sign-in of {where.shown} has ended", f"awsenv login {where.shown}"
                ) from None
            raise

    return client.call(profile, asked)
