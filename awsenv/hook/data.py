"""What makes a hooked nushell, xonsh or elvish what was decided: data, which the shell reads whole or not
at all, and runs nothing of. Fast half, but for ``json``.

nushell and xonsh read JSON, where a byte that is no text is a lone surrogate, as Python has it. elvish's
strings are bytes, which its JSON does not know: it is given a map in its own words, each a quoted one.
nushell and xonsh export every text of their environment: what such a shell keeps for us stands elsewhere.
"""

from awsenv.environment import elvish
from awsenv.hook.changes import list_changes
from awsenv.hook.outcome import Outcome


def render(outcome: Outcome, stamp: str, prompt: str, shell: str) -> str:
    """The data. ``stamp``: the file with the time of this look; ``prompt``: what AWSENV_PROMPT says."""
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
    if shell == "elvish":
        return f"put {_write_elvish(told)}\n"
    import json

    return json.dumps(told) + "\n"


def _write_elvish(value: object) -> str:
    """``value`` as elvish writes it (Elvish language reference, "List", "Map", "Exception and boolean")."""
    if isinstance(value, dict):
        pairs = " ".join(f"&{name}={_write_elvish(each)}" for name, each in value.items())
        return f"[{pairs or '&'}]"
    if isinstance(value, list):
        return f"[{' '.join(map(_write_elvish, value))}]"
    if isinstance(value, bool):
        return "$true" if value else "$false"
    return elvish.quote(str(value))
