"""A JSON object: a variable's name → its value, or null where it is to be unset.

For programs and for shells without text of their own (nushell: ``| from json | load-env``). There
is nowhere to keep originals: what would be put back is null.
"""

import json

from awsenv.environment import Change

# Empty: load-env and every other reader fails on it.
FAIL = ""


def render(change: Change, _: str) -> str:
    """The object as one line."""
    values = dict(change.variables)
    values.update({name: None for name in change.restore if name in change.inherited})
    return json.dumps(values) + "\n"
