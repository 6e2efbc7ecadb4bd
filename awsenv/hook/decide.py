"""What a hooked shell is to become, where it stands now: the one place that decides. Hot path.

``decide`` is a function of what it is given and of the files that lie there: the same for every shell, tried by
sequences of events without one.
"""

from awsenv import record_file, replay
from awsenv.envrc import trust_check
from awsenv.hook import renewal, withdrawal
from awsenv.hook.layers import (
    BY_OPTIONS,
    FOLDER,
    NAMES,
    Layer,
    ShellVariables,
    complete_credentials,
    deny_credentials,
    is_bound,
)
from awsenv.hook.outcome import ANSWERED, FIRST, NEVER, SECOND, SESSION, Outcome
from awsenv.hook.state import CLOSED, LOADED, PENDING, REFUSED, WITHDRAWN, State
from awsenv.paths import aws_files, shorten
from awsenv.request import Request
from awsenv.state import RECORDS, state_path
from awsenv.variables import AWSENV_PREVIOUS, AWSENV_PROFILE, AWSENV_SET, Change, enter_session

# The fields of a record of trust that say which session a folder asks for.
_OF_REQUEST = ("profile", "region", "account", "only", "word")


def decide(
    environ: dict[str, str],
    state: State,
    folder: str,
    now: float,
    direnv: bool = False,
    phase: str = SECOND,
    found: replay.FoundSession | None = None,
) -> Outcome:
    """What a shell with the exported ``environ`` and ``state``, standing in the physical ``folder``, is to become at
    ``now`` (seconds since 1970). ``direnv``: its hook reads .envrc files here. ``phase``, and what was ``found`` in the
    last one: see ``awsenv.hook.outcome``."""
    shell = ShellVariables(environ, state)
    outcome = Outcome(shell, phase, found)
    withdrawal.check(outcome)
    if state.is_fresh:
        inherit(shell)
    if state.direnv != environ.get("DIRENV_DIR", ""):
        # Another direnv folder has other originals.
        state.direnv = environ.get("DIRENV_DIR", "")
        state.originals = {} if not is_bound(state) else state.originals
    envrc = "" if direnv else trust_check.find_nearest(folder)
    if not direnv:
        outcome.watch(*trust_check.list_nearer(folder, envrc))
    here = (envrc.rpartition("/")[0] or "/") if envrc else ""
    record = _find_allowed(outcome, envrc) if envrc else None
    if record is not None:
        _bind(outcome, here, record, now)
    elif here:
        _refuse(outcome, here, envrc)
    elif state.folder:
        _leave(outcome)
    _renew(outcome, now)
    state.is_fresh = False
    withdrawal.seal(shell)
    return outcome


def choose(outcome: Outcome, change: Change, now: float) -> None:
    """A person has chosen a session by hand, or none: on top of what the folder made of the shell."""
    shell = outcome.shell
    session: Layer = {n: v for n, v in change.variables.items() if n != AWSENV_PREVIOUS}
    if change.by_options and not _is_recorded(shell, change):
        session[AWSENV_SET] = f"{BY_OPTIONS} {session[AWSENV_SET]}"
    if change.forget:
        shell.state.withdrawn = []
        shell.make(shell.folder_layer())
    else:
        shell.make(shell.folder_layer(), session)
    if AWSENV_PREVIOUS in change.variables:
        shell.set_own(AWSENV_PREVIOUS, change.variables[AWSENV_PREVIOUS])
    # It is no longer the folder that has no session.
    if shell.state.status in (CLOSED, PENDING, WITHDRAWN):
        shell.state.status = LOADED
    outcome.check_at = outcome.renew_before = NEVER
    outcome.needs, outcome.ask_again = "", False
    _renew(outcome, now)
    withdrawal.seal(shell)


def _is_recorded(shell: ShellVariables, change: Change) -> bool:
    """Whether it is the session that the profile's record holds."""
    profile = change.variables[AWSENV_PROFILE] or ""
    record = record_file.read(record_file.record_path(profile, shell.base)) or {}
    return record.get("AWS_ACCESS_KEY_ID") == change.variables["AWS_ACCESS_KEY_ID"]


def inherit(shell: ShellVariables) -> None:
    """Take over what a shell above this one has set, where it is what awsenv sets."""
    folder = shell.environ.get(FOLDER, "")
    # An absolute folder of which something was allowed; else the name may be anybody's.
    envrc = f"{folder.rstrip('/')}/.envrc"
    record = trust_check.read_record(envrc, shell.base) if folder[:1] == "/" else None
    shell.inherit(record, trust_check.read_variables(record) if record else {})


def build_request(record: dict[str, str]) -> Request:
    """The session that a binding's ``record`` asks for; of no profile where it names none."""
    profile, region, account = (record.get(name, "") for name in ("profile", "region", "account"))
    request = Request("use", profile, region, account, "only" in record)
    request.word = record.get("word", "")
    return request


def _find_allowed(outcome: Outcome, envrc: str) -> dict[str, str] | None:
    """The record of trust of ``envrc``, if every file that takes part is as it was allowed; all of them are watched."""
    base = outcome.shell.base
    outcome.watch(trust_check.mirror(envrc, base), envrc)
    record = trust_check.read_record(envrc, base)
    if record is None:
        return None
    outcome.watch(*trust_check.list_watched(record))
    return record if trust_check.is_as_allowed(record) else None


