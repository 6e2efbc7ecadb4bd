"""Long-lived keys out of the plain file into the keychain, and back."""

import shlex

from awsenv import paths
from awsenv.actions import doubtful_keys
from awsenv.aws import keychain
from awsenv.aws.options import Say
from awsenv.errors import AwsenvError
from awsenv.paths import program_path, shorten
from awsenv.profiles import headers, read, write
from awsenv.profiles.profile import ACCESS_KEY, KEYCHAIN, SECRET_KEY, Profile


def import_key(profile: Profile, environ: dict[str, str], say: Say) -> None:
    """Move the key of ``profile`` from a file into the keychain. Raises ``AwsenvError``."""
    if has_key(profile):
        key_id, secret, _ = profile.key()
        put_key(profile, key_id, secret, environ, say)
    elif profile.get(KEYCHAIN):
        say(f"the key of {profile.name} is in the keychain already")
    else:
        what = (
            f"profile {profile.name} is of kind {profile.kind}: there is no long-lived key to move"
        )
        raise AwsenvError(what, "awsenv list --kind key")


def export_key(profile: Profile, environ: dict[str, str], say: Say) -> None:
    """Move the key of ``profile`` back into the credentials file. Raises ``AwsenvError``."""
    key = {ACCESS_KEY: require_key_id(profile), SECRET_KEY: keychain.load(profile)}
    path = paths.credentials_file(environ)
    write.put_options(path, profile.name, key, environ)
    others = forget_key(profile, environ, say)
    stays = f", and in the keychain for {', '.join(others)}" if others else ""
    say(f"the key of {profile.name} is in {shorten(path)} again{stays}")


def remove_key(profile: Profile, environ: dict[str, str], say: Say) -> None:
    """Remove the key of ``profile``, for good. Raises ``AwsenvError``."""
    require_key_id(profile)
    others = forget_key(profile, environ, say)
    if others:
        say(f"profile {profile.name} has no key; it stays in the keychain for {', '.join(others)}")
    else:
        say(f"the key of {profile.name} is gone from the keychain")


def put_key(
    profile: Profile,
    key_id: str,
    secret: str,
    environ: dict[str, str],
    say: Say,
    settings: dict[str, str] | None = None,
) -> None:
    """Have the key of ``profile`` in the keychain and nowhere else, and its ``settings`` in the config file. At a kill
    anywhere one of the two has the key. Raises ``AwsenvError``."""
    name = shlex.quote(profile.name)
    if profile.get("credential_process") and not profile.get(KEYCHAIN):
        what = f"profile {profile.name} has a credential_process of its own"
        raise AwsenvError(what, f"awsenv show {name}")
    before = filter(None, [profile.get(KEYCHAIN)])
    with doubtful_keys.changing([key_id, *before], environ, say):
        keychain.store(key_id, secret)
        _put_into_profile(profile, key_id, settings or {}, environ)
    others = _list_in_files(profile.name, key_id, environ)
    if others:
        which, told = " ".join(map(shlex.quote, others)), ", ".join(others)
        say(f"the key of {profile.name} is in the keychain, and still in a file, of {told}")
        say(f"to move that, too: awsenv keychain import {which}")
    else:
        say(f"the key of {profile.name} is in the keychain, and no longer in a file")


def _put_into_profile(
    profile: Profile, key_id: str, settings: dict[str, str], environ: dict[str, str]
) -> None:
    """Have ``profile`` name the key of the keychain, and no file hold that."""
    name = shlex.quote(profile.name)
    command = f"{shlex.quote(program_path())} credential-process {name}"
    config, header = paths.config_file(environ), headers.header(profile.name)
    if profile.config is not None:
        header = profile.config.header
    options = {**settings, "credential_process": command, KEYCHAIN: key_id}
    write.put_options(config, header, options, environ)
    # Other tools believe a key in the file before they run a process.
    for place in (profile.credentials, profile.config):
        if place is not None:
            write.take_options(place.path, place.header, {*Profile.OF_KEY}, environ)
    place = profile.credentials
    if place is not None and not set(place.options) - Profile.OF_KEY:
        write.take_section(place.path, place.header, environ)  # it held nothing but the key


def _list_in_files(name: str, key_id: str, environ: dict[str, str]) -> list[str]:
    """The names of the profiles that have the key in a file, other than ``name``, which has it there no more."""
    known = read.profiles(environ)
    places = {n: (each.credentials, each.config) for n, each in known.items() if n != name}
    return [n for n, both in places.items() if any(p and p.get(ACCESS_KEY) == key_id for p in both)]


def has_key(profile: Profile) -> bool:
    """Whether ``profile`` has a long-lived key in a file."""
    return profile.kind in ("key", "mfa") and profile.key_place is not None


def list_kept(known: dict[str, Profile]) -> list[str]:
    """The names of those of ``known`` whose keys are in the keychain."""
    return [name for name, each in known.items() if each.get(KEYCHAIN)]


def require_key_id(profile: Profile) -> str:
    """The ID of the key of ``profile`` that is in the keychain. Raises ``AwsenvError``."""
    found = profile.get(KEYCHAIN)
    if not found:
        what = f"the key of profile {profile.name} is not in the keychain"
        raise AwsenvError(what, f"awsenv keychain import {shlex.quote(profile.name)}")
    return found


def forget_key(profile: Profile, environ: dict[str, str], say: Say) -> list[str]:
    """Take it out of the profile, and then of the keychain; the names of the profiles that have it there still."""
    key_id = require_key_id(profile)
    with doubtful_keys.changing([key_id], environ, say):
        for place in (profile.config, profile.credentials):
            if place is not None and KEYCHAIN in place.options:
                names = {KEYCHAIN, "credential_process"}
                write.take_options(place.path, place.header, names, environ)
    return doubtful_keys.list_holders(key_id, read.profiles(environ))
