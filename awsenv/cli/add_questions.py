"""What ``add`` asks for, and asks again: an access key, a Region, an output format."""

import os
import re
import sys
from typing import NamedTuple

from awsenv import regions
from awsenv.errors import AwsenvError, PersonNeededError, UsageError
from awsenv.files import reading
from awsenv.paths import shorten
from awsenv.profiles import access_key_csv
from awsenv.profiles.profile import Profile
from awsenv.ui import terminal

# Bytes: a line is a user.
MAX_CSV_BYTES = 1 << 20
# As AWS makes them ("Understanding unique ID prefixes" in the IAM User Guide, and the secrets of its examples).
_KEY_ID = re.compile(r"A[KS]IA[A-Z0-9]{16}")
_SECRET = re.compile(r"[A-Za-z0-9/+]{40}")


class Key(NamedTuple):
    """A key as it is stored; ``token`` is empty for one that does not end."""

    key_id: str
    secret: str
    token: str = ""


def read_key(csv: str, user: str, yes: bool) -> Key:
    """The key of the CSV at ``csv`` (``-`` is stdin), that of ``user`` there, else of a person or of stdin. One of
    another shape than AWS's is asked about once, unless ``yes``. Raises ``AwsenvError``."""
    key = _read_given(csv, user)
    for what, value in (("access key ID", key.key_id), ("secret access key", key.secret)):
        if not value or not value.isascii() or not value.isprintable() or " " in value:
            raise AwsenvError(f"that is no {what}: empty, or with blanks in it", "copy it again")
    if _KEY_ID.fullmatch(key.secret) or _SECRET.fullmatch(key.key_id):
        what = "an access key ID and a secret access key are not each in its place"
        raise AwsenvError(what, "copy them again")
    if key.key_id.startswith("ASIA") and not key.token:
        what = f"{key.key_id} is a temporary key, which is none without its session token"
        raise AwsenvError(what, "type the three, or all on stdin")
    if not (yes or (_KEY_ID.fullmatch(key.key_id) and _SECRET.fullmatch(key.secret))):
        _confirm("that is no key as AWS makes them (MinIO, LocalStack do)", "Store it?")
    return key


def read_region(given: str | None, offered: str | None, yes: bool) -> str:
    """The Region that was given, else, where there is an offer, that a person answers; empty for none. One that
    botocore does not know is asked for again, and taken where it is given twice, or with ``yes``. Raises
    ``AwsenvError``."""
    found = _read_setting("Default region name", given, "--region", offered)
    before = None
    while found and found not in regions.list_regions():
        # It may be a secret, typed one question late: never said.
        regions.check_region(found, "that", "--region eu-west-1, say")
        if yes or found == before:
            break
        before = found
        try:
            found = terminal.ask(
                "No Region of that name is known; another, or the same once more", ""
            )
        except PersonNeededError:
            what = "that is no Region that is known"
            raise UsageError(what, "--region eu-west-1, say, or --yes") from None
    return found


def read_output(given: str | None, offered: str | None) -> str:
    """The output format, as ``read_region``."""
    return _read_setting("Default output format", given, "--output", offered)


def check_serial(serial: str, key: Key) -> str:
    """``serial``, if it can be that of an MFA device for ``key``. Raises ``UsageError``."""
    if serial and (not serial.isprintable() or " " in serial):
        raise UsageError("that is no MFA device", "--mfa-serial arn:aws:iam::ACCOUNT:mfa/NAME")
    if serial and key.token:
        raise UsageError("AWS takes no code for a temporary key", "add, without --mfa-serial")
    return serial


def find_offer(option: str, profile: str, known: dict[str, Profile]) -> str:
    """What the profile has already, else what the default profile has."""
    places = (known[name].get(option) for name in (profile, "default") if name in known)
    return next((value for value in places if value), "")


def _read_given(csv: str, user: str) -> Key:
    if csv and csv != "-":
        with reading.explain_errors("read", csv):
            data = reading.read(csv, MAX_CSV_BYTES)
        return Key(*access_key_csv.read(data, shorten(os.path.abspath(csv)), user))
    if csv == "-":
        return Key(*access_key_csv.read(sys.stdin.buffer.read(MAX_CSV_BYTES), "stdin", user))
    if not sys.stdin.isatty():
        words = sys.stdin.read(MAX_CSV_BYTES).split()
        if not words:
            raise PersonNeededError(
                "add asks for the key and there is no terminal", "--csv FILE, or both on stdin"
            )
        return Key(*[*words, "", ""][:3])
    key_id = terminal.ask("AWS Access Key ID", "")
    secret = terminal.ask_secret("AWS Secret Access Key")
    token = terminal.ask_secret("AWS Session Token") if key_id.startswith("ASIA") else ""
    return Key(key_id, secret, token)


def _confirm(what: str, question: str) -> None:
    """Go on where a person says yes. Raises ``AwsenvError`` else."""
    try:
        wanted = terminal.confirm(f"{what}. {question}")
    except PersonNeededError:
        raise PersonNeededError(what, "copy it again, or --yes") from None
    if not wanted:
        raise AwsenvError("nothing was stored", "copy the key again")


def _read_setting(question: str, given: str | None, option: str, offered: str | None) -> str:
    if given is not None:
        if not given.isprintable():
            raise UsageError(f"{option} holds control characters", f"{option} VALUE")
        return given.strip()
    return "" if offered is None else terminal.ask(question, offered)
