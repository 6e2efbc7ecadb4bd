"""A profile's session: looked up, else resolved by one process at a time, checked and stored."""

import contextlib
import hashlib
import os
from datetime import UTC, datetime

from awsenv import environment, files, records, replay
from awsenv.errors import AwsenvError
from awsenv.profiles import read
from awsenv.profiles.account import of_key, of_profile
from awsenv.profiles.profile import Profile
from awsenv.replay import Request
from awsenv.sessions import mfa, resolve
from awsenv.sessions.session import Session
from awsenv.sessions.terms import Terms

# Linux: one NAME=VALUE with its NUL may be 128 KiB at most (MAX_ARG_STRLEN), or no program starts.
LONGEST = 128 * 1024


class Chosen:
    """``variables`` to set; the ``account``, where it is known; whether they hold a key that does
    not end."""

    def __init__(self, variables: dict[str, str], account: str | None, long_lived: bool) -> None:
        self.variables = variables
        self.account = account
        self.long_lived = long_lived


def variables(request: Request, terms: Terms, environ: dict[str, str]) -> Chosen:
    """What ``request`` sets. Raises ``AwsenvError``, too when that is not of its account."""
    sources = records.Sources(environ)
    profile = read.profile(request.profile, environ)
    if request.profile_only:
        chosen = Chosen(resolve.profile_only(profile), of_profile(profile), False)
        if profile.kind not in ("key", "temporary", "mfa"):
            sources.keep(profile, chosen.account, chosen.variables)
    elif resolve.lasting(profile, terms):
        session = resolve.key(profile)
        chosen = _chosen(session, session.session_token is None)
        if profile.kind != "mfa":
            sources.keep(profile, chosen.account, chosen.variables)
    else:
        resolve.check(profile)
        session = _session(profile, terms, sources, environ)
        chosen = _chosen(session, False)
    if request.account and chosen.account is None and not request.profile_only:
        from awsenv.sessions import client

        chosen.account, _ = client.caller_identity(session, profile, environ)
    if request.account and chosen.account != request.account:
        of = f"of account {chosen.account}" if chosen.account else "of an account nobody can tell"
        raise AwsenvError(
            f"profile {request.profile} is {of}, not {request.account}", "awsenv list"
        )
    if request.region:
        chosen.variables = {
            **chosen.variables,
            "AWS_REGION": request.region,
            "AWS_DEFAULT_REGION": request.region,
        }
    for name, value in (*chosen.variables.items(), ("AWSENV_PROFILE", request.profile)):
        _check(request.profile, name, value)
    return chosen


def _session(
    profile: Profile, terms: Terms, sources: records.Sources, environ: dict[str, str]
) -> Session:
    """The session of ``profile`` from its record, else from AWS, by one process at a time."""
    path = replay.record_path("\n".join([profile.name, terms.variant]).strip("\n"), environ)
    bound = _binding(profile, terms)
    begun = terms.now()

    def look() -> Session | None:
        found = _stored(path, profile, bound)
        if found is None or (terms.fresh and found.issued < begun):
            return None
        left = found.expires - terms.now()
        if left <= (terms.min_left or found.margin):
            return None
        _keep(path, profile, found, bound, sources)  # under the files as they are now
        return found.session

    if session := look():
        return session
    person = resolve.needs_person(profile, terms)
    locks = files.own_folder(os.path.join(environment.state_folder(environ), "locks"))
    name = hashlib.sha256(os.fsencode(path)).hexdigest()
    with files.locked(os.path.join(locks, name), say=terms.say) as lock:
        if session := look():
            return session
        alive = _stored(path, profile, bound)
        if alive is not None and alive.expires - terms.now() <= terms.min_left:
            alive = None
        if person and terms.ask is None:
            if alive is not None and not terms.fresh:
                return alive.session
            raise mfa.person_needed(profile)
        lock.holds("asks for an MFA code" if person else "is getting a session", at_prompt=person)
        try:
            session = resolve.session(profile, terms, environ)
        except AwsenvError as error:
            if alive is None or terms.fresh:
                raise
            terms.say(f"{error.message}; the session before is used, it still lives")
            return alive.session
        _keep(path, profile, Stored(session, terms.now()), bound, sources)
        return session


class Stored:
    """A session with the time it was got at, in seconds since 1970."""

    def __init__(self, session: Session, issued: float) -> None:
        assert session.expires is not None
        self.session = session
        self.issued = issued
        self.expires = int(session.expires.timestamp())
        # Renewed this much before its end: five minutes, at most a tenth of its life.
        self.margin = min(300.0, (self.expires - issued) / 10)


def _stored(path: str, profile: Profile, bound: str) -> Stored | None:
    """The session in the record at ``path``, if it is that of ``bound``, ended or not."""
    fields = replay.read(path)
    if not fields or fields.get("profile") != profile.name or fields.get("bound") != bound:
        return None
    session = resolve.of_profile(
        profile,
        fields["AWS_ACCESS_KEY_ID"],
        fields["AWS_SECRET_ACCESS_KEY"],
        fields.get("AWS_SESSION_TOKEN"),
        datetime.fromtimestamp(int(fields["expires"]), UTC),
    )
    return Stored(session, float(fields["issued"]))


def _keep(path: str, profile: Profile, found: Stored, bound: str, sources: records.Sources) -> None:
    """Store ``found``; where that fails the session serves this call, and the next asks again."""
    fields = {
        "bound": bound,
        "issued": str(int(found.issued)),
        "renew": str(int(found.expires - found.margin)),
    }
    if account := of_key(found.session.access_key_id):
        fields["account"] = account
    with contextlib.suppress(AwsenvError):
        sources.keep_session(path, profile, fields, found.session.variables(), found.expires)


def ends(profile: Profile, environ: dict[str, str]) -> datetime | None:
    """When the stored session of ``profile`` ends, in UTC; ``None`` without one."""
    if profile.kind in ("key", "temporary", "none"):
        return None
    fields = replay.read(replay.record_path(profile.name, environ)) or {}
    if fields.get("profile") != profile.name or "expires" not in fields:
        return None
    return datetime.fromtimestamp(int(fields["expires"]), UTC)


def forget(profile: str, environ: dict[str, str]) -> int:
    """Remove every record of ``profile``, or of all for an empty name; how many there were."""
    folder = os.path.dirname(replay.record_path("x", environ))
    removed = 0
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        path = os.path.join(folder, name)
        fields = replay.read(path) if profile else {"profile": profile}
        if fields and fields.get("profile") == profile:
            os.unlink(path)
            removed += 1
    return removed


def _binding(profile: Profile, terms: Terms) -> str:
    """What a session depends on: another key, device or role ends it, an edit elsewhere does not."""
    parts = [profile.kind, profile.key()[0], str(mfa.serial(profile, terms)), terms.variant]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _chosen(session: Session, long_lived: bool) -> Chosen:
    return Chosen(session.variables(), of_key(session.access_key_id), long_lived)


def _check(profile: str, name: str, value: str) -> None:
    if "\0" in value:
        raise AwsenvError(f"profile {profile}: {name} would hold a NUL byte", "take it out")
    if len(name) + len(value.encode("utf-8", "surrogateescape")) + 2 > LONGEST:
        raise AwsenvError(
            f"profile {profile}: {name} would be over 128 KiB, and then no program starts",
            "shorten it",
        )
