"""The headers of the config file's sections, and the names that they stand for."""

import shlex

from awsenv.errors import AwsenvError


def check_name(profile: str) -> None:
    """Raise ``AwsenvError`` where nobody could call a profile so."""
    wrong = not profile.isprintable() or profile != profile.strip() or profile == "DEFAULT"
    if wrong or not profile or profile.startswith("-"):
        raise AwsenvError(f"a profile cannot be called {profile or 'nothing'}", "another name")


def session_name(header: str) -> str | None:
    """The sso-session that a section of the config file stands for, or ``None``; as in
    ``build_profile_map``."""
    return name_of_kind(header, "sso-session")


def name_of_kind(header: str, kind: str) -> str | None:
    """The name in a header of two words of which the first is ``kind``, or ``None``."""
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
