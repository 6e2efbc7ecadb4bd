"""The JSON that a ``credential_process`` prints ("Sourcing credentials with an external process" in
the AWS SDKs and Tools Reference Guide), and that of an STS answer.

Written by hand: importing json costs as much as starting Python. Values that JSON would escape are
left to it all the same.
"""

from awsenv.environment import Change

FAIL = ""

_FIELDS = (
    ("AccessKeyId", "AWS_ACCESS_KEY_ID"),
    ("SecretAccessKey", "AWS_SECRET_ACCESS_KEY"),
    ("SessionToken", "AWS_SESSION_TOKEN"),
    ("Expiration", "AWS_CREDENTIAL_EXPIRATION"),
)


def render(change: Change, form: str) -> str:
    """The object as one line."""
    values = [(field, change.variables.get(name)) for field, name in _FIELDS]
    fields = [f'"{field}": {_quote(value)}' for field, value in values if value]
    if form == "sts":
        return '{"Credentials": {' + ", ".join(fields) + "}}\n"
    return '{"Version": 1, ' + ", ".join(fields) + "}\n"


def _quote(value: str) -> str:
    if value.isascii() and value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    import json

    return json.dumps(value)
