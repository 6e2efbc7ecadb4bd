"""``awsenv complete SHELL -- WORD…``: what may stand where the last word is. Hot path.

A line each: the word, a tab, what it means. ``@files`` stands for files, ``@command N`` for another
command's own completion, of the words from the Nth on. Commands and options come out of a table that
the cold path leaves in our state folder (``awsenv.cli.completion``): this loads nothing that knows them.
"""

import os

from awsenv import record_file
from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.paths import aws_files
from awsenv.request import is_reference
from awsenv.shells.table import FORMS, SHELLS
from awsenv.state import COMPLETION, NAMES, REFERENCES, ROLES, TEAMS, state_path

FILES, COMMAND = "@files", "@command"
# Whose argument is a profile, a file, or a shell.
_PROFILE = ("use", "exec", "show", "remove", "dotenv", "link", "login", "logout", "renew",
            "credential-process", "console", "rotate", "compose", "whois", "rename",
            "keychain import", "keychain export", "keychain remove")  # fmt: skip
# Of these, which take a profile's own name alone.
_BY_NAME = ("remove", "rename", "renew", "keychain import", "keychain export", "keychain remove")
# How many words stand in front of the profile, where that is not the first.
_BEHIND = {"alias": 1}
_OF_TEAM = ("team sync", "team diff", "team remove")
_FILE = ("allow", "deny", "unlink", "team add")
_FILE_OPTIONS = ("--csv", "-o", "--output", "--dir", "--check")
# AWS general reference, "AWS service endpoints"; the partitions aws, aws-cn and aws-us-gov.
_REGIONS_OF_AREA = {"af-south": "1", "ap-east": "12", "ap-northeast": "123", "ap-south": "12",
                    "ap-southeast": "123457", "ca-central": "1", "ca-west": "1", "cn-north": "1",
                    "cn-northwest": "1", "eu-central": "12", "eu-north": "1", "eu-south": "12",
                    "eu-west": "123", "il-central": "1", "me-central": "1", "me-south": "1", "mx-central": "1",
                    "sa-east": "1", "us-east": "12", "us-gov-east": "1", "us-gov-west": "1", "us-west": "12"}  # fmt: skip
_REGIONS = [f"{area}-{n}" for area, numbers in _REGIONS_OF_AREA.items() for n in numbers]

# Command (``sso setup``) → its help, and its options: name → whether a value follows, help.
Table = dict[str, tuple[str, dict[str, tuple[bool, str]]]]


def table_path(environ: dict[str, str]) -> str:
    """The path of the table of commands and options."""
    return state_path(environ, COMPLETION)


def table_stamp() -> str:
    """What the table's first line is, as long as it is this installation's."""
    here = os.path.dirname(os.path.dirname(__file__))
    return (
        record_file.checksum(record_file.format_stamp(os.stat(f"{here}/cli")).encode())
        .decode()
        .strip()
    )


def read_table(environ: dict[str, str]) -> Table | None:
    """The table; ``None`` where there is none of this installation."""
    try:
        lines = reading.read(table_path(environ)).decode().splitlines()
    except Exception:  # whatever lies there
        return None
    if not lines or lines[0] != table_stamp():
        return None
    table: Table = {}
    for line in lines[1:]:
        command, option, takes, told = [*line.split("\t"), "", "", ""][:4]
        if option:
            table[command][1][option] = (takes == "1", told)
        else:
            table[command] = (told, {})
    return table


def find_candidates(words: list[str], table: Table, environ: dict[str, str]) -> list[str]:
    """What may stand where the last of ``words`` is, those behind ``awsenv``, which may be half a word."""
    *before, word = words or [""]
    # bash makes three words of --region=eu.
    if word == "=" and before:
        word = ""
    elif len(before) > 1 and before[-1] == "=":
        before.pop()
    if not before:
        return _filter({name: told for name, (told, _) in table.items() if " " not in name}, word)
    command = before[0]
    if any(name.startswith(f"{command} ") for name in table):
        if len(before) == 1:
            below = {
                n.split(" ")[1]: t for n, (t, _) in table.items() if n.startswith(f"{command} ")
            }
            return _filter(below, word)
        command = f"{command} {before[1]}"
    if command not in table:
        return []
    if command == "exec" and "--" in before:
        return [f"{COMMAND} {before.index('--') + 2}"]
    options = table[command][1]
    if len(before) > 1 and options.get(before[-1], (False, ""))[0]:
        return _list_values(before[-1], word, environ)
    option, equals, value = word.partition("=")
    if equals and options.get(option, (False, ""))[0]:
        return [
            f"{option}={each}" for each in _list_values(option, value, environ) if each[0] != "@"
        ]
    if word.startswith("-"):
        return _filter({name: told for name, (_, told) in options.items()}, word)
    if command in _FILE:
        return [FILES]
    if command == "hook":
        return _filter(dict.fromkeys(SHELLS, ""), word)
    first = 1 + command.count(" ")
    given = [w for n, w in enumerate(before[first:], first)
             if w[0:1] != "-" and not options.get(before[n - 1], (False, ""))[0]]  # fmt: skip
    if command == "help":
        return _filter(
            {
                " ".join(n.split(" ")[len(given) :]): told
                for n, (told, _) in table.items()
                if n.split(" ")[:-1] == given
            },
            word,
        )
    if command == "link" and given:
        return [FILES]
    if command in _OF_TEAM and not given:
        return _filter(dict.fromkeys(_list_teams(environ), ""), word)
    if len(given) != _BEHIND.get(command, 0) or command not in (*_PROFILE, *_BEHIND):
        return []
    names = [name for name in _list_kept(NAMES, environ) if name.startswith(word)]
    found = _filter(dict.fromkeys(names, ""), word)
    if command in _BY_NAME:
        return found
    return found + _filter(_list_references(word, environ, is_all=not found), word)


