"""What a person sees of whom a shell acts as beyond its prompt, where the settings ask for it: a word ahead of a session's end,
the terminal's title, tmux. Hot path: the settings' file is read once for each change of it.
"""

import os
import time

from awsenv import record_file, replay
from awsenv.hook.layers import ShellVariables
from awsenv.hook.outcome import Outcome
from awsenv.hook.renewal import CHECK_RENEWAL_AFTER, parse_end
from awsenv.paths import quote_word, settings_file
from awsenv.state import DISPLAY, state_path
from awsenv.variables import AWSENV_PROFILE, COLOR, COLORS, MARK

# Kinds of profiles whose sessions nobody renews without a person; those of the others are renewed first.
_NEED_A_PERSON = ("mfa", "temporary")
# Terminals that have no title, and print what should name it.
_WITHOUT_TITLE = ("dumb", "linux")


def read_wishes(environ: dict[str, str]) -> dict[str, str]:
    """What the settings ask for, by their names, as words; empty for nothing, and where they say nothing that can be read,
    which whoever uses a profile is told."""
    try:
        stamp = record_file.format_stamp(os.stat(settings_file(environ)))
    except OSError:
        return {}
    path = state_path(environ, DISPLAY)
    fields = record_file.read(path) or {}
    if fields.pop("stamp", "") == stamp:
        return fields
    from awsenv import records, settings  # once for each change
    from awsenv.errors import AwsenvError

    try:
        told = settings.read(environ)
        wishes = {"warn": str(told.warn_before_end), "title": "1" * told.title, "tmux": "1" * told.tmux}  # fmt: skip
        records.write(path, {"stamp": stamp, **wishes})
    except AwsenvError:
        return {}
    return wishes


def warn(outcome: Outcome, wishes: dict[str, str], now: float) -> None:
    """Have it said once that the session in force ends soon."""
    shell = outcome.shell
    ahead = int(wishes.get("warn") or 0)
    end = parse_end(shell.environ.get("AWS_CREDENTIAL_EXPIRATION", ""))
    key = shell.environ.get("AWS_ACCESS_KEY_ID", "")
    if not ahead or end is None or now >= end or not shell.profile or shell.state.warned == key:
        return
    begins = end - ahead
    record = record_file.read(record_file.record_path(shell.profile, shell.base)) or {}
    renews = record.get("renew", "") if record.get("AWS_ACCESS_KEY_ID") == key else ""
    if renews.isdigit() and record.get("kind") not in _NEED_A_PERSON and not shell.by_options:
        begins = max(begins, int(renews) + CHECK_RENEWAL_AFTER)
    if now < begins:
        outcome.check_at = min(outcome.check_at, begins)
        return
    shell.state.warned = key
    minutes = max(1, (end - int(now)) // 60)
    what = f"the session of {shell.profile} ends in {minutes}m"
    mend = "awsenv show" if record.get("kind") == "temporary" else "awsenv use --fresh"
    outcome.messages.append(f"{what}; {mend} {quote_word(shell.profile)}")


def show(shell: ShellVariables, wishes: dict[str, str]) -> None:
    """Tell the terminal and tmux whom the shell acts as, where that is another than they were told."""
    text = format_name(shell.environ) if wishes.get("title") or wishes.get("tmux") else ""
    if shell.state.shown == text:
        return
    shell.state.shown = text
    if wishes.get("title") and shell.base.get("TERM", "dumb") not in _WITHOUT_TITLE:
        _set_title(text)
    pane = shell.base.get("TMUX_PANE", "")
    if wishes.get("tmux") and pane and shell.base.get("TMUX"):
        from awsenv import programs  # only where something is another

        color = shell.environ.get(COLOR, "")
        plain = text.replace("#", "##")
        said = f"#[fg={color}]{plain}#[default]" if color in COLORS and plain else plain
        try:
            programs.start(["tmux", "set-option", "-p", "-t", pane, "@awsenv", said], shell.base)
        except OSError:
            return  # there is no tmux here, whatever the variables say


def format_name(environ: dict[str, str]) -> str:
    """Whom a shell with ``environ`` acts as, its mark in front, and until when, by the clock on the wall; empty for nobody."""
    profile = environ.get(AWSENV_PROFILE, "")
    if not profile:
        return ""
    end = parse_end(environ.get("AWS_CREDENTIAL_EXPIRATION", ""))
    until = "" if end is None else time.strftime(" until %H:%M", time.localtime(end))
    return replay.printable(f"{environ.get(MARK, '')} {profile}{until}".strip())


def _set_title(text: str) -> None:
    """Name the window (xterm's "Operating System Commands", 2); of an empty name terminals make their own."""
    try:
        descriptor = os.open("/dev/tty", os.O_WRONLY | os.O_CLOEXEC | os.O_NOCTTY)
    except OSError:
        return
    try:
        os.write(descriptor, f"\x1b]2;{text}\x07".encode("utf-8", "backslashreplace"))
    except OSError:
        pass
    finally:
        os.close(descriptor)
