"""``use`` and ``off``: the text for a shell, with or without Typer in front."""

import os
from collections.abc import Callable

from awsenv import replay
from awsenv.errors import AwsenvError, UsageError
from awsenv.profiles import lint
from awsenv.profiles.profile import Profile
from awsenv.records import list_variables
from awsenv.request import (
    FOLDERS,
    SESSION_OPTIONS,
    Request,
    find_form,
    is_reference,
    name_previous,
)
from awsenv.server import revival
from awsenv.sessions import resolve
from awsenv.shells.table import FORMS, load
from awsenv.ui import confirmation, session_options, terminal
from awsenv.ui.run import run_command
from awsenv.variables import Change, enter_session, leave_session
from awsenv.views.this_shell import find_meant

# How a change becomes text. What a shell's hook asks knows more of that shell than its form does.
Render = Callable[[Change], str]


def run(request: Request, render: Render | None = None) -> int:
    """Carry out a command line that ``replay`` understood but has no record for; ``render`` as below."""
    form = find_form(request.form, dict(os.environ))
    return run_command(lambda: build_text(request.replace(form=form), render), form)


# Ways to get a session that no renewal takes.
_OWN_WAYS = SESSION_OPTIONS.keys() - {"--mfa-code", "--fresh", "--min-left"}


def build_text(request: Request, render: Render | None = None) -> str:
    """The text for the shell, by ``render`` where that is not its form's own. Raises ``AwsenvError``."""
    environ = dict(os.environ)
    name = find_form(request.form, environ)
    if name not in FORMS:
        raise UsageError(f"no such shell: {name}", f"one of {', '.join(FORMS)}")
    form = load(name)
    render = render or form.render
    if request.command == "off":
        return render(leave_session(environ))
    options, prompter = session_options.read(request.option_values)
    if form.asks_nobody:
        prompter = prompter.without_questions()
    if not request.profile:
        if prompter.ask is None:
            raise UsageError("no profile is named", "awsenv list")
        from awsenv.cli import pick_profile

        request = request.replace(profile=pick_profile.pick(environ))
    request = name_previous(request, environ)
    if request.profile == "-":
        raise AwsenvError("no profile was used before this one", "awsenv list")
    if name != FOLDERS or is_reference(request.profile):
        pick = _pick_among if prompter.ask is not None else None
        request = request.replace(profile=find_meant(request.profile, environ, pick))
    if revival.is_wanted(environ):
        from awsenv.actions import serve

        serve.revive(environ)
    confirm = None if prompter.ask is None else confirmation.confirm
    got = resolve.resolve(request, options, prompter, environ, confirm)
    if name == FOLDERS and environ.get("DIRENV_LOG_FORMAT") != "":
        terminal.say(replay.format_summary(request.profile, got.account, got.variables))
    if not form.asks_nobody:
        for what, fix in lint.find_lost_default(got.default, environ):
            terminal.say(f"{what}; {fix}")
    change = enter_session(request.profile, got.variables | list_variables(got.mark), environ)
    change.by_options = any(request.option_values.get(option) for option in _OWN_WAYS)
    return render(change)


def _pick_among(found: list[Profile]) -> str:
    from awsenv.cli import pick_profile  # a person's terminal, which few need

    return pick_profile.pick_among(found, dict(os.environ))
