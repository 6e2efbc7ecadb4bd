"""Which profiles are production: a person is to see it before acting as one."""

import re

from awsenv.profiles.profile import Profile

OPTION = "awsenv_production"
_WORDS = {"prod", "production", "prd", "live"}
# What every name has that is one of production: said first of all, for of thousands few have.
_ANY = re.compile("prod|prd|live|本番", re.IGNORECASE)
_BEFORE = {"non", "not", "no", "pre", "post"}
_PART = re.compile(r"[^\W\d_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def is_said(profile: Profile) -> bool | None:
    """What the profile says itself by ``awsenv_production``; ``None`` where it says nothing."""
    said = profile.get(OPTION)
    return None if said is None else said.strip().lower() == "true"


def names_production(name: str) -> bool:
    """Whether ``name`` is that of something in production: ``org-prod``, not ``non-prod``,
    ``preprod`` or ``product``."""
    if not _ANY.search(name):
        return False
    parts = [part.lower() for part in _PART.findall(_HUMP.sub("-", name))]
    return any(
        part in _WORDS and before not in _BEFORE
        for before, part in zip(["", *parts], parts, strict=False)
    ) or bool(re.search("(?<!非)(?<!準)本番", name))
