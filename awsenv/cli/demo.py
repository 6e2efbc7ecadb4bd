"""``demo``: all of it against a stand-in for AWS, in a home of its own."""

import functools
import os
import signal
import subprocess
import sys
from typing import Annotated

import typer

from awsenv.errors import PersonNeededError
from awsenv.profiles import read
from awsenv.shells.table import SHELLS

_WELCOME = """\
A shell of its own, with a home of its own and a stand-in for AWS; nothing of yours is touched.
Profiles: {profiles}. Try:

    {hook}

    this shell acts as xxx-dev:                            awsenv use xxx-dev
    who you are, asked of the stand-in through boto3:      caller-identity
    with an MFA code; mfa-code in another window has one:  awsenv use careful
    pick one:                                              awsenv use
    sign in with a browser, or a code:                     awsenv login xxx-admin
    a profile for each account and role:                   awsenv sso setup --session demo
    as it was before:                                      awsenv off
    leave:                                                 exit
"""

_END = """\

The tour went well. Your own ~/.aws was not touched. With it: awsenv list shows what you have, awsenv use PROFILE acts as one,
awsenv start leads through the rest. awsenv demo opens a shell to play in."""


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
    # The stand-in for AWS, which `awsenv --help` has no use for.
    from awsenv.demo import tour
    from awsenv.demo.sandbox import sandbox

    with sandbox(dict(os.environ)) as box:
        if serve:
            print(f"# HOME={box.home} has AWS files for it; approve sign-ins in a browser")
            for name, value in box.server.endpoints.items():
                print(f"export {name}={value}", flush=True)
            box.server.stopped.wait()
        if run:
            print(
                "A home of its own, a stand-in for AWS, and a bash; nothing of yours is touched.",
                flush=True,
            )
            failed = tour.run(box, tour.steps(box), functools.partial(print, flush=True))
            print("The tour failed." if failed else _END)
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
