"""Whom this shell acts as, where a command names no profile."""

from awsenv.errors import UsageError
from awsenv.variables import AWSENV_PROFILE


def find_named(profile: str, environ: dict[str, str]) -> str:
    """``profile``, else this shell's. Raises ``UsageError`` without either."""
    if found := profile or environ.get(AWSENV_PROFILE, ""):
        return found
    raise UsageError("no profile is named, and this shell acts as none", "awsenv list")
