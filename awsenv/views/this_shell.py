"""Which profile a command is about: the one that is named, or meant by its account or role, else this shell's."""

import re
from collections.abc import Callable

from awsenv.errors import AwsenvError, UsageError
from awsenv.files import reading
from awsenv.paths import config_file, credentials_file
from awsenv.profiles import references
from awsenv.profiles.profile import Profile
from awsenv.profiles.read import Profiles
from awsenv.records import AwsFiles
from awsenv.request import is_reference
from awsenv.variables import AWSENV_PROFILE

_ALIASES = re.compile(rb"^[ \t]*" + references.ALIASES.encode() + rb"[ \t]*[=:](.*)$", re.I | re.M)
# Has a person pick one of several; its name.
Pick = Callable[[list[Profile]], str]


def find_named(profile: str, environ: dict[str, str], pick: Pick | None = None) -> str:
    """The name that ``profile`` means, this shell's where it is empty. Raises ``UsageError`` without either, or where it
    means several and nobody can ``pick``."""
    if found := profile or environ.get(AWSENV_PROFILE, ""):
        return find_meant(found, environ, pick)
    raise UsageError("no profile is named, and this shell acts as none", "awsenv list")


def find_meant(word: str, environ: dict[str, str], pick: Pick | None = None) -> str:
    """The name of the profile that ``word`` means: a profile's own name, whatever else that may mean, else by an alias, an
    account or a role; ``word`` itself where there is none, which whoever looks for the profile then says. Raises as above, and ``AwsenvError``."""
    if not is_reference(word) and not _is_alias(word, environ):
        return word
    sources = AwsFiles(environ)
    known = Profiles(environ)
    if known.get(word) is not None:
        return word
    found = references.find_matches(word, known)
    if not found:
        return word
    if len(found) > 1:
        if pick is None:
            raise references.explain_several(word, found)
        return pick(found)
    sources.keep_meaning(word, found[0])
    return found[0].name


def _is_alias(word: str, environ: dict[str, str]) -> bool:
    """Whether ``word`` stands in an alias' line of either file: looked for there, which costs a tenth of reading what the
    files say, and whoever names a profile pays no more."""
    for path in (config_file(environ), credentials_file(environ)):
        try:
            data = reading.read_if_there(path) or b""
        except AwsenvError:
            continue  # whoever reads the profiles says it
        for line in _ALIASES.findall(data):
            if word.encode("utf-8", "surrogateescape") in line.split():
                return True
    return False
