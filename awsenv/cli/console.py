"""``console``: the AWS console in a browser, as a profile."""

import os
import shlex
import sys
from typing import Annotated

import typer

from awsenv import durations
from awsenv.actions import console_address
from awsenv.actions.console_place import choose_place
from awsenv.actions.console_session import get_session
from awsenv.cli import shared_options
from awsenv.cli.pick_profile import pick_named
from awsenv.errors import AwsenvError, UsageError
from awsenv.files import folders
from awsenv.identity_center import token
from awsenv.profiles import read
from awsenv.profiles.profile import Profile
from awsenv.state import BROWSERS, state_path
from awsenv.ui import browser, clipboard, confirmation, session_options, terminal
from awsenv.variables import AWSENV_PROFILE, remove_session


@shared_options.with_session_options("--duration", "--mfa-code")
def console(
    profile: Annotated[str, typer.Argument(help="The profile; this shell's when not given.")] = "",
    service: Annotated[str, typer.Option("--service", help="Its page: s3, ec2, lambda …")] = "",
    path: Annotated[
        str, typer.Option("--path", help="A page, behind the console's host, or its whole address.")
    ] = "",
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
    logout: Annotated[
        bool, typer.Option("--logout", help="Sign out first of the console that is open.")
    ] = False,
) -> None:
    """Open the AWS console in a browser, as PROFILE.

    Example: awsenv console org-prod --service s3
    """
    environ = dict(os.environ)
    found = _find_profile(profile and pick_named(profile, environ), environ)
    if found.name:
        confirmation.check(found, environ)
    # How long the console is open, which is not how long the session lasts.
    duration = option_values["--duration"]
    seconds = durations.parse_duration(duration, "--duration") if duration else 0
    options, prompter = session_options.read(option_values | {"--duration": ""})
    mine = remove_session(environ)
    place = choose_place(found, region, mine)
    if found.kind == "sso" and not seconds:
        # The person's own sign-in at the portal: nothing has to be got for it.
        where, page = token.of_profile(found, environ), place.format_page(service, path)
        url = console_address.format_portal_address(where, found, page)
    else:
        place.format_page(service, path)  # what is wrong with it is said before a call
        session = get_session(found, seconds, options, prompter, environ)
        place = choose_place(found, region, mine, session.arn)
        page = place.format_page(service, path)
        url = console_address.get_federated_address(session, found, place, page, mine)
    if logout:
        url = console_address.format_sign_out(place, url)
    name = found.name or "this shell's own key"
    if print_:
        if sys.stdout.isatty() and found.kind != "sso":
            lives = durations.format_duration(console_address.LIVES)
            terminal.say(f"for {lives}, and for whoever has it: it opens the console as {name}")
        print(url)
        return
    show = f"awsenv console {shlex.quote(found.name)} --print".replace(" '' ", " ")
    words = _find_browser(browser_, isolated, found, environ)
    if words is None and (program := clipboard.copy(url, environ)):
        lives = durations.format_duration(console_address.LIVES)
        terminal.say(f"there is no browser here: {program} has the address as {name}, for {lives}")
        return
    if words is None:
        raise AwsenvError("there is no browser here", show)
    link = browser.start(words, url, environ)
    if link is None:
        raise AwsenvError(f"{words[0]} cannot be started", show)
    terminal.say(f"the console opens as {name}")
    with browser.show_waiting("waiting for the browser"):
        if not link.wait():
            raise AwsenvError("no browser asked for the page in time", show)


def _find_profile(name: str, environ: dict[str, str]) -> Profile:
    """The profile that is named, else this shell's; one without a name where the shell has a key of its own."""
    if name := name or environ.get(AWSENV_PROFILE, ""):
        return read.profile(name, environ)
    mine = remove_session(environ)
    if mine.get("AWS_ACCESS_KEY_ID"):
        return Profile("", None, None)
    if name := mine.get("AWS_PROFILE") or mine.get("AWS_DEFAULT_PROFILE") or "":
        return read.profile(name, environ)
    raise UsageError("no profile is named, and this shell acts as none", "awsenv list")


def _find_browser(
    given: str, isolated: bool, profile: Profile, environ: dict[str, str]
) -> list[str] | None:
    """The words that open an address."""
    if not isolated:
        return browser.split_command(given, environ) if given else browser.find_command(environ)
    name = profile.name.replace("/", "%2F") or "%"
    kept = folders.make_private(os.path.join(state_path(environ, BROWSERS), name))
    words = browser.find_isolated(given, kept, environ)
    if words is None:
        hint = f"awsenv console {shlex.quote(profile.name)} --isolated --browser CMD"
        raise AwsenvError("there is no browser here that keeps profiles apart", hint)
    return words
