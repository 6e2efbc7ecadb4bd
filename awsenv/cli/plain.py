"""``list``, ``show`` and ``status`` as they are mostly typed, without Typer, which costs more than their answers.

Whatever is not one of these forms is the command line's to understand.
"""

from collections.abc import Callable

from awsenv.shells import hints
from awsenv.ui.run import run_command

# Command → how many words may follow it.
_WORDS = {"list": 1, "show": 1, "status": 0}


def run(arguments: list[str]) -> int | None:
    """Do what ``arguments`` say, where they are such a form; the exit code, or ``None``."""
    if arguments == ["status", "--line"]:
        from awsenv.views import status_line

        return run_command(status_line.print_line, None)
    name, *rest = arguments or [""]
    as_json = rest[-1:] == ["--json"]
    words = rest[: len(rest) - as_json]
    if (
        name not in _WORDS
        or len(words) > _WORDS[name]
        or any(each[:1] in ("-", "") for each in words)
    ):
        return None
    hints.take_hook()
    return run_command(_find(name, words, as_json), None)


def _find(name: str, words: list[str], as_json: bool) -> Callable[[], object]:
    if name == "list":
        from awsenv.views import list_profiles

        pattern = words[0] if words else list_profiles.EVERY
        return lambda: list_profiles.print_profiles(pattern, as_json=as_json)
    if name == "show":
        from awsenv.views import show_profile

        profile = words[0] if words else ""
        return lambda: show_profile.print_profile(profile, as_json)
    from awsenv.views.status import print_status

    return lambda: print_status(as_json=as_json)
