"""``awsenv serve`` in the background, for what was granted just now."""

import contextlib

from awsenv import durations, paths, programs
from awsenv.actions.renew import list_set_by_folder
from awsenv.aws.options import Say
from awsenv.server import revival, running

# How long a server runs that was started for somebody.
FOR = "12h"


def revive(environ: dict[str, str]) -> None:
    """Start a server that ought to run and does not; nobody waits for it."""
    if revival.is_wanted(environ):
        with contextlib.suppress(OSError):
            programs.start([*paths.program_words(), "serve", "--start"], environ)


def start(for_: str, environ: dict[str, str], say: Say) -> running.Running:
    """The server that runs, or one in the background for ``for_`` (a duration). Raises ``AwsenvError``."""
    if found := running.find_server(environ):
        return found
    # What a folder has set is not the server's, which is every folder's.
    names = list_set_by_folder(environ)
    kept = {name: value for name, value in environ.items() if name not in names}
    found = running.start(durations.parse_duration(for_, "--for"), kept)
    if found.warning:
        say(found.warning)
    say(f"awsenv serve runs for {for_}, or until nothing is granted; awsenv serve --status")
    return found
