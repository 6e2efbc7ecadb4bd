"""``.env`` text that every reader reads alike: docker compose, docker run --env-file, Node,
python-dotenv, direnv, ``sh``. They differ in quotes, ``$``, ``#`` and blanks, so values stand bare
and hold nothing that any of them would read otherwise. Fast half: imports nothing of its own.
"""

from awsenv.errors import AwsenvError

# Base64, ARNs, Regions, URLs, plain paths, RFC 3339: what AWS values are made of.
_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+=._:@,%-")


def format_line(name: str, value: str) -> str:
    """``NAME=VALUE``, without a line end. Raises ``AwsenvError`` naming a value that two readers
    would read differently."""
    if not value or not _SAFE.issuperset(value):
        what = "is empty, which" if not value else "holds characters that"
        raise AwsenvError(
            f"{name} {what} readers of .env files read differently",
            "leave it out of the profile, or set it elsewhere",
        )
    return f"{name}={value}"
