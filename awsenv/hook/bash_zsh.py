"""The text that makes a hooked bash or zsh what was decided: one compound command. Fast half.

Bash 3.2 and later. Values stand in single quotes (POSIX.1-2024, 2.2.2); a name is one of ours, or
one that a record of trust holds, which is a name by its pattern. A variable that the shell has set
and not exported is known to it alone: its text stands in ``__awsenv_local_NAME`` meanwhile.
"""

from awsenv.environment import list_managed
from awsenv.environment.posix import quote
from awsenv.hook.changes import VariableChange, list_changes, render_tests
from awsenv.hook.outcome import Outcome
from awsenv.hook.shell import OURS


def render(outcome: Outcome, stamp: str, prompt: str, shell: str) -> str:
    """The text. ``stamp``: the file with the time of this look; ``prompt``: what AWSENV_PROMPT says."""
    # Those of a session all or nothing; a folder's own one by one.
    must: list[str] = []
    commands: list[str] = []
    folder: list[str] = []
    for one in list_changes(outcome):
        if one.name in OURS or list_managed([one.name]):
            must.append(one.name)
            commands += _render_lines(one)
        else:
            folder.append(_guard(one.name, _render_lines(one)))
    ours = [
        f"AWSENV_PROMPT={quote(prompt)} __awsenv_due={int(outcome.due)} __awsenv_limit={int(outcome.limit)}",
        f"__awsenv_state={quote(outcome.shell.state.text())} __awsenv_again={'1' if outcome.again else ''}",
        f"__awsenv_watch={quote(_render_test(outcome, stamp, shell))}",
    ]
    return _TEXT.format(
        names=" ".join(must),
        commands="\n".join(commands),
        folder="\n".join(folder),
        ours="\n".join(ours),
    )


def _render_lines(one: VariableChange) -> list[str]:
    name, lines = one.name, []
    if one.hides:
        lines.append(f"[[ ! ${{{name}+x}} ]] || __awsenv_local_{name}=${name}")
    if one.change and one.value is not None:
        lines.append(f"\\builtin export {name}={quote(one.value)}")
    elif one.change:
        lines.append(f"\\builtin unset {name}")
    if one.bares:
        lines.append(f"[[ ! ${{__awsenv_local_{name}+x}} ]] || {name}=$__awsenv_local_{name}")
        lines.append(f"\\builtin unset __awsenv_local_{name}")
    return lines


def _guard(name: str, lines: list[str]) -> str:
    """One variable of a folder's own: where it is readonly it stays, and the rest is done."""
    what = f"awsenv: {name} is readonly in this shell and stays as it is"
    done = "\n".join(lines)
    return (
        f"if __awsenv_writable {name}; then\n{done}\n"
        f"else \\builtin printf '%s\\n' {quote(what)} >&2; fi"
    )


def _render_test(outcome: Outcome, stamp: str, shell: str) -> str:
    """What is true as soon as a file that was looked at is younger, gone, or there; empty for none."""
    tests = render_tests(outcome, stamp, quote)
    if outcome.files and stamp and shell == "zsh":  # which takes no file for younger than none
        tests.append(f"! -e {quote(stamp)}")
    return f"[[ {' || '.join(tests)} ]]" if tests else ""


_TEXT = """\
{{
case $- in *a*) \\builtin set +a; __awsenv_a=a;; *) __awsenv_a=;; esac
if __awsenv_writable {names}; then
{commands}
{folder}
{ours}
__awsenv_s=0
else
for __awsenv_n in {names}; do
__awsenv_writable "$__awsenv_n" || \\builtin printf \
'awsenv: %s is readonly in this shell, so nothing was changed\\n' "$__awsenv_n" >&2
done
__awsenv_due=$((__awsenv_clock+60)) __awsenv_s=1
fi
case $__awsenv_a in a) \\builtin set -a;; esac
\\builtin unset __awsenv_a __awsenv_n
[[ $__awsenv_s = 0 ]]
}}
"""
