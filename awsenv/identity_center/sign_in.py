"""An access token of IAM Identity Center: stored, renewed while that goes without a person, else by a
new sign-in; and signing out."""

import os
import time
from typing import Any

from awsenv import debug
from awsenv.aws import child, client, token_file
from awsenv.aws.context import Context
from awsenv.errors import AwsenvError, PersonNeededError
from awsenv.files import locks
from awsenv.identity_center import lineage, start_url
from awsenv.identity_center import token as tokens
from awsenv.identity_center.token import SsoSession
from awsenv.paths import shorten
from awsenv.profiles import read, write
from awsenv.profiles.profile import Profile
from awsenv.state import state_folder

# Seconds before its end in which the AWS CLI and botocore renew a token, too.
WINDOW = 15 * 60


class EndedError(AwsenvError):
    """The portal does not take the token."""


def get_access_token(
    where: SsoSession, profile: Profile, context: Context, refused: str = "", named: str = ""
) -> str:
    """A token that lives: the one that is stored, a renewed one, or that of a new sign-in.

    ``refused``: one that is known not to do. ``named`` is the profile that a person named. Raises
    ``AwsenvError``.
    """
    prompter, path = context.prompter, where.token_path(context.environ)
    found = token_file.load(path)
    left = token_file.seconds_left(found, "expiresAt", prompter.now())
    debug.note(f"the sign-in of {where.shown} is in {shorten(path)}, {left:.0f} s left")
    failure: AwsenvError | None = None
    good = found is not None and found.get("accessToken") not in (None, refused)
    if found is not None and good and left > WINDOW:
        return str(found["accessToken"])
    if found is not None and _is_renewable(found, prompter.now()):
        failure = _renew(where, profile, context, refused)
        newer = token_file.load(path)
        if (
            newer
            and newer.get("accessToken") != refused
            and token_file.seconds_left(newer, "expiresAt", prompter.now()) > 0
        ):
            return str(newer["accessToken"])
    if found is not None and good and left > 0:
        return str(found["accessToken"])
    if isinstance(failure, (child.KilledError, token_file.UnstorableError)):
        raise failure
    if not prompter.signs_in:
        raise PersonNeededError(
            f"the sign-in of {where.shown} has ended and there is no terminal",
            f"awsenv login {where.name or named or profile.name}",
        )
    return sign_in(where, profile, context, refused)


def sign_in(
    where: SsoSession, profile: Profile, context: Context, refused: str | None = None
) -> str:
    """Sign in anew, one at a time; the token. ``refused``: a token that is known not to do, while
    one that another sign-in has just brought does; ``None`` signs in whatever there is."""
    from awsenv.identity_center import browser, device_code

    if not where.start_url.startswith("https://"):
        raise AwsenvError(f"{where.shown}: the start URL is not https", "sso_start_url = https://…")
    prompter, environ = context.prompter, context.environ
    if not prompter.signs_in:
        login = where.format_login(profile.name)
        raise PersonNeededError(
            f"somebody has to sign in to {where.shown}, and there is neither a terminal nor a browser here",
            f"{login} --device-code, for somebody who reads this elsewhere",
        )
    state, path = state_folder(environ), where.token_path(environ)
    before = (token_file.load(path) or {}).get("accessToken")
    with locks.hold(state, f"login {path}", prompter.say) as lock:
        found = token_file.load(path)
        if (
            found
            and found.get("accessToken") not in (before, refused)
            and token_file.seconds_left(found, "expiresAt", prompter.now()) > 0
        ):
            return str(found["accessToken"])
        failed, _, why = lock.remembered().partition(" ")
        if refused is not None and failed and float(failed) > prompter.begun:
            # Asked for in another shell while this one waited: one tab is enough.
            raise AwsenvError(why, where.format_login(profile.name))
        # The old form of profile has no scopes, and a browser's sign-in needs them.
        asked, where = where, start_url.follow(where, context)
        how = browser.sign_in if where.name and prompter.open else device_code.sign_in
        try:
            with locks.announce_question("waits for somebody to sign in"):
                fields = how(where, profile, context)
        except BaseException as error:
            why = (
                error.message
                if isinstance(error, AwsenvError)
                else f"the sign-in to {where.shown} was given up"
            )
            lock.remember(f"{prompter.now()} {why}")
            raise
        try:
            tokens.store(path, fields)
        except AwsenvError as error:
            prompter.say(f"{error.message}: this sign-in serves this call alone")
        if where.region != asked.region:
            _write_region(where, profile, context)
        return str(fields["accessToken"])


