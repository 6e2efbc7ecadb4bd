"""``dotenv --live``: a ``.env`` without a key. What reads it asks ``awsenv serve``, each time anew."""

import io
import os
import shlex
from urllib.parse import quote

from dotenv import dotenv_values

from awsenv.aws.options import Interaction, SessionOptions
from awsenv.cli import dotenv_file, serve, terminal
from awsenv.errors import AwsenvError
from awsenv.folders import env_file, env_file_registry
from awsenv.paths import shorten
from awsenv.replay import Request
from awsenv.server import compose, grants, running
from awsenv.sessions import resolve
from awsenv.variables import SESSION_VARIABLES, WEB_IDENTITY

URI, TOKEN = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
# The one address besides loopback that every SDK asks over plain HTTP: the relay's.
RELAY = "169.254.170.2"
# What SDKs take before a container's credentials.
BEATS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", *WEB_IDENTITY,
          "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")  # fmt: skip


def build_variables(host: str, profile: str, token: str) -> dict[str, str]:
    """The variables by which SDKs ask ``host`` for the session of ``profile``."""
    return {URI: f"http://{host}/profiles/{quote(profile, safe='')}", TOKEN: token}


def session_of(
    request: Request, options: SessionOptions, people: Interaction, environ: dict[str, str]
) -> tuple[dict[str, str], bool]:
    """The variables that ``request`` sets now, and whether they are of a session that has to be made
    of a long-lived key. Raises ``AwsenvError``."""
    got = resolve.resolve(request, options, people, environ)
    if not got.long_lived:
        return got.variables, options.session
    options.session = True
    return resolve.resolve(request, options, people, environ).variables, True


def write(
    output: str,
    request: Request,
    options: SessionOptions,
    people: Interaction,
    pairs: list[str],
    ignore: bool,
    for_: str,
    with_compose: bool,
    environ: dict[str, str],
) -> None:
    """Put into ``output`` where the session of ``request`` is asked for, granted to that file; with
    ``for_`` (a span) a server is started where none runs. Raises ``AwsenvError``."""
    path, profile = os.path.abspath(output), request.profile
    session, made = session_of(request, options, people, environ)
    text = dotenv_file.read(os.path.realpath(path))
    override = (
        compose.Override(os.path.dirname(path), os.path.basename(path)) if with_compose else None
    )
    token = _find_token(text, path, profile, made, environ)
    fresh = not token
    token = token or grants.grant(profile, made, environ, file=path)
    try:
        kept = {name: value for name, value in session.items() if name not in SESSION_VARIABLES}
        values = dotenv_file.rename_variables(build_variables(RELAY, profile, token) | kept, pairs)
        if override and _names_files(path, text, environ):
            values["COMPOSE_FILE"] = override.files
        dotenv_file.write(output, values, profile, ignore)
    except BaseException:
        if fresh:
            grants.revoke(environ, file=path)
        raise
    env_file_registry.forget(path, environ)
    _name_what_wins(path, values)
    dotenv_file.warn_of_masks(output, values, environ)
    found = serve.start(for_, environ) if for_ else running.find_server(environ)
    if found is None:
        terminal.say("awsenv serve does not run yet; awsenv serve")
    if override:
        _write_override(override, values, environ)


def _names_files(path: str, text: str, environ: dict[str, str]) -> bool:
    """Whether the ``.env`` of ``text`` may tell compose which files there are: a person's own word on
    that goes before."""
    if os.path.basename(path) != ".env" or environ.get("COMPOSE_FILE"):
        return False
    return "COMPOSE_FILE" in env_file.read_names(text) or "COMPOSE_FILE" not in dotenv_values(
        stream=io.StringIO(text), interpolate=False
    )


def revoke(output: str, profile: str, environ: dict[str, str]) -> None:
    """End the grant of ``output``, and take our lines out of it. Raises ``AwsenvError``."""
    path = os.path.abspath(output)
    text = dotenv_file.read(os.path.realpath(path))
    found = env_file.read_profile(text)
    if profile and found not in (None, profile):
        raise AwsenvError(
            f"{shorten(path)} acts as {found}, not as {profile}", "awsenv serve --status"
        )
    gone = grants.revoke(environ, file=path)
    if found is not None:
        dotenv_file.clear(path)
    if not gone:
        terminal.say(f"nothing was granted to {shorten(path)}; awsenv serve --status")


def find_problem(values: dict[str, str | None], environ: dict[str, str]) -> tuple[str, str]:
    """What is wrong with a ``.env`` of ``values`` that asks a server, and what mends it; empty for one
    that is right, or does not."""
    token = values.get(TOKEN)
    if not token or "/profiles/" not in (values.get(URI) or ""):
        return "", ""
    if grants.find(token, environ) is None:
        return "holds a token that opens nothing any more", ""
    if running.find_server(environ) is None:
        return "asks awsenv serve, which does not run", "awsenv serve"
    return "", ""


def _find_token(text: str, path: str, profile: str, session: bool, environ: dict[str, str]) -> str:
    """The token that stands in ``text``, where it opens what is wanted: containers go on with it."""
    for value in dotenv_values(stream=io.StringIO(text), interpolate=False).values():
        found = grants.find(value, environ) if value else None
        if found and (found.file, found.profile, found.session) == (path, profile, session):
            return value or ""
    return ""


def _name_what_wins(path: str, values: dict[str, str]) -> None:
    """Lines of a person's own that SDKs would believe instead."""
    text = dotenv_file.read(os.path.realpath(path))
    there = dotenv_values(stream=io.StringIO(text), interpolate=False)
    if names := [name for name in BEATS if there.get(name) and name not in values]:
        terminal.say(
            f"{shorten(path)} has {', '.join(names)}, which SDKs prefer; take it out there"
        )


def _write_override(
    override: compose.Override, values: dict[str, str], environ: dict[str, str]
) -> None:
    found = running.find_server(environ)
    for line in override.write(values):
        terminal.say(line)
    relay = compose.write_relay(found.port if found else 0, environ)
    terminal.say(f"once, for all projects: docker compose -f {shlex.quote(relay)} up -d")
    if "COMPOSE_FILE" not in values:
        words = " ".join(f"-f {shlex.quote(name)}" for name in override.files.split(":"))
        terminal.say(f"docker compose {words} up")
