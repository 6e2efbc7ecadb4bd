"""``awsenv serve`` in the background, for what was granted just now."""

import contextlib

from awsenv import durations, paths, programs
from awsenv.actions.renew import list_set_by_folder
from awsenv.aws.options import Say
from awsenv.errors import AwsenvError
from awsenv.server import running, units

# How long a server runs that was started for somebody.
FOR = "12h"


def revive(environ: dict[str, str]) -> None:
    """Start a server that ought to run and does not (``revival.is_wanted``); nobody waits for it."""
    with contextlib.suppress(OSError):
        programs.start([*paths.program_words(), "serve", "--start"], environ)


def install(yes: bool, environ: dict[str, str], say: Say) -> None:
    """Show the files by which the system starts a server for who asks; with ``yes`` write them. Raises ``AwsenvError``."""
    for path, text in units.describe(environ).items():
        say(f"{'writes' if yes else 'would write'} {paths.shorten(path)}:")
        for line in text.splitlines():
            say(f"  {line}")
    if not yes:
        say("nothing was done yet; awsenv serve --install --yes")
        return
    units.install(environ)
    say("awsenv serve is started by whoever asks it from now on; awsenv serve --stop ends that")


def stop(environ: dict[str, str]) -> bool:
    """End the server, and have nobody start one for who asks; whether there was one. Raises ``AwsenvError``."""
    try:
        if units.list_installed(environ):
            units.release(environ)
    finally:
        ended = running.stop(environ)
    return ended


def start(for_: str, environ: dict[str, str], say: Say) -> running.Running:
    """The server that runs, or one in the background for ``for_`` (a duration). Raises ``AwsenvError``."""
    if found := running.find_server(environ):
        return found
    if units.list_installed(environ):
        with contextlib.suppress(AwsenvError):  # it is started without them
            units.hold(environ)
    # What a folder has set is not the server's, which is every folder's.
    names = list_set_by_folder(environ)
    kept = {name: value for name, value in environ.items() if name not in names}
    found = running.start(durations.parse_duration(for_, "--for"), kept)
    if found.warning:
        say(found.warning)
    say(f"awsenv serve runs for {for_}, or until nothing is granted; awsenv serve --status")
    return found
