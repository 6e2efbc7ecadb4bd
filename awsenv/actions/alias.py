"""``alias``: a short name for a profile, which stands in the profile itself."""

from awsenv.errors import AwsenvError
from awsenv.profiles import write
from awsenv.profiles.headers import check_name
from awsenv.profiles.profile import Profile
from awsenv.profiles.read import Profiles
from awsenv.profiles.references import ALIASES, list_aliases


def find_all(known: Profiles) -> dict[str, str]:
    """Every alias of ``known`` and the profile that it means; of two with one alias the first counts, as anywhere."""
    found: dict[str, str] = {}
    for profile in known.all().values():
        for alias in list_aliases(profile):
            found.setdefault(alias, profile.name)
    return found


def put(alias: str, name: str, environ: dict[str, str]) -> bool:
    """Have ``alias`` mean the profile ``name``; whether that was new. Raises ``AwsenvError``."""
    check_name(alias)
    if len(alias.split()) > 1:
        raise AwsenvError(f"an alias is one word: {alias}", "awsenv alias p PROFILE")
    known = Profiles(environ)
    profile = known.find(name)
    if known.get(alias) is not None:
        raise AwsenvError(f"{alias} is a profile, which always goes first", "another alias")
    other = find_all(known).get(alias)
    if other not in (None, name):
        raise AwsenvError(f"{alias} is an alias of {other}", f"awsenv alias --remove {alias}")
    return _write(profile, [*list_aliases(profile), alias], environ)


def remove(alias: str, environ: dict[str, str]) -> str:
    """Have ``alias`` mean nothing; the profile that it meant. Raises ``AwsenvError`` where it meant none."""
    known = Profiles(environ)
    name = find_all(known).get(alias)
    if name is None:
        raise AwsenvError(f"there is no alias {alias}", "awsenv alias")
    profile = known.find(name)
    _write(profile, [each for each in list_aliases(profile) if each != alias], environ)
    return name


def _write(profile: Profile, aliases: list[str], environ: dict[str, str]) -> bool:
    places = [place for place in (profile.config, profile.credentials) if place is not None]
    place = next((each for each in places if ALIASES in each.options), places[0])
    if not aliases:
        return write.take_options(place.path, place.header, {ALIASES}, environ)
    options = {ALIASES: " ".join(dict.fromkeys(aliases))}
    return write.put_options(place.path, place.header, options, environ)
