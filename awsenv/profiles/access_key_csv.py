"""The CSV of an access key that the AWS console lets one download, in each of its layouts:
``Access key ID,Secret access key``, with ``User name`` in front, or with more columns between."""

import csv
import io

from awsenv.errors import AwsenvError

_KEY, _SECRET, _USER = "access key id", "secret access key", "user name"


def read(data: bytes, name: str, user: str = "") -> tuple[str, str]:
    """Key ID and secret in ``data``, those of ``user`` where there are several.

    ``name`` is for errors. Raises ``AwsenvError`` saying what is wrong, never quoting a value.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or data[:64].count(b"\0") > 4:
        raise AwsenvError(f"{name} is UTF-16, as Excel saves it", "take the file as downloaded")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise AwsenvError(f"{name} is not UTF-8", "take the file as downloaded") from None
    rows = [
        row
        for row in csv.reader(io.StringIO(text), skipinitialspace=True)
        if any(cell.strip() for cell in row)
    ]
    if not rows:
        raise AwsenvError(f"{name} is empty", "download it again")
    header = [cell.strip().lower() for cell in rows[0]]
    if _KEY not in header or _SECRET not in header:
        raise AwsenvError(
            f"{name} does not begin with Access key ID,Secret access key",
            "the CSV of an access key, from IAM's security credentials",
        )
    found = {}
    for number, row in enumerate(rows[1:], 2):
        cells = dict(zip(header, (cell.strip() for cell in row), strict=False))
        if not cells.get(_KEY) or not cells.get(_SECRET):
            raise AwsenvError(
                f"{name}, line {number} lacks a key ID or a secret", "download it again"
            )
        found[cells.get(_USER) or f"line {number}"] = cells[_KEY], cells[_SECRET]
    if user and user not in found:
        raise AwsenvError(f"{name} has no user {user}", f"--user {' or '.join(found)}")
    if not found:
        raise AwsenvError(f"{name} holds no key", "download it again")
    if len(found) > 1 and not user:
        raise AwsenvError(f"{name} holds several users", f"--user {' or '.join(found)}")
    return found[user] if user else next(iter(found.values()))
