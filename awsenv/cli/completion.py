"""The table of commands and options that completion reads, out of the commands themselves."""

import contextlib
import os
from typing import Any

import typer
from typer.core import TyperGroup, TyperOption

from awsenv.cli import app
from awsenv.files import folders
from awsenv.files.writing import write_whole
from awsenv.hook import complete


def build_table(environ: dict[str, str]) -> complete.Table:
    """Every command with its options, left for the next time."""
    found: complete.Table = {}
    group = typer.main.get_command(app.build_app(list(app.COMMANDS)))
    assert isinstance(group, TyperGroup)
    for name, command in group.commands.items():
        _add(found, name, command)
    lines = [complete.table_stamp()]
    for name, (told, options) in found.items():
        lines.append(f"{name}\t\t\t{told}")
        lines += [f"{name}\t{option}\t{takes:d}\t{of}" for option, (takes, of) in options.items()]
    with contextlib.suppress(Exception):
        path = complete.table_path(environ)
        folders.make_private(os.path.dirname(path))
        write_whole(path, "\n".join([*lines, ""]).encode())
    return found


def _add(found: complete.Table, name: str, command: Any) -> None:
    options = {
        option: (not parameter.is_flag, _line(parameter.help))
        for parameter in command.params
        if isinstance(parameter, TyperOption) and not parameter.hidden
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    found[name] = (_line(command.help), options | {"--help": (False, "Show how it is used.")})
    if isinstance(command, TyperGroup):
        for below, each in command.commands.items():
            _add(found, f"{name} {below}", each)


def _line(text: str | None) -> str:
    return " ".join((text or "").split("\n\n")[0].split())
