"""``console``: the AWS console in a browser, as a profile."""

import os
import shlex
import sys
from typing import Annotated

import typer

from awsenv import durations, programs
from awsenv.actions import console_address as address
from awsenv.aws.session import Session
from awsenv.cli import shared_options
from awsenv.errors import AwsenvError, UsageError
from awsenv.files import folders
from awsenv.identity_center import token
from awsenv.profiles import read
from awsenv.profiles.profile import Profile
from awsenv.request import Request
from awsenv.sessions import resolve
from awsenv.state import BROWSERS, state_path
from awsenv.ui import browser, session_options, terminal
from awsenv.variables import AWSENV_PROFILE, remove_session

# Browsers that keep several lives apart, in the order in which they are looked for.
_APART = ("google-chrome", "chromium", "brave-browser", "microsoft-edge", "firefox")


@shared_options.with_session_options("--duration", "--mfa-code")
def console(
    profile: Annotated[str, typer.Argument(help="The profile; this shell's when not given.")] = "",
    service: Annotated[str, typer.Option("--service", help="Its page: s3, ec2, lambda …")] = "",
    path: Annotated[str, typer.Option("--path", help="A page, behind the console's host.")] = "",
    region: shared_options.Region = "",
    *,
    option_values: dict[str, str],
    print_: Annotated[
        bool, typer.Option("--print", help="Print the address, and open nothing.")
    ] = False,
    browser_: Annotated[
        str, typer.Option("--browser", metavar="CMD", help="Open it with that.")
    ] = "",
    isolated: Annotated[
        bool, typer.Option("--isolated", help="In a browser of the profile's own.")
    ] = False,
) -> None:
    """Open the AWS console in a browser, as PROFILE.

    Example: awsenv console org-prod --service s3
    """
    environ = dict(os.environ)
    profile = profile or environ.get(AWSENV_PROFILE, "")
    if not profile:
        raise UsageError("no profile is named, and this shell acts as none", "awsenv list")
    found = read.profile(profile, environ)
    region = region or found.get("region") or ""
    # How long the console is open, which is not how long the session lasts.
    duration = option_values["--duration"]
    seconds = durations.parse_duration(duration, "--duration") if duration else 0
    page = address.format_page(region, service, path)
    of_session = option_values | {"--duration": ""}
    url = _build_address(found, page, region, seconds, of_session, environ)
    if print_:
        if sys.stdout.isatty() and found.kind != "sso":
            lives = durations.format_duration(address.LIVES)
            terminal.say(f"for {lives}, and for whoever has it: it opens the console as {profile}")
        print(url)
        return
    show = f"awsenv console {shlex.quote(profile)} --print"
    words = _find_browser(browser_, isolated, found, environ)
    if words is None:
        raise AwsenvError("there is no browser here", show)
    link = browser.start(words, url, environ)
    if link is None:
        raise AwsenvError(f"{words[0]} cannot be started", show)
    terminal.say(f"the console opens as {profile}")
    with browser.show_waiting("waiting for the browser"):
        if not link.wait():
            raise AwsenvError("no browser asked for the page in time", show)


def _build_address(
    profile: Profile,
    destination: str,
    region: str,
    seconds: int,
    option_values: dict[str, str],
    environ: dict[str, str],
) -> str:
    if profile.kind == "sso" and not seconds:
        # The person's own sign-in at the portal: nothing has to be got for it.
        return address.format_portal_address(
            token.of_profile(profile, environ), profile, destination
        )
    options, prompter = session_options.read(option_values)
    got = resolve.resolve(Request("console", profile.name), options, prompter, environ)
    values = got.variables
    session = Session(
        profile.name,
        values["AWS_ACCESS_KEY_ID"],
        values["AWS_SECRET_ACCESS_KEY"],
        values.get("AWS_SESSION_TOKEN"),
    )
    if got.long_lived:
        session, seconds = address.federate(session, profile, seconds, environ), 0
    mine = remove_session(environ)
    return address.get_federated_address(session, profile, region, destination, seconds, mine)


def _find_browser(
    given: str, isolated: bool, profile: Profile, environ: dict[str, str]
) -> list[str] | None:
    """The words that open an address."""
    if not isolated:
        return browser.find_command({**environ, "BROWSER": given} if given else environ)
    name = given or next((name for name in _APART if programs.find(name, environ)), "")
    if not name or not programs.find(shlex.split(name)[0], environ):
        hint = f"awsenv console {shlex.quote(profile.name)} --isolated --browser CMD"
        raise AwsenvError("there is no browser here that keeps profiles apart", hint)
    place = os.path.join(state_path(environ, BROWSERS), profile.name.replace("/", "%2F"))
    kept = folders.make_private(place)
    if "firefox" in name:
        return [*shlex.split(name), "--no-remote", "--profile", kept]
    return [*shlex.split(name), f"--user-data-dir={kept}", "--no-first-run"]
