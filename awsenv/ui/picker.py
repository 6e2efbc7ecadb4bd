"""Choosing among many by typing a part of it: fzf where it is installed, else questionary."""

import os
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from awsenv import programs
from awsenv.errors import AwsenvError
from awsenv.settings import PRODUCTION, Mark
from awsenv.ui import terminal
from awsenv.variables import COLORS

if TYPE_CHECKING:
    from prompt_toolkit.key_binding import KeyPressEvent

# How a row begins that is marked so, in a narrow window, too.
_SHORT = {PRODUCTION: "PROD"}


def pick(
    what: str,
    titles: Sequence[str],
    rows: Sequence[Sequence[str]],
    marks: Sequence[Mark | None],
    many: bool = False,
    chosen: Sequence[int] = (),
) -> list[int]:
    """The numbers of the ``rows`` that a person picks at the terminal: one, or ``many``, of which those
    ``chosen`` before are so from the start.

    Their ``marks`` are seen first, without a color, too. Raises ``KeyboardInterrupt`` where nothing is
    picked, ``AwsenvError`` without a terminal.
    """
    cells = [[terminal.printable(cell) for cell in row] for row in [titles, *rows]]
    if any(marks):
        words = [_SHORT.get(mark.word, mark.word) if mark else "" for mark in marks]
        cells = [[word, *row] for word, row in zip(["", *words], cells, strict=True)]
    widths = [max(map(_measure_width, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(
            cell + " " * (width - _measure_width(cell))
            for cell, width in zip(row, widths, strict=True)
        )
        for row in cells
    ]
    lines = [line.rstrip() for line in lines]
    by_fzf = programs.find("fzf", dict(os.environ)) and (not chosen or _fzf_can_begin())
    found = (_pick_with_fzf if by_fzf else _pick_with_questionary)(
        what, lines[0], lines[1:], marks, many, chosen
    )
    if not found:
        raise KeyboardInterrupt
    return found


def _fzf_can_begin() -> bool:
    """Whether this fzf can have lines chosen from the start: since 0.36."""
    told = programs.run(["fzf", "--version"], dict(os.environ)).out.decode("utf-8", "replace")
    numbers = [int(word) for word in told.split(" ")[0].split(".")[:2] if word.isdigit()]
    return numbers >= [0, 36]


def _pick_with_fzf(
    what: str,
    title: str,
    lines: list[str],
    marks: Sequence[Mark | None],
    many: bool,
    chosen: Sequence[int],
) -> list[int]:
    plain = bool(os.environ.get("NO_COLOR"))
    shown = "".join(
        f"{number}\t\x1b[{COLORS[mark.color]};1m{line}\x1b[0m\n"
        if mark and mark.color and not plain
        else f"{number}\t{line}\n"
        for number, (line, mark) in enumerate(zip(lines, marks, strict=True))
    )
    hint = "Tab: choose, Ctrl-A: all, Enter: done" if many else "Enter: choose"
    options = ["--ansi", "--delimiter=\t", "--with-nth=2..", "--reverse", "--height=~60%",
               "--header-lines=1", f"--prompt={what}> ", f"--header={hint}"]  # fmt: skip
    if plain:
        options.append("--color=bw")
    if many:
        options += ["--multi", "--bind=ctrl-a:select-all"]
    if chosen:
        at_once = "+".join(f"pos({number + 1})+toggle" for number in chosen)
        options.append(f"--bind=load:{at_once}+first")
    environ = dict(os.environ)
    done = programs.run_attended(["fzf", *options], environ, f"\t{title}\n{shown}".encode())
    if done.code not in (0, 1, 130):
        raise AwsenvError("fzf failed", "fzf --version")
    first = [line.partition("\t")[0] for line in done.out.decode().splitlines()]
    return [int(number) for number in first if number.isdigit()]


def _pick_with_questionary(
    what: str,
    title: str,
    lines: list[str],
    _: Sequence[Mark | None],
    many: bool,
    chosen: Sequence[int],
) -> list[int]:
    import questionary
    from prompt_toolkit.filters import Condition
    from prompt_toolkit.input import create_input
    from prompt_toolkit.key_binding import KeyBindings, merge_key_bindings
    from prompt_toolkit.keys import Keys
    from prompt_toolkit.output import ColorDepth, create_output
    from questionary.prompts.common import InquirerControl

    # Its search takes plain titles only, so here the mark is a word without a colour.
    choices = [
        questionary.Choice(line, value=number, checked=number in chosen)
        for number, line in enumerate(lines)
    ]
    # The titles stand in what is asked: a row of theirs could be searched for, and chosen.
    keys_do = "type to search; Space: choose, Ctrl-A: all" if many else "type to search"
    # stdin and stdout may be a pipe: eval "$(awsenv use)".
    with open("/dev/tty") as keys, open("/dev/tty", "w") as screen:
        output = create_output(screen)
        asked = (questionary.checkbox if many else questionary.select)(
            what,
            choices=choices,
            use_search_filter=True,
            use_jk_keys=False,
            instruction=f"({keys_do})\n   {title}"[: output.get_size().columns + len(keys_do)],
            input=create_input(keys),
            output=output,
            color_depth=ColorDepth.DEPTH_1_BIT if os.environ.get("NO_COLOR") else None,
        )
        windows = asked.application.layout.find_all_windows()
        [shown] = (w.content for w in windows if isinstance(w.content, InquirerControl))

        # Where nothing is like what was typed it shows all again: Enter would take one that nobody meant.
        def finds_nothing() -> bool:
            # Looked for anew: what it remembers is of what it drew last.
            return bool(
                shown.search_filter and shown.filtered_choices and not shown.found_in_search
            )

        nothing_found = Condition(finds_nothing)
        keys_of_ours = KeyBindings()
        keys_of_ours.add(Keys.Escape, eager=True)(_leave)
        keys_of_ours.add(Keys.Enter, eager=True, filter=nothing_found)(lambda event: None)
        own = asked.application.key_bindings
        both = [each for each in (own, keys_of_ours) if each]
        asked.application.key_bindings = merge_key_bindings(both)
        found = asked.unsafe_ask()
    return [] if found is None else found if many else [found]


def _leave(event: "KeyPressEvent") -> None:
    """Esc is Ctrl-C: nothing is picked."""
    event.app.exit(exception=KeyboardInterrupt)


def _measure_width(text: str) -> int:
    """Columns of ``text`` on a terminal."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )
