"""The commands by name, and the one place that runs one and reports how it went."""

import contextlib
import importlib
import os
import sys
import traceback
from typing import Annotated

import typer
from typer.exceptions import Abort, Exit, TyperException

from awsenv import __version__, formats
from awsenv.cli import terminal
from awsenv.errors import FAILED, USAGE, AwsenvError, UsageError

# Name → module and function: a call imports one family of commands.
COMMANDS = {
    "use": ("use", "use"),
    "off": ("use", "off"),
    "list": ("profiles", "list_"),
    "show": ("profiles", "show"),
    "status": ("status", "status"),
    "add": ("add", "add"),
    "remove": ("add", "remove"),
    "dotenv": ("dotenv", "dotenv"),
    "link": ("folders", "link"),
    "unlink": ("folders", "unlink"),
    "orgs": ("folders", "orgs"),
    "direnv": ("folders", "direnv_app"),
    "demo": ("demo", "demo"),
}
# Their stdout is evaluated by a shell: a command that fails says `false` there, and nothing but
# the text that it returns ever reaches it.
EVALUATED = {"use", "off"}


def run(arguments: list[str]) -> int:
    """Run ``awsenv`` with ``arguments``; the exit code."""
    name = next((word for word in arguments if not word.startswith("-")), "")
    evaluated = name in EVALUATED and arguments[0] == name
    app = _app([name] if name in COMMANDS else list(COMMANDS))
    code, text = FAILED, None
    try:
        if evaluated:
            with contextlib.redirect_stdout(sys.stderr):
                code, text = _result(app(arguments, standalone_mode=False))
        else:
            code, text = _result(app(arguments, standalone_mode=False))
    except AwsenvError as error:
        terminal.fail(error)
        code = error.code
    except TyperException as error:
        if str(error):  # without one it is the help of `awsenv` alone, printed already
            words = "awsenv " + name if name in COMMANDS else "awsenv"
            terminal.fail(UsageError(str(error).rstrip("."), f"{words} --help"))
        code = USAGE
    except Abort:
        code = 130
    except OSError as error:
        terminal.fail(AwsenvError(f"{error.filename or name}: {error.strerror}"))
    except Exception as error:
        # A fault of ours. Its message may quote a secret, so only its kind is told.
        if os.environ.get("AWSENV_DEBUG") == "1":
            traceback.print_tb(error.__traceback__)
        kind = type(error).__name__
        terminal.fail(AwsenvError(f"internal error ({kind})", "again with AWSENV_DEBUG=1"))
    if text is None and evaluated and not sys.stdout.isatty():
        text = formats.module(_shell(arguments)).FAIL
    if text:
        terminal.emit(text)
    return code


def _result(returned: object) -> tuple[int, str | None]:
    """A command returns the text for the shell, an exit code, or nothing when all is well."""
    if isinstance(returned, str):
        return 0, returned
    return (returned if isinstance(returned, int) else 0), None


def _app(names: list[str]) -> typer.Typer:
    app = typer.Typer(
        name="awsenv",
        add_completion=False,
        pretty_exceptions_enable=False,  # they show local variables: secrets
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_awsenv)
    for name in names:
        module, function = COMMANDS[name]
        command = getattr(importlib.import_module(f"awsenv.cli.{module}"), function)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name)(command)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        print(f"awsenv {__version__}")
        raise Exit


def _awsenv(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """The right AWS credentials in the shell you are standing in, and gone when you leave."""


def _shell(arguments: list[str]) -> str:
    """The shell to fail in, though the command line may not be understood."""
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        given = following if word == "--shell" else word.removeprefix("--shell=")
        if given != word and given in formats.MODULES:
            return given
    return formats.asking(dict(os.environ))
