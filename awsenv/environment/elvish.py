"""Text for elvish: one block, of which a part is no program.

``eval`` there gives the text a room of its own, so there is nowhere to keep originals: what would be put
back is unset. Fast half: imports nothing.
"""

from awsenv.environment import Change, list_without_originals

FAIL = "fail 'awsenv: nothing was changed'\n"


def quote(value: str) -> str:
    """``value`` as one word that elvish takes literally (Elvish language reference, "String": between
    single quotes only these are doubled; between double ones ``\\x`` and two digits are a byte)."""
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    data = value.encode("utf-8", "surrogateescape")
    return '"' + "".join(f"\\x{byte:02x}" for byte in data) + '"'


def render(change: Change, _: str) -> str:
    """The text that makes ``change`` in the elvish that evaluates it."""
    lines = [
        f"unset-env {name}" if value is None else f"set-env {name} {quote(value)}"
        for name, value in list_without_originals(change).items()
    ]
    body = "\n".join(lines)
    return f"{{\n{body}\n}}\n"
