"""A person is told ahead that a session ends soon, where the settings ask for it."""

import time

from awsenv import durations, settings
from awsenv.hook.renewal import parse_end
from awsenv.ui import terminal


def warn(profile: str, variables: dict[str, str], environ: dict[str, str]) -> None:
    """Say that the session of ``profile`` which sets ``variables`` ends soon. Raises ``AwsenvError`` for the settings."""
    end = parse_end(variables.get("AWS_CREDENTIAL_EXPIRATION", ""))
    left = 0 if end is None else end - int(time.time())
    ahead = settings.read(environ).warn_before_end
    if 0 < left <= ahead:
        what = f"the session of {profile} ends in {durations.format_duration(left)}"
        terminal.say(
            f"{what}; awsenv exec --min-left {durations.format_duration(ahead)} gets another"
        )
