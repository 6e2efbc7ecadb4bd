"""The forms that are no shell: a JSON object for programs, what a ``credential_process`` prints ("Sourcing credentials
with an external process" in the AWS SDKs and Tools Reference Guide), and the JSON of an STS answer. Hot path.

The latter two are written by hand: importing json costs as much as starting Python. Values that JSON would escape are
left to it all the same.
"""

from awsenv.shells import Form
from awsenv.variables import CREDENTIAL_FIELDS, Change, list_without_originals


class JsonObject(Form):
    """An object: a variable's name → its value, or null where it is to be unset. There is nowhere to keep originals:
    what would be put back is null."""

    failing_text = ""  # no JSON: every reader fails on it

    def render(self, change: Change) -> str:
        """The object as one line."""
        import json

        return json.dumps(list_without_originals(change)) + "\n"


class Credentials(Form):
    """An object with the fields of a session, between the texts ``before`` and ``after``."""

    failing_text = ""

    def __init__(self, before: str, after: str, asks_nobody: bool) -> None:
        self._before = before
        self._after = after
        self.asks_nobody = asks_nobody

    def render(self, change: Change) -> str:
        """The object as one line."""
        values = [(field, change.variables.get(name)) for field, name in CREDENTIAL_FIELDS.items()]
        fields = ", ".join(f'"{field}": {_quote(value)}' for field, value in values if value)
        return f"{self._before}{fields}{self._after}\n"


def _quote(value: str) -> str:
    if value.isascii() and value.isprintable() and '"' not in value and "\\" not in value:
        return f'"{value}"'
    import json

    return json.dumps(value)


JSON = JsonObject()
STS = Credentials('{"Credentials": {', "}}", asks_nobody=False)
CREDENTIAL_PROCESS = Credentials('{"Version": 1, ', "}", asks_nobody=True)
