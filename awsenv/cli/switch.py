"""``use`` and ``off``: the text for a shell, with or without Typer in front."""

import os
from collections.abc import Callable

from awsenv import environment, replay
from awsenv.cli import session_options, terminal
from awsenv.cli.run import run_command
from awsenv.errors import AwsenvError, UsageError
from awsenv.replay import Request
from awsenv.sessions import resolve


def run(request: Request) -> int:
    """Carry out a command line that ``replay`` understood but has no record for."""
    return run_command(
        lambda: build_text(request), request.form or environment.detect_shell(dict(os.environ))
    )


# How a change becomes the text of a form. What a shell's hook asks knows more of that shell, and puts
# its own way here.
render: Callable[[environment.Change, str], str] = environment.render
# Ways to get a session that no renewal takes.
_OWN_WAYS = {"--mfa", "--mfa-serial", "--duration", "--session", "--no-session", "--role-arn"}


def build_text(request: Request) -> str:
    """The text for the shell. Raises ``AwsenvError``."""
    environ = dict(os.environ)
    form = request.form or environment.detect_shell(environ)
    if form not in environment.FORMS:
        raise UsageError(f"no such shell: {form}", f"one of {', '.join(environment.FORMS)}")
    if request.command == "off":
        return render(environment.leave(environ), form)
    options, people = session_options.read(request.option_values)
    if form in environment.UNATTENDED:
        people.ask = None
    if not request.profile:
        if people.ask is None:
            raise UsageError("no profile is named", "awsenv list")
        from awsenv.cli import pick_profile

        request.profile = pick_profile.pick(environ)
    if request.profile == "-":
        request.profile = environ.get(environment.PREVIOUS, "")
        if not request.profile:
            raise AwsenvError("no profile was used before this one", "awsenv list")
    got = resolve.resolve(request, options, people, environ)
    if form == "direnv" and environ.get("DIRENV_LOG_FORMAT") != "":
        terminal.say(replay.format_summary(request.profile, got.account, got.variables))
    change = environment.enter(request.profile, got.variables, environ)
    change.by_options = any(request.option_values.get(option) for option in _OWN_WAYS)
    return render(change, form)
