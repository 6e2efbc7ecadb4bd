"""``status``: who am I here, and what is wrong."""

import json
import os
import shlex
from datetime import UTC, datetime
from typing import Any

from awsenv import replay, settings
from awsenv.actions import rotations as rotation
from awsenv.env_files import registry
from awsenv.errors import FAILED, AwsenvError
from awsenv.hook.layers import BY_OPTIONS
from awsenv.profiles import account, lint, marks, read
from awsenv.profiles.profile import Profile
from awsenv.request import Request
from awsenv.server import grants, refusals, running
from awsenv.sessions import conflicts
from awsenv.settings import PRODUCTION, Mark
from awsenv.ui import terminal
from awsenv.variables import (
    AWSENV_PROFILE,
    AWSENV_SET,
    enter_session,
    find_key_id,
    list_managed,
    remove_session,
)
from awsenv.views import shell_status, status_text
from awsenv.views.profile_rows import describe_leaks


def print_status(all_: bool = False, verify: bool = False, as_json: bool = False) -> int:
    """Print it; 0 where somebody is active. ``all_``: look over both AWS files, too; ``verify``: ask STS. Raises
    ``AwsenvError``."""
    environ = dict(os.environ)
    name = environ.get("AWS_PROFILE") or environ.get("AWS_DEFAULT_PROFILE")
    name = environ.get(AWSENV_PROFILE) or (None if environ.get("AWS_ACCESS_KEY_ID") else name)
    profile, unreadable = _find_profile(name, environ)
    end = _find_end(profile, environ)
    ended = end is not None and end <= datetime.now(UTC)
    active = bool(name or environ.get("AWS_ACCESS_KEY_ID")) and not ended
    mark, unread = _find_mark(profile, environ)
    told = _describe(name, profile, mark, environ)
    problems = conflicts.find_conflicts(environ, _find_own_key(profile))
    problems += [*_find_changed(environ), *unread]
    if ended and not environ.get("AWS_ACCESS_KEY_ID"):
        problems.append((f"the temporary key of profile {name} has ended", f"awsenv show {name}"))
    if profile is not None and (reaching := describe_leaks(profile, remove_session(environ))):
        problems.append((reaching, f"awsenv show {name}"))
    problems += [
        (
            f"the rotation of the key of profile {each.profile} is not done",
            f"awsenv rotate {shlex.quote(each.profile)}",
        )
        for each in rotation.list_begun(environ)
    ]
    problems += [each.problem for each in refusals.list_standing(environ)]
    problems += lint.find_problems(environ) if all_ else unreadable
    problems += [] if all_ else lint.find_lost_default(lint.read_default(environ), environ)
    if verify and active:
        told["arn"] = _ask_sts(profile, environ)
    if as_json:
        wrong = [{"what": what, "fix": fix} for what, fix in problems]
        print(json.dumps({"active": active, **told, "problems": wrong}, indent=2))
    else:
        status_text.print_status(active or ended, told, problems)
    return 0 if active else FAILED


def _find_end(profile: Profile | None, environ: dict[str, str]) -> datetime | None:
    """When what is active ends: the exported session, else the key that stands in the files."""
    if environ.get("AWS_ACCESS_KEY_ID"):
        return conflicts.read_expiration(environ)
    return profile.expires if profile and profile.kind == "temporary" else None


def _find_mark(
    profile: Profile | None, environ: dict[str, str]
) -> tuple[Mark | None, list[tuple[str, str]]]:
    """What is seen of ``profile``, and what is wrong with the settings."""
    try:
        looks = settings.read(environ)
    except AwsenvError as error:
        return None, [(error.message, error.fix)]
    return (marks.find_mark(profile, looks) if profile else None), []


def _find_profile(
    name: str | None, environ: dict[str, str]
) -> tuple[Profile | None, list[tuple[str, str]]]:
    if name is None:
        return None, []
    try:
        return read.profile(name, environ), []
    except AwsenvError as error:
        return None, [(error.message, error.fix)]


