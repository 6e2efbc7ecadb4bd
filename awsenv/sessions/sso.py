"""IAM Identity Center: a role's credentials with an access token, renewed while that goes without a
person, else with a new sign-in."""

import os
import time
from datetime import UTC, datetime
from typing import Any

from awsenv import environment
from awsenv.errors import PERSON_NEEDED, AwsenvError
from awsenv.files import locks
from awsenv.profiles.profile import Profile
from awsenv.sessions import resolve, sso_token
from awsenv.sessions.session import Session
from awsenv.sessions.sso_token import SsoSession
from awsenv.sessions.terms import Terms

# Seconds before its end in which the AWS CLI and botocore renew a token, too.
WINDOW = 15 * 60


class EndedError(AwsenvError):
    """The portal does not take the token."""


def session(profile: Profile, terms: Terms, environ: dict[str, str]) -> Session:
    """One GetRoleCredentials. Raises ``AwsenvError``; a sign-in only where somebody can be asked."""
    where = sso_token.of_profile(profile, environ)
    token = access_token(where, profile, terms, environ)
    try:
        return _credentials(where, token, profile, environ)
    except EndedError:
        # The file says that it lives; somebody signed out elsewhere.
        token = access_token(where, profile, terms, environ, refused=token)
        return _credentials(where, token, profile, environ)


def access_token(
    where: SsoSession, profile: Profile, terms: Terms, environ: dict[str, str], refused: str = ""
) -> str:
    """A token that lives: the one that is stored, a renewed one, or that of a new sign-in."""
    path = where.token_path(environ)
    found = sso_token.load(path)
    left = sso_token.left(found, "expiresAt", terms.now())
    good = found is not None and found.get("accessToken") not in (None, refused)
    if found is not None and good and left > WINDOW:
        return str(found["accessToken"])
    if found is not None and _renewable(found, terms):
        _renew(where, profile, environ, refused)
        newer = sso_token.load(path)
        if (
            newer
            and newer.get("accessToken") != refused
            and sso_token.left(newer, "expiresAt", terms.now()) > 0
        ):
            return str(newer["accessToken"])
    if found is not None and good and left > 0:
        return str(found["accessToken"])
    if terms.ask is None:
        name = where.name or terms.named or profile.name
        error = AwsenvError(
            f"the sign-in of {where.shown} has ended and there is no terminal",
            f"awsenv login {name}",
        )
        error.code = PERSON_NEEDED
        raise error
    return sign_in(where, profile, terms, environ, refused)


def sign_in(
    where: SsoSession,
    profile: Profile,
    terms: Terms,
    environ: dict[str, str],
    refused: str | None = None,
) -> str:
    """Sign in anew, one at a time; the token. ``refused``: a token that is known not to do, while
    one that another sign-in has just brought does; ``None`` signs in whatever there is."""
    from awsenv.sessions import sso_browser, sso_login

    if not where.start_url.startswith("https://"):
        raise AwsenvError(f"{where.shown}: the start URL is not https", "sso_start_url = https://…")
    state, path = environment.state_folder(environ), where.token_path(environ)
    before = (sso_token.load(path) or {}).get("accessToken")
    with locks.locked(state, f"login {path}", terms.say) as lock:
        found = sso_token.load(path)
        if (
            found
            and found.get("accessToken") not in (before, refused)
            and sso_token.left(found, "expiresAt", terms.now()) > 0
        ):
            return str(found["accessToken"])
        failed, _, why = lock.remembered().partition(" ")
        if refused is not None and failed and float(failed) > terms.begun:
            # Asked for in another shell while this one waited: one tab is enough.
            raise AwsenvError(why, f"awsenv login {where.name or profile.name}")
        # The old form of profile has no scopes, and a browser's sign-in needs them.
        how = sso_browser.sign_in if where.name and terms.open else sso_login.device_code
        try:
            with locks.asking("waits for somebody to sign in"):
                fields = how(where, profile, terms, environ)
        except BaseException as error:
            why = (
                error.message
                if isinstance(error, AwsenvError)
                else f"the sign-in to {where.shown} was given up"
            )
            lock.remember(f"{terms.now()} {why}")
            raise
        try:
            sso_token.store(path, fields)
        except AwsenvError as error:
            terms.say(f"{error.message}: this sign-in serves this call alone")
        return str(fields["accessToken"])


