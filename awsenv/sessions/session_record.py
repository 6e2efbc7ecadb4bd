"""Sessions in records: with the time they were got at, and what they depend on."""

import contextlib
import os
from datetime import UTC, datetime

from awsenv import record_file, records
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError
from awsenv.profiles.account import of_key
from awsenv.profiles.profile import Profile


class StoredSession:
    """A session with the time it was got at, in seconds since 1970."""

    def __init__(self, session: Session, issued: float) -> None:
        assert session.expires is not None
        self.session = session
        self.issued = issued
        self.expires = int(session.expires.timestamp())
        # Renewed this much before its end: five minutes, at most a tenth of its life.
        self.margin = min(300.0, (self.expires - issued) / 10)


def load(path: str, profile: Profile, bound: str, sign_in: str = "") -> StoredSession | None:
    """The session in the record at ``path``, if it is that of ``bound``, ended or not; none where the
    file of the ``sign_in`` that it came from is gone."""
    fields = record_file.read(path)
    if not fields or fields.get("profile") != profile.name or fields.get("bound") != bound:
        return None
    if sign_in and not os.path.exists(sign_in):
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
        return StoredSession(session, float(fields["issued"]))
    except (KeyError, ValueError, OverflowError, OSError):  # another version's
        return None


def keep(
    path: str,
    profile: Profile,
    found: StoredSession,
    bound: str,
    sources: records.AwsFiles,
    sign_in: str = "",
) -> None:
    """Store ``found``; where that fails the session serves this call, and the next asks again."""
    fields = {
        "bound": bound,
        "issued": str(int(found.issued)),
        "renew": str(int(found.expires - found.margin)),
    }
    if sign_in:
        try:
            fields |= {
                "sign-in.path": sign_in,
                "sign-in.stamp": record_file.format_stamp(os.stat(sign_in)),
            }
        except OSError:
            return  # it has gone meanwhile
    if account := of_key(found.session.access_key_id):
        fields["account"] = account
    with contextlib.suppress(AwsenvError):
        sources.keep_session(path, profile, fields, found.session.variables(), found.expires)
