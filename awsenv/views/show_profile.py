"""``show``: a profile's values, each with its file and line."""

import json
import os

from awsenv import settings
from awsenv.paths import shorten
from awsenv.profiles import causes, client_settings, read
from awsenv.profiles.ini import Section
from awsenv.profiles.profile import Profile
from awsenv.ui import terminal
from awsenv.variables import SETTINGS, remove_session
from awsenv.views.profile_rows import describe, describe_leaks, format_cells
from awsenv.views.this_shell import find_named


def print_profile(profile: str = "", as_json: bool = False) -> None:
    """Print what the files say of ``profile``, this shell's where it is empty; secrets masked. Raises ``AwsenvError``."""
    environ = dict(os.environ)
    found = read.profile(find_named(profile, environ), environ)
    rows, told = _list_values(found), describe(found, environ, settings.read(environ))
    if as_json:
        print(json.dumps({**told, "values": rows}, indent=2))
        return
    known = " · ".join(cell for cell in format_cells(told) if cell not in ("-", ""))
    print(terminal.paint(terminal.printable(known), told["color"]))
    lines = [
        [
            str(row["name"]),
            str(row["value"]),
            f"{shorten(str(row['file']))}:{row['line']}",
            str(row["note"]),
        ]
        for row in rows
    ]
    terminal.print_table(("setting", "value", "from", ""), lines)
    for cause in causes.find_causes(found, environ):
        terminal.say(f"{cause.text}; {cause.fix}")
    if reaching := describe_leaks(found, remove_session(environ)):
        terminal.say(f"{reaching}; set it in {profile}, too, or take it out of [default]")


def _list_values(profile: Profile) -> list[dict[str, str | int]]:
    """Every value in either file, and which of two counts."""
    places = [place for place in (profile.credentials, profile.config) if place is not None]
    return [
        {
            "name": name,
            "value": terminal.mask(name, value),
            "file": place.path,
            "line": line,
            "note": _note(profile, place, name, value),
        }
        for place in places
        for name, (value, line, _) in place.options.items()
    ]


def _note(profile: Profile, place: Section, name: str, value: str) -> str:
    if name in Profile.OF_KEY:
        own = profile.key_place in (place, None)
        return "" if own else "unused: the key is the other file's"
    other = profile.config if place is profile.credentials else profile.credentials
    if other is not None and name in other.options:
        wins = place is profile.credentials
        return "wins: credentials before config" if wins else "unused: credentials wins"
    if name == "services":
        return f"as {', '.join(client_settings.list_endpoints(profile)) or 'nothing: it does not exist'}"
    if value.startswith("\n"):
        return "only with --profile-only: no variable says this"
    return f"as {SETTINGS[name]}" if name in SETTINGS else ""
