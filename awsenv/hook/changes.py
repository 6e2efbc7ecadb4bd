"""What becomes of each variable of a shell, for the forms to say it in their own words. Fast half."""

from awsenv.hook.outcome import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


class VariableChange:
    """Of the variable ``name``: ``value`` to export, ``None`` to unset, and whether there is a ``change``
    at all. ``hides``: a value that the shell has set and not exported, which it alone knows, is put
    aside first; ``bares``: it comes back."""

    __slots__ = ("bares", "change", "hides", "name", "value")

    def __init__(
        self, name: str, value: str | None, change: bool, hides: bool, bares: bool
    ) -> None:
        self.name = name
        self.value = value
        self.change = change
        self.hides = hides
        self.bares = bares


def list_changes(outcome: Outcome) -> list[VariableChange]:
    """Every variable that something is done to."""
    shell = outcome.shell
    before, after = shell.before, shell.environ
    held, were_held = shell.state.was, outcome.held
    found = []
    for name in sorted({*before, *after, *held, *were_held}):
        value = after.get(name)
        hides = name in held and name not in were_held and name not in before
        bares = value is None and name in were_held and name not in held
        change = before.get(name) != value or (hides and value is None)
        if change or hides or bares:
            found.append(VariableChange(name, value, change, hides, bares))
    return found


def render_tests(outcome: Outcome, stamp: str, quote: "Callable[[str], str]") -> list[str]:
    """In the words that ``test`` has in every shell: a file that was looked at is younger than
    ``stamp``, gone, or there. Without a stamp only that one is there."""
    files = list(dict.fromkeys(outcome.files)) if stamp else []
    tests = [f"{quote(path)} -nt {quote(stamp)}" for path in files]
    tests += [f"! -e {quote(path)}" for path in files if path in outcome.there]
    return tests + [f"-e {quote(path)}" for path in dict.fromkeys(outcome.absent)]
