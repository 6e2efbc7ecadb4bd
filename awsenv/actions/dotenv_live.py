"""``dotenv --live``: a ``.env`` without a key. What reads it asks ``awsenv serve``, each time anew."""

import os
import re
import shlex
from collections.abc import Sequence
from urllib.parse import unquote

from awsenv.actions import serve
from awsenv.actions.dotenv_file import EnvFile
from awsenv.aws.options import Prompter, Say, SessionOptions
from awsenv.compose import override, place, relay
from awsenv.compose.override import NO_FILES, RELAY
from awsenv.compose.prediction import TOKEN, URI
from awsenv.compose.project import list_files
from awsenv.env_files import env_file, registry
from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.paths import shorten
from awsenv.request import Request
from awsenv.server import grants, refusals, running
from awsenv.sessions import resolve
from awsenv.shells import hints
from awsenv.variables import AWSENV_PROFILE, REGIONS, SESSION_VARIABLES, WEB_IDENTITY

# What SDKs take before a container's credentials.
BEATS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", *WEB_IDENTITY,
          "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")  # fmt: skip


def resolve_session(
    request: Request, options: SessionOptions, prompter: Prompter, environ: dict[str, str]
) -> tuple[dict[str, str], bool]:
    """The variables that ``request`` sets now, and whether they are of a session that has to be made of a long-lived
    key. Raises ``AwsenvError``."""
    resolved = resolve.resolve(request, options, prompter, environ)
    if not resolved.long_lived:
        return resolved.variables, options.session
    with_session = options._replace(session=True)
    return resolve.resolve(request, with_session, prompter, environ).variables, True


def write(
    file: EnvFile,
    request: Request,
    options: SessionOptions,
    prompter: Prompter,
    for_: str,
    environ: dict[str, str],
) -> None:
    """Put into ``file`` where the session of ``request`` is asked for, granted to that file; with ``for_`` (a
    duration) a server is started where none runs. Raises ``AwsenvError``."""
    session, made = resolve_session(request, options, prompter, environ)
    text = file.read()
    token = _find_token(text, file.path, request.profile, made, environ)
    is_granted = bool(token)
    token = token or grants.grant(request.profile, made, environ, file=file.path)
    try:
        out = (*SESSION_VARIABLES, *_list_filled(file, prompter.say))
        kept = {name: value for name, value in session.items() if name not in out}
        asked = override.build_variables(RELAY, request.profile, token) | NO_FILES
        values = file.rename_variables(asked | kept)
        file.write(values, request.profile)
    except BaseException:
        if not is_granted:
            grants.revoke(environ, file=file.path)
        raise
    registry.forget(file.path, environ)
    _name_what_wins(file, values, prompter.say)
    file.warn_of_masks(values, environ)
    form = place.find_form("", environ)
    found = serve.start(for_, environ, prompter.say) if for_ else running.find_server(environ)
    if found is None:
        prompter.say("awsenv serve does not run yet; awsenv serve")
    elif form == place.PORT and found.listener:
        grants.move_to_port(token, found.listener, environ)
    path = relay.write(form, found.port if found else 0, "", environ)
    where = "" if form == place.HOST else f", in its network {override.NETWORK}"
    prompter.say(f"containers ask through a relay, one for all{where}: docker compose -f {shlex.quote(path)} up -d; awsenv compose sees to the rest")  # fmt: skip


def revoke(file: EnvFile, profile: str, environ: dict[str, str], say: Say) -> None:
    """End the grant of ``file``, and take our lines out of it. Raises ``AwsenvError``."""
    shown, text = shorten(file.path), file.read()
    found = env_file.read_profile(text)
    if profile and found not in (None, profile):
        raise AwsenvError(f"{shown} acts as {found}, not as {profile}", "awsenv serve --status")
    # By what stands in it, too: the file may have been elsewhere when it was granted.
    tokens = filter(None, env_file.read_values(text).values())
    gone = grants.revoke(environ, file=file.path, tokens=tokens)
    if found is not None:
        file.clear()
    if not gone:
        say(f"nothing was granted to {shown}; awsenv serve --status")
    end_relay(environ, say)


def end_relay(environ: dict[str, str], say: Say) -> None:
    """End the relay where no file names it any more."""
    if not any(each.file for each in grants.list_grants(environ)):
        relay.remove(environ, say)


def find_problem(
    values: dict[str, str | None], path: str, environ: dict[str, str]
) -> tuple[str, str]:
    """What is wrong with the ``.env`` of ``values`` at ``path`` that asks a server, and what to type; empty for one that is
    right, or does not."""
    token, uri = values.get(TOKEN), values.get(URI) or ""
    if not token or "/profiles/" not in uri:
        return "", ""
    if grants.find(token, environ) is None:
        return "holds a token that opens nothing any more", ""
    if running.find_server(environ) is None:
        return "asks awsenv serve, which does not run", "awsenv serve --start"
    if found := refusals.find_of(path, environ):
        return f"is not answered: {found.what}", found.fix
    own = [name for name in BEATS if environ.get(name)]
    if own and unquote(uri.rpartition("/profiles/")[2]) != environ.get(AWSENV_PROFILE):
        return f"is not what programs of this shell go by, which has {own[0]}", hints.off_command()
    return "", ""


def _list_filled(file: EnvFile, say: Say) -> Sequence[str]:
    """The Region's variables, where the compose files beside ``file`` fill in one of them: what stands in a ``.env`` would
    change what a person wrote there for when it is not set."""
    folder = os.path.dirname(os.path.realpath(file.path))
    for name in list_files(folder):
        text = (reading.read_if_there(os.path.join(folder, name)) or b"").decode("utf-8", "replace")
        if found := re.search(r"(?<!\$)\$\{?(AWS_REGION|AWS_DEFAULT_REGION)\b", text):
            say(f"{name} fills in {found[1]} itself: the Region stays out of {shorten(file.path)}")
            return REGIONS
    return ()


def _find_token(text: str, path: str, profile: str, session: bool, environ: dict[str, str]) -> str:
    """The token that stands in ``text``, where it opens what is wanted: containers go on with it."""
    for value in env_file.read_values(text).values():
        found = grants.find(value, environ) if value else None
        if found and (found.file, found.profile, found.session) == (path, profile, session):
            return value or ""
    return ""


def _name_what_wins(file: EnvFile, values: dict[str, str], say: Say) -> None:
    """Lines of a person's own that SDKs would believe instead."""
    there = env_file.read_values(file.read())
    if names := [name for name in BEATS if there.get(name) and name not in values]:
        say(f"{shorten(file.path)} has {', '.join(names)}, which SDKs prefer; take it out there")
