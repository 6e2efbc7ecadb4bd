"""awsenv puts the right AWS credentials into the shell you are standing in.

The entry point: ``main`` lets replay answer, else the command line.
"""

import os
import sys

__version__ = "0.1.0"


def main() -> None:
    """Run ``awsenv`` with this process's arguments and end with its exit code."""
    try:
        if "PYTHONPATH" in os.environ or sys.argv[0][-11:] == "__main__.py":
            from awsenv import installation

            installation.leave_out_others_modules()
        code = _run(sys.argv[1:])
    except SystemExit:
        raise
    except BaseException as error:  # Ctrl-C while modules load, an installation that is broken
        code = _failed(sys.argv[1:], error)
    sys.exit(code)


def _run(arguments: list[str]) -> int:
    from awsenv import replay

    if arguments[:1] == ["hook-env"]:
        from awsenv import hook_env

        return _ended(hook_env.run(arguments[1:]))
    if arguments[:1] == ["complete"]:
        from awsenv import hook_env

        return _ended(hook_env.complete(arguments[1:]))
    if arguments == ["finish-renewal"]:
        from awsenv import installation

        installation.load_site()
        from awsenv.aws import child

        return child.finish()
    request = None
    if not os.isatty(1):
        from awsenv.request import parse_request

        request = parse_request(arguments)
        text = replay.answer(request, dict(os.environ)) if request else None
        if text is not None and _wants_server():
            text = None  # the command line starts it
        if arguments[:1] == ["hook"]:
            from awsenv.shells.table import SHELLS

            if len(arguments) == 2 and arguments[1] in SHELLS:
                from awsenv.shells import hook_text

                text = hook_text.render_hook(arguments[1])
        if text is not None and os.environ.get("AWSENV_DEBUG") == "1":
            replay.say("[debug] answered at once, by what is recorded")
        if text is not None:
            os._exit(replay.emit(text))  # without the interpreter's tear-down
    from awsenv import installation

    installation.load_site()
    import gc

    gc.disable()  # 20,000 profiles live until the end: looking at them again and again frees nothing
    if request is not None:
        from awsenv.cli import switch

        return _ended(switch.run(request))
    from awsenv.cli import plain

    code = plain.run(arguments)
    if code is not None:
        return _ended(code)
    gc.enable()
    from awsenv.cli import app

    return app.main(arguments)


def _wants_server() -> bool:
    """Whether something is granted, and the server that answers for it does not run any more."""
    from awsenv.state import GRANTS, state_path

    environ = dict(os.environ)
    try:
        # Nobody else has it, and pays for no more than this.
        os.stat(state_path(environ, GRANTS))
    except OSError:
        return False
    from awsenv.server import revival

    return revival.is_wanted(environ)


def _ended(code: int) -> int:
    """End with ``code``, without the interpreter's tear-down, a tenth of a call to AWS: but what is to be done at the end is
    done (a browser's link is closed)."""
    if "atexit" in sys.modules:
        sys.modules["atexit"]._run_exitfuncs()
    try:
        if sys.stderr:  # None where it is closed
            sys.stderr.flush()
    except OSError:
        pass  # nobody reads it
    os._exit(code)


def _failed(arguments: list[str], error: BaseException) -> int:
    """The one line and the text for the shell where nothing else could print them: an empty text
    would be a success to the shell that evaluates it."""
    from awsenv import errors

    code = 130 if isinstance(error, KeyboardInterrupt) else 1
    if isinstance(error, errors.AwsenvError):  # what a form cannot hold, said by the hot path
        code = error.code
        from awsenv import replay

        replay.say(error.format_line())
    elif code == 1:
        if os.environ.get("AWSENV_DEBUG") == "1":
            import traceback

            traceback.print_tb(error.__traceback__)
        os.write(2, f"awsenv: {errors.describe_fault(error).format_line()}\n".encode())
    from awsenv import replay
    from awsenv.request import EVALUATED, find_failing_form

    if arguments and arguments[0] in EVALUATED and not os.isatty(1):
        from awsenv.shells.table import load

        form = find_failing_form(arguments, dict(os.environ))
        replay.emit(load(form).failing_text)
    return code
