"""What ``doctor`` looks at of files that are awsenv's, or that it reads beside the AWS files."""

import os
from collections.abc import Iterator

from awsenv import settings
from awsenv.actions import team
from awsenv.aws import cli_caches
from awsenv.aws_login import tokens
from awsenv.errors import AwsenvError
from awsenv.files import abilities, folders
from awsenv.identity_center import token
from awsenv.paths import settings_file, shorten
from awsenv.profiles.team_file import TeamFile
from awsenv.state import state_folder

# What is looked at, and the words of what was found; what is wrong has a fix.
Finding = tuple[str, str, str]


def check_files(environ: dict[str, str]) -> Iterator[Finding]:
    """Every finding of theirs."""
    yield from _check_modes(environ)
    path = settings_file(environ)
    try:
        settings.read(environ)
        yield "settings", shorten(path) + ("" if os.path.exists(path) else ", not there"), ""
    except AwsenvError as error:
        yield "settings", error.message, error.fix
    for each in team.list_teams(environ):
        try:
            TeamFile(each.path)
            yield "team", f"{each.name}, {shorten(each.path)}", ""
        except AwsenvError as error:
            yield "team", f"{each.name}: {error.message}", error.fix


def _check_modes(environ: dict[str, str]) -> Iterator[Finding]:
    """Folders and files that hold secrets are one's own."""
    state = state_folder(environ)
    places = [state, token.folder(environ), cli_caches.folder(environ)]
    places.append(tokens.folder(environ))
    for place in places:
        try:
            files = [os.path.join(place, name) for name in os.listdir(place)]
            count = len(files)
            loose = [p for p in files if p.endswith(".json") and os.stat(p).st_mode & 0o077]
            mine = folders.is_ours(os.stat(place), os.path.dirname(place))
            is_private = folders.keeps_permissions(place) if mine else True
        except FileNotFoundError:
            continue
        except OSError as error:
            yield "caches", f"{shorten(place)}: {error.strerror}", f"ls -ld {shorten(place)}"
            continue
        if not mine:
            yield "caches", f"{shorten(place)} is somebody else's", f"ls -ld {shorten(place)}"
        elif not is_private:
            what = f"{shorten(place)} is open to others, for its disk keeps no permissions"
            other = "XDG_STATE_HOME=FOLDER on" if place == state else "a home on"
            yield "caches", what, abilities.find_remedy(place, environ, f"{other} another one")
        elif loose:
            yield (
                "caches",
                f"{shorten(loose[0])} is open to others",
                f"chmod 600 {shorten(loose[0])}",
            )
        else:
            yield "caches", f"{shorten(place)}, {count} files", ""
