"""What a person sees of a profile before acting as it: a word and a colour."""

import functools
import re
from fnmatch import translate

from awsenv.profiles import production, references
from awsenv.profiles.profile import Profile
from awsenv.replay import printable
from awsenv.settings import PRODUCTION, Mark, Settings
from awsenv.variables import COLORS

# A profile's own: its word, its color.
WORD, COLOR = "awsenv_mark", "awsenv_color"

_OWN = frozenset((production.OPTION, WORD, references.ACCOUNT_NAME))


def find_mark(profile: Profile, settings: Settings) -> Mark | None:
    """The mark of ``profile``: what it says itself goes first, then the first of the settings that is of it, then what its
    name and that of its account say."""
    if not settings.marks and not _says(profile):  # most profiles, of which there may be thousands
        is_named = production.names_production(profile.name)
        return settings.find_mark(PRODUCTION) if is_named else None
    is_production = production.is_said(profile)
    # A variable of a shell's, whatever a person wrote.
    word = printable(" ".join((profile.get(WORD) or "").split()))
    if is_production or word:
        mark = settings.find_mark(PRODUCTION if is_production else word)
        color = (profile.get(COLOR) or "").strip()
        return mark._replace(color=color) if color in COLORS else mark
    names = (profile.name, profile.get(references.ACCOUNT_NAME) or "")
    if settings.marks:
        of = references.list_account_words(profile)
        for mark in settings.marks:
            is_of = _compile(mark.profiles).fullmatch(profile.name) or not of.isdisjoint(_fold(mark.accounts))  # fmt: skip
            if is_of and (mark.word != PRODUCTION or is_production is None):
                return mark
    if is_production is None and any(map(production.names_production, names)):
        return settings.find_mark(PRODUCTION)
    return None


def _says(profile: Profile) -> bool:
    """Whether it says itself anything that has a say in its mark."""
    places = (profile.credentials, profile.config, *profile.included)
    return any(place is not None and not _OWN.isdisjoint(place.options) for place in places)


@functools.cache
def _compile(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """What matches a name that is like one of ``patterns``."""
    return re.compile("|".join(map(translate, patterns)) or r"(?!)")


@functools.cache
def _fold(accounts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(str.casefold, accounts))
