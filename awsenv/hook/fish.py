"""The text that makes a hooked fish what was decided: one block. Fast half.

fish 3.5 and later. Only the global scope is touched: a bare ``set -e`` would delete a person's universal
variable for good. What fish has set and not exported stands in ``__awsenv_local_NAME`` meanwhile.
"""

from awsenv.environment.fish import quote
from awsenv.hook.changes import VariableChange, list_changes, render_tests
from awsenv.hook.outcome import Outcome


def render(outcome: Outcome, stamp: str, prompt: str, _: str) -> str:
    """The text. ``stamp``: the file with the time of this look; ``prompt``: what AWSENV_PROMPT says."""
    lines = [line for one in list_changes(outcome) for line in _render_lines(one)]
    ours = {
        "AWSENV_PROMPT": prompt,
        "__awsenv_due": str(int(outcome.due)),
        "__awsenv_limit": str(int(outcome.limit)),
        "__awsenv_state": outcome.shell.state.text(),
        "__awsenv_again": "1" if outcome.again else "",
    }
    lines += [f"builtin set -gu {name} {quote(value)}" for name, value in ours.items()]
    lines += [
        "function __awsenv_changed",
        *_render_tests(outcome, stamp),
        "builtin return 1",
        "end",
    ]
    body = "\n".join(lines)
    return f"begin\n{body}\nbuiltin true\nend\n"


def _render_lines(one: VariableChange) -> list[str]:
    name, lines = one.name, []
    if one.hides:
        lines.append(f"builtin set -qg {name}; and builtin set -g __awsenv_local_{name} ${name}")
    if one.change and one.value is not None:
        lines.append(f"builtin set -gx {name} {quote(one.value)}")
    elif one.change:
        lines.append(f"builtin set -eg {name}")
    if one.bares:
        lines.append(
            f"builtin set -qg __awsenv_local_{name}; and builtin set -gu {name} $__awsenv_local_{name}"
        )
        lines.append(f"builtin set -eg __awsenv_local_{name}")
    return lines


def _render_tests(outcome: Outcome, stamp: str) -> list[str]:
    """What returns true as soon as a file that was looked at is younger, gone, or there."""
    tests = render_tests(outcome, stamp, quote)
    return [f"builtin test {each}; and builtin return 0" for each in tests]
