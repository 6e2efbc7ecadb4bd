"""What is wrong with the two AWS files as a whole, each with what to type."""

import itertools
import os
import shlex
from collections.abc import Iterator

from awsenv import paths
from awsenv.errors import AwsenvError
from awsenv.files import abilities, folders
from awsenv.paths import shorten
from awsenv.profiles import causes, headers, ini, read
from awsenv.profiles.profile import Profile

Problem = tuple[str, str]
# The first words of headers in the config file that are no profile's and mean something (botocore, the AWS CLI).
_KINDS = ("DEFAULT", "sso-session", "services", "plugins", "preview", "profile")


def find_problems(environ: dict[str, str]) -> list[Problem]:
    """Files open to others, malformed ones, loops, and profiles that nothing can resolve."""
    found = []
    for path in (paths.credentials_file(environ), paths.config_file(environ)):
        if os.path.isfile(path) and os.stat(path).st_mode & 0o077:
            mode = os.stat(path).st_mode & 0o777
            what, fix = (
                f"{shorten(path)} is open to others ({mode:04o})",
                f"chmod 600 {shorten(path)}",
            )
            if not _keeps_permissions(path):
                what += ", for its disk keeps no permissions"
                fix = abilities.find_remedy(path, environ, "a home on another disk")
            found.append((what, fix))
    found += [(each.text, each.fix) for each in causes.find_variable_causes(environ)]
    try:
        known = read.profiles(environ)
    except AwsenvError as error:
        return [*found, (error.message, error.fix)]
    for profile in known.values():
        wrong = list(causes.find_causes(profile, environ))
        found += [(f"profile {profile.name}: {each.text}", each.fix) for each in wrong]
        if not wrong:
            found += [
                (f"profile {profile.name} {what}", fix)
                for what, fix in _check_profile(profile, known)
            ]
    return found + list(_find_skipped(environ))


def _keeps_permissions(path: str) -> bool:
    try:
        return folders.keeps_permissions(os.path.dirname(os.path.realpath(path)))
    except OSError:  # one where nothing can be tried
        return True


def read_default(environ: dict[str, str]) -> Profile | None:
    """The profile ``[default]``; ``None`` where there is none that can be read."""
    try:
        return read.Profiles(environ).get("default")
    except AwsenvError:
        return None


def find_lost_default(default: Profile | None, environ: dict[str, str]) -> list[Problem]:
    """Of a ``[default]`` whose sso-session is not there: every SDK reads it under another profile's exported keys, too,
    and stops."""
    name = default.get("sso_session") if default is not None else None
    try:
        if name is None or read.sso_session(name, environ) is not None:
            return []
    except AwsenvError:
        return []
    what = f"[default] names the sso-session {name}, which is not there: SDKs stop at that, whoever they act as"
    return [(what, f"[sso-session {name}] in {shorten(paths.config_file(environ))}")]


def _find_skipped(environ: dict[str, str]) -> Iterator[Problem]:
    """Sections that stand for nothing, or for another profile than they seem to."""
    yield from find_lost_default(read_default(environ), environ)
    config, credentials = paths.config_file(environ), paths.credentials_file(environ)
    for header, section in ini.read(config).items():
        words = header.split()
        if words[:1] == ["profile"] and headers.profile_name(header) is None:
            name = " ".join(words[1:]).strip("'\"") or "NAME"
            yield f"{section}: [{header}] is no profile to SDKs", f'write: [profile "{name}"]'
        elif words[:1] and words[0] not in _KINDS and headers.profile_name(header) is None:
            name = header[7:].strip() if words[0].lower() == "profile" else header
            yield f"{section}: [{header}] is no profile to SDKs", f"write: [{headers.header(name)}]"
    for header, section in ini.read(credentials).items():
        if header.startswith("profile ") and header.split()[1:]:
            name = " ".join(header.split()[1:])
            yield f"{section}: [{header}] is a profile called {header} there", f"write: [{name}]"


def _check_profile(profile: Profile, known: dict[str, Profile]) -> list[Problem]:
    show = f"awsenv show {shlex.quote(profile.name)}"
    kind = profile.kind
    if kind in ("key", "temporary", "mfa"):
        try:
            _ = profile.key_id if profile.key_place is None else profile.key()
        except AwsenvError as error:
            return [("has half a key" if "half" in error.message else "has no key", error.fix)]
    if kind == "none" and profile.name != "default":
        return [("has no credentials of any kind", show)]
    if (
        kind == "process"
        and (name := _find_called(profile))
        and _is_loop(name, profile.name, known)
    ):
        return [(f"has a credential_process that asks for {name}, which comes back to it", show)]
    if kind != "role":
        return []
    source = profile.get("source_profile")
    if source is None and profile.get("credential_source") is None:
        return [("assumes a role and names no source_profile", show)]
    if source is not None and source not in known:
        return [(f"has a source_profile {source} that is not there", show)]
    # A role may name itself as its source, where it has a key of its own.
    own = source == profile.name and profile.key_place is not None
    if source is not None and not own and _is_loop(source, profile.name, known):
        return [(f"has a source_profile {source} that comes back to it", show)]
    return []


def _is_loop(start: str, target: str, known: dict[str, Profile]) -> bool:
    """Whether following sources from ``start`` leads to ``target``."""
    seen: set[str] = set()
    name: str | None = start
    while name in known and name not in seen:
        if name == target:
            return True
        seen.add(name)
        profile = known[name].as_role_source()
        name = profile.get("source_profile") if profile.kind == "role" else _find_called(profile)
    return False


def _find_called(profile: Profile) -> str | None:
    """The profile that a ``credential_process`` asks a tool for: its ``--profile``, or ours."""
    try:
        words = shlex.split(profile.get("credential_process") or "")
    except ValueError:
        return None
    for word, following in itertools.pairwise(words):
        if word in ("--profile", "credential-process"):
            return following
    return None
