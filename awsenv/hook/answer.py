"""What was decided of a hooked shell as an answer that the shell can take. Hot path."""

from awsenv import replay
from awsenv.errors import AwsenvError
from awsenv.hook.fallback import list_fallbacks
from awsenv.hook.layers import OURS
from awsenv.hook.outcome import Outcome
from awsenv.shells import Shell
from awsenv.shells.answer import HookAnswer
from awsenv.variables import COLOR, COLORS, list_managed


def build_answer(outcome: Outcome, shell: Shell, prompt: str) -> HookAnswer:
    """The answer to ``shell``, but for what it is to watch. ``prompt``: what AWSENV_PROMPT says. Raises ``AwsenvError``
    for a session that the shell cannot hold."""
    answer = HookAnswer()
    _list_changes(outcome, answer)
    for name, value in list(answer.variables.items()):
        fault = shell.find_fault(value) if value is not None else ""
        if fault and name in answer.session:  # a session is whole
            raise AwsenvError(f"{name} {fault}", "another shell")
        if fault:
            replay.say(f"{name} {fault}; it is left out")
            del answer.variables[name]
    answer.state = outcome.shell.state.text()
    answer.check_at = int(outcome.check_at)
    answer.renew_before = int(outcome.renew_before)
    answer.ask_again = outcome.ask_again
    inside = outcome.shell.environ
    color = inside.get(COLOR, "") if prompt else ""
    is_plain = inside.get("NO_COLOR") or inside.get("TERM", "dumb") == "dumb"
    answer.prompt = shell.format_prompt(prompt, color if color in COLORS and not is_plain else "")
    answer.outside, answer.closed = list_fallbacks(outcome.shell)
    return answer


def _list_changes(outcome: Outcome, answer: HookAnswer) -> None:
    before, after = outcome.shell.before, outcome.shell.environ
    held, were_held = outcome.shell.state.originals, outcome.previous_originals
    for name in sorted({*before, *after, *held, *were_held}):
        value = after.get(name)
        stashed = name in held and name not in were_held and name not in before
        if stashed:
            answer.stash.append(name)
        if value is None and name in were_held and name not in held:
            answer.unstash.append(name)
        if before.get(name) != value or (stashed and value is None):
            answer.variables[name] = value
    answer.session = [n for n in answer.list_names() if n in OURS or list_managed([n])]
