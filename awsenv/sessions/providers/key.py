"""A key that stands in the files, as it is: nobody is asked."""

import shlex
from datetime import UTC, datetime

from awsenv.aws.context import Context
from awsenv.aws.options import SessionOptions
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError
from awsenv.profiles.profile import STORED_OF, Profile


def session(profile: Profile, _: SessionOptions, context: Context, __: Session | None) -> Session:
    """The key of ``profile``. Raises ``AwsenvError`` where it holds none, and where what is stored
    beside it says that it has ended."""
    found = Session.from_key(profile)
    if found.expires and found.expires <= datetime.fromtimestamp(context.prompter.now(), UTC):
        what = f"the temporary key of profile {profile.name} has ended at {found.expires:%Y-%m-%d %H:%M} UTC"
        of = profile.get(STORED_OF)
        again = (
            f"awsenv login {shlex.quote(of)} --save-as {shlex.quote(profile.name)}" if of else ""
        )
        raise AwsenvError(what, again or "get it again as before, and store it there")
    return found
