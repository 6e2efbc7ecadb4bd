"""What ``--help`` and ``awsenv help`` show: plain text, as wide as the window is, without colours."""

from typing import Annotated, Any

import typer

from awsenv import near
from awsenv.errors import UsageError

# Heading → commands, as `awsenv --help` lists them.
SECTIONS = {
    "Switch": ("use", "off", "exec", "status"),
    "Sign in": ("login", "logout", "sso", "console"),
    "Profiles": (
        "list",
        "show",
        "whois",
        "add",
        "remove",
        "rename",
        "alias",
        "team",
        "keychain",
        "rotate",
    ),
    "Folders": ("link", "unlink", "allow", "deny", "orgs", "direnv"),
    "Files": ("dotenv", "compose", "serve"),
    "Shell": (
        "start",
        "hook",
        "config",
        "renew",
        "credential-process",
        "doctor",
        "uninstall",
        "demo",
        "help",
    ),
}


def help_(
    context: typer.Context,
    words: Annotated[
        list[str] | None, typer.Argument(metavar="[COMMAND]", help="The command.")
    ] = None,
) -> None:
    """Show the help of a command, or of all of them, on stdout.

    Example: awsenv help use
    """
    inner: Any = context.find_root()
    for word in words or []:
        command = getattr(inner.command, "commands", {}).get(word)
        if command is None:
            names = getattr(inner.command, "commands", {})
            raise UsageError(
                f"no such command: {' '.join(words or [])}",
                near.ask_whether(word, names, "awsenv help"),
            )
        inner = type(inner)(command, info_name=word, parent=inner)
    print(inner.get_help())


def prepare(command: Any) -> Any:
    """``command`` with parameters named as people write them, without their Python types, and with its
    commands under ``SECTIONS``."""
    for param in command.params:
        if param.param_type_name == "argument":
            param.metavar = param.metavar or param.name.upper()
            param.display_type_rich = lambda ctx: None
        elif not param.is_flag:
            param.metavar = param.metavar or param.opts[-1].lstrip("-").upper()
    command.collect_usage_pieces = lambda _: _format_usage(command)
    commands = getattr(command, "commands", None)
    if commands:
        command.format_commands = lambda _, formatter: _format_commands(commands, formatter)
        for each in commands.values():
            prepare(each)
    return command


def _format_usage(command: Any) -> list[str]:
    pieces = ["[OPTIONS]"]
    for param in command.params:
        if param.param_type_name == "argument":
            bare = param.required or param.metavar[:1] in "[-"
            pieces.append(param.metavar if bare else f"[{param.metavar}]")
    return [*pieces, "COMMAND"] if getattr(command, "commands", None) else pieces


def _format_commands(commands: dict[str, Any], formatter: Any) -> None:
    left = dict(commands)
    # A group within has names that mean something else.
    sections = SECTIONS if "use" in commands else {}
    for title, names in sections.items():
        _format_section(title, {name: left.pop(name) for name in names if name in left}, formatter)
    _format_section("Commands", left, formatter)


def _format_section(title: str, commands: dict[str, Any], formatter: Any) -> None:
    if commands:
        with formatter.section(title):
            formatter.write_dl(
                [(n, each.get_short_help_str(limit=300)) for n, each in commands.items()]
            )
