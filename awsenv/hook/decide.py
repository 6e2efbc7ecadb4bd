"""What a hooked shell is to become, where it stands now: the one place that decides. Fast half.

``decide`` is a function of what it is given and of the files that lie there: the same for every
shell, tried by sequences of events without one.
"""

import os

from awsenv import record_file, replay
from awsenv.envrc import trust_check
from awsenv.hook import renewal
from awsenv.hook.layers import BY_OPTIONS, FOLDER, NAMES, Layer, Shell, as_nobody, is_bound
from awsenv.hook.outcome import FAR, SESSION, Got, Outcome
from awsenv.hook.state import CLOSED, LOADED, PENDING, REFUSED, State
from awsenv.paths import aws_files, shorten
from awsenv.request import Request
from awsenv.state import RECORDS, state_path
from awsenv.variables import AWSENV_PREVIOUS, AWSENV_PROFILE, AWSENV_SET, Change, enter_session


def decide(
    environ: dict[str, str],
    state: State,
    folder: str,
    now: float,
    direnv: bool = False,
    got: Got | str = "",
    slow_too: bool = True,
) -> Outcome:
    """What a shell with the exported ``environ`` and ``state``, standing in the physical ``folder``, is
    to become at ``now`` (seconds since 1970). ``direnv``: its hook reads .envrc files here. ``got``: what
    the slow half found, once it was asked. Without ``slow_too`` it is not yet: then the shell has what
    a person may interrupt, and asks ``again``.
    """
    shell = Shell(environ, state)
    outcome = Outcome(shell)
    outcome.slow_too = slow_too
    if state.new:
        inherit(shell)
    if state.direnv != environ.get("DIRENV_DIR", ""):
        # Another direnv folder has other originals.
        state.direnv = environ.get("DIRENV_DIR", "")
        state.was = {} if not is_bound(state) else state.was
    envrc = "" if direnv else trust_check.find_nearest(folder)
    if not direnv:
        outcome.absent += trust_check.list_nearer(folder, envrc)
    here = (envrc.rpartition("/")[0] or "/") if envrc else ""
    record = trust_check.find_allowed(envrc, shell.base) if envrc else None
    if record is not None:
        _bind(outcome, here, record, now, got)
        files, absent = trust_check.list_watched(record)
        files.append(trust_check.mirror(envrc, shell.base))
        outcome.files += files
        outcome.there |= set(files)
        outcome.absent += absent
    elif here:
        _refuse(outcome, here, envrc)
        outcome.files.append(envrc)
        outcome.there.add(envrc)
        place = trust_check.mirror(envrc, shell.base)
        (outcome.files if os.path.lexists(place) else outcome.absent).append(place)
    elif state.folder:
        _leave(outcome)
    _renew(outcome, now, got)
    state.new = False
    return outcome


def choose(outcome: Outcome, change: Change, now: float) -> None:
    """A person has chosen a session by hand, or none: on top of what the folder made of the shell."""
    shell = outcome.shell
    mine: Layer = {n: v for n, v in change.variables.items() if n != AWSENV_PREVIOUS}
    if change.by_options and _is_own(shell, change):
        mine[AWSENV_SET] = f"{BY_OPTIONS} {mine[AWSENV_SET]}"
    if change.forget:
        shell.make(shell.folder_layer())
    else:
        shell.make(shell.folder_layer(), mine)
    if AWSENV_PREVIOUS in change.variables:
        shell.set_own(AWSENV_PREVIOUS, change.variables[AWSENV_PREVIOUS])
    # It is no longer the folder that has no session.
    if shell.state.how in (CLOSED, PENDING):
        shell.state.how = LOADED
    outcome.due = outcome.limit = FAR
    outcome.slow, outcome.again = "", False
    _renew(outcome, now, "")


def _is_own(shell: Shell, change: Change) -> bool:
    """Whether that is another session than the one that the profile's record holds."""
    record = record_file.read(
        record_file.record_path(change.variables[AWSENV_PROFILE] or "", shell.base)
    )
    return (record or {}).get("AWS_ACCESS_KEY_ID") != change.variables["AWS_ACCESS_KEY_ID"]


def inherit(shell: Shell) -> None:
    """Take over what a shell above this one has set, where it is what awsenv sets."""
    folder = shell.environ.get(FOLDER, "")
    # An absolute folder of which something was allowed; else the name may be anybody's.
    envrc = f"{folder.rstrip('/')}/.envrc"
    shell.inherit(trust_check.read_record(envrc, shell.base) if folder[:1] == "/" else None)


