"""A profile's session: from its record, else got by one process at a time, and stored."""

import shlex
from collections.abc import Callable
from typing import Any

from awsenv import debug, record_file, records
from awsenv.aws.context import Context
from awsenv.aws.errors import code_needed
from awsenv.aws.options import Prompter, SessionOptions
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError
from awsenv.files import locks
from awsenv.paths import shorten
from awsenv.profiles import causes
from awsenv.profiles.ini import Section
from awsenv.profiles.profile import Profile
from awsenv.profiles.read import Profiles
from awsenv.sessions import chain, mfa_codes, providers, session_record, sign_ins
from awsenv.sessions.chain import OF_KEY, Chain
from awsenv.sessions.providers import running
from awsenv.sessions.sign_ins import SignIn
from awsenv.state import state_folder


class SessionStore:
    """Sessions of ``profiles``, under the two AWS files as ``files`` saw them."""

    def __init__(
        self,
        files: records.AwsFiles,
        profiles: Profiles,
        environ: dict[str, str],
        prompter: Prompter,
    ) -> None:
        self._files = files
        self._environ = environ
        self._people = prompter
        self._chain = Chain(profiles)

    def get(self, profile: Profile, options: SessionOptions) -> Session:
        """The session of ``profile``. Raises ``AwsenvError``.

        Locks are taken in the order of the chain, the device's last.
        """
        if profile.missing_reference:
            raise AwsenvError(
                f"profile {profile.name}: its {profile.missing_reference} does not exist",
                f"awsenv show {shlex.quote(profile.name)}",
            )
        named = Context(
            profile, self._environ, self._people, options.region, mfa_codes.ask_with_code
        )
        return self._get(profile, options, named)

    def _get(self, profile: Profile, options: SessionOptions, context: Context) -> Session:
        if is_lasting(profile, options):
            self._refuse_faults(profile)
            return providers.session("key", profile, options, context)
        given = profile
        if options.role_arn:
            profile = _ad_hoc(profile, options.role_arn)
        bound = self._chain.binding(profile, options, given)
        # What a profile is as its own source has a record beside that of what it is.
        names = [given.name, *filter(None, (options.variant, given.variant))]
        path = record_file.record_path("\n".join(names), self._environ)

        def find_sign_in() -> SignIn:
            return sign_ins.find(self._chain.walk(given), self._environ)

        prompter = self._people
        begun = prompter.now()
        debug.note(f"profile {given.name} is of kind {profile.kind}; its record is {shorten(path)}")
        if session := self._look(path, profile, bound, options, begun, find_sign_in):
            return session
        debug.note("no record answers: the session is got")
        running.check(given, self._environ)
        person = needs_person(profile, options)
        state = state_folder(self._environ)
        # Nobody here: a sign-in elsewhere is not waited for, a code is.
        question_timeout = (
            5 if profile.kind == "sso" and prompter.ask is None else prompter.question_timeout
        )
        with locks.hold(
            state, f"session {path}", prompter.say, question_timeout=question_timeout
        ) as lock:
            if session := self._look(path, profile, bound, options, begun, find_sign_in):
                return session
            sign_in = find_sign_in()
            alive = session_record.load(path, profile, bound, sign_in)
            if alive is not None and alive.expires - prompter.now() <= options.min_left:
                alive = None
            if person and prompter.ask is None:
                if alive is not None and not options.fresh:
                    return alive.session
                raise code_needed(options.named or profile.name)
            lock.holds("is getting a session")
            context = context.getting(given.name)
            try:
                session = self._ask(profile, given, options, context, sign_in)
            except AwsenvError as error:
                if alive is None or options.fresh:
                    raise
                prompter.say(f"{error.message}; the session before is used, it still lives")
                return alive.session
            if session.expires is not None:
                found = session_record.StoredSession(session, prompter.now())
                session_record.keep(path, profile, found, bound, self._files, find_sign_in)
            return session

    def _refuse_faults(self, profile: Profile) -> None:
        """Say what is wrong with the settings of ``profile``, before anything is asked. Raises ``AwsenvError``."""
        for cause in causes.find_causes(profile, self._environ):
            if cause.is_fatal:
                raise AwsenvError(f"profile {profile.name} ({cause.text})", cause.fix)
        if profile.kind == "none" and (missing := causes.find_missing_file(self._environ)):
            what = f"profile {profile.name} has no access key, and {missing.text}"
            raise AwsenvError(what, missing.fix)

    def _look(
        self,
        path: str,
        profile: Profile,
        bound: str,
        options: SessionOptions,
        begun: float,
        find_sign_in: Callable[[], SignIn],
    ) -> Session | None:
        found = session_record.load(path, profile, bound, find_sign_in())
        if found is None or (options.fresh and found.issued < begun):
            debug.note(
                f"{shorten(path)}: {'too old for --fresh' if found else 'not there, or of other settings'}"
            )
            return None
        left = found.expires - self._people.now()
        debug.note(f"{shorten(path)}: {left:.0f} s left")
        if left <= (options.min_left or found.margin):
            return None
        # Under the files as they are now.
        session_record.keep(path, profile, found, bound, self._files, find_sign_in)
        return found.session

    def _ask(
        self,
        profile: Profile,
        given: Profile,
        options: SessionOptions,
        context: Context,
        sign_in: SignIn,
    ) -> Session:
        """The session of ``profile`` by its provider, and that of its source before."""
        self._refuse_faults(given)
        signed_out = bool(sign_in.path) and not sign_in.identity
        # What the AWS CLI has stored, if it was since the files were changed and since somebody signed in.
        since = max(self._files.changed(), sign_in.changed)
        since = float("inf") if options.fresh or signed_out else since
        if profile.kind == "role":
            return self._assume(profile, given, options, context, since, sign_in)
        if profile.kind == "sso":
            context = context.with_cli_cache(self._clis(since))
        kind = "mfa" if profile.kind in OF_KEY else profile.kind
        session = providers.session(kind, profile, options, context)
        if kind == "process" and profile.get("mfa_serial") and session.session_token is None:
            return providers.session("mfa", profile, options, context, session)
        return session

    def _assume(
        self,
        profile: Profile,
        given: Profile,
        options: SessionOptions,
        context: Context,
        since: float,
        sign_in: SignIn,
    ) -> Session:
        from awsenv.sessions.providers import role

        source = given if options.role_arn else self._chain.source(profile)
        seconds = role.choose_duration(profile, options)
        cache: Any = {}
        # The AWS CLI's cache does not say with whose session a role was assumed. It was with that of
        # this source where no profile has the role with another one.
        if source is not None and source is not given and self._chain.is_only(profile):
            cache = self._clis(since)
            found = role.load(profile, options, context, cache)
            debug.note(
                f"the AWS CLI's cache has {'a' if found else 'no'} session of role {profile.name}"
            )
            if found is not None and found.expires is not None:
                if found.expires.timestamp() - self._people.now() > options.min_left:
                    return found.made_by("AssumeRole", sign_in=sign_in.identity)
                cache = self._clis(float("inf"))  # it lives, but not for as long as is wanted
        options, of_source = chain.split(profile, source, options, seconds)
        if source is None:
            base = providers.session("credential-source", profile, of_source, context)
        else:
            base = self._get(source, of_source, context)
        with_cache = context.with_cli_cache(cache)
        return providers.session("role", profile, options, with_cache, base)

    def _clis(self, since: float) -> Any:
        from awsenv.aws import role_cache

        return role_cache.open_role_cache(self._environ, since)


