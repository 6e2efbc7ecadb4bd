"""The text that makes a hooked tcsh what was decided: one line, which does nothing before its end. Fast half.

tcsh 6.20 and later. An exported variable and one of the shell's own may have the same name there: what is
not exported is left alone.
"""

from awsenv import replay
from awsenv.environment import list_managed
from awsenv.environment.tcsh import quote, render_once, render_variable
from awsenv.errors import AwsenvError
from awsenv.hook.changes import list_changes
from awsenv.hook.outcome import Outcome


def render(outcome: Outcome, stamp: str, prompt: str, _: str) -> str:
    """The text. ``stamp``: the file with the time of this look; ``prompt``: what AWSENV_PROMPT says.
    Raises ``AwsenvError`` for a session that tcsh cannot take."""
    lines = []
    for one in list_changes(outcome):
        try:
            lines += [render_variable(one.name, one.value)] if one.change else []
        except AwsenvError as error:
            if list_managed([one.name]):  # a session is whole
                raise
            replay.say(f"{error.message}; it is left out")
    ours = {
        "AWSENV_PROMPT": prompt,
        "__awsenv_due": str(int(outcome.due)),
        "__awsenv_limit": str(int(outcome.limit)),
        "__awsenv_state": outcome.shell.state.text(),
        "__awsenv_again": "1" if outcome.again else "0",
        "__awsenv_watch": _render_test(outcome, stamp),
        "__awsenv_done": "1",
    }
    return render_once(lines + [f"set {name} = {quote(value)}" for name, value in ours.items()])


def _render_test(outcome: Outcome, stamp: str) -> str:
    """An expression that is true as soon as a file that was looked at is younger, gone, or there."""
    if any("\n" in path for path in (*outcome.files, *outcome.absent)):
        return "1"  # no test can name it
    files = list(dict.fromkeys(outcome.files)) if stamp else []
    tests = [f"! -e {quote(path)}" for path in (*files, stamp) if path in outcome.there]
    tests += [f"-M {quote(path)} > -M {quote(stamp)}" for path in files]
    tests += [f"-e {quote(path)}" for path in dict.fromkeys(outcome.absent)]
    return " || ".join(tests) or "0"