def _list_references(word: str, environ: dict[str, str], is_all: bool) -> dict[str, str]:
    """What means a profile without being its name: aliases, and accounts and roles where ``word`` looks like one, or ``is_all``
    of them are asked for."""
    lines = _list_kept(REFERENCES, environ)
    if "/" in word or "@" in word or (is_all and word and not word.isdecimal()):
        lines = lines + _list_kept(ROLES, environ)
    found = dict(line.partition("\t")[::2] for line in lines)
    if word and (is_all or word.isdecimal()):
        return found
    return {each: of for each, of in found.items() if not is_reference(each)}


def _list_kept(name: str, environ: dict[str, str]) -> list[str]:
    """The lines that were left in our file ``name`` of the profiles, while it is younger than the two AWS files, else out of
    these."""
    usual = not {"AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"} & environ.keys()
    path = state_path(environ, name)
    if usual and _time(path) > max(map(_time, aws_files(environ))):
        return _lines(path)
    from awsenv.profiles import references
    from awsenv.profiles.read import Profiles
    from awsenv.records import AwsFiles

    try:
        files, known = AwsFiles(environ), Profiles(environ)
        if name == NAMES:
            words = list(known.names)
        else:
            found = references.list_words(known, of_roles=name == ROLES)
            words = [f"{word}\t{of}" for word, of in found.items()]
    except AwsenvError:  # no completion is worth a word on the terminal
        return []
    files.keep_words(name, lambda: words)
    return words


def _list_teams(environ: dict[str, str]) -> list[str]:
    folder = state_path(environ, TEAMS)
    names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
    return [record_file.decode(name) for name in names]


def _list_values(option: str, word: str, environ: dict[str, str]) -> list[str]:
    if option == "--region":
        return _filter(dict.fromkeys(_REGIONS, ""), word)
    if option in _FILE_OPTIONS:
        return [FILES]
    if option == "--account":
        return _filter(_list_accounts(environ), word)
    if option == "--org":
        return _filter(dict.fromkeys(_list_organizations(environ), ""), word)
    if option in ("--shell", "--format"):
        return _filter(dict.fromkeys(FORMS, ""), word)
    return []


def _list_accounts(environ: dict[str, str]) -> dict[str, str]:
    """Accounts → the first profile of each."""
    from awsenv.profiles import account, read

    found: dict[str, str] = {}
    try:
        known = read.profiles(environ)
    except AwsenvError:
        return found
    for name, profile in known.items():
        try:
            number = profile.get("aws_account_id") or account.of_profile(profile)
        except AwsenvError:  # half a key
            continue
        if number:
            found.setdefault(number, name)
    return found


def _list_organizations(environ: dict[str, str]) -> list[str]:
    """The organizations below ghq's usual root, ``HOST/ORG``."""
    root = environ.get("GHQ_ROOT") or f"{environ.get('HOME', '')}/ghq"
    found = []
    for host in _list_folders(root):
        found += [f"{host}/{each}" for each in _list_folders(f"{root}/{host}")]
    return found


def _list_folders(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return sorted(e.name for e in entries if e.name[0] != "." and e.is_dir())
    except OSError:
        return []


def _filter(words: dict[str, str], start: str) -> list[str]:
    """Those that begin with ``start``; a name that a shell would take for a word of ours is none."""
    found = [name for name in words if name.startswith(start) and name[:1] != "@"]
    return [f"{name}\t{words[name]}" if words[name] else name for name in found]


def _lines(path: str) -> list[str]:
    try:
        return reading.read(path).decode("utf-8", "replace").splitlines()
    except Exception:  # no completion is worth a word on the terminal
        return []


def _time(path: str) -> float:
    try:
        return os.stat(path).st_mtime
    except OSError:
        return 0.0
