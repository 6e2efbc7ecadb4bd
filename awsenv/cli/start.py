"""The command line of ``start``."""

import os
import shlex
from collections.abc import Callable

from awsenv import near, paths, programs
from awsenv.actions import start as actions
from awsenv.actions.start import NAME, Choice, Step
from awsenv.profiles import read
from awsenv.ui import session_options, terminal


def start() -> int:
    """Lead through a set-up: a profile, the hook, direnv, an organization's folder, a .env. Each step shows
    what it does, and can be left out; without a terminal the commands are printed.

    Example: awsenv start
    """
    environ = dict(os.environ)
    _, prompter = session_options.read({})
    for number, step in enumerate(actions.list_steps(environ), 1):
        print(terminal.printable(f"{number}. {step.title}: {step.found}"), flush=True)
        if prompter.ask is None:
            for choice in step.choices:
                print(terminal.printable(f"   {choice.format()}"))
        elif step.choices:
            _take(step, prompter.ask, environ)
    print("awsenv doctor looks over all of it; awsenv list, and awsenv use PROFILE in a new shell")
    return 0


def _take(step: Step, ask: Callable[[str], str], environ: dict[str, str]) -> None:
    """Let a person choose, again as long as what was chosen does not go well."""
    for choice in step.choices:
        print(terminal.printable(f"   {choice.letter}  {choice.title}: {choice.format()}"))
    letters = {choice.letter: choice for choice in step.choices}
    while told := ask(f"{', '.join(letters)}, or Enter to leave it out").strip().lower():
        chosen = letters.get(told)
        if chosen is None:
            terminal.say(
                f"there is no {told} here; {near.ask_whether(told, letters, 'Enter leaves it out')}"
            )
        elif _run(chosen, ask, environ):
            return


def _run(choice: Choice, ask: Callable[[str], str], environ: dict[str, str]) -> bool:
    """Run the command of ``choice``, which asks for itself; whether it went well."""
    words = list(choice.words)
    if NAME in words:
        given = ask(choice.asks).strip()
        if not given:
            return False
        words[words.index(NAME)] = given
        known = read.profiles(environ)
        if words[0] in ("link", "dotenv") and given not in known:
            hint = near.ask_whether(given, known, "awsenv list")
            terminal.say(f"no profile named {given}; {hint}")
            return False
    terminal.say(f"awsenv {shlex.join(words)}")
    done = programs.run_attended([*paths.program_words(), *words], environ)
    os.write(1, done.out)
    return done.code == 0
