"""``renew``: a session that is about to end, got again while nobody is asked."""

from awsenv.actions import dotenv_file
from awsenv.aws.options import Prompter, Say, SessionOptions
from awsenv.envrc import direnv, unsafe
from awsenv.errors import PERSON_NEEDED, AwsenvError, PersonNeededError
from awsenv.profiles.read import Profiles
from awsenv.request import Request
from awsenv.sessions import resolve
from awsenv.sessions.chain import Chain
from awsenv.sessions.resolve import Resolved

# The settings of a profile that have a command run.
_RUNS = ("credential_process", "mfa_process")


def resolve_unattended(request: Request, environ: dict[str, str], say: Say) -> Resolved:
    """What ``request`` sets; asks nobody. Raises ``AwsenvError``."""
    return resolve.resolve(request, SessionOptions(), Prompter(say=say), environ)


def renew_session(profile: str, environ: dict[str, str], say: Say) -> Resolved:
    """The session of ``profile``, renewed if it is about to end, in the ``.env`` files that hold it, too.
    Raises ``AwsenvError``."""
    _refuse_processes(profile, environ)
    try:
        resolved = resolve_unattended(Request("renew", profile), environ, say)
    except AwsenvError as error:
        if error.code != PERSON_NEEDED:
            raise
        raise PersonNeededError(f"the session of {profile} has ended", f"awsenv login {profile}") from None  # fmt: skip
    dotenv_file.rewrite(profile, environ, say)
    return resolved


def list_set_by_folder(environ: dict[str, str]) -> set[str]:
    """The names of the variables that the folder one stands in has set, by our hook or direnv's."""
    return {*environ.get("AWSENV_VARS", "").split(), *direnv.read_changes(environ)}


def _refuse_processes(profile: str, environ: dict[str, str]) -> None:
    """No command that a folder's variables chose runs unasked: a file of profiles that lies in a cloned
    repo, a program on a PATH of its own."""
    chosen = sorted(filter(unsafe.chooses_processes, list_set_by_folder(environ)))
    if not chosen:
        return
    known = Profiles(environ)
    for found in Chain(known).walk(known.find(profile)):
        if any(found.get(option) for option in _RUNS):
            raise AwsenvError(
                f"profile {found.name} runs a command, and this folder sets {', '.join(chosen)}",
                f"awsenv login {profile}",
            )
