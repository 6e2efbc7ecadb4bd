"""``config``: the settings, as they are read."""

import json
import os

from awsenv import durations, settings
from awsenv.paths import settings_file, shorten
from awsenv.ui import terminal

_TITLES = ("mark", "color", "asks", "profiles", "accounts")


def print_settings(as_json: bool) -> None:
    """Print what the file of settings says, and what counts where it says nothing. Raises ``AwsenvError`` with file and
    line."""
    environ = dict(os.environ)
    path = settings_file(environ)
    told = settings.read(environ)
    # Looked at last, whatever it says of profiles and accounts: names tell it, too.
    marks = [*told.marks, *{told.find_mark(settings.PRODUCTION)} - {*told.marks}]
    values = {"warn_before_end": told.warn_before_end, "title": told.title, "tmux": told.tmux}
    if as_json:
        rows = [
            {"mark": m.word, "color": m.color, "ask": m.ask, "profiles": m.profiles, "accounts": m.accounts}
            for m in marks
        ]  # fmt: skip
        print(json.dumps({"file": path, "marks": rows, "shell": values}, indent=2))
        return
    if not os.path.exists(path):
        terminal.say(f"there is no {shorten(path)}: this is what counts without it")
    cells = [
        [mark.word, mark.color or "-", "yes" if mark.ask else "no", *(_join(each) for each in (mark.profiles, mark.accounts))]
        for mark in marks
    ]  # fmt: skip
    terminal.print_table(_TITLES, cells, [mark.color for mark in marks])
    warn = durations.format_duration(told.warn_before_end) if told.warn_before_end else "no"
    rest = {"warn_before_end": warn, "title": told.title, "tmux": told.tmux}
    for name, value in rest.items():
        print(f"{name:16} {_SAID.get(value, value)}")


_SAID: dict[object, str] = {True: "yes", False: "no"}


def _join(words: tuple[str, ...]) -> str:
    return ", ".join(words) or "-"
