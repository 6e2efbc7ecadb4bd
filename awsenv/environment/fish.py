"""Text for fish: one block; fish reads all of ``source``'s input before it runs any of it.

The originals are kept in global variables that are not exported: ``__awsenv_of`` says whose they
are, ``__awsenv_how_NAME`` is ``u`` (was unset), ``s`` (set) or ``x`` (exported), and
``__awsenv_was_NAME`` the value, a list as all of fish's. Only the global scope is touched: a bare
``set -e`` would delete a person's universal variable for good. Fast half: imports nothing.
"""

from awsenv.environment import MANAGED, Change, list_managed

FAIL = "false\n"


def quote(value: str) -> str:
    """``value`` as one word that fish takes literally (fish language, "Quotes": in single quotes
    a backslash escapes only a single quote and a backslash)."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def render(change: Change, _: str) -> str:
    """The text that makes ``change`` in the fish that sources it."""
    save = [n for n in list_managed({*MANAGED, *change.variables}) if n not in change.inherited]
    lines = [_ADOPT.format(save=_SAVE.format(names=" ".join(save)))]
    lines += [f"builtin set -g __awsenv_how_{name} u" for name in change.inherited]
    lines.append("end")
    # Of names that are no fixed ones, where this shell has not saved them yet.
    for name in save:
        if name not in MANAGED:
            save_it = _SAVE.format(names=name)
            lines.append(f"if not builtin set -qg __awsenv_how_{name}\n{save_it}\nend")
    if change.restore:
        lines.append(_RESTORE.format(names=" ".join(change.restore)))
    for name, value in change.variables.items():
        lines.append(
            f"builtin set -eg {name}" if value is None else f"builtin set -gx {name} {quote(value)}"
        )
    if change.forget:
        names = list_managed({*MANAGED, *change.restore})
        saved = " ".join(f"__awsenv_was_{name} __awsenv_how_{name}" for name in names)
        lines.append(f"builtin set -eg __awsenv_of {saved}")
    body = "\n".join(lines)
    return f"begin\nbuiltin set -l __awsenv_n\n{body}\nbuiltin true\nend\n"


_ADOPT = """\
if not builtin contains -- "$__awsenv_of" "$fish_pid:" "$fish_pid:$DIRENV_DIR"
builtin set -g __awsenv_of "$fish_pid:$DIRENV_DIR"
{save}"""

_SAVE = """\
for __awsenv_n in {names}
builtin set -g __awsenv_was_$__awsenv_n $$__awsenv_n
builtin set -g __awsenv_how_$__awsenv_n u
builtin set -qg $__awsenv_n; and builtin set -g __awsenv_how_$__awsenv_n s
builtin set -qgx $__awsenv_n; and builtin set -g __awsenv_how_$__awsenv_n x
end"""

_RESTORE = """\
for __awsenv_n in {names}
builtin set -l __awsenv_w __awsenv_was_$__awsenv_n
builtin set -l __awsenv_h __awsenv_how_$__awsenv_n
switch "$$__awsenv_h"
case u
builtin set -eg $__awsenv_n
case x
builtin set -gx $__awsenv_n $$__awsenv_w
case s
builtin set -eg $__awsenv_n
builtin set -gu $__awsenv_n $$__awsenv_w
end
end"""
