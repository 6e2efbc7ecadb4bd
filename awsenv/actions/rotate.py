"""A new access key in the place of the old one: made, tried, stored, then the old one deleted."""

import contextlib
import shlex

from awsenv import records
from awsenv.actions import doubtful_keys, rotations
from awsenv.aws.access_keys import AccessKeys
from awsenv.aws.options import Prompter, Say, SessionOptions
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError
from awsenv.files import locks
from awsenv.profiles.profile import Profile
from awsenv.profiles.read import Profiles
from awsenv.sessions.store import SessionStore
from awsenv.shells import hints
from awsenv.state import state_folder


def rotate(
    name: str,
    keep_old: bool,
    delete: str,
    options: SessionOptions,
    prompter: Prompter,
    environ: dict[str, str],
) -> None:
    """Replace the access key of the profile ``name``; ``delete`` is the ID of another key of the user's that is to
    make room, empty for none. Raises ``AwsenvError``; whatever it is cut off by, the next call goes on."""
    before = _find_holder(name, environ).key_id
    with locks.hold(state_folder(environ), "rotate", prompter.say) as lock:
        holder = _find_holder(name, environ)
        if holder.key_id != before:
            prompter.say(f"the key of profile {name} was rotated just now, elsewhere")
            return
        lock.holds("is rotating a key")
        # What asks IAM: the key itself, or its session with a device.
        store = SessionStore(records.AwsFiles(environ), Profiles(environ), environ, prompter)
        session = store.get(holder, options)
        keys = AccessKeys(session, holder, environ)
        going = rotations.find_rotation(holder, environ)
        names = [name]
        known = Profiles(environ).all()
        stored = _find_holder_of(going.new, known) if going.new else None
        if stored is None:
            _make_room(keys, going, delete, prompter.say)
            new = _create_key(keys, going, holder)
        else:  # it was cut off behind this
            new = Session.from_key(stored)
        own = AccessKeys(new, holder, environ, new=True)  # tried, before it is the only one
        key = new.access_key_id, new.secret_access_key
        names += rotations.store(going.old, *key, known, environ, prompter.say)
        _finish(going, keys if session.session_token else own, keep_old)
        doubtful_keys.sweep(environ, prompter.say)
    _tell(going, list(dict.fromkeys(names)), keep_old, environ, prompter.say)


def _find_holder(name: str, environ: dict[str, str]) -> Profile:
    """The profile ``name`` as the holder of a long-lived key. Raises ``AwsenvError``."""
    found = Profiles(environ).find(name).as_role_source()
    if found.kind in ("key", "mfa"):
        return found
    what = f"profile {name} is of kind {found.kind}: it has no long-lived key"
    source = found.get("source_profile")
    hint = f"awsenv rotate {shlex.quote(source)}" if source else "awsenv list --kind key"
    raise AwsenvError(what, hint)


def _find_holder_of(key_id: str, known: dict[str, Profile]) -> Profile | None:
    """A profile that has the key ``key_id`` stored."""
    for holder in (each.as_role_source() for each in known.values()):
        with contextlib.suppress(AwsenvError):  # half a key is none
            if holder.kind in ("key", "mfa") and holder.key_id == key_id:
                return holder
    return None


def _make_room(keys: AccessKeys, going: rotations.Rotation, delete: str, say: Say) -> None:
    """Make room for a new key: IAM lets a user have two. Deleted is only what an earlier rotation made
    and nobody has, and what a person names. Raises ``AwsenvError``."""
    others = {each.key_id: each for each in keys.every() if each.key_id != going.old}
    for key_id, other in others.items():
        if going.may_have_made(other.created.timestamp()):
            going.new = key_id
    for key_id in filter(None, (going.new, delete)):
        if key_id in others:
            keys.delete(key_id)
            say(f"key {others.pop(key_id).key_id} is deleted")
        elif key_id == delete:
            raise AwsenvError(f"the user of this profile has no other key {delete}", "awsenv list")
    for key_id, other in others.items():
        name = shlex.quote(going.profile)
        what = f"the user of profile {going.profile} has a second key, {other}"
        raise AwsenvError(what, f"awsenv rotate {name} --delete {key_id}, if nobody uses it")


def _create_key(keys: AccessKeys, going: rotations.Rotation, holder: Profile) -> Session:
    """A new key, noted. Raises ``AwsenvError``."""
    going.note()
    try:
        key_id, secret = keys.create()
    except AwsenvError:
        # One may have been made nevertheless: its answer got lost.
        with contextlib.suppress(AwsenvError):
            if all(each.key_id == going.old for each in keys.every()):
                going.forget()
        raise
    going.note(key_id)
    return Session.from_profile(holder, key_id, secret, None, None)


def _finish(going: rotations.Rotation, keys: AccessKeys, keep_old: bool) -> None:
    """The old key signs no more, is deleted, and forgotten."""
    if not keep_old:
        keys.deactivate(going.old)
        keys.delete(going.old)
    going.forget()


def _tell(
    going: rotations.Rotation, names: list[str], keep_old: bool, environ: dict[str, str], say: Say
) -> None:
    old = "still active" if keep_old else "deleted"
    who = ", ".join(names)
    say(f"{who}: key {going.new} is stored; the old one, {going.old}, is {old}")
    if environ.get("AWS_ACCESS_KEY_ID") == going.old:
        say(f"this shell has the old one; {hints.use_command(names[0])}")
