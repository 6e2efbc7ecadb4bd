"""What makes a hooked nushell what was decided: a JSON object, which ``from json`` reads whole or not at
all. Fast half, but for ``json``.

nushell holds text, and exports every text that is in ``$env``: what the shell keeps for us stands in a
record there, which no child gets.
"""

import json

from awsenv.hook.changes import list_changes
from awsenv.hook.outcome import Outcome


def render(outcome: Outcome, stamp: str, prompt: str, _: str) -> str:
    """The object. ``stamp``: the file with the time of this look; ``prompt``: what AWSENV_PROMPT says."""
    changes = [one for one in list_changes(outcome) if one.change]
    files = list(dict.fromkeys(outcome.files)) if stamp else []
    told = {
        "set": {one.name: one.value for one in changes if one.value is not None},
        "unset": [one.name for one in changes if one.value is None],
        "keep": {
            "state": outcome.shell.state.text(),
            "due": int(outcome.due),
            "limit": int(outcome.limit),
            "again": outcome.again,
            "prompt": prompt,
            "stamp": stamp,
            "files": files,
            "there": [path for path in files if path in outcome.there],
            "absent": list(dict.fromkeys(outcome.absent)),
        },
    }
    return json.dumps(told) + "\n"
