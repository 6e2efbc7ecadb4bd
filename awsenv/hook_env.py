"""``awsenv hook-env SHELL FLAGS [use … | off]``: what a shell's hook asks, and evaluates the answer to; and
``awsenv hook-env program``: the words that start this awsenv, a line each, behind the protocol that it speaks.

The shell's state comes in ``_AWSENV_STATE``, in the environment of this one call alone. Flags: ``d``
direnv's hook is in this shell, ``p`` the prompt shows AWSENV_PROMPT, ``c`` the shell compares times
of files by whole seconds, ``l`` it says later what a person is to know, ``a`` it asks again, because it was told to. Hot path, but for what only the cold path can tell.
"""

import _signal  # type: ignore[import-not-found]  # ``signal`` costs ten modules
import os
import time

from awsenv import installation, replay
from awsenv.errors import USAGE, AwsenvError
from awsenv.hook import news, renewal, state, withdrawal
from awsenv.hook.answer import build_answer
from awsenv.hook.decide import choose, decide
from awsenv.hook.layers import is_bound
from awsenv.hook.outcome import ANSWERED, FIRST, RENEWAL, SECOND, Outcome
from awsenv.paths import PROTOCOL, program_words, settings_file
from awsenv.request import name_previous, parse_request
from awsenv.shells import Shell
from awsenv.shells.table import SHELLS, load_shell
from awsenv.variables import MANAGED, REGIONS, Change, enter_session, leave_session

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STATE = "_AWSENV_STATE"
# The names of the variables that stand in front of the call on its line.
IN_FRONT = "_AWSENV_FRONT"


class Asking:
    """The ``shell`` that asks, its exported variables, its state as it came, and its flags."""

    def __init__(self, shell: Shell, flags: str) -> None:
        self.shell = shell
        self.state = os.environ.pop(STATE, "")
        self.in_front = os.environ.pop(IN_FRONT, "").split()
        self.environ = dict(os.environ)
        self.direnv, self.shows_prompt, self.whole_seconds = (flag in flags for flag in "dpc")
        self.again = "a" in flags
        self.says_later = "l" in flags or shell.says_itself

    def decide(self, now: float, **more: "Any") -> Outcome:
        """What this shell is to become at ``now``."""
        kept = state.parse(self.state)
        return decide(self.environ, kept, _find_folder(), now, self.direnv, **more)


def run(arguments: list[str]) -> int:
    """Answer ``arguments``, those behind ``hook-env``; the exit code."""
    name, flags = [*arguments, "", ""][:2]
    if name == "program":  # asked by a hook whose own is gone
        return replay.emit("\n".join([PROTOCOL, *program_words(), ""]))
    if name not in SHELLS:
        replay.say(f"no hook for {name}; one of {', '.join(SHELLS)}")
        return USAGE
    shell = load_shell(name)
    command = shell.read_command(arguments[2:], os.environ)
    if shell.ignores_interrupts:
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    asking = Asking(shell, flags)
    if not asking.state:
        from awsenv.server import revival

        if revival.is_wanted(asking.environ):
            _start(["serve", "--start"], asking.environ)
    if command:
        return _answer_choice(asking, command)
    since, now = time.time_ns(), time.time()
    outcome = asking.decide(now, phase=SECOND if asking.again else FIRST)
    if outcome.needs:
        found, code = _run_cold_path(outcome)
        if code == 130:
            return code
        since, now = time.time_ns(), time.time()
        outcome = asking.decide(now, phase=ANSWERED, found=found)
    return replay.emit(_render(outcome, asking, now, since))


def complete(arguments: list[str]) -> int:
    """Answer ``awsenv complete SHELL -- WORD…``; the exit code."""
    from awsenv.hook import complete as completion

    shell = load_shell(arguments[0] if arguments[0] in SHELLS else "posix")
    environ = dict(os.environ)
    words = shell.read_line(arguments[2:], environ)
    table = completion.read_table(environ)
    if table is None:
        installation.load_site()
        from awsenv.cli import completion as made

        table = made.build_table(environ)
    found = completion.find_candidates(words, table, environ)
    printable = [line for line in found if line.replace("\t", "").isprintable()]
    return replay.emit("".join(f"{line}\n" for line in shell.filter_candidates(printable)))


