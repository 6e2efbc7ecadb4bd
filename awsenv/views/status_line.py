"""``status --line``: who this shell acts as, in a few words and by its variables alone."""

import os

from awsenv.errors import FAILED
from awsenv.hook.display import format_name


def print_line() -> int:
    """Print it; 0 where somebody is active."""
    text = format_name(dict(os.environ))
    if not text:
        return FAILED
    print(text)
    return 0
