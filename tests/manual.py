"""``make manual``: docs/awsenv.1, the help of every command as a man page (man(7))."""

import sys
from pathlib import Path

import typer

from awsenv import __version__
from awsenv.cli import app
from awsenv.cli.help import SECTIONS, prepare


def text() -> str:
    """The page."""
    names = [name for section in SECTIONS.values() for name in section]
    root = prepare(typer.main.get_command(app.build_app(names)))
    top = typer.Context(
        root, info_name="awsenv", terminal_width=78, help_option_names=["-h", "--help"]
    )
    lines = [
        f'.TH AWSENV 1 "" "awsenv {__version__}" "User Commands"',
        ".SH NAME",
        "awsenv \\- the right AWS credentials in the shell you are standing in",
        ".SH SYNOPSIS",
        ".B awsenv",
        "[OPTIONS] COMMAND",
        ".SH DESCRIPTION",
        *_plain(top.get_help()),
    ]
    for title, members in SECTIONS.items():
        lines.append(f".SH {title.upper()}")
        for name in members:
            command = root.commands[name]
            for inner in [command, *getattr(command, "commands", {}).values()]:
                words = [name] if inner is command else [name, inner.name]
                context = typer.Context(
                    inner, info_name=" ".join(words), parent=top, terminal_width=78
                )
                lines += [f".SS awsenv {' '.join(words)}", *_plain(context.get_help())]
    return "\n".join([*lines, ""])


def _plain(told: str) -> list[str]:
    """Lines as they stand: no request, no escape."""
    escaped = [line.replace("\\", "\\e").replace("-", "\\-") for line in told.splitlines()]
    return [".nf", *("\\&" + line if line[:1] in ".'" else line for line in escaped), ".fi"]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text())
