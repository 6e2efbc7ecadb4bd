"""What getting a session takes: an environment, a prompter, and the profile by whose settings AWS is asked."""

import copy
from collections.abc import Callable
from typing import Any

from awsenv.aws.options import Prompter, SessionOptions
from awsenv.aws.session import Session
from awsenv.profiles.profile import Profile

# Asks for a code of a device, and again where the call with it says that it was not taken.
WithCode = Callable[[str, Profile, SessionOptions, "Context", Callable[[str], Any]], Any]


class Context:
    """``profile`` is the one that a person named: all calls of its chain go by its Region, endpoint
    and settings, as botocore has it (``credentials.create_credential_resolver``). ``region`` stands
    in place of its own. ``with_code`` is ``awsenv.sessions.mfa_codes.ask_with_code``. ``cli_cache`` is what
    the AWS CLI has stored of roles, where that may be believed. ``names`` are the profiles of the chain whose
    sessions are being got.
    """

    def __init__(
        self,
        profile: Profile,
        environ: dict[str, str],
        prompter: Prompter,
        region: str = "",
        with_code: WithCode | None = None,
    ) -> None:
        self.profile = profile
        self.environ = environ
        self.prompter = prompter
        self.region = region
        self.cli_cache: dict[str, Any] = {}
        self.names: tuple[str, ...] = ()
        self._with_code = with_code

    def with_cli_cache(self, cli_cache: dict[str, Any]) -> "Context":
        """This context with what the AWS CLI has stored of roles."""
        context = copy.copy(self)
        context.cli_cache = cli_cache
        return context

    def getting(self, name: str) -> "Context":
        """This context while the session of the profile ``name`` is being got, too."""
        context = copy.copy(self)
        context.names = (*self.names, name)
        return context

    def without_people(self) -> "Context":
        """This context for another process, where nobody is asked or told anything."""
        return Context(self.profile, self.environ, Prompter(), self.region)

    def client(self, service: str, key: Session | None = None, region: str = "") -> Any:
        """A client of ``service`` that signs with ``key``, or not at all; in ``region`` where the
        service is to be asked nowhere else. Raises ``AwsenvError``."""
        from awsenv.aws import client

        return client.create_client(service, key, self.profile, self.environ, region or self.region)

    def with_code(
        self, device: str, profile: Profile, options: SessionOptions, get: Callable[[str], Any]
    ) -> Any:
        """What ``get`` gives for a code of ``device``, which ``profile`` needs."""
        assert self._with_code is not None
        return self._with_code(device, profile, options, self, get)
