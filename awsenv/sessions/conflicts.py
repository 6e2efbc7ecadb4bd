"""Variables of a shell that fight each other: which tool obeys which, and what to type."""

from collections.abc import Mapping
from datetime import UTC, datetime

from awsenv.profiles.account import of_key

Problem = tuple[str, str]


def find_conflicts(environ: Mapping[str, str], key_id: str | None) -> list[Problem]:
    """What is wrong in ``environ``, each with what to type.

    ``key_id`` is that of the profile which awsenv says is active, where it has a key of its own.
    Which tool obeys what: the AWS SDKs and Tools Reference Guide, and botocore's ``configprovider``.
    """
    checks = (
        _check_profiles,
        _check_keys_and_profile,
        _check_regions,
        _check_tokens,
        _check_accounts,
    )
    problems = [problem for check in checks for problem in check(environ)]
    active = environ.get("AWS_ACCESS_KEY_ID")
    if key_id and active and active != key_id:
        name = environ.get("AWSENV_PROFILE", "")
        problems.append((f"the key is no longer that of {name}", f"awsenv use {name}"))
    return problems


def _check_profiles(environ: Mapping[str, str]) -> list[Problem]:
    new, old = environ.get("AWS_PROFILE"), environ.get("AWS_DEFAULT_PROFILE")
    if not new or not old or new == old:
        return []
    what = (
        f"AWS_PROFILE is {new} and AWS_DEFAULT_PROFILE is {old}: boto3 and AWS CLI v1 obey the second, "
        "AWS CLI v2 and the other SDKs the first"
    )
    return [(what, "unset AWS_DEFAULT_PROFILE")]


def _check_keys_and_profile(environ: Mapping[str, str]) -> list[Problem]:
    name = "AWS_PROFILE" if environ.get("AWS_PROFILE") else "AWS_DEFAULT_PROFILE"
    if not environ.get("AWS_ACCESS_KEY_ID") or not environ.get(name):
        return []
    what = (
        f"a key and {name} are both set: the JavaScript SDK and the old Go SDK act as profile "
        f"{environ[name]}, everything else as the key"
    )
    return [(what, f"unset {name}")]


def _check_regions(environ: Mapping[str, str]) -> list[Problem]:
    new, old = environ.get("AWS_REGION"), environ.get("AWS_DEFAULT_REGION")
    if new == old:
        return []
    if new and old:
        what = f"AWS_REGION is {new} and AWS_DEFAULT_REGION is {old}: boto3 and AWS CLI v1 obey the second"
        return [(what, f"export AWS_DEFAULT_REGION={new}")]
    if new:
        what = "AWS_REGION is set and AWS_DEFAULT_REGION is not: boto3 and AWS CLI v1 see no Region"
        return [(what, f"export AWS_DEFAULT_REGION={new}")]
    what = "AWS_DEFAULT_REGION is set and AWS_REGION is not: the JavaScript, Go and Java SDKs see no Region"
    return [(what, f"export AWS_REGION={old}")]


def _check_tokens(environ: Mapping[str, str]) -> list[Problem]:
    key_id, token = environ.get("AWS_ACCESS_KEY_ID", ""), environ.get("AWS_SESSION_TOKEN")
    problems = []
    if key_id.startswith("AKIA") and token:
        what = "AWS_SESSION_TOKEN belongs to another key: a key that begins with AKIA has none"
        problems.append((what, "unset AWS_SESSION_TOKEN"))
    if key_id.startswith("ASIA") and not token:
        what = "the key is a temporary one and AWS_SESSION_TOKEN is missing"
        problems.append((what, "awsenv use PROFILE"))
    old = environ.get("AWS_SECURITY_TOKEN")
    if old and old != token:
        what = "AWS_SECURITY_TOKEN, which old SDKs read, is another token than AWS_SESSION_TOKEN"
        problems.append((what, "unset AWS_SECURITY_TOKEN"))
    end = read_expiration(environ)
    if key_id and end and end <= datetime.now(UTC):
        name = environ.get("AWSENV_PROFILE") or "PROFILE"
        problems.append(("the session has ended", f"awsenv use {name}"))
    return problems


def _check_accounts(environ: Mapping[str, str]) -> list[Problem]:
    said, known = environ.get("AWS_ACCOUNT_ID"), of_key(environ.get("AWS_ACCESS_KEY_ID", ""))
    if not said or not known or said == known:
        return []
    what = (
        f"AWS_ACCOUNT_ID is {said} and the key is of {known}: some calls go to the wrong endpoint"
    )
    return [(what, "unset AWS_ACCOUNT_ID")]


def read_expiration(environ: Mapping[str, str]) -> datetime | None:
    """The end that ``AWS_CREDENTIAL_EXPIRATION`` tells, if it can be read."""
    try:
        end = datetime.fromisoformat(environ.get("AWS_CREDENTIAL_EXPIRATION", ""))
    except ValueError:
        return None
    return end if end.tzinfo else end.replace(tzinfo=UTC)
