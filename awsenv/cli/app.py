"""The commands by name, and the one place that runs one and reports how it went."""

import contextlib
import functools
import importlib
import io
import os
import re
import shutil
import sys
from collections.abc import Callable
from typing import Annotated, Any

import typer
from typer.exceptions import Abort, Exit, TyperException

from awsenv import __version__, near
from awsenv.cli import help as help_
from awsenv.cli.switch import Render
from awsenv.errors import USAGE, AwsenvError, UsageError
from awsenv.request import EVALUATED, find_failing_form
from awsenv.shells import hints
from awsenv.ui.run import run_command

# Name → module and function: a call imports one family of commands.
COMMANDS = {
    "use": ("use", "use"),
    "off": ("use", "off"),
    "exec": ("execute", "execute"),
    "credential-process": ("use", "credential_process"),
    "list": ("profiles", "list_"),
    "show": ("profiles", "show"),
    "whois": ("whois", "whois"),
    "status": ("status", "status"),
    "login": ("login", "login"),
    "logout": ("logout", "logout"),
    "sso": ("sso", "sso_app"),
    "console": ("console", "console"),
    "keychain": ("keychain", "keychain_app"),
    "rotate": ("rotate", "rotate"),
    "add": ("add", "add"),
    "remove": ("remove", "remove"),
    "rename": ("rename", "rename"),
    "alias": ("alias", "alias"),
    "team": ("team", "team_app"),
    "config": ("config", "config"),
    "dotenv": ("dotenv", "dotenv"),
    "compose": ("compose", "compose"),
    "serve": ("serve", "serve"),
    "link": ("folders", "link"),
    "unlink": ("folders", "unlink"),
    "allow": ("trust", "allow"),
    "deny": ("trust", "deny"),
    "orgs": ("folders", "orgs"),
    "renew": ("renew", "renew"),
    "direnv": ("folders", "direnv_app"),
    "hook": ("use", "hook"),
    "doctor": ("doctor", "doctor"),
    "uninstall": ("uninstall", "uninstall"),
    "start": ("start", "start"),
    "demo": ("demo", "demo"),
    "help": ("help", "help_"),
}


def main(arguments: list[str], render: Render | None = None) -> int:
    """Run ``awsenv`` with ``arguments``; the exit code. ``render``: how ``use`` makes a change text, where that is
    not the way of its form."""
    hints.take_hook()
    words = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "--debug" in words:
        os.environ["AWSENV_DEBUG"] = "1"
        arguments = [word for word in words if word != "--debug"] + arguments[len(words) :]
    name = next((word for word in arguments if not word.startswith("-")), "")
    evaluated = name in EVALUATED and arguments[0] == name
    command = help_.prepare(typer.main.get_command(build_app(_list_needed(name, words))))
    if evaluated and {"-h", "--help"} & set(words):
        # It did not fail, and is nothing for a shell; a hook shows it, and evaluates nothing of it.
        is_shown = hints.loaded_hook() or not sys.stdout or sys.stdout.isatty()
        show: Callable[[], object] = functools.partial(_call, command, arguments, name, render)
        return run_command(show if is_shown else functools.partial(_comment, show), None)
    form = find_failing_form(arguments, dict(os.environ)) if evaluated else None
    return run_command(lambda: _call(command, arguments, name, render), form)


def _list_needed(name: str, words: list[str]) -> list[str]:
    """The commands that the answer to ``words`` takes: the one called ``name``, that which help is asked of, or all."""
    if name == "help":
        asked = [word for word in words if not word.startswith("-")][1:2]
        return [*asked, name] if asked and asked[0] in COMMANDS else list(COMMANDS)
    return [name] if name in COMMANDS else list(COMMANDS)


def _comment(call: Callable[[], object]) -> object:
    """Do ``call``, whose text on stdout a shell may be about to evaluate: each line is a comment."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        returned = call()
    sys.stdout.write("".join(f"# {line}".rstrip() + "\n" for line in told.getvalue().splitlines()))
    return returned


def _call(command: Any, arguments: list[str], name: str, render: Render | None) -> object:
    """What the command returns; Typer's own errors as ours."""
    try:
        return command(arguments, prog_name="awsenv", standalone_mode=False, obj=render)
    except TyperException as error:
        if str(error).startswith("Usage: "):  # no command: its help
            sys.stderr.write(f"{error}\n")
            return USAGE
        words = "awsenv " + name if name in COMMANDS else "awsenv"
        raise _explain(error, f"{words} --help") from None
    except Abort:
        raise KeyboardInterrupt from None


def _explain(error: TyperException, fix: str) -> UsageError:
    """What Typer has to say, with the name that is near, whatever its case."""
    what = str(error).partition(" Did you mean")[0].rstrip(".")
    context: Any = getattr(error, "ctx", None)
    command: Any = getattr(context, "command", None)
    if word := getattr(error, "option_name", ""):
        options = [o for each in getattr(command, "params", ()) for o in each.opts if o[:2] == "--"]
        names = [option[2:] for option in [*options, "--help", "--debug"]]
        found = near.find_near(word.lstrip("-"), names, most=1)
        return UsageError(what, f"did you mean --{found[0]}?" if found else fix)
    if (named := re.fullmatch("No such command '(.*)'", what)) and command:
        if command.name == "awsenv" and _is_profile(named[1]):
            return UsageError(what, hints.use_command(named[1]))
        return UsageError(what, near.ask_whether(named[1], command.commands, fix))
    return UsageError(what, fix)


def _is_profile(name: str) -> bool:
    """Whether the files have a profile of that name."""
    from awsenv.profiles import read

    with contextlib.suppress(AwsenvError):
        return name in read.profiles(dict(os.environ))
    return False


def build_app(names: list[str]) -> typer.Typer:
    """The commands ``names`` as one."""
    app = typer.Typer(
        name="awsenv",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,  # they show local variables: secrets
        no_args_is_help=True,
        epilog="--debug, anywhere: what is looked up and decided, without secrets, on stderr.",
        context_settings={"help_option_names": ["-h", "--help"], "terminal_width": _find_width()},
    )
    app.callback()(_root)
    for name in names:
        module, function = COMMANDS[name]
        command = getattr(importlib.import_module(f"awsenv.cli.{module}"), function)
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name)
        else:
            app.command(name, cls=getattr(command, "of_class", None))(command)
    return app


def _find_width() -> int:
    """How wide help may be: the window, as far as that is a comfort to read."""
    return max(30, min(shutil.get_terminal_size().columns, 80))


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"awsenv {__version__}")
        raise Exit


def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", "-V", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """The right AWS credentials in the shell you are standing in, and gone when you leave."""
