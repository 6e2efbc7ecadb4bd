"""The options on how a session is to be got, as the core takes them. Without Typer: this runs at a
prompt, too."""

import os
import sys

from awsenv.aws.options import Prompter, SessionOptions
from awsenv.errors import UsageError
from awsenv.ui import browser, terminal


def read(option_values: dict[str, str], signs_in: bool = False) -> tuple[SessionOptions, Prompter]:
    """How a session is to be got, and the person, by ``option_values``, as ``make_attended`` has it. Raises
    ``UsageError``."""
    return _parse(option_values), make_attended(option_values, signs_in)


def _parse(option_values: dict[str, str]) -> SessionOptions:
    """``option_values``, by option; an empty value is as if it were not given. Raises ``UsageError``."""
    given = {name: value for name, value in option_values.items() if value}
    without = given.keys() & {"--mfa", "--mfa-serial", "--mfa-code", "--no-session"}
    if "--session" in given and without:
        raise UsageError("--session is without MFA", "--session, or --mfa-serial SERIAL")
    code = given.get("--mfa-code", "")
    return SessionOptions(
        mfa_code=sys.stdin.readline().strip() if code == "-" else code,
        mfa_serial=given.get("--mfa-serial", ""),
        mfa="--mfa" in given,
        duration=_parse_duration(given, "--duration"),
        session="--session" in given,
        plain="--no-session" in given,
        role_arn=given.get("--role-arn", ""),
        fresh="--fresh" in given,
        min_left=_parse_duration(given, "--min-left"),
    )


def make_attended(option_values: dict[str, str], signs_in: bool = False) -> Prompter:
    """The person at the terminal, where there is one; by ``option_values`` a browser or none. Of a command that
    ``signs_in`` one may be opened though nobody can be asked."""
    ask = terminal.find_asker()
    how = (
        "device"
        if option_values.get("--device-code")
        else "none"
        if option_values.get("--no-browser")
        else ""
    )
    opener = browser.find_opener(dict(os.environ), how) if ask or signs_in else None
    return Prompter(
        ask=ask, open=opener, show=browser.show_code, waiting=browser.show_waiting, say=terminal.say,
        by_code=how == "device",
    )  # fmt: skip


def _parse_duration(given: dict[str, str], option: str) -> int:
    if option not in given:
        return 0
    from awsenv import durations

    return durations.parse_duration(given[option], option)
