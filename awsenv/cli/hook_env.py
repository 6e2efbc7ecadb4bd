"""``awsenv hook-env SHELL FLAGS [use … | off]``: what a shell's hook asks, and evaluates the answer to.

The shell's state comes in ``_AWSENV_STATE``, in the environment of this one call alone. Flags: ``d``
direnv's hook is in this shell, ``p`` the prompt shows AWSENV_PROMPT, ``c`` the shell compares times
of files by whole seconds, ``a`` it asks again, because it was told to. Fast half, but for what only the slow half can tell.
"""

import _signal  # type: ignore[import-not-found]  # ``signal`` costs ten modules
import os
import sys
import time

from awsenv import environment, replay
from awsenv.hook import env, look_stamp, renewal, state
from awsenv.hook.outcome import RENEWAL, Got, Outcome
from awsenv.paths import program_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

STATE = "_AWSENV_STATE"


class Asking:
    """The ``shell`` that asks, its exported variables, its state as it came, and its flags."""

    def __init__(self, shell: str, flags: str) -> None:
        self.shell = shell
        self.state = os.environ.pop(STATE, "")
        self.environ = dict(os.environ)
        self.direnv, self.shows_prompt, self.whole_seconds = (flag in flags for flag in "dpc")
        self.again = "a" in flags

    def decide(self, now: float, **more: "Any") -> Outcome:
        """What it is to become at ``now``."""
        kept = state.parse(self.state)
        return env.decide(self.environ, kept, _find_folder(), now, self.direnv, **more)


def run(arguments: list[str]) -> int:
    """Answer ``arguments``, those behind ``hook-env``; the exit code."""
    if arguments[:1] == ["tcsh"]:  # which has no safe way to say them here but their number
        arguments[2:] = [os.environ.pop(f"_AWSENV_{n + 1}", "") for n in range(int(arguments[2]))]
        # Its shell is deaf to Ctrl-C meanwhile, and what it starts would be.
        _signal.signal(_signal.SIGINT, _signal.default_int_handler)
    asking = Asking(*[*arguments, "", ""][:2])
    if arguments[2:]:
        return _answer_choice(asking, arguments[2:])
    since, now = time.time_ns(), time.time()
    outcome = asking.decide(now, slow_too=asking.again)
    if outcome.slow:
        got, code = _run_slow_half(outcome)
        if code == 130:
            return code
        since, now = time.time_ns(), time.time()
        outcome = asking.decide(now, got=got)
    return replay.emit(_render(outcome, asking, now, since))


def complete(arguments: list[str]) -> int:
    """Answer ``awsenv complete SHELL -- WORD…``; the exit code."""
    from awsenv.hook import complete as completion

    words = arguments[2:]
    if arguments[0] == "tcsh":  # which says the line so, and takes words alone, cut at blanks
        line = os.environ.get("COMMAND_LINE", "")
        words = [*line.split(), *([""] if line[-1:] == " " else [])][1:]
    environ = dict(os.environ)
    table = completion.read_table(environ)
    if table is None:
        _load_slow_half()
        from awsenv.cli import completion as made

        table = made.build_table(environ)
    found = completion.find_candidates(words, table, environ)
    printable = [line for line in found if line.replace("\t", "").isprintable()]
    if arguments[0] == "tcsh":
        names = [line.partition("\t")[0] for line in printable]
        printable = [name for name in names if " " not in name and name[0] != "@"]
    return replay.emit("".join(f"{line}\n" for line in printable))


def _answer_choice(asking: Asking, command: list[str]) -> int:
    """A person's own choice: behind a ``cd`` on the same line the folder first, then what was chosen."""
    since, now = time.time_ns(), time.time()
    outcome = asking.decide(now, slow_too=False)
    inside = outcome.shell.environ
    words = [*command, "--shell", "hook"]
    request = replay.parse(words)
    if command == ["off"]:
        env.choose(outcome, environment.leave(inside), now)
        return replay.emit(_render(outcome, asking, now, since))
    if request is not None and not request.option_values:
        found = replay.session(request, inside, now)
        if found is not None:
            change = environment.enter(request.profile, found.variables, inside)
            env.choose(outcome, change, now)
            return replay.emit(_render(outcome, asking, now, since))
    _load_slow_half()
    from awsenv.cli import app, switch

    def rendered(change: environment.Change, _: str) -> str:
        since, now = time.time_ns(), time.time()
        env.choose(outcome, change, now)
        return _render(outcome, asking, now, since)

    _become(inside)
    switch.render = rendered
    return switch.run(request) if request is not None else app.main(words)


def _run_slow_half(outcome: Outcome) -> tuple[Got, int]:
    """What the slow half finds, with the person's own environment and nothing of a folder's; and the
    exit code."""
    _load_slow_half()
    from awsenv.cli import renew
    from awsenv.cli.run import run_command

    base = outcome.shell.base
    _become(base)
    found: list[replay.FoundSession] = []

    def call() -> None:
        if outcome.slow == RENEWAL:
            chosen = renew.renew_session(outcome.shell.profile, base)
        else:
            chosen = renew.resolve_unattended(outcome.request, base)
        found.append(replay.FoundSession(chosen.variables, chosen.account))

    code = run_command(call, None)
    return (found[0] if found else None), code


def _become(environ: dict[str, str]) -> None:
    """Go on with ``environ`` as this process's own."""
    os.environ.clear()
    os.environ.update(environ)


def _load_slow_half() -> None:
    if sys.flags.no_site:  # the hook calls us so
        import site

        site.main()


def _render(outcome: Outcome, asking: Asking, now: float, since: int) -> str:
    shell = outcome.shell
    for line in outcome.says:
        replay.say(line)
    files = list(dict.fromkeys(outcome.files))
    there = {path for path in files if os.path.exists(path)}
    outcome.absent += [path for path in files if path not in there]
    outcome.files = [path for path in files if path in there]
    stamp = (
        look_stamp.write(outcome.files, shell.base, since, asking.whole_seconds) if files else ""
    )
    prompt, anew = renewal.format_prompt(shell, now)
    if asking.shows_prompt:
        outcome.due = min(outcome.due, anew)
    if asking.shell == "zsh":
        prompt = prompt.replace("%", "%%")  # PROMPT_SUBST reads them in a value
    if outcome.background:
        _start(["renew", outcome.background], shell.base)
    if asking.shell == "fish":
        from awsenv.hook import fish as form
    elif asking.shell in ("nushell", "elvish", "xonsh"):
        from awsenv.hook import data as form  # type: ignore[no-redef]
    elif asking.shell == "tcsh":
        from awsenv.hook import tcsh as form  # type: ignore[no-redef]
    else:
        from awsenv.hook import bash_zsh as form  # type: ignore[no-redef]
    return form.render(outcome, stamp, prompt, asking.shell)


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