def _answer_choice(asking: Asking, command: list[str]) -> int:
    """A person's own choice: behind a ``cd`` on the same line the folder first, then what was chosen."""
    if lost := [name for name in asking.in_front if name in MANAGED]:
        what = f"{lost[0]} in front of awsenv is lost as that returns, so nothing was changed"
        is_region = lost[0] in REGIONS and command[:1] == ["use"]
        mend = f" --region {os.environ.get(lost[0], '')}" if is_region else ""
        raise AwsenvError(what, f"awsenv {' '.join(command)}{mend}")
    since, now = time.time_ns(), time.time()
    outcome = asking.decide(now, phase=FIRST)
    inside = outcome.shell.environ
    words = [*command, "--shell", asking.shell.name]
    request = parse_request(words)
    if command == ["off"]:
        choose(outcome, leave_session(inside), now)
        return replay.emit(_render(outcome, asking, now, since))
    if request is not None and not request.option_values:
        request, found = replay.find_named_session(name_previous(request, inside), inside, now)
        if found is not None and not found.asks:
            change = enter_session(request.profile, found.variables, inside)
            choose(outcome, change, now)
            return replay.emit(_render(outcome, asking, now, since))
    installation.load_site()

    def render(change: Change) -> str:
        since, now = time.time_ns(), time.time()
        choose(outcome, change, now)
        return _render(outcome, asking, now, since)

    _become(inside)
    if request is None:
        from awsenv.cli import app

        return app.main(words, render)
    from awsenv.cli import switch

    return switch.run(request, render)


def _run_cold_path(outcome: Outcome) -> tuple[replay.FoundSession | None, int]:
    """What the cold path finds, with the person's own environment and nothing of a folder's; and the
    exit code."""
    installation.load_site()
    from awsenv.actions import renew
    from awsenv.records import list_variables
    from awsenv.ui.run import run_command

    base = outcome.shell.base
    _become(base)
    found: list[replay.FoundSession] = []

    def call() -> None:
        if outcome.needs == RENEWAL:
            chosen = renew.renew_session(outcome.shell.profile, base, replay.say)
        else:
            chosen = renew.resolve_unattended(outcome.request, base, replay.say)
        found.append(
            replay.FoundSession(chosen.variables | list_variables(chosen.mark), chosen.account)
        )

    code = run_command(call, None)
    if (
        code == 130 and outcome.needs == RENEWAL
    ):  # whoever waits no longer is to know what is in force
        profile = outcome.shell.profile
        replay.say(f"the session of {profile} has ended; awsenv use {profile}")
    return (found[0] if found else None), code


def _become(environ: dict[str, str]) -> None:
    """Go on with ``environ`` as this process's own."""
    os.environ.clear()
    os.environ.update(environ)


def _render(outcome: Outcome, asking: Asking, now: float, since: int) -> str:
    shell = outcome.shell
    if os.path.exists(settings_file(shell.base)):
        from awsenv.hook import display  # few ask for anything

        wishes = display.read_wishes(shell.base)
        display.warn(outcome, wishes, now)
        display.show(shell, wishes)
    prompt, anew = renewal.format_prompt(shell, now)
    if asking.shows_prompt:
        outcome.check_at = min(outcome.check_at, anew)
    if outcome.background:
        _start(["renew", outcome.background], shell.base)
    try:
        answer = build_answer(outcome, asking.shell, prompt)
    except AwsenvError as error:
        if not is_bound(shell.state):
            raise
        # A folder acts as nobody whose session this shell cannot hold.
        withdrawal.close(outcome, error.format_line())
        answer = build_answer(outcome, asking.shell, prompt)
    answer.now = int(now)
    if is_bound(shell.state):
        news.add(outcome)
    if asking.says_later:
        answer.messages = [f"awsenv: {replay.printable(line)}" for line in outcome.messages]
    else:
        for line in outcome.messages:
            replay.say(line)
    if outcome.watched:  # outside all bindings there are none
        from awsenv.hook import watch

        answer.files = watch.list_files(outcome.watched)
        answer.absent = watch.list_absent(outcome.watched)
        whole_seconds = asking.whole_seconds or asking.shell.compares_whole_seconds
        is_settled = watch.is_settled(answer.files, shell.base, since, whole_seconds)
        has_stamps = not asking.shell.needs_stamps or watch.write_stamps(answer.files, shell.base)
        if not is_settled or not has_stamps:
            answer.check_at = 0  # nothing would tell: the next prompt asks
    return asking.shell.render_answer(answer)


def _start(arguments: list[str], environ: dict[str, str]) -> None:
    """awsenv in the background: no job of the shell's, on no terminal."""
    if os.fork():
        return
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in range(3):
            os.dup2(nothing, descriptor)
        os.closerange(3, 1024)
        words = [*program_words(), *arguments]
        os.execve(words[0], words, environ)
    finally:
        os._exit(1)


def _find_folder() -> str:
    """The physical folder; the one that the shell names, where it is no more."""
    try:
        return os.getcwd()
    except OSError:
        return os.environ.get("PWD", "/")
