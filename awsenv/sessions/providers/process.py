"""``credential_process``: through botocore's provider, asked once.

botocore renews what has under 15 minutes left at every look; the provider is asked for its first
answer only, and its end is ours to watch.
"""

import codecs
import json
import shlex
from typing import Any

from awsenv import programs
from awsenv.aws.context import Context
from awsenv.aws.options import SessionOptions
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError
from awsenv.profiles.profile import Profile
from awsenv.sessions.providers import running


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


def session(profile: Profile, _: SessionOptions, context: Context, __: Session | None) -> Session:
    """What the profile's ``credential_process`` prints; with no terminal where nobody can be asked.
    Raises ``AwsenvError``."""
    from botocore.credentials import ProcessProvider
    from botocore.exceptions import CredentialRetrievalError

    name = profile.name
    environ = running.mark(context.names, context.environ)
    attended = context.prompter.ask is not None
    config = {"profiles": {name: profile.settings()}}
    printed: list[bytes] = []

    def started(words: list[str], **_: Any) -> _Process:
        process = _Process(words, environ, attended)
        printed.append(process.communicate()[0])
        return process

    provider: Any = ProcessProvider(name, lambda: config, popen=started)
    show = f"awsenv show {shlex.quote(name)}"
    try:
        got = provider._retrieve_credentials_using(profile.get("credential_process"))
    except CredentialRetrievalError as error:
        why = _explain(printed[0]) if printed else str(error)
        what = f"profile {name}: its credential_process failed"
        raise AwsenvError(f"{what}: {why}" if why else what, show) from None
    except (FileNotFoundError, PermissionError) as error:
        what = f"profile {name}: its credential_process cannot be started: {error.strerror}"
        raise AwsenvError(what, show) from None
    except (ValueError, AttributeError, TypeError, RecursionError):
        why = _explain(printed[0]) if printed else "it is no command line"
        what = f"profile {name}: its credential_process is no use: {why}"
        raise AwsenvError(what, show) from None
    for field, value in (
        ("AccessKeyId", got["access_key"]),
        ("SecretAccessKey", got["secret_key"]),
    ):
        if not isinstance(value, str) or not _is_writable(value):
            what = f"profile {name}: what its credential_process printed has no {field}"
            raise AwsenvError(what, show)
    token = got["token"]
    if token is not None and not (isinstance(token, str) and _is_writable(token)):
        raise AwsenvError(
            f"profile {name}: the SessionToken of its credential_process is no text", show
        )
    try:
        return Session.from_botocore(profile, got)
    except ValueError:
        what = f"profile {name}: the Expiration of its credential_process is no date with a zone"
        raise AwsenvError(what, "Expiration: 2030-01-31T12:00:00Z") from None


def _is_writable(value: str) -> bool:
    """Whether ``value`` can be a variable's: there is some, without a NUL, and in Unicode that can be written."""
    try:
        return bool(value.encode("utf-8")) and "\0" not in value
    except UnicodeEncodeError:  # half of a pair, by JSON's escapes
        return False


def _explain(printed: bytes) -> str:
    """What is wrong with ``printed``, never quoting it: there may be a secret in it."""
    if not printed.strip():
        return ""  # it has said itself what is wrong
    if printed.startswith(codecs.BOM_UTF8):
        return "what it printed begins with a byte order mark, which is no JSON to SDKs"
    try:
        answer = json.loads(printed)
    except (ValueError, RecursionError):
        return "what it printed is not JSON"
    if not isinstance(answer, dict):
        return "what it printed is no JSON object"
    if answer.get("Version") != 1:
        version = answer.get("Version")
        told = "missing" if version is None else "not 1"
        return f"the Version that it printed is {told}"
    missing = [name for name in ("AccessKeyId", "SecretAccessKey") if name not in answer]
    return f"what it printed lacks {' and '.join(missing)}" if missing else ""
