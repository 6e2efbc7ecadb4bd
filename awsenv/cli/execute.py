"""``exec``: one command with a session, the shell untouched."""

import os
import shlex
from typing import Annotated

import typer

from awsenv.actions import exec_config
from awsenv.cli import shared_options
from awsenv.cli.pick_profile import pick_named
from awsenv.errors import AwsenvError, UsageError
from awsenv.hook.folder import Folder
from awsenv.profiles import read
from awsenv.records import list_variables
from awsenv.request import Request
from awsenv.sessions import resolve
from awsenv.ui import confirmation, ending, session_options
from awsenv.variables import apply_change, enter_session

NOT_FOUND, NOT_EXECUTABLE = 127, 126  # as shells have it


class Execute(typer.core.TyperCommand):
    """Whose PROFILE may be left out in front of ``--``: Click alone would take CMD for it."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        if "--" in args and not self._has_profile(args[: args.index("--")]):
            args = ["", *args]
        return super().parse_args(ctx, args)

    def _has_profile(self, words: list[str]) -> bool:
        flags = {o for p in self.params if getattr(p, "is_flag", False) for o in p.opts}
        rest = iter(words)
        for word in rest:
            if not word.startswith("-"):
                return True
            if "=" not in word and word not in {*flags, "-h", "--help"}:
                next(rest, None)
        return False


@shared_options.with_session_options(
    "--mfa-code", "--duration", "--role-arn", "--fresh", "--min-left"
)
def execute(
    profile: Annotated[
        str, typer.Argument(metavar="[PROFILE]", help="The profile; not given, the folder's.")
    ] = "",
    command: Annotated[
        list[str] | None, typer.Argument(metavar="-- CMD…", help="The command.")
    ] = None,
    dir_: Annotated[
        str, typer.Option("--dir", metavar="DIR", help="Without PROFILE: of this folder.")
    ] = "",
    region: shared_options.Region = "",
    account: shared_options.Account = "",
    *,
    option_values: dict[str, str],
    live_: Annotated[
        bool, typer.Option("--live", help="For long-running commands: SDKs renew by themselves.")
    ] = False,
    server: Annotated[
        bool, typer.Option("--server", help="With --live: where no credential_process can run.")
    ] = False,
) -> None:
    """Run a command as PROFILE, or as the folder's .envrc says; this shell stays as it is.

    Example: awsenv exec xxx-dev -- terraform apply
    """
    environ = dict(os.environ)
    if not command:
        again = f"awsenv exec {shlex.quote(profile)} -- CMD".replace(" '' ", " PROFILE ")
        raise UsageError("no command is given", f"{again}; for this shell itself: awsenv use")
    if server:
        from awsenv.actions import exec_server

        environ = exec_server.remove_other_sources(environ)
    if dir_ and profile:
        raise UsageError("--dir says whose profile it is, and so does PROFILE", "give one")
    options, prompter = session_options.read(option_values)
    if server and not live_:
        raise UsageError("--server is how --live renews", "exec --live --server")
    if live_ and options.role_arn:
        raise UsageError("--live goes by a profile: there is none for --role-arn", "a role profile")
    profile = profile and pick_named(profile, environ)
    folder = None if profile else Folder(dir_, environ)
    request = folder.request if folder else Request("exec", profile)
    request = request.replace(region=region or request.region, account=account or request.account)
    before = folder.base if folder else environ
    variables: dict[str, str] = {}
    marked: dict[str, str] = {}
    if request.profile:
        if server:
            confirmation.check(read.profile(request.profile, before), before)
            variables = exec_server.grant_variables(request, options, prompter, before)
        else:
            got = resolve.resolve(request, options, prompter, before, confirmation.find())
            variables, marked = got.variables, list_variables(got.mark)
            if not live_:  # that one renews itself
                ending.warn(request.profile, variables, before)
    if live_ and request.profile and not server:
        variables = exec_config.prepare(request.profile, variables, before)
    if folder:
        _become(command, folder.environ(variables | marked))
    change = enter_session(profile, variables | marked, environ)
    _become(command, apply_change(change, environ))


# Typer makes the command of this class (``awsenv.cli.app``).
execute.of_class = Execute  # type: ignore[attr-defined]


def _become(command: list[str], environ: dict[str, str]) -> None:
    """Replace this process by ``command``: signals, terminal and exit code are then its own."""
    try:
        os.execvpe(command[0], command, environ)
    except OSError as error:
        missing = isinstance(error, FileNotFoundError | NotADirectoryError)
        what = "no such command" if missing else error.strerror
        failure = AwsenvError(f"{shlex.quote(command[0])}: {what}", "look at the PATH")
        failure.code = NOT_FOUND if missing else NOT_EXECUTABLE
        raise failure from None
