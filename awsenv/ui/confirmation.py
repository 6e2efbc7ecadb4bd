"""A person is asked before acting as a profile whose mark says so."""

from awsenv import settings
from awsenv.errors import AwsenvError
from awsenv.profiles import marks, references
from awsenv.profiles.profile import Profile
from awsenv.sessions.resolve import Confirm
from awsenv.settings import Mark
from awsenv.ui import terminal


def find() -> Confirm | None:
    """What asks the person at the terminal; ``None`` without one."""
    return None if terminal.find_asker() is None else confirm


def check(profile: Profile, environ: dict[str, str]) -> None:
    """Ask whether to act as ``profile``, where its mark says so and there is a terminal. Raises ``AwsenvError``."""
    mark = marks.find_mark(profile, settings.read(environ))
    if mark is not None and mark.ask and (ask := find()):
        ask(profile, mark)


def confirm(profile: Profile, mark: Mark) -> None:
    """Ask whether to act as ``profile``. Raises ``AwsenvError`` where the answer is no."""
    of = references.find_account(profile)
    where = f" (account {of})" if of else ""
    if not terminal.confirm(f"{profile.name}{where} is {mark.word}. Act as it?"):
        raise AwsenvError("nothing was done")
