"""One module a kind of profile: ``session(profile, options, context, source)`` gives its session, got
with that of its ``source`` where it has one. It knows no record, no lock and no terminal, and never
falls through to a container's, an instance's or a variable's credentials.
"""

import shlex
from importlib import import_module

from awsenv.aws.context import Context
from awsenv.aws.options import SessionOptions
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError
from awsenv.profiles.profile import Profile

# Kind → module, so that one kind loads one.
MODULES = {
    "key": "key",
    "temporary": "key",
    "none": "key",
    "mfa": "mfa",
    "role": "role",
    "web-identity": "web_identity",
    "sso": "sso",
    "process": "process",
    "login": "login",
    "credential-source": "credential_source",
}


def session(
    kind: str,
    profile: Profile,
    options: SessionOptions,
    context: Context,
    source: Session | None = None,
) -> Session:
    """The session that a profile of ``kind`` has. Raises ``AwsenvError``."""
    provider = import_module(f"{__name__}.{MODULES[kind]}")
    found: Session = provider.session(profile, options, context, source)
    if found.expires is not None and found.expires.timestamp() <= context.prompter.now():
        what = f"profile {profile.name}: what was got for it had ended before, at {found.expires:%Y-%m-%d %H:%M} UTC"
        raise AwsenvError(what, f"awsenv show {shlex.quote(profile.name)}, and look at the clock")
    return found
