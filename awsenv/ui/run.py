"""A command run, and the one place that tells how that went."""

import os
import sys
from collections.abc import Callable

from awsenv import replay
from awsenv.errors import FAILED, AwsenvError, describe_fault
from awsenv.shells.table import load
from awsenv.ui import terminal


def run_command(call: Callable[[], object], form: str | None) -> int:
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
        if os.environ.get("AWSENV_DEBUG") == "1":
            import traceback

            traceback.print_tb(error.__traceback__)
        terminal.fail(describe_fault(error))
    finally:
        sys.stdout = stdout
    if code_text is None and form is not None and not os.isatty(1):
        code_text = load(form).failing_text
    if code_text:
        if sys.stdout:  # none where it was closed
            sys.stdout.flush()
        code = replay.emit(code_text) or code
    return code
