"""The session of a profile and of its sources, each by its own record and lock."""

import hashlib

from awsenv import environment, records, replay
from awsenv.errors import AwsenvError
from awsenv.files import locks
from awsenv.profiles import read
from awsenv.profiles.profile import Place, Profile
from awsenv.refresh import stored
from awsenv.sessions import mfa, resolve
from awsenv.sessions.session import Session
from awsenv.sessions.terms import Terms

# What a session depends on, besides its source: an edit of anything else costs no call and no code.
_DEPENDS = (
    "role_arn",
    "external_id",
    "role_session_name",
    "duration_seconds",
    "mfa_serial",
    "credential_source",
    "web_identity_token_file",
    "credential_process",
    "login_session",
    "sso_session",
    "sso_start_url",
    "sso_account_id",
    "sso_role_name",
)
# What the AWS CLI's cache knows a role's session by.
_ROLE = ("role_arn", "external_id", "role_session_name", "duration_seconds", "mfa_serial")


class Chain:
    """Sessions under the two AWS files as ``sources`` saw them."""

    def __init__(self, sources: records.Sources, environ: dict[str, str]) -> None:
        self._sources = sources
        self._environ = environ
        self._known: dict[str, Profile] = {}

    def session(self, profile: Profile, terms: Terms) -> Session:
        """The session of ``profile``: from its record, else got, by one process at a time.

        Raises ``AwsenvError``. Locks are taken in the order of the chain, the device's last.
        """
        if resolve.lasting(profile, terms):
            return resolve.key(profile)
        given = profile
        if terms.role_arn:
            profile = _ad_hoc(profile, terms.role_arn)
        resolve.check(profile, self._environ)
        bound = self._binding(profile, terms)
        names = [given.name, terms.variant] if terms.variant else [given.name]
        path = replay.record_path("\n".join(names), self._environ)
        begun = terms.now()
        if session := self._look(path, profile, bound, terms, begun):
            return session
        person = resolve.needs_person(profile, terms)
        state = environment.state_folder(self._environ)
        # Nobody here: a sign-in elsewhere is not waited for, a code is.
        patience = 5 if profile.kind == "sso" and terms.ask is None else terms.patience
        with locks.locked(state, f"session {path}", terms.say, patience=patience) as lock:
            if session := self._look(path, profile, bound, terms, begun):
                return session
            alive = stored.load(path, profile, bound)
            if alive is not None and alive.expires - terms.now() <= terms.min_left:
                alive = None
            if person and terms.ask is None:
                if alive is not None and not terms.fresh:
                    return alive.session
                raise mfa.person_needed(profile, terms)
            lock.holds("is getting a session")
            try:
                session = self._get(profile, given, terms)
            except AwsenvError as error:
                if alive is None or terms.fresh:
                    raise
                terms.say(f"{error.message}; the session before is used, it still lives")
                return alive.session
            if session.expires is not None:
                found = stored.Stored(session, terms.now())
                stored.keep(path, profile, found, bound, self._sources)
            return session

    def _look(
        self, path: str, profile: Profile, bound: str, terms: Terms, begun: float
    ) -> Session | None:
        found = stored.load(path, profile, bound)
        if found is None or (terms.fresh and found.issued < begun):
            return None
        if found.expires - terms.now() <= (terms.min_left or found.margin):
            return None
        # Under the files as they are now.
        stored.keep(path, profile, found, bound, self._sources)
        return found.session

    def _get(self, profile: Profile, given: Profile, terms: Terms) -> Session:
        def source(name: str, of: Terms) -> Session:
            if terms.role_arn:
                return self.session(given, of)
            found = self._source(profile, name)
            # A source that asks for the same device by itself has the session that serves.
            if found.kind not in ("key", "mfa") or of.mfa_serial == found.get("mfa_serial"):
                of.mfa_serial = ""
            return self.session(found, of)

        shared = profile.kind == "role" and not terms.role_arn and self._provable(profile)
        return resolve.session(profile, terms, self._environ, source, shared)

    def _source(self, profile: Profile, name: str) -> Profile:
        """The profile called ``name``, as that which ``profile`` takes its credentials from."""
        found = (profile if name == profile.name else self._find(name)).as_source()
        if found is profile:
            profile.key()  # says that it holds none
        return found

    def _find(self, name: str) -> Profile:
        self._known = self._known or read.profiles(self._environ)
        return self._known[name] if name in self._known else read.profile(name, self._environ)

    def _binding(self, profile: Profile, terms: Terms) -> str:
        parts = [terms.variant, *self._depends(profile, ())]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _depends(self, profile: Profile, above: tuple[str, ...]) -> list[str]:
        """What the session of ``profile`` depends on, down to the key. Raises for a circle."""
        if profile.kind in ("key", "temporary", "mfa", "none"):
            return [profile.kind, profile.key()[0], profile.get("mfa_serial") or ""]
        own = [profile.kind, *(profile.get(name) or "" for name in _DEPENDS)]
        name = profile.get("source_profile")
        if profile.kind != "role" or name is None:
            return own
        if name == profile.name and profile.key_place is None:
            return own
        if name in above:
            circle = " → ".join([*above, profile.name, name])
            raise AwsenvError(
                f"source profiles go round in a circle: {circle}", f"awsenv show {name}"
            )
        return [*own, *self._depends(self._source(profile, name), (*above, profile.name))]

    def _provable(self, profile: Profile) -> bool:
        """Whether what the AWS CLI has stored of this role came from this profile's source.

        Its cache does not say. It did when no other profile for the same role has another source,
        and neither file was changed since the first of what is stored.
        """
        from awsenv.sessions import cli_caches

        if self._sources.changed() > cli_caches.oldest(self._environ):
            return False
        self._known = self._known or read.profiles(self._environ)
        role = [profile.get(name) for name in _ROLE]
        own = self._depends(profile, ())
        for other in self._known.values():
            if other.kind == "role" and [other.get(name) for name in _ROLE] == role:
                try:
                    if self._depends(other, ()) != own:
                        return False
                except AwsenvError:
                    return False
        return True


def _ad_hoc(profile: Profile, arn: str) -> Profile:
    """A profile that assumes ``arn`` with the session of ``profile``, in its Region and settings."""
    drop = {*Profile.OF_KEY, *_DEPENDS, "aws_account_id"}
    place = profile.config or profile.credentials
    assert place is not None
    values = {name: value for name, value in profile.settings().items() if name not in drop}
    values |= {"role_arn": arn, "source_profile": profile.name}
    options = {name: (value, place.line, place.line) for name, value in values.items()}
    return Profile(profile.name, None, Place(place.path, place.header, place.line, options))