def sign_out(where: SsoSession, profile: Profile, environ: dict[str, str]) -> bool:
    """Tell the service and remove the token; whether there was one. An ended one is no error."""
    from awsenv.sessions import client

    path = where.token_path(environ)
    found = sso_token.load(path)
    if found is None:
        return False
    try:
        portal = client.client("sso", None, profile, environ, where.region)
        client.call(profile, lambda: portal.logout(accessToken=found.get("accessToken", "")))
    except AwsenvError:
        pass  # ended, or out of reach: it is forgotten here all the same
    os.unlink(path)
    return True


def _credentials(
    where: SsoSession, token: str, profile: Profile, environ: dict[str, str]
) -> Session:
    from botocore.exceptions import ClientError

    from awsenv.sessions import client

    account, role = profile.get("sso_account_id") or "", profile.get("sso_role_name") or ""
    portal = client.client("sso", None, profile, environ, where.region)

    def request() -> Any:
        try:
            return portal.get_role_credentials(roleName=role, accountId=account, accessToken=token)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 401:
                raise EndedError(
                    f"the sign-in of {where.shown} has ended", f"awsenv login {profile.name}"
                ) from None
            if status == 403:
                what = f"profile {profile.name}: you have no role {role} in account {account}"
                raise AwsenvError(what, f"awsenv show {profile.name}") from None
            raise

    got = client.call(profile, request)["roleCredentials"]
    end = datetime.fromtimestamp(got["expiration"] / 1000, UTC)
    return resolve.of_profile(
        profile, got["accessKeyId"], got["secretAccessKey"], got["sessionToken"], end
    )


def _renewable(found: dict[str, Any], terms: Terms) -> bool:
    keys = ("refreshToken", "clientId", "clientSecret")
    return (
        all(found.get(k) for k in keys)
        and sso_token.left(found, "registrationExpiresAt", terms.now()) > 0
    )


def _renew(where: SsoSession, profile: Profile, environ: dict[str, str], refused: str) -> None:
    """Renew the token in a child of its own session that holds the lock: with rotation the old
    refresh token is spent by the call, so a kill of this process must not lose the new one."""
    child = os.fork()
    if child:
        os.waitpid(child, 0)
        return
    code = 1
    try:
        locks.leave()
        os.setsid()
        quiet = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(quiet, descriptor)
        _renew_here(where, profile, environ, refused)
        code = 0
    finally:
        os._exit(code)


def _renew_here(where: SsoSession, profile: Profile, environ: dict[str, str], refused: str) -> None:
    from awsenv.sessions import client

    path = where.token_path(environ)
    with locks.locked(environment.state_folder(environ), f"renew {path}", seconds=30):
        found = sso_token.load(path)
        if found is None:
            return
        taken = found.get("accessToken") == refused
        if not taken and sso_token.left(found, "expiresAt", time.time()) > WINDOW:
            return  # somebody else was first
        oidc = client.client("sso-oidc", None, profile, environ, where.region)
        wish = {
            "grantType": "refresh_token",
            "clientId": found["clientId"],
            "clientSecret": found["clientSecret"],
            "refreshToken": found["refreshToken"],
        }
        got = client.call(profile, lambda: oidc.create_token(**wish))
        fields = {**found, "accessToken": got["accessToken"]}
        fields["expiresAt"] = sso_token.written(time.time() + got["expiresIn"])
        if got.get("refreshToken"):
            fields["refreshToken"] = got["refreshToken"]
        sso_token.store(path, fields)
