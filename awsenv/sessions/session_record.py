"""Sessions in records: with the time they were got at, and what they depend on."""

import contextlib
import os
from collections.abc import Callable
from datetime import UTC, datetime

from awsenv import record_file, records
from awsenv.aws.session import Origin, Session
from awsenv.errors import AwsenvError
from awsenv.profiles.account import of_key
from awsenv.profiles.profile import Profile
from awsenv.sessions.sign_ins import SignIn

NO_SIGN_IN = SignIn()


class StoredSession:
    """A session with the time it was got at, in seconds since 1970."""

    def __init__(self, session: Session, issued: float) -> None:
        assert session.expires is not None
        self.session = session
        self.issued = issued
        self.expires = int(session.expires.timestamp())
        # Renewed this much before its end: five minutes, at most a tenth of its life.
        self.margin = min(300.0, (self.expires - issued) / 10)


def load(
    path: str, profile: Profile, bound: str, sign_in: SignIn = NO_SIGN_IN
) -> StoredSession | None:
    """The session in the record at ``path``, if it is that of ``bound`` and came from that ``sign_in``, ended or not."""
    fields = record_file.read(path)
    if not fields or fields.get("profile") != profile.name or fields.get("bound") != bound:
        return None
    of = fields.get("sign-in.of", "")
    if sign_in.path and (not of or of != sign_in.identity):
        return None
    try:
        session = Session.from_profile(
            profile,
            fields["AWS_ACCESS_KEY_ID"],
            fields["AWS_SECRET_ACCESS_KEY"],
            fields.get("AWS_SESSION_TOKEN"),
            datetime.fromtimestamp(int(fields["expires"]), UTC),
            fields.get("AWS_ACCOUNT_ID"),
        )
        origin = Origin(fields.get("made.by", ""), fields.get("made.of") == "session", of)
        return StoredSession(session._replace(origin=origin), float(fields["issued"]))
    except (KeyError, ValueError, OverflowError, OSError):  # another version's
        return None


def keep(
    path: str,
    profile: Profile,
    found: StoredSession,
    bound: str,
    sources: records.AwsFiles,
    find_sign_in: Callable[[], SignIn] = lambda: NO_SIGN_IN,
) -> None:
    """Store ``found``; where that fails the session serves this call, and the next asks again. So does one that is not of
    the sign-in that there is now, as ``find_sign_in`` says."""
    origin = found.session.origin
    fields = {
        "bound": bound,
        "issued": str(int(found.issued)),
        "renew": str(int(found.expires - found.margin)),
    }
    fields |= {"made.by": origin.call, "made.of": "session" if origin.from_session else "key"}
    if path_of_sign_in := find_sign_in().path:
        try:
            stamp = record_file.format_stamp(os.stat(path_of_sign_in))
        except OSError:
            return  # it has gone meanwhile
        # Looked at after its stamp was taken: what comes later gives it another one.
        if not origin.sign_in or find_sign_in().identity != origin.sign_in:
            return
        fields |= {
            "sign-in.path": path_of_sign_in,
            "sign-in.stamp": stamp,
            "sign-in.of": origin.sign_in,
        }
    if account := of_key(found.session.access_key_id):
        fields["account"] = account
    with contextlib.suppress(AwsenvError):
        sources.keep_session(path, profile, fields, found.session.variables(), found.expires)
