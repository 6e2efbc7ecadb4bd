"""What is being got above this process: a program that awsenv runs to get a session may ask awsenv in its turn."""

import shlex

from awsenv.errors import AwsenvError
from awsenv.profiles.profile import Profile

# The profiles whose sessions are being got above this one, a line each.
_RUNNING = "AWSENV_RESOLVING"


def check(profile: Profile, environ: dict[str, str]) -> None:
    """Refuse ``profile`` where it is being got above: each would wait for the other. Raises ``AwsenvError``."""
    if profile.name in environ.get(_RUNNING, "").split("\n"):
        name = profile.name
        what = f"profile {name} has a source, far or near, whose credential_process asks awsenv for {name}"
        if profile.kind == "process":
            what = f"profile {name} has a credential_process that asks awsenv for itself"
        raise AwsenvError(what, f"awsenv show {shlex.quote(profile.name)}")


def mark(names: tuple[str, ...], environ: dict[str, str]) -> dict[str, str]:
    """``environ`` for a program that is run while ``names`` are being got."""
    above = environ.get(_RUNNING, "").split("\n")
    return environ | {_RUNNING: "\n".join(filter(None, [*above, *names]))}
