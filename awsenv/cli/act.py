"""``use`` and ``off`` carried out, with or without Typer in front; and how any call is reported."""

import os
import sys
from collections.abc import Callable

from awsenv import environment, replay
from awsenv.cli import session_options, terminal
from awsenv.errors import FAILED, AwsenvError, UsageError
from awsenv.replay import Request
from awsenv.sessions import resolve


def run(request: Request) -> int:
    """Carry out a command line that ``replay`` understood but has no record for."""
    return report(lambda: text(request), request.form or environment.asking(dict(os.environ)))


# How a change becomes the text of a form. What a shell's hook asks knows more of that shell, and puts
# its own way here.
render: Callable[[environment.Change, str], str] = environment.render
# Ways to get a session that no renewal takes.
_OWN_WAYS = {"--mfa", "--mfa-serial", "--duration", "--session", "--no-session", "--role-arn"}


def text(request: Request) -> str:
    """The text for the shell. Raises ``AwsenvError``."""
    environ = dict(os.environ)
    form = request.form or environment.asking(environ)
    if form not in environment.FORMS:
        raise UsageError(f"no such shell: {form}", f"one of {', '.join(environment.FORMS)}")
    if request.command == "off":
        return render(environment.leave(environ), form)
    options, people = (
        session_options.parse(request.wishes),
        session_options.attended(request.wishes),
    )
    if form in environment.UNATTENDED:
        people.ask = None
    if not request.profile:
        if people.ask is None:
            raise UsageError("no profile is named", "awsenv list")
        from awsenv.cli import pick_profile

        request.profile = pick_profile.chosen(environ)
    if request.profile == "-":
        request.profile = environ.get(environment.PREVIOUS, "")
        if not request.profile:
            raise AwsenvError("no profile was used before this one", "awsenv list")
    got = resolve.choose(request, options, people, environ)
    if form == "direnv" and environ.get("DIRENV_LOG_FORMAT") != "":
        terminal.say(replay.summary(request.profile, got.account, got.variables))
    change = environment.enter(request.profile, got.variables, environ)
    change.by_options = any(request.wishes.get(option) for option in _OWN_WAYS)
    return render(change, form)


def report(call: Callable[[], object], form: str | None) -> int:
    """Do ``call`` and say how it went; the exit code.

    ``call`` returns the text for the shell, an exit code, or nothing. With a ``form`` its stdout
    is evaluated by a shell: nothing but that text reaches it, and a failure says so there.
    """
    stdout, code, code_text = sys.stdout, FAILED, None
    if form is not None:
        sys.stdout = sys.stderr
    try:
        returned = call()
        code_text = returned if isinstance(returned, str) else None
        code = returned if isinstance(returned, int) else 0
    except AwsenvError as error:
        terminal.fail(error)
        code = error.code
    except KeyboardInterrupt:
        code = 130
    except OSError as error:
        terminal.fail(AwsenvError(f"{error.filename or 'awsenv'}: {error.strerror}"))
    except Exception as error:
        # A fault of ours. Its message may quote a secret, so only its kind is told.
        if os.environ.get("AWSENV_DEBUG") == "1":
            import traceback

            traceback.print_tb(error.__traceback__)
        kind = type(error).__name__
        terminal.fail(AwsenvError(f"internal error ({kind})", "again with AWSENV_DEBUG=1"))
    finally:
        sys.stdout = stdout
    if code_text is None and form is not None and not os.isatty(1):
        code_text = environment.fail(form)
    if code_text:
        if sys.stdout:  # none where it was closed
            sys.stdout.flush()
        code = replay.emit(code_text) or code
    return code
