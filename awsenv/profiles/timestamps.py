"""The end of a key or a session, in each spelling that tools write."""

from datetime import UTC, datetime
from typing import Any


def parse_end(text: Any) -> datetime:
    """``text`` as a moment in UTC: RFC 3339 as AWS writes it, else what ``dateutil`` reads, as in
    botocore (``credentials.RefreshableCredentials``): RFC 1123, ``date``'s. Raises ``ValueError``
    for anything else, and where no zone stands there."""
    if isinstance(text, datetime):
        moment = text
    elif not isinstance(text, str):
        raise ValueError("no text")  # noqa: TRY004  # one kind of error for all
    else:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = _parse_loosely(text)
    if moment.tzinfo is None:
        raise ValueError("without a zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("out of range") from None


def parse_stored_end(text: str) -> datetime | None:
    """``text`` as tools store the end of a key, in UTC; ``None`` where it is no moment. They write what
    ``parse_end`` takes, seconds or milliseconds since 1970, or UTC without saying so (aws-mfa)."""
    if text.isascii() and text.isdigit():
        seconds = int(text[:-3] if len(text) == 13 else text[:12])
        return datetime.fromtimestamp(seconds, UTC)
    for zone in ("", "Z"):
        try:
            return parse_end(text + zone)
        except ValueError:
            continue
    return None


def _parse_loosely(text: str) -> datetime:
    import warnings

    from dateutil.parser import parse  # type: ignore[import-untyped]

    if text.strip().replace(".", "").isdigit():
        raise ValueError("a number is no date")  # dateutil would take it for a day of this month
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of zones that it does not know: then there is none
        try:
            found: datetime = parse(text)
        except OverflowError:
            raise ValueError("out of range") from None
    return found
