"""Long-lived keys in the operating system's keychain, by the ``keyring`` library (an optional extra):
macOS's Keychain, Secret Service, KWallet, ``pass``. The key's ID stands in the profile; its secret lies
in the keychain, under that ID.
"""

import shlex
import time
from collections.abc import Callable
from typing import Any

from awsenv import distribution, programs
from awsenv.aws import deadline
from awsenv.errors import AwsenvError, PersonNeededError
from awsenv.profiles.profile import KEYCHAIN, Profile

SERVICE = "awsenv"


def load(profile: Profile) -> str:
    """The secret of the key that ``profile`` names. Raises ``AwsenvError``."""
    key_id = profile.get(KEYCHAIN) or ""
    secret = _ask(lambda keyring: keyring.get_password(SERVICE, key_id))
    if not secret:
        name = shlex.quote(profile.name)
        raise AwsenvError(
            f"profile {profile.name}: the keychain has no key {key_id}",
            f"awsenv add {name} --force --keychain, with the key anew",
        )
    return str(secret)


def store(key_id: str, secret: str) -> None:
    """Store it, and read it back. Raises ``AwsenvError``."""
    _ask(lambda keyring: keyring.set_password(SERVICE, key_id, secret))
    if _ask(lambda keyring: keyring.get_password(SERVICE, key_id)) != secret:
        raise AwsenvError(f"the keychain did not keep key {key_id}, and nothing was changed")


def remove(key_id: str) -> None:
    """Remove it, where it is there. Raises ``AwsenvError``."""

    def work(keyring: Any) -> None:
        if keyring.get_password(SERVICE, key_id) is not None:
            keyring.delete_password(SERVICE, key_id)

    _ask(work)


# Seconds after which a keychain that was not there is asked once more.
_MOMENT = 0.3


def _ask(call: Callable[[Any], Any]) -> Any:
    """What ``call`` gives of the library, in time: a keychain may wait for a person who is not there."""
    try:
        import keyring
        from keyring.errors import InitError, KeyringError, KeyringLocked
    except ImportError:
        what = "the keychain needs the keyring library"
        raise AwsenvError(what, distribution.format_install("keychain")) from None

    def ask_again() -> Any:
        try:
            return call(keyring)
        except InitError:
            # A keychain that reads its own file anew, after somebody has stored something, is not there for a moment.
            time.sleep(_MOMENT)
            return call(keyring)

    try:
        return deadline.within(ask_again)
    except deadline.ExceededError:
        raise PersonNeededError(
            "the keychain waits for somebody to unlock it", "unlock it"
        ) from None
    except KeyringLocked:
        raise PersonNeededError("the keychain is locked", "unlock it, and try again") from None
    except programs.FailedError:
        # `pass`, whose GnuPG has said why, or whose person has closed the question.
        what = "the keychain's program did not give it"
        raise PersonNeededError(what, "unlock it, and try again") from None
    except KeyringError as error:
        what = f"the keychain cannot be used ({type(error).__name__})"
        raise PersonNeededError(what, "a desktop's keychain, or PYTHON_KEYRING_BACKEND") from None
    except Exception as error:
        # A backend's own: its message is somebody else's, and may hold anything.
        raise AwsenvError(f"the keychain failed ({type(error).__name__})") from None
