"""``compose``: the services of a project act as a profile, and what each will be is shown before it runs."""

import os
import shlex
from collections.abc import Mapping, Sequence

from awsenv.actions import dotenv_live, serve
from awsenv.actions.dotenv_file import EnvFile
from awsenv.aws.options import Prompter, Say, SessionOptions
from awsenv.compose import check as checks
from awsenv.compose import override, place, prediction, relay
from awsenv.compose.check import Row, list_rows, read_env, read_values
from awsenv.compose.project import OURS, Project, find_folder
from awsenv.env_files import env_file, git
from awsenv.errors import AwsenvError, PersonNeededError
from awsenv.files import folders
from awsenv.paths import shorten
from awsenv.request import Request
from awsenv.server import grants

# Stands for a token that is granted when everything is as it should be.
_PLANNED = "planned"


def write(
    project: Project,
    request: Request,
    names: Sequence[str],
    force: bool,
    named_files: bool,
    prompter: Prompter,
    environ: dict[str, str],
) -> list[Row]:
    """Have the services ``names`` act as the profile of ``request``; what each service will be then. Nothing is written where
    one of them would act as somebody else. Raises ``AwsenvError``."""
    form = place.find_form(project.engine, environ)
    in_network = form != place.HOST
    if not in_network:
        relay.check_address()
    for name in names:
        if name not in project.services:
            raise AwsenvError(
                f"there is no service {name}", f"one of {', '.join(project.services)}"
            )
        if project.services[name].is_apart and in_network:
            raise AwsenvError(f"service {name} has a network_mode, and so no relay", "take it out, or name the others")  # fmt: skip
    override.check_ours(os.path.join(project.folder, OURS))
    session, made = dotenv_live.resolve_session(request, SessionOptions(), prompter, environ)
    region = session.get("AWS_REGION", "")
    if force:
        override.write_config(environ)
    changes = {n: override.plan_change(project.services[n], force, environ) for n in names}
    # As it will be, before anything is granted or written.
    planned = override.build_private(request.profile, _PLANNED, region)
    services = checks.apply_ours(project) | {
        name: override.apply(project.services[name], change, planned)
        for name, change in changes.items()
    }
    should, known = dict.fromkeys(names, request.profile), {_PLANNED: request.profile}
    rows = list_rows(project, services, should, environ, known)
    _refuse_wrong(rows)
    private_file = override.private_path(project.folder, request.profile, environ)
    token = _find_token(read_values(private_file), private_file, request.profile, made, environ)
    if not token:
        folders.make_private(os.path.dirname(private_file))
        token = grants.grant(
            request.profile, made, environ, file=private_file, project=project.folder
        )
    private = override.build_private(request.profile, token, region)
    override.write(project, changes, private, private_file, in_network)
    git.exclude(os.path.join(project.folder, OURS))
    _name_files(project, request.profile, named_files, environ, prompter.say)
    found = serve.start(serve.FOR, environ, prompter.say)
    if form == place.PORT:
        grants.move_to_port(token, found.listener, environ)
    path = relay.write(form, found.port, project.engine, environ)
    prompter.say(f"once, for all projects: {project.engine or 'docker compose'} -f {shlex.quote(path)} up -d")  # fmt: skip
    return rows


def revoke(files: Sequence[str], environ: dict[str, str], say: Say) -> None:
    """Take back what the project of ``files``, or else of this folder, was given: its grant, the private file, the override,
    and the line that names it. Raises ``AwsenvError``."""
    folder = find_folder(os.getcwd(), files)
    gone: set[str] = set()
    # By what stands in the override, too: the project may have had another name when it was granted.
    named = {change.private for change in override.read(folder).values()}
    ours = {each for each in named if os.path.dirname(each) == override.private_folder(environ)}
    for private in {*override.list_private(folder, environ), *ours}:
        gone |= {each.profile for each in grants.revoke(environ, file=private)}
        folders.discard(private)
    path = os.path.join(folder, OURS)
    if os.path.lexists(path):
        override.check_ours(path)
        folders.discard(path)
    if OURS in (read_env(folder).get("COMPOSE_FILE") or ""):
        EnvFile(os.path.join(folder, ".env"), say).clear()
    if gone:
        say(f"the project in {shorten(folder)} acts as {', '.join(sorted(gone))} no more")
    else:
        say(f"nothing was granted to the project in {shorten(folder)}")
    dotenv_live.end_relay(environ, say)


def list_users(project: Project) -> list[str]:
    """The services that use AWS now, and those that were brought to the relay before."""
    before = set(override.read(project.folder))
    return [
        name
        for name, each in project.services.items()
        if not each.is_apart and (name in before or prediction.uses_aws(each))
    ]


def choose(project: Project, profile: str, prompter: Prompter) -> list[str]:
    """The services that a person means who named none. Raises ``PersonNeededError`` where nobody can be asked."""
    found = list_users(project)
    again = f"awsenv compose {shlex.quote(profile)} {' '.join(found or list(project.services)[:1])}"
    if not found:
        raise AwsenvError("no service uses AWS so far", again)
    if prompter.ask is None:
        raise PersonNeededError(f"services that use AWS: {', '.join(found)}; and there is no terminal to ask whether these", again)  # fmt: skip
    told = prompter.ask(f"{', '.join(found)} act as {profile} from now on (y or n)")
    if told.strip().lower() not in ("y", "yes"):
        raise AwsenvError("nothing was changed", again)
    return found


def _refuse_wrong(rows: Sequence[Row]) -> None:
    wrong = [row for row in rows if row.is_wrong]
    if not wrong:
        return
    row = wrong[0]
    sdks = (
        "" if len(row.families) == len(prediction.FAMILIES) else f" to {' and '.join(row.families)}"
    )
    where = f" ({row.place})" if row.place else ""
    others = len({each.service for each in wrong}) - 1
    more = f", and {others} more" if others else ""
    what = f"service {row.service} would be {row.acting.who}{sdks}, by {row.acting.by}{where}{more}"
    raise AwsenvError(what, "take it out there, or --force to overcome it")


def _name_files(
    project: Project, profile: str, named_files: bool, environ: dict[str, str], say: Say
) -> None:
    """Have compose find the override: by the ``.env``, where a person's own word and git allow it; else say how."""
    path, text = os.path.join(project.folder, ".env"), read_env(project.folder).get("COMPOSE_FILE")
    own = environ.get("COMPOSE_FILE") or (text and OURS not in text)
    # A session that was written for something else stays there.
    own = own or (not text and env_file.read_profile(EnvFile(path, say).read()))
    if not own and not named_files:
        try:
            EnvFile(path, lambda _: None).write({"COMPOSE_FILE": ":".join([*project.files, OURS])}, profile)  # fmt: skip
        except AwsenvError as error:
            say(error.message)
        else:
            if os.path.realpath(project.folder) == os.path.realpath(os.getcwd()):
                return
    say(f"compose does not find {OURS} by itself here: {override.format_words(project)}")


def _find_token(
    before: Mapping[str, str], path: str, profile: str, session: bool, environ: dict[str, str]
) -> str:
    token = before.get(prediction.TOKEN, "")
    found = grants.find(token, environ) if token else None
    same = found and (found.file, found.profile, found.session) == (path, profile, session)
    return token if same else ""
