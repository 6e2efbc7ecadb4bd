"""Clients of AWS for our own calls: botocore, with the profile's settings and bounded in time.

botocore is loaded by the first client, and not by whoever might make one.
"""

import os
import shlex
from collections.abc import Callable
from typing import Any

from awsenv import debug
from awsenv.aws import deadline, partitions
from awsenv.aws.errors import StrangerError
from awsenv.aws.explain import explain_refusal, explain_unreached
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError
from awsenv.profiles import causes
from awsenv.profiles.profile import Profile
from awsenv.regions import check_region
from awsenv.variables import list_set, remove_session


def create_client(
    service: str, key: Session | None, profile: Profile, environ: dict[str, str], region: str = ""
) -> Any:
    """A client of ``service`` that signs with ``key``, or not at all, in the world of ``profile``;
    in ``region`` where that is not the profile's own. Raises ``AwsenvError``."""
    # What an earlier `use` put into this shell is not the user's wish: not its endpoint, its
    # Region or its CA.
    for name in list_set(environ):
        os.environ.pop(name, None)
    region = region or find_region(profile, environ)
    show = f"awsenv show {shlex.quote(profile.name)}"
    check_region(region, f"profile {profile.name}: {region}", show)
    debug.note(f"asks {service} in {region} as {key.access_key_id if key else 'nobody'}")
    import botocore.exceptions

    from awsenv.aws import botocore_client

    try:
        return botocore_client.make_client(service, key, profile, region)
    except (botocore.exceptions.BotoCoreError, ValueError) as error:
        if cause := causes.find_unreached(profile, dict(os.environ)):
            raise AwsenvError(f"profile {profile.name}: {cause.text}", cause.fix) from None
        # Its message names a setting and its value, which is no secret.
        what = f"profile {profile.name}: AWS cannot be asked: {error}"
        raise AwsenvError(what, show) from None


def find_region(profile: Profile, environ: dict[str, str]) -> str:
    """The Region in which AWS is asked for ``profile``: its own, else that of the person's shell,
    else the one that the partition of its role or device has for such calls."""
    mine = remove_session(environ)
    named = profile.get("region") or mine.get("AWS_REGION") or mine.get("AWS_DEFAULT_REGION")
    if named:
        return named
    of = partitions.of_arn(profile.get("role_arn") or profile.get("mfa_serial") or "")
    return (partitions.find_first_region(of) if of not in ("", "aws") else "") or "us-east-1"


def call(profile: Profile, request: Callable[[], Any]) -> Any:
    """What ``request`` gives, within the deadline; whatever goes wrong as one line. Raises
    ``AwsenvError``."""
    import botocore.exceptions
    import botocore.parsers

    try:
        return deadline.within(request)
    except deadline.ExceededError:
        raise AwsenvError(
            f"profile {profile.name}: AWS's answer was not there after {deadline.SECONDS:.0f} s",
            "look at the network, and try again",
        ) from None
    except botocore.exceptions.ClientError as error:
        raise explain_refusal(error, profile) from None
    except StrangerError as error:
        raise StrangerError(f"profile {profile.name}: {error}", error.fix) from None
    except botocore.parsers.ResponseParserError:
        # Its message quotes the body: a secret may be in it.
        raise AwsenvError(
            f"profile {profile.name}: AWS's answer was cut short", "try again"
        ) from None
    except botocore.exceptions.BotoCoreError as error:
        raise explain_unreached(error, profile) from None


def get_caller_identity(
    session: Session, profile: Profile, environ: dict[str, str]
) -> tuple[str, str]:
    """Account and ARN of ``session``, asked with one GetCallerIdentity. Raises ``AwsenvError``."""
    sts = create_client("sts", session, profile, environ)
    told = call(profile, sts.get_caller_identity)
    return told["Account"], told["Arn"]
