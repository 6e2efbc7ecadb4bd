"""Which sign-in an access token is of. A token's file says nothing of that, and whoever signs in next puts theirs at the
same place: so a sign-in is its token, and a renewal of ours carries on whose it was. What another tool has put there is
another sign-in.
"""

import hashlib
import os
from typing import Any

from awsenv import record_file, records
from awsenv.aws import token_file
from awsenv.errors import AwsenvError
from awsenv.state import SIGN_INS, state_path


def find(path: str, environ: dict[str, str]) -> str:
    """The sign-in whose token lies at ``path``; empty where none does."""
    return of_token((token_file.load(path) or {}).get("accessToken"), path, environ)


def of_token(token: object, path: str, environ: dict[str, str]) -> str:
    """The sign-in that ``token``, which lies or lay at ``path``, is of; empty for none."""
    if not isinstance(token, str) or not token:
        return ""
    digest = _digest(token)
    note = record_file.read(_note_path(path, environ)) or {}
    return note.get("sign-in", "") if note.get("token") == digest else digest


def carry_on(
    path: str, before: dict[str, Any], after: dict[str, Any], environ: dict[str, str]
) -> None:
    """The token of ``after`` at ``path`` is of the same sign-in as that of ``before``, which it took the place of."""
    fields = {
        "sign-in": of_token(before.get("accessToken"), path, environ),
        "token": _digest(after["accessToken"]),
    }
    try:
        records.write(_note_path(path, environ), fields)
    except AwsenvError:
        return  # what came from it costs a call


def _note_path(path: str, environ: dict[str, str]) -> str:
    return os.path.join(state_path(environ, SIGN_INS), _digest(path))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
