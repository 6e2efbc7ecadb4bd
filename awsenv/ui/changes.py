"""A change of a file as a person sees it before it is made."""

import difflib

from awsenv.ui import terminal


def show_diff(old: str, new: str, name: str) -> None:
    """Print the lines that change and no others: a neighbour may be a secret."""
    from rich.console import Console
    from rich.text import Text

    console = Console(soft_wrap=True)
    styles = {"+": "green", "-": "red", "@": "cyan"}
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), name, name, n=0, lineterm="")
    for line in lines:
        console.print(Text(terminal.printable(line), style=styles.get(line[:1], "")))