def build_request(record: dict[str, str]) -> Request:
    """The session that a binding's ``record`` asks for; of no profile where it names none."""
    profile, region, account = (record.get(name, "") for name in ("profile", "region", "account"))
    return Request("use", profile, region, account, "only" in record, "hook")


def _bind(
    outcome: Outcome,
    here: str,
    record: dict[str, str],
    now: float,
    got: Got | str,
) -> None:
    """The binding of the folder ``here``, allowed by ``record``, is the one in force from now on."""
    shell, state = outcome.shell, outcome.shell.state
    request = outcome.request = build_request(record)
    loads = {
        n: v
        for n, v in record.items()
        if n in ("profile", "region", "account", "only") or n[:4] == "var."
    }
    shell.folder = {n[4:]: v for n, v in record.items() if n[:4] == "var."}
    digest = renewal.digest([f"{name}={value}" for name, value in loads.items()])
    files = renewal.digest_of_files(aws_files(shell.base)) if request.profile else ""
    same = state.folder == here and state.loaded == digest and is_bound(state)
    found: Got = None
    if same and state.how == LOADED:
        if files == state.files or shell.profile != request.profile or shell.by_options:
            return  # in force; or a choice by hand, which lasts until the binding changes
        outcome.quiet = True
    if got != "" and same and state.how == PENDING:
        found = got  # type: ignore[assignment]  # asked, so no word any more
    elif request.profile:
        found = replay.session(request, shell.base, now)
        if found is None and same and state.how == PENDING:
            outcome.slow, outcome.again = (SESSION, False) if outcome.slow_too else ("", True)
            return
        if found is None and same and state.how == CLOSED and files == state.files:
            return
    _load(outcome, here, request, found)
    state.loaded, state.files = digest, files
    if request.profile and found is None:
        state.how = PENDING if got == "" else CLOSED
        outcome.again = got == ""


def _load(
    outcome: Outcome,
    here: str,
    request: Request,
    found: Got,
) -> None:
    shell, state = outcome.shell, outcome.shell.state
    if not is_bound(state):
        state.hand = shell.session()
    variables: Layer = dict(shell.folder)
    if not request.profile:
        session = shell.hand_layer()
    elif found is None:
        session = as_nobody(request.profile)
    else:
        session = enter_session(request.profile, found.variables, shell.base).variables
    state.folder, state.how, state.profile = here, LOADED, request.profile
    state.names = list(variables)
    shell.make(session, variables)
    shell.set_own(FOLDER, here)
    shell.set_own(NAMES, " ".join(variables) or None)
    if request.profile and found is not None:
        account = found.variables.get("AWS_ACCOUNT_ID")
        outcome.tell(replay.format_summary(request.profile, account, found.variables))


def _refuse(outcome: Outcome, here: str, envrc: str) -> None:
    state = outcome.shell.state
    if (state.folder, state.how) == (here, REFUSED):
        return
    if state.folder:
        outcome.quiet, quiet = True, outcome.quiet
        _leave(outcome)
        outcome.quiet = quiet
    state.folder, state.how = here, REFUSED
    # Said quiet or not: who works there believes to act as the folder says.
    what = f"{shorten(envrc)} is not allowed, so nothing is loaded"
    outcome.says.append(f"{what}; awsenv allow")


def _leave(outcome: Outcome) -> None:
    """No binding any more: what was chosen by hand outside comes back, else the originals."""
    shell, state = outcome.shell, outcome.shell.state
    if is_bound(state):
        shell.make(shell.hand_layer())
        if state.profile and not state.new:
            back = f", back to {shell.profile}" if shell.profile else ""
            outcome.tell(f"left {state.profile}{back}")
    shell.set_own(FOLDER, None)
    shell.set_own(NAMES, None)
    state.folder = state.how = state.profile = state.loaded = state.files = ""
    state.names, state.hand = [], {}


def _renew(outcome: Outcome, now: float, got: Got | str) -> None:
    """The session in force does not go stale."""
    shell, state = outcome.shell, outcome.shell.state
    if state.how == CLOSED or state.how == PENDING:
        # Anybody's sign-in, or an edit, may open the door.
        outcome.files += [state_path(shell.base, RECORDS), *aws_files(shell.base)]
    elif shell.profile:
        renewal.look(outcome, now, got)
        if state.how == LOADED and shell.profile == state.profile and outcome.slow == "":
            outcome.files += aws_files(shell.base)
    folders_own = is_bound(state) and shell.profile == state.profile != ""
    if outcome.slow == "" and folders_own and renewal.is_lost(outcome, now):
        # As if it could not have been had.
        shell.make(as_nobody(state.profile), shell.folder_layer())
        state.how = CLOSED
        outcome.due = outcome.limit = FAR
        outcome.files.append(state_path(shell.base, RECORDS))
