"""Names that are near to one that is not there: whatever the case, the beginning of one, a part of one, or mistyped."""

from collections.abc import Iterable


def find_near(word: str, names: Iterable[str], most: int = 3) -> list[str]:
    """At most that many of ``names``, the nearest first."""
    from difflib import get_close_matches

    folded = word.casefold()
    known = dict.fromkeys(names)
    if same := [name for name in known if name.casefold() == folded]:
        return same[:most]
    found = [name for name in known if folded and name.casefold().startswith(folded)]
    found += [name for name in known if len(folded) > 1 and folded in name.casefold()]
    by_fold: dict[str, str] = {name.casefold(): name for name in known}
    found += [by_fold[each] for each in get_close_matches(folded, by_fold, n=most, cutoff=0.5)]
    return list(dict.fromkeys(found))[:most]


def ask_whether(word: str, names: Iterable[str], otherwise: str) -> str:
    """What to type instead of ``word``: those that are near, else ``otherwise``."""
    near = find_near(word, names)
    return f"did you mean {' or '.join(near)}?" if near else otherwise
