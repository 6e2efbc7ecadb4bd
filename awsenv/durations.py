"""Spans of time as people say and read them: ``42m``, ``1h30m``; inside they are seconds."""

import re

from awsenv.errors import UsageError

_UNITS = {"d": 86400, "h": 3600, "m": 60, "s": 1}
_SPAN = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?", re.ASCII)


def parse_duration(text: str, option: str) -> int:
    """``text`` (``30m``, ``1h30m``, ``900``) in seconds; ``UsageError`` names ``option``."""
    match = _SPAN.fullmatch(text.strip())
    if not match or not any(match.groups()):
        raise UsageError(f"{option}: {text} is no span of time", f"{option} 30m")
    return sum(int(n or 0) * unit for n, unit in zip(match.groups(), _UNITS.values(), strict=True))


def format_time_left(span: float) -> str:
    """Time left as people say it: ``42m``, or ``ended``."""
    return format_duration(span) if span > 0 else "ended"


def format_duration(span: float) -> str:
    """``span`` seconds in at most two units, rounded down: ``2d3h``, ``42m``, ``50s``."""
    left = max(0, int(span))
    for (unit, size), (smaller, part) in zip(
        list(_UNITS.items())[:-1], list(_UNITS.items())[1:], strict=True
    ):
        if left >= size:
            rest = left % size // part
            # Nobody plans by the second.
            return f"{left // size}{unit}" + (f"{rest}{smaller}" if rest and unit != "m" else "")
    return f"{left}s"
