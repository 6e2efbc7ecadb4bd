"""A key that stands in the files, as it is: nobody is asked."""

from awsenv.profiles.profile import Profile
from awsenv.sessions.context import Context
from awsenv.sessions.options import SessionOptions
from awsenv.sessions.session import Session


def session(profile: Profile, _: SessionOptions, __: Context, ___: Session | None) -> Session:
    """The key of ``profile``. Raises ``AwsenvError`` where it holds none."""
    return Session.of_key(profile)
