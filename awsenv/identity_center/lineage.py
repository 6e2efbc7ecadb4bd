"""Which sign-in an access token is of. A token's file says nothing of that, and whoever signs in next puts theirs at the
same place: so a sign-in is its token in the file that holds it, and a renewal of ours carries on whose it was. What
another tool has put there, or a backup has brought back, is another sign-in.
"""

import os
from typing import Any

from awsenv import record_file, records
from awsenv.aws import token_file
from awsenv.digests import sha256
from awsenv.errors import AwsenvError
from awsenv.state import SIGN_INS, state_path


def find(path: str, environ: dict[str, str]) -> str:
    """The sign-in whose token lies at ``path``; empty where none does."""
    return of_token((token_file.load(path) or {}).get("accessToken"), path, environ)


def of_token(token: object, path: str, environ: dict[str, str]) -> str:
    """The sign-in that ``token``, which lies at ``path`` now, is of; empty for none."""
    if not isinstance(token, str) or not token:
        return ""
    digest = _digest_token(token, path)
    note = record_file.read(_note_path(path, environ)) or {}
    return note.get("sign-in", "") if note.get("token") == digest else digest


def carry_on(path: str, sign_in: str, renewed: dict[str, Any], environ: dict[str, str]) -> None:
    """The token of ``renewed``, which lies at ``path`` now, is of ``sign_in``, as the one that it took the place of."""
    fields = {"sign-in": sign_in, "token": _digest_token(renewed["accessToken"], path)}
    try:
        records.write(_note_path(path, environ), fields)
    except AwsenvError:
        return  # what came from it costs a call


def _note_path(path: str, environ: dict[str, str]) -> str:
    return os.path.join(state_path(environ, SIGN_INS), _digest(path))


def _digest_token(token: str, path: str) -> str:
    try:
        stamp = record_file.format_stamp(os.stat(path))
    except OSError:
        stamp = ""
    return _digest(f"{token} {stamp}")


def _digest(text: str) -> str:
    return sha256(text)
