"""``demo``: all of it against a stand-in for AWS, in a home of its own."""

import os
import subprocess
import sys
from typing import Annotated

import typer

from awsenv.cli import terminal
from awsenv.demo import tour
from awsenv.demo.sandbox import sandbox

_WELCOME = """\
A shell of its own, with a home of its own and a stand-in for AWS; nothing of yours is touched.
Profiles: {profiles}. Try:

    {use}
    caller-identity          # asks the stand-in who you are, through boto3
    awsenv use careful       # asks for an MFA code; mfa-code prints it
    awsenv login xxx-admin   # signs in with a browser, or a code
    {off}
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
            raise terminal.person_needed(
                "demo opens a shell and there is no terminal", "awsenv demo --run"
            )
        shell = os.environ.get("SHELL", "/bin/sh")
        fish = shell.endswith("fish")
        use = "awsenv use xxx-dev | source" if fish else 'eval "$(awsenv use xxx-dev)"'
        off = "awsenv off | source" if fish else 'eval "$(awsenv off)"'
        print(_WELCOME.format(profiles=", ".join(box.users), use=use, off=off))
        subprocess.run([shell], env=box.environ, cwd=box.home, check=False)
    return 0
