"""The commands by name, and the one place that runs one and reports how it went."""

import importlib
import os
from typing import Annotated

import typer
from typer.exceptions import Abort, Exit, TyperException

from awsenv import __version__, replay
from awsenv.cli import act
from awsenv.errors import USAGE, UsageError

# Name → module and function: a call imports one family of commands.
COMMANDS = {
    "use": ("use", "use"),
    "off": ("use", "off"),
    "exec": ("execute", "execute"),
    "credential-process": ("use", "credential_process"),
    "list": ("profiles", "list_"),
    "show": ("profiles", "show"),
    "status": ("status", "status"),
    "login": ("login", "login"),
    "logout": ("logout", "logout"),
    "sso": ("sso", "sso_app"),
    "add": ("add", "add"),
    "remove": ("add", "remove"),
    "dotenv": ("dotenv", "dotenv"),
    "serve": ("serve", "serve"),
    "link": ("folders", "link"),
    "unlink": ("folders", "unlink"),
    "allow": ("trust", "allow"),
    "deny": ("trust", "deny"),
    "orgs": ("folders", "orgs"),
    "renew": ("renew", "renew"),
    "direnv": ("folders", "direnv_app"),
    "hook": ("use", "hook"),
    "demo": ("demo", "demo"),
}


def run(arguments: list[str]) -> int:
    """Run ``awsenv`` with ``arguments``; the exit code."""
    name = next((word for word in arguments if not word.startswith("-")), "")
    evaluated = name in replay.EVALUATED and arguments[0] == name
    app = made([name] if name in COMMANDS else list(COMMANDS))
    form = replay.failing_form(arguments, dict(os.environ)) if evaluated else None
    return act.report(lambda: _called(app, arguments, name), form)


def _called(app: typer.Typer, arguments: list[str], name: str) -> object:
    """What the command returns; Typer's own errors as ours."""
    try:
        return app(arguments, standalone_mode=False)
    except TyperException as error:
        if not str(error):  # the help of `awsenv` alone, printed already
            return USAGE
        words = "awsenv " + name if name in COMMANDS else "awsenv"
        raise UsageError(str(error).rstrip("."), f"{words} --help") from None
    except Abort:
        raise KeyboardInterrupt from None


def made(names: list[str]) -> typer.Typer:
    """The commands ``names`` as one."""
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
            app.command(name, cls=getattr(command, "of_class", None))(command)
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
