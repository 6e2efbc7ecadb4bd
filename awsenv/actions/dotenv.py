"""``dotenv``: a session as a ``.env`` for docker compose and the like."""

import time
from datetime import UTC, datetime
from typing import Any

from awsenv import durations, record_file
from awsenv.actions import dotenv_live
from awsenv.actions.dotenv_file import EnvFile
from awsenv.aws.options import Prompter, SessionOptions
from awsenv.compose.prediction import TOKEN
from awsenv.env_files import env_file, registry
from awsenv.errors import AwsenvError
from awsenv.profiles.account import of_key
from awsenv.request import Request
from awsenv.server import grants
from awsenv.sessions import resolve
from awsenv.sessions.resolve import Resolved


def write(
    file: EnvFile,
    request: Request,
    options: SessionOptions,
    resolved: Resolved,
    environ: dict[str, str],
) -> None:
    """Put into ``file`` what ``request`` set, and have it written again at each renewal, where a renewal would set
    the same. Raises ``AwsenvError``."""
    values = file.rename_variables(resolved.variables)
    file.write(values, request.profile)
    grants.revoke(environ, file=file.path)
    if resolved.long_lived or request.profile_only or options.session or options.duration:
        registry.forget(file.path, environ)
    else:
        registry.remember(file.path, request.profile, request.region, file.pairs, values, environ)
    file.warn_of_masks(values, environ)


def watch(
    file: EnvFile,
    request: Request,
    options: SessionOptions,
    prompter: Prompter,
    environ: dict[str, str],
) -> None:
    """Keep ``file`` up to date until Ctrl-C. Raises ``AwsenvError`` where the session cannot be had, or does not
    end."""
    while True:
        resolved = resolve.resolve(request, options, prompter, environ)
        end = resolved.variables.get("AWS_CREDENTIAL_EXPIRATION")
        if end is None:
            what = f"the session of {request.profile} does not end: there is nothing to watch"
            raise AwsenvError(what, f"awsenv dotenv {request.profile} -o {file.name}")
        file.write(file.rename_variables(resolved.variables), request.profile)
        fields = record_file.read(record_file.record_path(request.profile, environ)) or {}
        until = float(fields.get("renew", datetime.fromisoformat(end).timestamp() - 60))
        # Not at once where a renewal failed and the session before goes on; and in short steps, since a machine may
        # sleep meanwhile.
        until = max(until, prompter.now() + 5)
        while prompter.now() < until:
            time.sleep(min(5.0, max(0.1, until - prompter.now())))


class Check:
    """What ``file`` holds: ``problem`` is what is wrong with that, empty for nothing, and ``fix`` what to type;
    ``fields`` is it for programs, ``left`` in seconds. ``profile``: whom it should act as, empty for anybody;
    ``min_left``: for how many seconds at least. Raises ``AwsenvError`` where it cannot be read."""

    def __init__(self, file: EnvFile, profile: str, min_left: int, environ: dict[str, str]) -> None:
        text = file.read()
        values = env_file.read_values(text)
        found = env_file.read_profile(text)
        end = values.get("AWS_CREDENTIAL_EXPIRATION")
        left = _read_seconds_left(end) if end else None
        self.problem, fix = dotenv_live.find_problem(values, file.path, environ)
        if found is None:
            self.problem = "holds no session of awsenv's"
        elif profile and found != profile:
            self.problem = f"acts as {found}, not as {profile}"
        elif left is not None and left < min_left:
            self.problem = (
                f"has {durations.format_duration(left)} left" if left > 0 else "has ended"
            )
        live = " --live" if TOKEN in values else ""
        self.fix = fix or f"awsenv dotenv {profile or found or 'PROFILE'}{live} -o {file.name}"
        self.fields: dict[str, Any] = {
            "file": file.path,
            "profile": found,
            "account": of_key(values.get("AWS_ACCESS_KEY_ID") or ""),
            "expires": end,
            "left": left,
            "problem": self.problem or None,
        }


def _read_seconds_left(end: str) -> int:
    try:
        return int((datetime.fromisoformat(end) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return 0
