"""IAM Identity Center: a role's credentials for the access token of a sign-in."""

from datetime import UTC, datetime
from typing import Any

from awsenv.aws import cli_caches, client, token_file
from awsenv.aws.context import Context
from awsenv.aws.options import SessionOptions
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError
from awsenv.identity_center import lineage, sign_in, token
from awsenv.identity_center.token import SsoSession
from awsenv.profiles import timestamps
from awsenv.profiles.profile import Profile


def session(
    profile: Profile, options: SessionOptions, context: Context, _: Session | None
) -> Session:
    """One GetRoleCredentials. Raises ``AwsenvError``; a sign-in only where somebody can be asked."""
    if stored := _load_cached(profile, context):
        return stored
    where, named = token.of_profile(profile, context.environ), options.named
    found = sign_in.get_access_token(where, profile, context, named=named)
    where = token.of_profile(profile, context.environ)  # a sign-in may have set its Region right
    try:
        return _get_credentials(where, found, profile, context)
    except sign_in.EndedError:
        # The file says that it lives; somebody signed out elsewhere.
        found = sign_in.get_access_token(where, profile, context, refused=found, named=named)
        return _get_credentials(where, found, profile, context)


def _get_credentials(where: SsoSession, found: str, profile: Profile, context: Context) -> Session:
    from botocore.exceptions import ClientError

    account, role = profile.get("sso_account_id") or "", profile.get("sso_role_name") or ""
    portal = context.client("sso", region=where.region)

    def request() -> Any:
        try:
            return portal.get_role_credentials(roleName=role, accountId=account, accessToken=found)
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            if status == 401:
                raise sign_in.EndedError(
                    f"the sign-in of {where.shown} has ended", f"awsenv login {profile.name}"
                ) from None
            if status == 403:
                what = f"profile {profile.name}: you have no role {role} in account {account}"
                raise AwsenvError(what, f"awsenv show {profile.name}") from None
            raise

    got = client.call(profile, request)["roleCredentials"]
    end = datetime.fromtimestamp(got["expiration"] / 1000, UTC)
    key_id, secret, session_token = got["accessKeyId"], got["secretAccessKey"], got["sessionToken"]
    context.cli_cache[cli_caches.find_sso_key(profile)] = {
        "ProviderType": "sso",
        "Credentials": {
            "AccessKeyId": key_id,
            "SecretAccessKey": secret,
            "SessionToken": session_token,
            "Expiration": token_file.format_time(end.timestamp()),
            "AccountId": account,
        },
    }
    path = where.token_path(context.environ)
    made = Session.from_profile(profile, key_id, secret, session_token, end)
    return made.made_by(
        "GetRoleCredentials", sign_in=lineage.of_token(found, path, context.environ)
    )


def _load_cached(profile: Profile, context: Context) -> Session | None:
    """What the AWS CLI has stored of the same role, while it takes that itself."""
    key = cli_caches.find_sso_key(profile)
    if key not in context.cli_cache:
        return None
    try:
        got = context.cli_cache[key]["Credentials"]
        end = timestamps.parse_end(got["Expiration"])
        if end.timestamp() - context.prompter.now() <= sign_in.WINDOW:
            return None
        found = Session.from_profile(
            profile, got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"], end
        )
        where = token.of_profile(profile, context.environ)
        of = lineage.find(where.token_path(context.environ), context.environ)
        return found.made_by("GetRoleCredentials", sign_in=of)
    except (KeyError, TypeError, ValueError):
        return None
