"""A command run, and the one place that tells how that went."""

import contextlib
import os
import sys
from collections.abc import Callable
from typing import TextIO

from awsenv import replay
from awsenv.errors import FAILED, AwsenvError, describe_fault
from awsenv.paths import shorten
from awsenv.shells.table import load
from awsenv.ui import terminal

# As shells say it of a program that SIGPIPE ended: whoever read does so no more.
_GONE = 141


def run_command(call: Callable[[], object], form: str | None) -> int:
    """Do ``call`` and say how it went; the exit code.

    ``call`` returns the text for the shell, an exit code, or nothing. With a ``form`` its stdout
    is evaluated by a shell: nothing but that text reaches it, and a failure says so there.
    """
    if sys.stdout is None:  # it was closed: what is written there then fails, as in any program
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")
    stdout, code, code_text = sys.stdout, FAILED, None
    if form is not None:
        sys.stdout = sys.stderr
    try:
        returned = call()
        code_text = returned if isinstance(returned, str) else None
        code = returned if isinstance(returned, int) else 0
        stdout.flush()
    except AwsenvError as error:
        terminal.fail(error)
        code = error.code
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        code = _GONE
        _drop(stdout)
    except OSError as error:
        code = FAILED
        _drop(stdout)
        terminal.fail(_describe(error))
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
        code = replay.emit(code_text) or code
    return code


def _drop(stdout: TextIO) -> None:
    """Have the interpreter write nothing more of what nobody takes: it would tell of that in its own words."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())


def _describe(error: OSError) -> AwsenvError:
    """What a person is told of what the system refused; what names no file was written to stdout."""
    if not isinstance(error.filename, str):
        return AwsenvError(f"stdout: {error.strerror}")
    path = shorten(error.filename)
    return AwsenvError(f"{path}: {error.strerror}", f"ls -ld {path}")
