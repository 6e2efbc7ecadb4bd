"""The two AWS files as profiles."""

import shlex
from collections.abc import Callable, Iterable

from awsenv import paths
from awsenv.errors import AwsenvError
from awsenv.profiles import ini
from awsenv.profiles.profile import Place, Profile

# aws-vault's: the profile whose settings stand in for those that are missing.
INCLUDE = "include_profile"


def profiles(environ: dict[str, str]) -> dict[str, Profile]:
    """Every profile by name, those of the config file first, each file in its order.

    Reads the files that ``environ`` names. Raises ``AwsenvError`` when one cannot be read.
    """
    config_path = paths.config_file(environ)
    found: dict[str, Profile] = {}
    sections = ini.read(config_path)
    for section in sections.values():
        name = profile_name(section.name)
        if name is not None:
            # Of [profile x] and [profile "x"] the last counts, as in build_profile_map.
            found[name] = Profile(name, None, _place(config_path, section))
    credentials_path = paths.credentials_file(environ)
    for section in ini.read(credentials_path).values():
        place = _place(credentials_path, section)
        if section.name in found:
            found[section.name].credentials = place
        else:
            found[section.name] = Profile(section.name, place, None)
    for each in found.values():
        _complete(each, found.get, config_path, sections)
        each.default = found.get("default") if each.name != "default" else None
    return found


def profile(
    name: str, environ: dict[str, str], seen: Callable[[Iterable[str]], None] = lambda _: None
) -> Profile:
    """The profile called ``name``; ``seen`` is shown the names of all, which it need not look at.

    Raises ``AwsenvError``, naming near ones, when there is none.
    """
    config_path, credentials_path = paths.config_file(environ), paths.credentials_file(environ)
    config, credentials = ini.read(config_path), ini.read(credentials_path)
    seen(name for name in (*credentials, *map(profile_name, config)) if name)
    # Only where it can be so at all: profile_name has its price.
    there = [
        each
        for header, each in config.items()
        if (name in header or '"' in header or "'" in header or "\\" in header)
        and profile_name(header) == name
    ]
    own = credentials.get(name)
    if there or own:
        found = Profile(
            name,
            _place(credentials_path, own) if own else None,
            _place(config_path, there[-1]) if there else None,
        )
        if found.get(INCLUDE):
            return profiles(environ)[name]
        _complete(found, lambda _: None, config_path, config)
        found.default = _default(config_path, config, credentials_path, credentials)
        return found
    known = dict.fromkeys([*credentials, *filter(None, map(profile_name, config))])
    if not known:
        where = f"{paths.shown(config_path)} and {paths.shown(credentials_path)}"
        raise AwsenvError(
            f"no profile named {name}: {where} hold no profile at all",
            f"aws configure --profile {shlex.quote(name)}",
        )
    if bare := _without_profile(name, config_path, config):
        raise bare
    raise AwsenvError(f"no profile named {name}", suggestion(name, known))


def _without_profile(name: str, path: str, config: dict[str, ini.Section]) -> AwsenvError | None:
    """The error for a section of the config file that lacks the word which makes it a profile."""
    section = config.get(name)
    if section is None:
        return None
    what = f"{paths.shown(path)}, line {section.line}: [{name}] is no profile there"
    return AwsenvError(what, f"write: [profile {name}]")


def suggestion(name: str, known: Iterable[str]) -> str:
    """The hint for a ``name`` that is none of ``known``."""
    from difflib import get_close_matches

    near = get_close_matches(name, list(known), n=3, cutoff=0.5)
    return f"did you mean {' or '.join(near)}?" if near else "awsenv list"


def _complete(
    profile: Profile,
    find: Callable[[str], Profile | None],
    path: str,
    sections: dict[str, ini.Section],
) -> None:
    """Give ``profile`` what stands in other sections: what it includes, and its services."""
    included: list[Place] = []
    seen, each = {profile.name}, profile
    while (name := _own(each, INCLUDE)) and name not in seen:
        seen.add(name)
        other = find(name)
        if other is None:
            profile.lacks = f"{INCLUDE} {name}"
            break
        included += [place for place in (other.credentials, other.config) if place is not None]
        each = other
    profile.included = tuple(included)
    if services := profile.get("services"):
        profile.services_place = _other(services, "services", path, sections)
        if profile.services_place is None:
            profile.lacks = f"services {services}"


def _default(
    config_path: str,
    config: dict[str, ini.Section],
    credentials_path: str,
    credentials: dict[str, ini.Section],
) -> Profile | None:
    names = [
        h for h in config if h == "default" or ("default" in h and profile_name(h) == "default")
    ]
    own = credentials.get("default")
    if not names and not own:
        return None
    place = _place(config_path, config[names[-1]]) if names else None
    found = Profile("default", _place(credentials_path, own) if own else None, place)
    _complete(found, lambda _: None, config_path, config)
    return found


def _own(profile: Profile, option: str) -> str | None:
    for place in (profile.credentials, profile.config):
        if place is not None and option in place.options:
            return place.options[option][0]
    return None


def sso_session(name: str, environ: dict[str, str]) -> Place | None:
    """The ``[sso-session NAME]`` of the config file, found as ``build_profile_map`` finds it."""
    path = paths.config_file(environ)
    return _other(name, "sso-session", path, ini.read(path))


def _other(name: str, kind: str, path: str, sections: dict[str, ini.Section]) -> Place | None:
    """The ``[kind NAME]`` of the config file."""
    found = None
    for header, section in sections.items():
        if _other_name(header, kind) == name:
            found = _place(path, section)
    return found


def session_name(header: str) -> str | None:
    """The sso-session that a section of the config file stands for, or ``None``; as in
    ``build_profile_map``."""
    return _other_name(header, "sso-session")


def _other_name(header: str, kind: str) -> str | None:
    if not header.startswith(kind):
        return None
    try:
        words = shlex.split(header)
    except ValueError:
        return None
    return words[1] if len(words) == 2 else None


def profile_name(header: str) -> str | None:
    """The profile that a section of the config file stands for, or ``None``.

    ``botocore.configloader.build_profile_map``: ``default``, or a header that begins with
    ``profile`` and is two words for ``shlex``.
    """
    if header == "default":
        return header
    if not header.startswith("profile"):
        return None
    word = header.removeprefix("profile ")
    if word is not header and word.replace("-", "").replace("_", "").replace(".", "").isalnum():
        return word  # what shlex would say, at a hundredth of its price
    try:
        words = shlex.split(header)
    except ValueError:
        return None
    return words[1] if len(words) == 2 else None


def header(profile: str) -> str:
    """The header of ``profile`` in the config file: the inverse of ``profile_name``."""
    return profile if profile == "default" else f"profile {_word(profile)}"


def session_header(name: str) -> str:
    """The header of an sso-session in the config file."""
    return f"sso-session {_word(name)}"


def _word(name: str) -> str:
    """``name`` as one word for ``shlex``, and without quotes where that goes: not every SDK takes
    them away."""
    if name and not any(c.isspace() or c in "\"'\\" for c in name):
        return name
    return f'"{name}"' if " " in name and not set(name) & set('"\\') else shlex.quote(name)


def _place(path: str, section: ini.Section) -> Place:
    return Place(path, section.name, section.line, section.options)
