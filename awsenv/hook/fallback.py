"""What a shell is to be whose program goes away, so that it can ask nobody any more. Hot path."""

from awsenv.hook.layers import Layer, ShellVariables, deny_credentials, is_bound
from awsenv.hook.state import State
from awsenv.variables import AWSENV_PROFILE

# Behind AWS_PROFILE's prefix, in a folder with an .envrc.
_NOBODY = "awsenv-is-gone"


def list_fallbacks(shell: ShellVariables) -> tuple[Layer, Layer]:
    """What becomes of each variable that awsenv has a say in: outside all folders with an .envrc, where a session that
    was chosen by hand stays and nobody looks after it; and in one, where nobody knows who is to act. Both are empty for
    a shell that has nothing of awsenv's."""
    state = shell.state
    if not is_bound(state) and not shell.profile:
        return {}, {}
    outside = _copy(shell, shell.environ)
    if is_bound(state):
        outside.make(shell.manual_layer())
    outside.drop_folder_names()
    closed = _copy(outside, outside.environ)
    closed.make(deny_credentials(_NOBODY))
    closed.set_own(AWSENV_PROFILE, None)
    every = {**shell.environ, **outside.environ, **closed.environ}
    each = [shell.environ, outside.environ, closed.environ]
    names = sorted(name for name in every if len({environ.get(name) for environ in each}) > 1)
    return {n: outside.environ.get(n) for n in names}, {n: closed.environ.get(n) for n in names}


def _copy(shell: ShellVariables, environ: dict[str, str]) -> ShellVariables:
    state = State()
    state.originals = dict(shell.state.originals)
    return ShellVariables(environ, state)
