"""Everything that a sign-in of awsenv's or the AWS CLI's has left."""

import os
from typing import Any

from awsenv.aws import cli_caches, token_file
from awsenv.aws.context import Context
from awsenv.aws.options import Interaction
from awsenv.aws_login import tokens
from awsenv.identity_center import sign_in, token
from awsenv.identity_center.token import SsoSession
from awsenv.profiles.profile import Profile


def sign_out_everywhere(environ: dict[str, str]) -> set[str]:
    """Tell the service of each sign-in, and remove tokens, registered clients and stored sessions; whose
    there were, by their start URLs or files."""
    gone = set()
    for path, fields in _list_files(token.folder(environ)):
        if "accessToken" in fields:
            where = SsoSession(
                "", str(fields.get("startUrl", "")), str(fields.get("region", "")), []
            )
            nobody = Profile(where.start_url, None, None)
            sign_in.tell(where, fields, nobody, Context(nobody, environ, Interaction()))
            gone.add(where.start_url)
        if {"accessToken", "clientSecret"} & fields.keys():
            os.unlink(path)
    for path, _ in _list_files(tokens.folder(environ)):
        gone.add(path)
        os.unlink(path)
    if cli_caches.forget(lambda _: True, environ):
        gone.add(cli_caches.folder(environ))
    return gone


def _list_files(folder: str) -> list[tuple[str, dict[str, Any]]]:
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    found = [os.path.join(folder, name) for name in names if name.endswith(".json")]
    return [(path, fields) for path in found if (fields := token_file.load(path)) is not None]
