"""Profiles by a short name that stands in them, and by what they are of: ``444455556666`` (an account), ``prod/admin`` and
``admin@444455556666`` (a role in one).

An account is its number, or the name that ``sso sync`` has written down. A profile's own name always goes first, then an
alias.
"""

from awsenv.errors import AwsenvError, UsageError
from awsenv.profiles import account
from awsenv.profiles.profile import Profile
from awsenv.profiles.read import Profiles
from awsenv.request import is_reference

# What ``sso sync`` writes into a profile: what Identity Center calls its account.
ACCOUNT_NAME = "awsenv_account"
# The short names of a profile, in its own section, with blanks between them.
ALIASES = "awsenv_alias"


def find_matches(word: str, known: Profiles) -> list[Profile]:
    """The profiles that ``word`` means, in the order of the files, whatever its case."""
    profiles = known.all().values()
    if found := next((each for each in profiles if word in list_aliases(each)), None):
        return [found]
    if not is_reference(word):
        return []
    of, _, role = word.partition("/")
    if not role:
        role, _, of = word.rpartition("@")
    return [
        each
        for each in profiles
        if is_of_account(each, of) and role.casefold() in ("", find_role(each).casefold())
    ]


def check_meaning(word: str, name: str, known: Profiles) -> None:
    """Raise ``AwsenvError`` where ``word``, by which a folder meant the profile ``name``, means anything else by now."""
    own = known.get(word)
    found = [own] if own is not None else find_matches(word, known)
    if [each.name for each in found] != [name]:
        others = ", ".join(each.name for each in found[:5]) or "no profile"
        raise AwsenvError(f"{word} meant {name} as it was allowed, and means {others} now", "awsenv allow, or a profile's name there")  # fmt: skip


def list_words(known: Profiles, of_roles: bool) -> dict[str, str]:
    """The words that mean a profile of ``known`` without being its name, as a person would type them, with the names of those
    that each means: roles in accounts, or aliases and accounts."""
    found: dict[str, list[str]] = {}
    for profile in known.all().values():
        number, name, role = find_account(profile), profile.get(ACCOUNT_NAME), find_role(profile)
        of = [each for each in (number, name and " ".join(name.split())) if each]
        words = [*list_aliases(profile), *([number] if number else [])]
        if of_roles:
            words = [form for each in of if role for form in (f"{each}/{role}", f"{role}@{each}")]
        for word in words:
            found.setdefault(word, []).append(profile.name)
    names = known.names
    return {word: ", ".join(of) for word, of in found.items() if word not in names}


def list_aliases(profile: Profile) -> list[str]:
    """The short names that stand in its own sections: an included profile's are that one's."""
    return (profile.direct(ALIASES) or "").split()


def is_of_account(profile: Profile, number_or_name: str) -> bool:
    """Whether ``profile`` is of the account with that number, or that name: one that is called like another's number is not
    that one."""
    return number_or_name.casefold() in list_account_words(profile)


def list_account_words(profile: Profile) -> set[str]:
    """The words that mean the account of ``profile``, in lower case: by these it ``is_of_account``."""
    name = (profile.get(ACCOUNT_NAME) or "").casefold()
    is_number = len(name) == 12 and name.isdecimal()
    return {each for each in (find_account(profile), "" if is_number else name) if each}


def find_account(profile: Profile) -> str | None:
    """Its account, where the files tell it."""
    try:
        return account.of_profile(profile)
    except AwsenvError:  # half a key
        return None


def find_role(profile: Profile) -> str:
    """The name of the role that it acts as; empty for none."""
    of_arn = (profile.get("role_arn") or "").rpartition("/")[2]
    return profile.get("sso_role_name") or of_arn


def explain_several(word: str, found: list[Profile], most: int = 5) -> UsageError:
    """The error where ``word`` means more than one profile."""
    names = [each.name for each in found]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return UsageError(
        f"{word} means {len(names)} profiles", f"one of {', '.join(names[:most])}{more}"
    )
