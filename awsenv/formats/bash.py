"""Text for bash, from 3.2 on. Fast half: imports nothing."""

from awsenv.environment import Change
from awsenv.formats import posix

FAIL = posix.FAIL


def render(change: Change) -> str:
    """The text that makes ``change`` in the bash that evaluates it."""
    return posix.render(change, "\\builtin ")
