"""What a request sets: a profile's session, checked; when that ends, and how it is forgotten."""

import contextlib
import os
import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

from awsenv import debug, record_file, records
from awsenv.aws.options import Prompter, SessionOptions
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError
from awsenv.files import folders
from awsenv.paths import shorten
from awsenv.profiles import references
from awsenv.profiles.account import of_key, of_profile
from awsenv.profiles.profile import Profile
from awsenv.profiles.read import Profiles
from awsenv.regions import check_region
from awsenv.request import Request
from awsenv.sessions.store import SessionStore, is_lasting
from awsenv.settings import Mark
from awsenv.state import NAMES
from awsenv.variables import REGIONS

# Linux: one NAME=VALUE with its NUL may be 128 KiB at most (MAX_ARG_STRLEN), or no program starts.
MAX_VARIABLE_BYTES = 128 * 1024


# Has a person confirm that they want to act as the profile; raises ``AwsenvError`` where they do not.
Confirm = Callable[[Profile, Mark], None]


class Resolved(NamedTuple):
    """``variables`` to set; the ``account``, where it is known; whether they hold a key that does
    not end; the profile ``default`` of the same files, where it is there; and the profile's ``mark``, which a shell
    has beside the variables."""

    variables: dict[str, str]
    account: str | None
    long_lived: bool
    default: Profile | None = None
    mark: Mark | None = None


def resolve(
    request: Request,
    options: SessionOptions,
    prompter: Prompter,
    environ: dict[str, str],
    confirm: Confirm | None = None,
) -> Resolved:
    """What ``request`` sets. A profile whose mark says so is asked for by ``confirm`` first, where a person chooses it.
    Raises ``AwsenvError``, too when that is not of its account."""
    check_region(request.region, request.region, "--region eu-west-1, say")
    sources = records.AwsFiles(environ)
    profiles = Profiles(environ)
    sources.keep_words(NAMES, lambda: profiles.names)
    if request.word:
        references.check_meaning(request.word, request.profile, profiles)
    profile = profiles.find(request.profile)
    if request.word:
        sources.keep_meaning(request.word, profile)
    mark = sources.find_mark(profile)
    if confirm is not None and mark is not None and mark.ask:
        confirm(profile, mark)
    if place := profile.credentials or profile.config:
        where = f"{shorten(place.path)}, line {place.line}"
        debug.note(f"profile {profile.name} is of kind {profile.kind}, by {where}")
    if request.profile_only:
        chosen = _resolve_name(profile, sources)
    else:
        options = options._replace(region=request.region)
        session = SessionStore(sources, profiles, environ, prompter).get(profile, options)
        chosen = _describe(session)
        if is_lasting(profile, options) and profile.kind != "mfa":
            sources.keep(profile, chosen.account, chosen.variables, session.expires)
        if request.account and chosen.account is None:
            from awsenv.aws import client

            account, _ = client.get_caller_identity(session, profile, environ)
            chosen = chosen._replace(account=account)
    if request.account and chosen.account != request.account:
        of = f"of account {chosen.account}" if chosen.account else "of an account nobody can tell"
        raise AwsenvError(
            f"profile {request.profile} is {of}, not {request.account}", "awsenv list"
        )
    if request.region:
        region = dict.fromkeys(REGIONS, request.region)
        chosen = chosen._replace(variables=chosen.variables | region)
    for name, value in (*chosen.variables.items(), ("AWSENV_PROFILE", request.profile)):
        _check(request.profile, name, value)
    with contextlib.suppress(AwsenvError):  # one that is broken is nobody's who acts as another
        chosen = chosen._replace(default=profiles.get("default"))
    return chosen._replace(mark=mark)


def find_end(profile: Profile, environ: dict[str, str]) -> datetime | None:
    """When the stored session of ``profile`` ends, in UTC; ``None`` without one."""
    if profile.kind in ("key", "temporary", "none"):
        return None
    fields = record_file.read(record_file.record_path(profile.name, environ)) or {}
    try:
        end = datetime.fromtimestamp(int(fields["expires"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return None
    return end if fields.get("profile") == profile.name else None


def forget(profile: str, environ: dict[str, str]) -> int:
    """Remove every record of ``profile``, or of all for an empty name, and what the AWS CLI's
    cache has of the same sessions; how many records there were."""
    folder = os.path.dirname(record_file.record_path("x", environ))
    removed, key_ids = 0, set()
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        path = os.path.join(folder, name)
        fields = record_file.read(path) or {}
        if not profile or fields.get("profile") == profile:
            key_ids.add(fields.get("AWS_ACCESS_KEY_ID", ""))
            folders.remove(path)  # whatever lies there
            removed += 1
    if key_ids - {""}:
        from awsenv.aws import cli_caches

        cli_caches.forget(key_ids.__contains__, environ)
    return removed


def _resolve_name(profile: Profile, sources: records.AwsFiles) -> Resolved:
    """The profile by its name alone, for programs that resolve it themselves."""
    if profile.get("mfa_serial"):
        what = f"profile {profile.name} needs an MFA code, which no SDK asks for"
        name = shlex.quote(profile.name)
        raise AwsenvError(what, f"awsenv login {name} --save-as NAME --process")
    chosen = Resolved(_name_variables(profile), of_profile(profile), False)
    if profile.kind not in ("key", "temporary"):
        sources.keep(profile, chosen.account, chosen.variables)
    return chosen


def _name_variables(profile: Profile) -> dict[str, str]:
    region = profile.get("region")
    values = {"AWS_PROFILE": profile.name, "AWS_REGION": region, "AWS_DEFAULT_REGION": region}
    return {name: value for name, value in values.items() if value}


def _describe(session: Session) -> Resolved:
    long_lived = session.session_token is None
    return Resolved(session.variables(), of_key(session.access_key_id), long_lived)


def _check(profile: str, name: str, value: str) -> None:
    if "\0" in value:
        raise AwsenvError(f"profile {profile}: {name} would hold a NUL byte", "take it out")
    if len(name) + len(value.encode("utf-8", "surrogateescape")) + 2 > MAX_VARIABLE_BYTES:
        raise AwsenvError(
            f"profile {profile}: {name} would be over 128 KiB, and then no program starts",
            "shorten it",
        )
