"""``exec --live --server``: a program that asks awsenv serve. Loaded for that alone."""

import os

from awsenv.actions import dotenv_live, exec_config, serve
from awsenv.aws.options import Prompter, SessionOptions
from awsenv.compose import override
from awsenv.errors import AwsenvError
from awsenv.request import Request
from awsenv.server import grants


def remove_other_sources(environ: dict[str, str]) -> dict[str, str]:
    """``environ`` without what SDKs would believe instead."""
    return {name: value for name, value in environ.items() if name not in dotenv_live.BEATS}


def grant_variables(
    request: Request, options: SessionOptions, prompter: Prompter, environ: dict[str, str]
) -> dict[str, str]:
    """What the program gets that this process becomes: granted for as long as it runs. Raises
    ``AwsenvError``."""
    session, made = dotenv_live.resolve_session(request, options, prompter, environ)
    token = grants.grant(request.profile, made, environ, process=os.getpid())
    found = serve.start(serve.FOR, environ, prompter.say)
    if not found.listener:
        raise AwsenvError("awsenv serve has no port", "awsenv serve --stop, then this again")
    grants.move_to_port(token, found.listener, environ)
    given = exec_config.prepare(request.profile, session, environ, process=False)
    return given | override.build_variables(f"127.0.0.1:{found.port}", request.profile, token)