def _describe(
    name: str | None, profile: Profile | None, mark: Mark | None, environ: dict[str, str]
) -> dict[str, Any]:
    ours = environ.get(AWSENV_SET, "").split()
    key_id = environ.get("AWS_ACCESS_KEY_ID", "")
    end = _find_end(profile, environ)
    state = "served" if running.find_server(environ) else "awsenv serve does not run"
    of_profile = account.of_profile(profile) if profile and not key_id else None
    signed_in = profile and profile.kind == "sso" and _sign_in_left(profile, environ)
    folder = shell_status.read_folder(environ)
    return {
        "profile": name,
        "account": account.of_key(key_id) or of_profile,
        "region": environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION"),
        "kind": profile.kind if profile else None,
        "production": mark is not None and mark.word == PRODUCTION,
        "mark": mark.word if mark else None,
        "color": mark.color if mark else None,
        "left": int((end - datetime.now(UTC)).total_seconds()) if end else None,
        "signed_in": signed_in or None,
        "folder": folder,
        "hook": shell_status.read_hook(),
        "next": shell_status.tell_next(folder, name) or None,
        "variables": [
            {
                "name": variable,
                "value": terminal.mask(variable, environ[variable]),
                "from": f"awsenv use {name}" if variable in ours else "this shell",
            }
            for variable in list_managed(environ)
        ],
        "dotenv": [
            {"file": each.path, "profile": each.profile, "state": each.state}
            for each in registry.list_entries(environ)
        ],
        "served": [
            {"to": each.where, "profile": each.profile, "state": state}
            for each in grants.list_grants(environ)
        ],
    }


def _sign_in_left(profile: Profile, environ: dict[str, str]) -> int | None:
    """Seconds until the sign-in that the profile's session came from ends."""
    import time

    from awsenv.aws import token_file
    from awsenv.identity_center import token

    try:
        where = token.of_profile(profile, environ)
    except AwsenvError:
        return None
    found = token_file.load(where.token_path(environ))
    return int(token_file.seconds_left(found, "expiresAt", time.time())) if found else None


def _find_own_key(profile: Profile | None) -> str | None:
    """The key ID that a shell acting as ``profile`` must have, where the files say it."""
    if profile is None or profile.kind not in ("key", "temporary"):
        return None
    try:
        return profile.key_id
    except AwsenvError:
        return None


def _find_changed(environ: dict[str, str]) -> list[tuple[str, str]]:
    """Each variable that is another than the session in force set: of the key, by what it exported, of the rest by
    the session's record, where that holds this very session."""
    profile, names = environ.get(AWSENV_PROFILE, ""), environ.get(AWSENV_SET, "").split()
    mark, key_id = find_key_id(environ), environ.get("AWS_ACCESS_KEY_ID", "")
    if not profile or BY_OPTIONS in names:
        return []
    changed = ["AWS_ACCESS_KEY_ID"] if mark and key_id != mark else []
    found = (
        None if changed else replay.find_session(Request("use", profile), remove_session(environ))
    )
    if found is not None and found.variables.get("AWS_ACCESS_KEY_ID", "") == key_id:
        was_set = enter_session(profile, found.variables, environ).variables
        changed = [name for name in list_managed(names) if environ.get(name) != was_set.get(name)]
    fix = f"awsenv use {shlex.quote(profile)}"
    return [(f"{name} is another than the session of {profile} set", fix) for name in changed]


def _ask_sts(profile: Profile | None, environ: dict[str, str]) -> str:
    from awsenv.aws import client
    from awsenv.aws.session import Session

    if environ.get("AWS_ACCESS_KEY_ID"):
        session = Session(
            profile=profile.name if profile else "",
            access_key_id=environ["AWS_ACCESS_KEY_ID"],
            secret_access_key=environ.get("AWS_SECRET_ACCESS_KEY", ""),
            session_token=environ.get("AWS_SESSION_TOKEN"),
            region=environ.get("AWS_REGION"),
        )
    else:
        assert profile
        session = Session.from_key(profile)
    of = profile or Profile("", None, None)
    return client.get_caller_identity(session, of, environ)[1]
