"""Names for the profiles of accounts and roles: safe, short, each taken once."""

import re
import unicodedata
from collections.abc import Container

TEMPLATE = "<env>-<role>"
# The second three as the portal has them, in its own case: names of other tools can be kept.
PLACEHOLDERS = ("<env>", "<role>", "<account>", "<session>", "<AccountName>", "<AccountId>", "<RoleName>")  # fmt: skip
# IAM Identity Center's own permission sets, as people call them.
_SHORT = {
    "AdministratorAccess": "admin",
    "PowerUserAccess": "poweruser",
    "ReadOnlyAccess": "readonly",
    "ViewOnlyAccess": "viewonly",
}
# A name of 200 characters is no name to type; the rest of it is in the account's ID.
_MAX_LENGTH = 48


def slugify(text: str) -> str:
    """The letters and digits of ``text``, of any script and in lower case, joined by ``-``."""
    kept = [
        character if unicodedata.category(character)[0] in "LMN" else " "
        for character in unicodedata.normalize("NFC", text).lower()
    ]
    return "-".join("".join(kept).split())


def _replace_unfit(text: str) -> str:
    """``text`` in its own case, with ``-`` in the place of what a name may not have."""
    return re.sub(r"[^\w.@+=-]+", "-", unicodedata.normalize("NFC", text)).strip("-")


def shorten_role(role: str) -> str:
    """What ``role`` is called in a name."""
    return _SHORT.get(role) or slugify(role) or "role"


def format_name(template: str, account: str, called: str, role: str, session: str) -> str:
    """The name by ``template`` for ``role`` in the ``account`` that is ``called`` so."""
    values = {
        "<env>": slugify(called)[:_MAX_LENGTH].strip("-") or account,
        "<role>": shorten_role(role),
        "<account>": account,
        "<session>": slugify(session) or "sso",
        "<AccountName>": _replace_unfit(called)[:_MAX_LENGTH].strip("-") or account,
        "<AccountId>": account,
        "<RoleName>": _replace_unfit(role) or "role",
    }
    for placeholder, value in values.items():
        template = template.replace(placeholder, value)
    return template


def make_unique(wanted: str, account: str, taken: Container[str]) -> str:
    """``wanted``; with the account's ID where that is taken, and a number where that is, too."""
    found = wanted if account in wanted else f"{wanted}-{account}"
    if wanted not in taken:
        return wanted
    number = 2
    while found in taken:
        found = f"{wanted}-{account}-{number}" if account not in wanted else f"{wanted}-{number}"
        number += 1
    return found
