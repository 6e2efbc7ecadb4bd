"""Opening a page for a person: in a browser, or as a line and a QR code to open elsewhere."""

import atexit
import contextlib
import os
import shlex
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from awsenv import programs
from awsenv.ui import terminal

# Browsers that keep several lives apart, in the order in which they are looked for: those of Chromium's kind by a folder
# for the user's data, those of Firefox's by a profile's.
_FIREFOXES = ("firefox", "librewolf", "waterfox", "floorp", "zen")
_BROWSERS = (
    "google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "microsoft-edge", "microsoft-edge-stable",
    "brave-browser", "brave-browser-stable", "brave", "vivaldi", "vivaldi-stable", "firefox", "firefox-esr", "librewolf",
    "waterfox", "floorp", "zen-browser",
)  # fmt: skip
_MACOS = tuple(
    f"/Applications/{app}.app/Contents/MacOS/{program}"
    for app, program in (
        ("Google Chrome", "Google Chrome"), ("Chromium", "Chromium"), ("Microsoft Edge", "Microsoft Edge"),
        ("Brave Browser", "Brave Browser"), ("Vivaldi", "Vivaldi"), ("Firefox", "firefox"), ("LibreWolf", "librewolf"),
        ("Waterfox", "waterfox"), ("Floorp", "floorp"), ("Zen", "zen"),
    )
)  # fmt: skip

if TYPE_CHECKING:
    from awsenv.ui.one_time_link import OneTimeLink

Open = Callable[[str], object]


def find_opener(environ: dict[str, str], how: str = "") -> Open | None:
    """What opens a page here; ``None`` where none can be, and a device code is the way.

    ``how``: ``device`` for that all the same; ``none`` to have the page only shown, which over ssh
    would come back to the wrong machine.
    """
    if how == "device" or (how == "none" and environ.get("SSH_CONNECTION")):
        return None
    if how == "none":
        return lambda _: None  # its address is told, and its answer comes to this machine alone
    words = find_command(environ)
    return None if words is None else lambda page: start(words, page, environ)


def show_code(page: str) -> None:
    """``page`` as a QR code, where the terminal can show one."""
    if not sys.stderr.isatty() or "utf" not in (sys.stderr.encoding or "").lower():
        return
    import segno

    segno.make(page, error="l").terminal(out=sys.stderr, compact=True)


def show_waiting(text: str) -> AbstractContextManager[object]:
    """A spinner with ``text`` while something is waited for; nothing where it would not be seen."""
    if not sys.stderr.isatty():
        return contextlib.nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(text)


def find_command(environ: dict[str, str]) -> list[str] | None:
    """The words that a page is put behind; in this order: what BROWSER lists and is there, ssh, a display, WSL's
    openers."""
    for browser in environ.get("BROWSER", "").split(os.pathsep):
        if words := split_command(browser, environ):
            return words
    if environ.get("SSH_CONNECTION"):
        return None
    if sys.platform == "darwin":
        return ["open"]
    has_display = environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    names = ["xdg-open"] if has_display else []
    names += ["wslview", *(["explorer.exe"] if environ.get("WSL_DISTRO_NAME") else [])]
    return next(([name] for name in names if programs.find(name, environ)), None)


def split_command(text: str, environ: dict[str, str]) -> list[str] | None:
    """The words of a browser's command line; ``None`` where its program is not there."""
    try:
        words = shlex.split(text)
    except ValueError:
        return None
    return words if words and programs.find(words[0], environ) else None


def find_isolated(given: str, place: str, environ: dict[str, str]) -> list[str] | None:
    """The words that open a page in a browser, the ``given`` one or any that is there, whose data lies in ``place``;
    ``None`` where there is none."""
    names = [given] if given else [*_BROWSERS, *map(shlex.quote, _MACOS)]
    words = next(filter(None, (split_command(name, environ) for name in names)), None)
    if words is None:
        return None
    name = os.path.basename(words[0]).lower()
    if name.startswith(_FIREFOXES):
        return [*words, "--no-remote", "--profile", place]
    return [*words, f"--user-data-dir={place}", "--no-first-run"]


def start(words: list[str], page: str, environ: dict[str, str]) -> "OneTimeLink | None":
    """Start the browser ``words``, and do not wait for it, on a link that leads on to ``page`` while this process lives;
    the link, ``None`` where it cannot be started."""
    from awsenv.ui import one_time_link

    try:
        link = _open_links.enter_context(one_time_link.lead_on(page, terminal.say))
        filled = [word.replace("%s", link.url) for word in words]
        programs.start(filled if filled != words else [*words, link.url], environ)
    except OSError:  # the page is shown in any case
        return None
    return link


# Until this process ends. Not left to Python's own end, in which no thread runs that could close them.
_open_links = contextlib.ExitStack()
atexit.register(_open_links.close)