def _write_region(where: SsoSession, profile: Profile, context: Context) -> None:
    """The Region that the portal itself names, where the sign-in's own was another: else nothing is found there. As the AWS
    CLI does it."""
    place = read.sso_session(where.name, context.environ) if where.name else profile.config
    if place is not None:
        options = {"sso_region": where.region}
        write.put_options(place.path, place.header, options, context.environ)
        context.prompter.say(
            f"{where.shown}: sso_region is {where.region} by now, as its portal says"
        )


def sign_out(where: SsoSession, profile: Profile, context: Context) -> bool:
    """Tell the service and remove the token; whether there was one. An ended one is no error."""
    path = where.token_path(context.environ)
    found = token_file.load(path)
    if found is None:
        return False
    tell(where, found, profile, context)
    os.unlink(path)
    return True


def tell(where: SsoSession, found: dict[str, Any], profile: Profile, context: Context) -> None:
    """Tell the service that the token ``found`` is done with."""
    try:
        portal = context.client("sso", region=where.region)
        client.call(profile, lambda: portal.logout(accessToken=found.get("accessToken", "")))
    except AwsenvError:
        pass  # ended, or out of reach: it is forgotten here all the same


def _is_renewable(found: dict[str, Any], now: float) -> bool:
    keys = ("refreshToken", "clientId", "clientSecret")
    return (
        all(found.get(k) for k in keys)
        and token_file.seconds_left(found, "registrationExpiresAt", now) > 0
    )


def _renew(
    where: SsoSession, profile: Profile, context: Context, refused: str
) -> AwsenvError | None:
    """Renew the token: with rotation the old refresh token is spent by the call, so a kill of this
    process must not lose the new one. Why it was not."""
    path = where.token_path(context.environ)
    with locks.hold(state_folder(context.environ), f"renew {path}", seconds=30) as lock:
        found = token_file.load(path)
        if found is None:
            return None
        taken = found.get("accessToken") == refused
        if not taken and token_file.seconds_left(found, "expiresAt", time.time()) > WINDOW:
            return None  # somebody else was first
        try:
            token_file.check_storable(path)
        except token_file.UnstorableError as error:
            return error
        return child.run(_spend, where, found, profile, context.without_people(), lock=lock)


def _spend(where: SsoSession, found: dict[str, Any], profile: Profile, context: Context) -> None:
    path = where.token_path(context.environ)
    oidc = context.client("sso-oidc", region=where.region)
    parameters = {
        "grantType": "refresh_token",
        "clientId": found["clientId"],
        "clientSecret": found["clientSecret"],
        "refreshToken": found["refreshToken"],
    }

    def renewed() -> Any:
        try:
            return oidc.create_token(**parameters)
        except oidc.exceptions.InvalidGrantException:
            token_file.wait_for_change(path, found)
            raise

    of = lineage.of_token(found["accessToken"], path, context.environ)
    got = client.call(profile, renewed)
    fields = {**found, "accessToken": got["accessToken"]}
    fields["expiresAt"] = token_file.format_time(time.time() + got["expiresIn"])
    if got.get("refreshToken"):
        fields["refreshToken"] = got["refreshToken"]
    tokens.store(path, fields)
    lineage.carry_on(path, of, fields, context.environ)
