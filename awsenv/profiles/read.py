"""The two AWS files as profiles."""

import shlex
from collections.abc import Callable, Iterable

from awsenv import paths
from awsenv.errors import AwsenvError
from awsenv.profiles import ini
from awsenv.profiles.profile import Place, Profile


def profiles(environ: dict[str, str]) -> dict[str, Profile]:
    """Every profile by name, those of the config file first, each file in its order.

    Reads the files that ``environ`` names. Raises ``AwsenvError`` when one cannot be read.
    """
    config_path = paths.config_file(environ)
    found: dict[str, Profile] = {}
    for section in ini.read(config_path).values():
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
        return Profile(
            name,
            _place(credentials_path, own) if own else None,
            _place(config_path, there[-1]) if there else None,
        )
    known = dict.fromkeys([*credentials, *filter(None, map(profile_name, config))])
    if not known:
        where = f"{paths.shown(config_path)} and {paths.shown(credentials_path)}"
        raise AwsenvError(
            f"no profile named {name}: {where} hold no profile at all",
            f"aws configure --profile {shlex.quote(name)}",
        )
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "awsenv list"
    raise AwsenvError(f"no profile named {name}", hint)


def sso_session(name: str, environ: dict[str, str]) -> Place | None:
    """The ``[sso-session NAME]`` of the config file, found as ``build_profile_map`` finds it."""
    path = paths.config_file(environ)
    found = None
    for header, section in ini.read(path).items():
        if session_name(header) == name:
            found = _place(path, section)
    return found


def session_name(header: str) -> str | None:
    """The sso-session that a section of the config file stands for, or ``None``; as in
    ``build_profile_map``."""
    if not header.startswith("sso-session"):
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
