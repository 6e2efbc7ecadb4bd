"""Text for tcsh: one line, which does nothing before its last word.

In ``eval "`…`"`` a newline is a space, and a part of a line is a line: all is put into a variable first.
What would be put back is unset: a hooked tcsh keeps originals, this text does not.
"""

from awsenv.environment import Change, list_without_originals
from awsenv.errors import AwsenvError

FAIL = "false;\n"


def quote(value: str) -> str:
    """``value`` as one word that tcsh takes literally (tcsh(1), "Lexical structure", "History
    substitution": ``!`` acts between single quotes too, and ``backslash_quote`` changes what a backslash
    does there, so that both stand outside, behind a backslash)."""
    return "'" + "".join(f"'\\{c}'" if c in "'\\!" else c for c in value) + "'"


def render(change: Change, _: str) -> str:
    """The text that makes ``change`` in the tcsh that evaluates it. Raises ``AwsenvError`` for a value that
    tcsh cannot take."""
    changes = list_without_originals(change)
    return render_once([render_variable(name, value) for name, value in changes.items()])


def render_variable(name: str, value: str | None) -> str:
    """The command that exports ``value``, or unsets the variable where it is ``None``. Raises
    ``AwsenvError`` for a value with a newline, which is a blank in a command substitution."""
    if value is None:
        return f"unsetenv {name}"
    if "\n" in value:
        raise AwsenvError(f"{name} holds a newline, which tcsh cannot take", "another shell")
    return f"setenv {name} {quote(value)}"


def render_once(commands: list[str]) -> str:
    """A line that does all of ``commands``, or nothing where it is cut anywhere."""
    text = quote(";".join(commands))
    return f'set __awsenv_text = {text}; eval "$__awsenv_text"; unset __awsenv_text;\n'
