"""``demo``: all of it against a stand-in for AWS, in a home of its own."""

import os
import signal
import subprocess
import sys
from typing import Annotated

import typer

from awsenv.demo import tour
from awsenv.demo.sandbox import sandbox
from awsenv.errors import PersonNeededError
from awsenv.profiles import read
from awsenv.shells.table import SHELLS

_WELCOME = """\
A shell of its own, with a home of its own and a stand-in for AWS; nothing of yours is touched.
Profiles: {profiles}. Try:

    {hook}
    awsenv use xxx-dev       # this shell acts as xxx-dev
    caller-identity          # asks the stand-in who you are, through boto3
    awsenv use careful       # asks for an MFA code; mfa-code prints one in another window
    awsenv use               # pick one
    awsenv login xxx-admin   # signs in with a browser, or a code
    awsenv sso setup --session demo
    awsenv off               # as it was before
    exit
"""


def demo(
    run: Annotated[bool, typer.Option("--run", help="The tour: no terminal needed.")] = False,
    serve: Annotated[
        bool, typer.Option("--serve", help="Only the stand-in, for other clients; Ctrl-C ends it.")
    ] = False,
) -> int:
    """Try awsenv in a sandbox, against a stand-in for AWS on this machine.

    Example: awsenv demo
    """
    # An end by a signal clears up, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with sandbox(dict(os.environ)) as box:
        if serve:
            print(f"# HOME={box.home} has AWS files for it; approve sign-ins in a browser")
            for name, value in box.server.endpoints.items():
                print(f"export {name}={value}", flush=True)
            box.server.stopped.wait()
        if run:
            failed = tour.run(box, tour.steps(box), print)
            print("The tour failed." if failed else "The tour went well.")
            return 1 if failed else 0
        if not (sys.stdin.isatty() and sys.stdout.isatty()):
            raise PersonNeededError(
                "demo opens a shell and there is no terminal", "awsenv demo --run"
            )
        shell = os.environ.get("SHELL", "/bin/sh")
        fish = shell.endswith("fish")
        name = os.path.basename(shell)
        own = name if name in SHELLS else "posix"
        hook = "awsenv hook fish | source" if fish else f'eval "$(awsenv hook {own})"'
        known = ", ".join(read.profiles(box.environ))
        print(_WELCOME.format(profiles=known, hook=hook))
        subprocess.run([shell], env=box.environ, cwd=box.home, check=False)
    return 0
