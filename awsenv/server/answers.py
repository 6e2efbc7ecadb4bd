"""A grant's answer: its profile's session by the record, else by a process that gets it.

The server itself loads nothing slow: what has to be got is got by another awsenv, bounded in time,
one at a time for all who ask.
"""

import asyncio
import contextlib
import json
import shlex
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from awsenv import programs, record_file, replay, successor
from awsenv.errors import AwsenvError
from awsenv.request import Request
from awsenv.server import refusals
from awsenv.server.grants import Grant
from awsenv.variables import CREDENTIAL_FIELDS

# Seconds that an answer has left at least, where its session lives for twice as long; SDKs ask anew
# when so much is left.
LEFT = 900
# Seconds for which a failure is told again before it is tried again.
_FAILURE_LASTS = 2.0
# The container credentials protocol calls the token otherwise.
_FIELDS = {name: field for field, name in CREDENTIAL_FIELDS.items()} | {
    "AWS_SESSION_TOKEN": "Token",
    "AWS_ACCOUNT_ID": "AccountId",
}
_Key = tuple[str, bool, tuple[tuple[str, str], ...]]


class Answers:
    """Answers in the environment ``environ``; ``say`` is told what a person should hear."""

    def __init__(self, environ: dict[str, str], say: Callable[[str], None]) -> None:
        self._environ = environ
        self._say = say
        self._getting: dict[_Key, asyncio.Future[dict[str, str]]] = {}
        self._failed: dict[_Key, tuple[float, AwsenvError]] = {}
        self._said: dict[_Key, str] = {}

    async def get(self, grant: Grant) -> dict[str, str]:
        """What the container credentials protocol answers for ``grant``. Raises ``AwsenvError``."""
        stored = self._stored(grant)
        if stored.answer is not None and stored.left >= stored.least:
            if any(each[0] == grant.profile for each in self._said):
                self._answer_again(grant)
            return stored.answer
        key = (grant.profile, grant.session, tuple(sorted(grant.files.items())))
        try:
            return await self._got(key, grant, stored.least)
        except AwsenvError:
            if stored.answer is None:
                raise
            return stored.answer  # it still lives

    async def _got(self, key: _Key, grant: Grant, least: float) -> dict[str, str]:
        """One process, whoever asks meanwhile."""
        until, error = self._failed.get(key, (0.0, None))
        if error is not None and time.monotonic() < until:
            raise error
        task = self._getting.get(key)
        if task is None:
            task = _in_thread(lambda: self._ask(grant, least))
            self._getting[key] = task
            task.add_done_callback(lambda _: self._over(key, grant))
        # A client that goes away takes the answer from nobody else.
        return await asyncio.shield(task)

    def _answer_again(self, grant: Grant) -> None:
        """Somebody else got the session that was missing."""
        for key in [each for each in self._said if each[0] == grant.profile]:
            del self._said[key]
        refusals.forget(grant.profile, self._environ)
        self._say(f"{grant.profile} is answered again")

    def _over(self, key: _Key, grant: Grant) -> None:
        task = self._getting.pop(key)
        error = None if task.cancelled() else task.exception()
        self._failed.pop(key, None)
        if error is None:
            if key in self._said:
                self._answer_again(grant)
        elif isinstance(error, AwsenvError):
            self._failed[key] = (time.monotonic() + _FAILURE_LASTS, error)
            line = error.format_line()
            if self._said.get(key) != line:
                self._said[key] = line
                self._say(line)
            # Somebody may have got a session meanwhile, which ended before anybody asked here.
            if not refusals.stands(grant.profile, self._environ):
                refusals.note(grant.profile, error, time.time(), self._environ)

    def _stored(self, grant: Grant) -> "_Stored":
        environ = grant.environ(self._environ)
        path = record_file.variant_path(grant.profile, "session" if grant.session else "", environ)
        # Until its very end: how much must be left is looked at here.
        found = replay.find_session(Request("serve", grant.profile), environ, now=0.0, path=path)
        stored = _Stored()
        fields = record_file.read(path) or {}
        try:
            end, issued = float(fields["expires"]), float(fields["issued"])
        except (KeyError, ValueError):
            return stored
        stored.left = end - time.time()
        stored.least = min(LEFT, (end - issued) / 2)
        if found is not None and stored.left > 0 and "AWS_SESSION_TOKEN" in found.variables:
            stored.answer = _answer(found.variables)
        return stored

    def _ask(self, grant: Grant, least: float) -> dict[str, str]:
        """A session with ``least`` seconds left; where there is none, one that lives. Raises
        ``AwsenvError``."""
        try:
            return self._run(grant, "--min-left", f"{least:.0f}s")
        except AwsenvError as error:
            with contextlib.suppress(AwsenvError):
                return self._run(grant)
            raise error from None

    def _run(self, grant: Grant, *options: str) -> dict[str, str]:
        """The session, by an awsenv of its own. Raises ``AwsenvError``."""
        words = [
            *successor.find_program_words(self._environ),
            "use",
            grant.profile,
            "--shell",
            "sts",
            *options,
        ]
        words += ["--session"] if grant.session else []
        try:
            done = programs.run(words, grant.environ(self._environ), seconds=60)
        except OSError as error:
            raise AwsenvError(f"cannot run {sys.executable}: {error.strerror}") from None
        if done.code:
            lines = done.err.decode("utf-8", "replace").strip().splitlines() or ["it failed"]
            line = lines[-1].removeprefix("awsenv: ")
            what, _, fix = line.rpartition("; ") if "; " in line else (line, "", "")
            failure = AwsenvError(what, fix)
            failure.code = done.code
            raise failure
        try:
            told: dict[str, Any] = json.loads(done.out)["Credentials"]
        except (ValueError, KeyError, TypeError):
            raise AwsenvError(
                f"profile {grant.profile}: no session was told", "awsenv doctor"
            ) from None
        if "SessionToken" not in told:
            what = f"profile {grant.profile} has a long-lived key by now, which goes nowhere"
            raise AwsenvError(what, f"awsenv dotenv {shlex.quote(grant.profile)} --live")
        # A temporary key of which nobody knows the end is looked up again.
        end = f"{datetime.fromtimestamp(time.time() + LEFT, UTC):%Y-%m-%dT%H:%M:%SZ}"
        return self._stored(grant).answer or _answer(
            {own: told.get(name, end) for name, own in CREDENTIAL_FIELDS.items()}
        )


class _Stored:
    """What a record holds: the ``answer`` where it is one, the seconds ``left``, and the ``least`` that
    an answer should have."""

    def __init__(self) -> None:
        self.answer: dict[str, str] | None = None
        self.left = 0.0
        self.least: float = LEFT


def _in_thread(call: Callable[[], dict[str, str]]) -> "asyncio.Future[dict[str, str]]":
    """What ``call`` gives, in a thread that the end of the server does not wait for."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[dict[str, str]] = loop.create_future()

    def work() -> None:
        value: dict[str, str] = {}
        failure: Exception | None = None
        try:
            value = call()
        except Exception as error:
            failure = error
        with contextlib.suppress(RuntimeError):  # the server has ended
            loop.call_soon_threadsafe(done, value, failure)

    def done(value: dict[str, str], failure: Exception | None) -> None:
        if not future.cancelled():
            future.set_exception(failure) if failure else future.set_result(value)

    threading.Thread(target=work, daemon=True).start()
    return future


def _answer(variables: dict[str, str]) -> dict[str, str]:
    return {field: variables[name] for name, field in _FIELDS.items() if name in variables}
