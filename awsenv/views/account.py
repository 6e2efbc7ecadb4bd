"""``whois``: what is known of an account."""

import json
from typing import Any

from awsenv import settings
from awsenv.envrc import trust
from awsenv.errors import AwsenvError
from awsenv.paths import shorten
from awsenv.profiles import read, references
from awsenv.profiles.profile import Profile
from awsenv.ui import terminal
from awsenv.views.profile_rows import describe

_TITLES = ("profile", "kind", "role", "region", "folders")


def print_account(word: str, as_json: bool, environ: dict[str, str]) -> None:
    """Print which profiles are of the account ``word`` (its number, its name, or a profile), and which folders are bound to
    them; of each account, where several have that name. Raises ``AwsenvError`` where none has."""
    known = read.profiles(environ)
    number = references.find_account(known[word]) if word in known else None
    accounts: dict[str | None, list[Profile]] = {}
    for each in known.values():
        if references.is_of_account(each, number or word):
            accounts.setdefault(references.find_account(each), []).append(each)
    if not accounts:
        raise AwsenvError(f"no profile is of account {word}", "awsenv list, or awsenv sso sync")
    looks = settings.read(environ)
    told = [_describe(account, of, environ, looks) for account, of in accounts.items()]
    if as_json:
        print(json.dumps(told, indent=2))
        return
    for row in told:
        _print(row)


def _describe(
    account: str | None, of: list[Profile], environ: dict[str, str], looks: settings.Settings
) -> dict[str, Any]:
    rows = []
    for each in of:
        found = describe(each, environ, looks)
        row = {
            name: found[name] for name in ("name", "kind", "role", "region", "production", "mark")
        }
        rows.append({**row, "folders": trust.list_bound(each.name, environ)})
    names = (each.get(references.ACCOUNT_NAME) for each in of)
    return {"account": account, "name": next(filter(None, names), None), "profiles": rows}


def _print(told: dict[str, Any]) -> None:
    for title in ("account", "name"):
        if told[title]:
            print(f"{title:8} {terminal.printable(told[title])}")
    rows = [
        [row["name"], row["kind"], row["role"] or "-", row["region"] or "-", ", ".join(map(shorten, row["folders"])) or "-"]
        for row in told["profiles"]
    ]  # fmt: skip
    terminal.print_table(_TITLES, rows)