def is_lasting(profile: Profile, options: SessionOptions) -> bool:
    """Whether ``profile`` has its key in the files, and nothing is to be got for it."""
    if options.role_arn:
        return False
    if profile.kind == "mfa":
        return options.plain
    return profile.kind in OF_KEY and not options.variant


def needs_person(profile: Profile, options: SessionOptions) -> bool:
    """Whether a code has to be typed before ``profile`` has a session: none is given and no command
    prints one. Of a role that is known only when it is got."""
    if profile.kind not in OF_KEY or options.role_arn or is_lasting(profile, options):
        return False
    device = not options.session and (options.mfa_serial or profile.get("mfa_serial"))
    printed = options.mfa_code or options.mfa_process or profile.get("mfa_process")
    return bool(device or options.mfa) and not printed


def _ad_hoc(profile: Profile, arn: str) -> Profile:
    """A profile that assumes ``arn`` with the session of ``profile``, in its Region and settings."""
    place = profile.config or profile.credentials
    assert place is not None
    drop = {*Profile.OF_KEY, *chain.DEPENDS, "aws_account_id"}
    values = {name: value for name, value in profile.settings().items() if name not in drop}
    values |= {"role_arn": arn, "source_profile": profile.name}
    options = {name: (value, place.line, place.line) for name, value in values.items()}
    return profile.with_parts(None, Section(place.path, place.header, place.line, options))