def _bind(outcome: Outcome, here: str, record: dict[str, str], now: float) -> None:
    """The binding of the folder ``here``, allowed by ``record``, is the one in force from now on."""
    shell, state = outcome.shell, outcome.shell.state
    request = outcome.request = build_request(record)
    shell.folder = trust_check.read_variables(record)
    loads = [f"{n}={v}" for n, v in record.items() if n in _OF_REQUEST]
    loads += [f"var.{n}={v}" for n, v in shell.folder.items()]
    digest = renewal.digest(loads)
    files = renewal.digest_of_files(outcome, aws_files(shell.base)) if request.profile else ""
    is_same = state.folder == here and state.loaded == digest and is_bound(state)
    if is_same and state.status == LOADED:
        by_hand = shell.profile != request.profile or shell.by_options
        if files == state.files or by_hand:  # a choice by hand lasts until the binding changes
            return
        outcome.is_quiet = True
    if is_same and state.status == WITHDRAWN:  # until a person chooses
        return
    was_pending = is_same and state.status == PENDING
    found = None
    if outcome.phase == ANSWERED and was_pending:
        found = outcome.found
    elif request.profile:
        found = _find_recorded(request, shell.base, now)
        if found is None and was_pending and outcome.phase == SECOND:
            outcome.needs = SESSION
            return
        if found is None and was_pending and outcome.phase == FIRST:
            outcome.ask_again = True
            return
        if found is None and is_same and state.status == CLOSED and files == state.files:
            return
    _load(outcome, here, request, found)
    state.loaded, state.files = digest, files
    if request.profile and found is None:
        # Nobody until the session is there: whatever becomes of this program, nobody acts as another.
        state.status = CLOSED if outcome.phase == ANSWERED else PENDING
        outcome.ask_again = outcome.phase != ANSWERED


def _find_recorded(
    request: Request, environ: dict[str, str], now: float
) -> replay.FoundSession | None:
    """What a record says of the session of ``request``, where its word still means that profile."""
    if request.word:
        meant = replay.name_meant(Request("use", request.word), environ)
        if meant.profile != request.profile:
            return None
    return replay.find_session(request, environ, now)


def _load(outcome: Outcome, here: str, request: Request, found: replay.FoundSession | None) -> None:
    shell, state = outcome.shell, outcome.shell.state
    if not is_bound(state):
        state.manual, state.manual_files = shell.session(), state.key_files
    variables: Layer = dict(shell.folder)
    whole = complete_credentials(variables)
    if not request.profile:
        # Where the folder has keys of a person's own, no session is beside them.
        session = shell.manual_layer() if whole == variables else {}
    elif found is None:
        session = deny_credentials(request.profile)
    else:
        session = enter_session(request.profile, found.variables, shell.base).variables
    state.folder, state.status, state.profile = here, LOADED, request.profile
    state.names = list(variables)
    shell.make(session, whole)
    shell.set_own(FOLDER, here)
    shell.set_own(NAMES, " ".join(variables) or None)
    if request.profile and found is not None:
        account = found.variables.get("AWS_ACCOUNT_ID")
        outcome.tell(replay.format_summary(request.profile, account, found.variables))


def _refuse(outcome: Outcome, here: str, envrc: str) -> None:
    state = outcome.shell.state
    if (state.folder, state.status) == (here, REFUSED):
        return
    if state.folder:
        outcome.is_quiet, is_quiet = True, outcome.is_quiet
        _leave(outcome)
        outcome.is_quiet = is_quiet
    state.folder, state.status = here, REFUSED
    # Said quiet or not: who works there believes to act as the folder says.
    what = f"{shorten(envrc)} is not allowed, so nothing is loaded"
    outcome.messages.append(f"{what}; awsenv allow")


def _leave(outcome: Outcome) -> None:
    """No binding any more: what was chosen by hand outside comes back, else the originals."""
    shell, state = outcome.shell, outcome.shell.state
    if is_bound(state):
        shell.make(shell.manual_layer())
        state.key_files = state.manual_files  # its key may be another in the files by now
        if state.profile and not state.is_fresh:
            back = f", back to {shell.profile}" if shell.profile else ""
            outcome.tell(f"left {state.profile}{back}")
    shell.drop_folder_names()
    state.folder = state.status = state.profile = state.loaded = state.files = ""
    state.names, state.manual = [], {}


def _renew(outcome: Outcome, now: float) -> None:
    """The session in force does not go stale."""
    shell, state = outcome.shell, outcome.shell.state
    if state.status in (CLOSED, PENDING):
        # Anybody's sign-in, or an edit, may bring the session.
        outcome.watch(state_path(shell.base, RECORDS), *aws_files(shell.base))
    elif shell.profile:
        renewal.check(outcome, now)
        if state.status == LOADED and shell.profile == state.profile and outcome.needs == "":
            outcome.watch(*aws_files(shell.base))
    is_folders = is_bound(state) and shell.profile == state.profile != ""
    if outcome.needs == "" and is_folders and renewal.is_lost(outcome, now):
        # As if it could not have been had.
        shell.make(deny_credentials(state.profile), shell.folder_layer())
        state.status = CLOSED
        outcome.check_at = outcome.renew_before = NEVER
        outcome.watch(state_path(shell.base, RECORDS))
