"""What a folder's .envrc says, without a shell that stands in it."""

import os

from awsenv.envrc import trust_check
from awsenv.errors import AwsenvError
from awsenv.hook.decide import build_request, inherit
from awsenv.hook.layers import FOLDER, NAMES, Layer, ShellVariables, complete_credentials
from awsenv.hook.state import State
from awsenv.paths import shorten
from awsenv.variables import enter_session


class Folder:
    """The binding of ``folder`` (empty: the one that one stands in): ``request`` is its session, of no
    profile where it says none; ``base`` what a program has there without awsenv.

    Raises ``AwsenvError`` where no .envrc is there or above, or it is not allowed.
    """

    def __init__(self, folder: str, environ: dict[str, str]) -> None:
        folder = os.path.realpath(folder or ".")
        envrc = trust_check.find_nearest(folder)
        if not envrc:
            raise AwsenvError(
                f"there is no .envrc in {shorten(folder)} or above", "awsenv exec PROFILE -- CMD"
            )
        self._shell = ShellVariables(environ, State())
        inherit(self._shell)
        self.base = self._shell.base
        record = trust_check.find_allowed(envrc, self.base)
        if record is None:
            raise AwsenvError(
                f"{shorten(envrc)} is not allowed, so nothing is run",
                f"awsenv allow {shorten(envrc)}",
            )
        self.request = build_request(record)
        self._folder = os.path.dirname(envrc)
        self._variables: Layer = dict(trust_check.read_variables(record))

    def environ(self, variables: dict[str, str]) -> dict[str, str]:
        """What a program has there that acts by the ``variables`` of a session."""
        session: Layer = {}
        if self.request.profile:
            session = enter_session(self.request.profile, variables, self.base).variables
        self._shell.make(session, complete_credentials(self._variables))
        self._shell.set_own(FOLDER, self._folder)
        self._shell.set_own(NAMES, " ".join(self._variables) or None)
        return self._shell.environ
