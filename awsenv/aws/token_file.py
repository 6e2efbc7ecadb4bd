"""Sign-ins as the AWS CLI keeps them: a file of JSON each, 0600."""

import json
import os
import time
from datetime import UTC, datetime
from typing import Any

from awsenv.errors import AwsenvError
from awsenv.files import folders, reading
from awsenv.files.writing import write_whole
from awsenv.paths import shorten

# Seconds that another tool may take to write what it has just renewed.
_OTHERS = 1


def load(path: str) -> dict[str, Any] | None:
    """The JSON at ``path``; ``None`` where there is none. The AWS CLI truncates in place, so half a
    file is looked at again."""
    for _ in range(5):
        try:
            found = json.loads(reading.read(path))
        except (OSError, AwsenvError):
            return None
        except ValueError:
            time.sleep(0.05)
            continue
        return found if isinstance(found, dict) else None
    return None


def store(path: str, fields: dict[str, Any]) -> None:
    """Write ``fields`` as one line of JSON, whole. Raises ``AwsenvError``."""
    with reading.explain_errors("write", path):
        folders.make(os.path.dirname(path))
        write_whole(path, json.dumps(fields).encode(), secret=True)


class UnstorableError(AwsenvError):
    """What a token that serves once is spent for could not be kept."""


def check_storable(path: str) -> None:
    """Whether a successor of the token at ``path`` can be stored, tried before that is spent. Raises
    ``UnstorableError``."""
    folder = os.path.dirname(path)
    try:
        if folders.keeps_permissions(folder):
            return
        why = "its disk keeps no permissions"
    except OSError as error:
        why = str(error.strerror)
    what = f"nothing can be stored in {shorten(folder)}, so the sign-in is not renewed: {why}"
    raise UnstorableError(what, f"ls -ld {shorten(folder)}")


def wait_for_change(path: str, found: dict[str, Any]) -> None:
    """Wait until the file at ``path`` holds another thing than ``found``, for a second at most: the AWS CLI
    takes no lock, and what it has just renewed may be being written."""
    end = time.monotonic() + _OTHERS
    while load(path) == found and time.monotonic() < end:
        time.sleep(0.02)


def seconds_left(fields: dict[str, Any] | None, name: str, now: float) -> float:
    """Seconds until the moment in ``fields[name]``; minus infinity where there is none."""
    text = str((fields or {}).get(name, "")).replace("UTC", "+00:00")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return float("-inf")
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now


def format_time(moment: float) -> str:
    """``moment`` (seconds since 1970) as these files have it."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
