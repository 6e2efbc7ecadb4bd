"""``login_session``: the session of a sign-in as ``aws login`` does it, awsenv's or the AWS CLI's."""

from awsenv.aws.context import Context
from awsenv.aws.options import SessionOptions
from awsenv.aws.session import Session
from awsenv.aws_login import renewal, sign_in, tokens
from awsenv.errors import PersonNeededError
from awsenv.profiles.profile import Profile


def session(
    profile: Profile, options: SessionOptions, context: Context, _: Session | None
) -> Session:
    """The session that is stored, renewed where it has to be; with a person there, of a new sign-in
    where the last one has ended. Raises ``AwsenvError``."""
    try:
        found = renewal.get(profile, context, options.min_left)
    except PersonNeededError:
        if context.prompter.ask is None:
            raise
        found = sign_in.sign_in_as(profile, context)
    return tokens.session_of(found, profile)
