"""Whether a shell still is what the last look left: somebody else may have taken its session away. Hot path.

direnv puts back what it knew, a script unsets the keys, a person exports others, a shell comes along from another
machine. The key ID and AWS_PROFILE tell; a name alone is no session.
"""

from awsenv.hook import renewal
from awsenv.hook.layers import OURS, ShellVariables, deny_credentials, is_bound
from awsenv.hook.outcome import Outcome
from awsenv.hook.state import CLOSED, LOADED, PENDING, WITHDRAWN, Withdrawn
from awsenv.variables import AWSENV_PREVIOUS, AWSENV_PROFILE, AWSENV_SET, find_key_id, list_set

# So many sessions are remembered that somebody else took away.
_MOST = 4
_KEY = "AWS_ACCESS_KEY_ID"


def check(outcome: Outcome) -> None:
    """Take over what has become of the session in force outside awsenv: withdraw it, or have it back."""
    shell, state = outcome.shell, outcome.shell.state
    if state.is_fresh:
        if shell.profile and not _describes_itself(shell):
            # Nothing says which of the variables were this session's.
            shell.drop_session_names()
        state.inherited = shell.get(_KEY) if shell.profile else ""
        return
    if (shell.get(_KEY), shell.get("AWS_PROFILE")) == (state.key_id, state.aws_profile):
        return
    # Another session of ours, which direnv's library loaded or put back; or the state is an earlier awsenv's.
    if _describes_itself(shell) or (list_set(shell.environ) and not state.digests):
        return
    found = next((each for each in state.withdrawn if _is_back(each, shell)), None)
    if found is not None:
        _restore(outcome, found)
    elif shell.profile or (is_bound(state) and state.status != LOADED):
        _withdraw(outcome)


def seal(shell: ShellVariables) -> None:
    """Keep what ``shell`` is now, for ``check`` at the next look. What it had before and has still may be another's."""
    state, environ = shell.state, shell.environ
    names = list_set(environ)
    state.digests = {
        name: state.digests[name]
        if name in state.digests and shell.before.get(name) == environ.get(name)
        else renewal.digest([environ.get(name, "")])
        for name in names
    }
    state.key_id, state.aws_profile = shell.get(_KEY), shell.get("AWS_PROFILE")
    if state.inherited != state.key_id:
        state.inherited = ""


def close(outcome: Outcome, message: str) -> None:
    """The shell cannot hold the session of the folder that it stands in, nor its name: nobody acts there until a person
    chooses, and ``message`` says why."""
    shell, state = outcome.shell, outcome.shell.state
    shell.make(deny_credentials(state.profile))
    shell.drop_folder_names()
    state.status, state.names = WITHDRAWN, []
    outcome.messages = [message]
    seal(shell)


def _describes_itself(shell: ShellVariables) -> bool:
    """Whether the names that awsenv exports are those of the credentials that are there."""
    key_id, profile = shell.get(_KEY), shell.get("AWS_PROFILE")
    names, mark = list_set(shell.environ), find_key_id(shell.environ)
    if mark:
        return shell.profile != "" and key_id == mark and not profile
    if "AWS_PROFILE" in names:
        return shell.profile == profile != "" and not key_id
    # A new shell has it from an earlier awsenv.
    return shell.state.is_fresh and _KEY in names and key_id != ""


def _is_back(each: Withdrawn, shell: ShellVariables) -> bool:
    key_id, profile = shell.get(_KEY), shell.get("AWS_PROFILE")
    if each.by_profile:
        return not key_id and not profile
    return key_id == each.key_id and not profile


def _withdraw(outcome: Outcome) -> None:
    shell, state = outcome.shell, outcome.shell.state
    profile = shell.profile
    cause = "by direnv" if _is_direnvs(shell) else "outside awsenv"
    is_gone = not shell.get(_KEY) and not shell.get("AWS_PROFILE")
    is_folders = is_bound(state) and state.profile != ""
    each = Withdrawn(state.key_id, profile, shell.get(AWSENV_SET))
    each.by_profile = state.key_id != "" and shell.get(_KEY) == state.key_id
    each.key_files = state.key_files
    session = {*list_set(shell.environ), *state.originals} - {*state.names, *OURS}
    for name in sorted(session):
        value = shell.environ.get(name)
        each.originals[name] = state.originals.get(name)
        is_ours = value is None if name not in state.digests else _is_as_set(shell, name)
        if is_ours:  # what another has changed stays
            each.taken[name] = value
            shell.set_own(name, each.originals[name])
        state.originals.pop(name, None)
    if profile and state.key_id:
        state.withdrawn = [each, *(w for w in state.withdrawn if w.key_id != each.key_id)][:_MOST]
    shell.drop_session_names()
    if is_folders and is_gone:
        shell.make(deny_credentials(state.profile), shell.folder_layer())
        state.status = WITHDRAWN
        outcome.tell(
            f"{profile or state.profile} was changed {cause}: nobody here; awsenv use {state.profile}"
        )
        return
    if is_folders:  # a choice by hand, until the binding changes, and behind that
        state.status, state.manual = LOADED, {}
    if profile:
        shell.set_own(AWSENV_PREVIOUS, profile)
        outcome.tell(f"{profile} is no longer in force, changed {cause}; awsenv use {profile}")


def _is_as_set(shell: ShellVariables, name: str) -> bool:
    return renewal.digest([shell.get(name)]) == shell.state.digests[name]


def _restore(outcome: Outcome, each: Withdrawn) -> None:
    shell, state = outcome.shell, outcome.shell.state
    if state.status in (CLOSED, PENDING, WITHDRAWN):
        came = {name: shell.environ.get(name) for name in each.originals if name not in each.taken}
        shell.make(shell.folder_layer(), came)
        state.status = LOADED
    state.direnv = shell.get("DIRENV_DIR")  # its originals are those beneath the session
    state.originals |= each.originals
    for name, value in each.taken.items():
        shell.set_own(name, value)
    shell.set_own(AWSENV_PROFILE, each.profile)
    shell.set_own(AWSENV_SET, each.words)
    state.key_files = each.key_files  # its key may be another in the files by now
    state.withdrawn.remove(each)
    outcome.tell(f"{each.profile} is back")


def _is_direnvs(shell: ShellVariables) -> bool:
    """Whether direnv has loaded or unloaded something since the last look."""
    return shell.state.direnv != shell.get("DIRENV_DIR")
