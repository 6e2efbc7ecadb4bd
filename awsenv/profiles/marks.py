"""What a person sees of a profile before acting as it: a word and a colour."""

from fnmatch import fnmatchcase

from awsenv.profiles import production, references
from awsenv.profiles.profile import Profile
from awsenv.settings import PRODUCTION, Mark, Settings
from awsenv.variables import COLORS

# A profile's own: its word, its color.
WORD, COLOR = "awsenv_mark", "awsenv_color"


def find_mark(profile: Profile, settings: Settings) -> Mark | None:
    """The mark of ``profile``: what it says itself goes first, then the first of the settings that is of it, then what its
    name and that of its account say."""
    is_production = production.is_said(profile)
    word = (profile.get(WORD) or "").strip()
    if is_production or word:
        mark = settings.find_mark(PRODUCTION if is_production else word)
        color = (profile.get(COLOR) or "").strip()
        return mark._replace(color=color) if color in COLORS else mark
    for mark in settings.marks:
        is_of = any(fnmatchcase(profile.name, pattern) for pattern in mark.profiles)
        if not is_of and not any(references.is_of_account(profile, a) for a in mark.accounts):
            continue
        if mark.word != PRODUCTION or is_production is None:
            return mark
    names = (profile.name, profile.get(references.ACCOUNT_NAME) or "")
    if is_production is None and any(map(production.names_production, names)):
        return settings.find_mark(PRODUCTION)
    return None
