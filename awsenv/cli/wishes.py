"""The options on how a session is to be got, as the core takes them. Without Typer: this runs at a
prompt, too."""

import os
import sys

from awsenv.cli import browser, terminal
from awsenv.errors import UsageError
from awsenv.sessions.terms import Terms


def terms(wishes: dict[str, str]) -> Terms:
    """``wishes``, by option; an empty value is as if it were not given. Raises ``UsageError``."""
    given = {name: value for name, value in wishes.items() if value}
    without = given.keys() & {"--mfa", "--mfa-serial", "--mfa-code", "--no-session"}
    if "--session" in given and without:
        raise UsageError("--session is without MFA", "--session, or --mfa-serial SERIAL")
    code = given.get("--mfa-code", "")
    ask = terminal.asker()
    wish = "device" if "--device-code" in given else "none" if "--no-browser" in given else ""
    return Terms(
        mfa_code=sys.stdin.readline().strip() if code == "-" else code,
        mfa_serial=given.get("--mfa-serial", ""),
        mfa="--mfa" in given,
        duration=_seconds(given, "--duration"),
        session="--session" in given,
        plain="--no-session" in given,
        role_arn=given.get("--role-arn", ""),
        fresh="--fresh" in given,
        min_left=_seconds(given, "--min-left"),
        ask=ask,
        open=browser.opener(dict(os.environ), wish) if ask or "--fresh" in given else None,
        waiting=browser.waiting,
        say=terminal.say,
    )


def unattended() -> Terms:
    """The terms of a call that asks nobody and opens nothing."""
    found = terms({})
    found.ask = found.open = None
    return found


def _seconds(given: dict[str, str], option: str) -> int:
    if option not in given:
        return 0
    from awsenv.cli import spans

    return spans.seconds(given[option], option)
