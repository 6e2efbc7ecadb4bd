"""A JSON object: a variable's name → its value, or null where it is to be unset.

For programs and for shells without text of their own (nushell: ``| from json | load-env``). There
is nowhere to keep originals: what would be put back is null.
"""

import json

from awsenv.environment import Change, list_without_originals

# Empty: load-env and every other reader fails on it.
FAIL = ""


def render(change: Change, _: str) -> str:
    """The object as one line."""
    return json.dumps(list_without_originals(change)) + "\n"
