"""``login --new``: a profile of the console's user, without an access key."""

import shlex
import sys

from awsenv import paths
from awsenv.aws.context import Context
from awsenv.aws.options import Prompter
from awsenv.aws_login import sign_in
from awsenv.errors import AwsenvError, UsageError
from awsenv.paths import shorten
from awsenv.profiles import headers, read, write
from awsenv.profiles.ini import Section
from awsenv.profiles.profile import Profile
from awsenv.shells import hints
from awsenv.ui import terminal
from awsenv.variables import remove_session

# Where AWS is asked whom nobody has told another Region.
_FIRST = "us-east-1"


def login(
    name: str,
    there: Profile | None,
    new: bool,
    region: str,
    prompter: Prompter,
    environ: dict[str, str],
) -> None:
    """Sign in and make ``name`` a profile of whoever did; ``there`` is what it is by now. Raises
    ``AwsenvError``; then nothing was changed."""
    if not new:
        what = "--region goes with --new"
        raise UsageError(what, f"awsenv login {shlex.quote(name)} --new --region REGION")
    if there is not None and there.kind not in ("none", "login"):
        what = f"profile {name} is of kind {there.kind}, which --new would hide"
        raise AwsenvError(what, "another name")
    headers.check_name(name)
    given = region or (there.get("region") if there else "") or _ask_region(environ)
    profile = _with_region(there or Profile(name, None, None), given)
    context = Context(profile, environ, prompter)
    login_session, fields = sign_in.sign_in(profile, context)
    sign_in.keep(login_session, fields, context)
    path, header = paths.config_file(environ), headers.header(name)
    if there is not None and there.config is not None:
        header = there.config.header
    options = {"login_session": login_session, "region": given}
    write.put_options(path, header, options, environ)
    terminal.say(f"profile {name} in {shorten(path)} is {login_session}; {hints.use_command(name)}")


def _ask_region(environ: dict[str, str]) -> str:
    """The Region for a profile that has none: this shell's or the default profile's, or an answer."""
    mine = remove_session(environ)
    default = read.profiles(environ).get("default")
    offered = (
        mine.get("AWS_REGION")
        or mine.get("AWS_DEFAULT_REGION")
        or (default and default.get("region"))
    )
    if not sys.stdin.isatty():
        return offered or _FIRST
    return terminal.ask("Default region name", offered or _FIRST)


def _with_region(profile: Profile, region: str) -> Profile:
    """``profile`` in ``region``, for the calls of the sign-in."""
    before = profile.config.options if profile.config else {}
    place = Section("", profile.name, 1, {**before, "region": (region, 1, 1)})
    return profile.with_parts(profile.credentials, place)
