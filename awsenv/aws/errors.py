"""What goes wrong between a session and the person who wants it."""

import shlex

from awsenv.errors import AwsenvError, PersonNeededError


class RefusedCodeError(AwsenvError):
    """STS did not take the code."""


class UnknownKeyError(AwsenvError):
    """AWS does not know the key that a call is signed with: never, any more, or not yet."""


class StrangerError(AwsenvError):
    """What answered is not AWS."""


def code_needed(profile: str) -> PersonNeededError:
    """The error where a code is needed for the profile that a person named, and nobody can be asked."""
    return PersonNeededError(
        f"profile {profile} needs an MFA code and there is no terminal",
        f"awsenv login {shlex.quote(profile)}",
    )
