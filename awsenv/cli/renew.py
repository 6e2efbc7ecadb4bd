"""``renew``: what the hook calls shortly before a session ends."""

import os
from typing import Annotated

import typer

from awsenv.aws.options import SessionOptions
from awsenv.cli import dotenv_file, session_options
from awsenv.errors import PERSON_NEEDED, AwsenvError
from awsenv.folders import direnv, unsafe
from awsenv.profiles.read import Profiles
from awsenv.replay import Request
from awsenv.sessions import resolve
from awsenv.sessions.chain import Chain
from awsenv.sessions.resolve import Resolved

_RUNS = ("credential_process", "mfa_process")


def renew(
    profile: Annotated[str, typer.Argument(metavar="PROFILE", help="The profile.")],
) -> None:
    """Renew the stored session of PROFILE, if it is about to end, and the .env files that hold it.
    Asks nobody.

    Example: awsenv renew org-prod
    """
    renew_session(profile, dict(os.environ))


def resolve_unattended(request: Request, environ: dict[str, str]) -> Resolved:
    """What ``request`` sets; asks nobody. Raises ``AwsenvError``."""
    return resolve.resolve(request, SessionOptions(), session_options.make_unattended(), environ)


def renew_session(profile: str, environ: dict[str, str]) -> Resolved:
    """The session of ``profile``, renewed if it is about to end, in the ``.env`` files, too. Raises
    ``AwsenvError``."""
    _refuse_processes(profile, environ)
    try:
        got = resolve_unattended(Request("renew", profile), environ)
    except AwsenvError as error:
        if error.code == PERSON_NEEDED:
            error.message = f"the session of {profile} has ended"
            error.hint = f"awsenv login {profile}"
        raise
    dotenv_file.rewrite(profile, environ)
    return got


def set_by_folder(environ: dict[str, str]) -> set[str]:
    """The names of the variables that the folder one stands in has set, by our hook or direnv's."""
    return {*environ.get("AWSENV_VARS", "").split(), *direnv.read_changes(environ)}


def _refuse_processes(profile: str, environ: dict[str, str]) -> None:
    """No command that a folder's variables chose runs unasked: a file of profiles that lies in a
    cloned repo, a program on a PATH of its own."""
    chosen = sorted(name for name in set_by_folder(environ) if unsafe.chooses_processes(name))
    if not chosen:
        return
    known = Profiles(environ)
    for found in Chain(known).walk(known.find(profile)):
        if any(found.get(option) for option in _RUNS):
            raise AwsenvError(
                f"profile {found.name} runs a command, and this folder sets {', '.join(chosen)}",
                f"awsenv login {profile}",
            )
