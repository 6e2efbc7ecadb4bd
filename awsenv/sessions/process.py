"""``credential_process`` and ``login_session``: through botocore's providers, asked once.

botocore renews what has under 15 minutes left at every look; the provider is asked for its first
answer only, and its end is ours to watch.
"""

from typing import Any

from awsenv import programs
from awsenv.errors import AwsenvError
from awsenv.profiles.profile import Profile
from awsenv.sessions import deadline, resolve
from awsenv.sessions.session import Session
from awsenv.sessions.terms import Terms

# The profiles whose credential_process is running above this one.
RUNNING = "AWSENV_RESOLVING"


def check(profile: Profile, environ: dict[str, str]) -> None:
    """Refuse a ``credential_process`` that is awsenv on the same profile: it would never end."""
    if profile.name in environ.get(RUNNING, "").split("\n"):
        raise AwsenvError(
            f"profile {profile.name} has a credential_process that asks awsenv for itself",
            f"awsenv show {profile.name}",
        )


class _Process:
    """What botocore takes for the program that it started: ``communicate`` and ``returncode``.

    Its stderr is the person's; its terminal, too, where a person is ``attended`` to."""

    def __init__(self, words: list[str], environ: dict[str, str], attended: bool) -> None:
        self._done = (
            programs.run_attended(words, environ)
            if attended
            else programs.run(words, environ, loud=True)
        )
        self.returncode = self._done.code

    def communicate(self) -> tuple[bytes, bytes]:
        return self._done.out, self._done.err


def session(profile: Profile, terms: Terms, environ: dict[str, str]) -> Session:
    """What the profile's ``credential_process`` prints; with no terminal where nobody can be asked.
    Raises ``AwsenvError``."""
    from botocore.credentials import ProcessProvider
    from botocore.exceptions import CredentialRetrievalError

    name, running = profile.name, environ.get(RUNNING, "")
    environ = environ | {RUNNING: f"{running}\n{name}".strip("\n")}
    attended = terms.ask is not None

    def started(words: list[str], **_: Any) -> _Process:
        return _Process(words, environ, attended)

    provider: Any = ProcessProvider(name, lambda: _config(profile), popen=started)
    show = f"awsenv show {name}"
    try:
        got = provider._retrieve_credentials_using(profile.get("credential_process"))
    except CredentialRetrievalError:
        raise AwsenvError(f"profile {name}: its credential_process failed", show) from None
    except (FileNotFoundError, PermissionError) as error:
        what = f"profile {name}: its credential_process cannot be started: {error.strerror}"
        raise AwsenvError(what, show) from None
    except ValueError:
        what = f"profile {name}: what its credential_process printed is not JSON"
        raise AwsenvError(what, show) from None
    return resolve.of_credentials(profile, got)


def login_session(profile: Profile, environ: dict[str, str]) -> Session:
    """The session of ``aws login``, renewed by botocore where it has to be."""
    from botocore.credentials import LoginProvider
    from botocore.exceptions import BotoCoreError, MissingDependencyException

    from awsenv.sessions import client

    provider: Any = LoginProvider(
        load_config=lambda: _config(profile),
        client_creator=lambda *_, **__: client.client("signin", None, profile, environ),
        profile_name=profile.name,
    )

    def asked() -> tuple[Any, Any]:
        found = provider.load()
        return found, found.get_frozen_credentials()

    try:
        found, frozen = deadline.within(asked)
    except deadline.ExceededError:
        raise AwsenvError(f"profile {profile.name}: AWS does not answer", "try again") from None
    except MissingDependencyException:
        raise AwsenvError(
            f"profile {profile.name} signs in with aws login, which needs botocore's crt",
            "uv tool install 'awsenv[login]'",
        ) from None
    except BotoCoreError as error:
        what = f"profile {profile.name}: aws login has no session: {type(error).__name__}"
        raise AwsenvError(what, f"aws login --profile {profile.name}") from None
    return resolve.of_profile(
        profile, frozen.access_key, frozen.secret_key, frozen.token, found._expiry_time
    )


def _config(profile: Profile) -> dict[str, Any]:
    return {"profiles": {profile.name: profile.settings()}}
