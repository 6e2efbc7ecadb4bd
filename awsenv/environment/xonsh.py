"""Text for xonsh: one expression, which Python reads whole before it does any of it.

xonsh keeps every variable in its environment, and a child is given all that: originals would be given too.
What would be put back is unset. Fast half: imports nothing.
"""

from awsenv.environment import Change, list_without_originals

FAIL = "raise RuntimeError('awsenv: nothing was changed')\n"


def render(change: Change, _: str) -> str:
    """The text that makes ``change`` in the xonsh that evaluates it."""
    changes = list_without_originals(change)
    values = {name: value for name, value in changes.items() if value is not None}
    gone = [name for name, value in changes.items() if value is None]
    # Python's own literals (Python language reference, 2.4.1), in ASCII.
    return f"(__xonsh__.env.update({values!a}), [__xonsh__.env.pop(n, None) for n in {gone!a}])\n"
