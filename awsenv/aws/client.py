"""Clients of AWS for our own calls: botocore, with the profile's settings and bounded in time."""

import os
import shlex
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import botocore
import botocore.config
import botocore.exceptions
import botocore.parsers
import botocore.session

from awsenv import debug
from awsenv.aws import deadline, partitions
from awsenv.aws.errors import RefusedCodeError, UnknownKeyError
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError
from awsenv.profiles import causes
from awsenv.profiles.profile import Profile
from awsenv.regions import check_region, list_regions
from awsenv.variables import list_set, remove_session

# Where a partition's STS is asked by those who name no Region ("AWS STS Regions and endpoints").
# Seconds. Four tries and what lies between them end within 30 s; validation is AWS's business.
CONFIG = botocore.config.Config(
    connect_timeout=3,
    read_timeout=5,
    parameter_validation=False,
    retries={"total_max_attempts": 4, "mode": "standard"},
)


class _ProfileSession(botocore.session.Session):
    """A botocore session that knows one profile and reads no file for it."""

    def __init__(self, profile: Profile) -> None:
        super().__init__(profile=profile.name)
        # Without what botocore would look for credentials by: those are given.
        settings = {n: v for n, v in profile.settings().items() if not n.startswith("sso_")}
        self._of = {
            "profiles": {profile.name: settings},
            "sso_sessions": {},
            "services": profile.services(),
        }

    @property
    def full_config(self) -> Any:
        return self._of


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
    try:
        if key is None:
            unsigned = CONFIG.merge(botocore.config.Config(signature_version=botocore.UNSIGNED))
            return _ProfileSession(profile).create_client(
                service, region_name=region, config=unsigned
            )
        return _ProfileSession(profile).create_client(
            service,
            region_name=region,
            aws_access_key_id=key.access_key_id,
            aws_secret_access_key=key.secret_access_key,
            aws_session_token=key.session_token,
            config=CONFIG,
        )
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
    try:
        return deadline.within(request)
    except deadline.ExceededError:
        raise AwsenvError(
            f"profile {profile.name}: AWS's answer was not there after {deadline.SECONDS:.0f} s",
            "look at the network, and try again",
        ) from None
    except botocore.exceptions.ClientError as error:
        raise _explain_refusal(error, profile) from None
    except botocore.parsers.ResponseParserError:
        # Its message quotes the body: a secret may be in it.
        raise AwsenvError(
            f"profile {profile.name}: AWS's answer was cut short", "try again"
        ) from None
    except botocore.exceptions.BotoCoreError as error:
        raise _explain_unreached(error, profile) from None


def get_caller_identity(
    session: Session, profile: Profile, environ: dict[str, str]
) -> tuple[str, str]:
    """Account and ARN of ``session``, asked with one GetCallerIdentity. Raises ``AwsenvError``."""
    sts = create_client("sts", session, profile, environ)
    told = call(profile, sts.get_caller_identity)
    return told["Account"], told["Arn"]


def _explain_refusal(error: botocore.exceptions.ClientError, profile: Profile) -> AwsenvError:
    told = error.response.get("Error", {})
    code, message = str(told.get("Code", "")), str(told.get("Message", ""))
    name, show = profile.name, f"awsenv show {shlex.quote(profile.name)}"
    if "MultiFactorAuthentication failed" in message:
        return RefusedCodeError(
            f"profile {name}: the MFA code was not taken", "again with the next code"
        )
    if (
        code in ("SignatureDoesNotMatch", "RequestExpired")
        and "Signature" in message
        and ("expired" in message or "not yet current" in message)
    ):
        return AwsenvError(f"profile {name}: {_describe_skew(error)}", "set the clock")
    if code == "SignatureDoesNotMatch":
        return AwsenvError(
            f"profile {name}: STS refused its key: SignatureDoesNotMatch, the secret is wrong", show
        )
    if code in ("InvalidClientTokenId", "UnrecognizedClientException"):
        return UnknownKeyError(
            f"profile {name}: STS refused its key: {code}, AWS does not know it", show
        )
    if code in ("ExpiredToken", "ExpiredTokenException"):
        return AwsenvError(f"profile {name}: its session token has ended", show)
    if code in (
        "Throttling",
        "ThrottlingException",
        "RequestLimitExceeded",
        "TooManyRequestsException",
    ):
        return AwsenvError(f"profile {name}: AWS asks to slow down", "try again in a minute")
    if code == "AccessDenied" and (role := profile.get("role_arn")):
        return AwsenvError(f"profile {name}: {role} may not be assumed: {message}", show)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status >= 500:
        return AwsenvError(f"profile {name}: AWS has a fault of its own ({status})", "try again")
    return AwsenvError(f"profile {name}: AWS refused: {code}: {message}", show)


def _describe_skew(error: botocore.exceptions.ClientError) -> str:
    """How far this machine's clock is off, by the answer's Date."""
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        off = (datetime.now(UTC) - parsedate_to_datetime(headers["date"])).total_seconds()
    except (KeyError, ValueError, TypeError):
        return "this machine's clock is wrong"
    return f"this machine's clock is {round(abs(off) / 60)} minutes {'fast' if off > 0 else 'slow'}"


def _explain_unreached(error: botocore.exceptions.BotoCoreError, profile: Profile) -> AwsenvError:
    if cause := causes.find_unreached(profile, dict(os.environ)):
        return AwsenvError(f"profile {profile.name}: {cause.text}", cause.fix)
    where = getattr(error, "kwargs", {}).get("endpoint_url", "AWS")
    texts = {
        "SSLError": f"{where} cannot be trusted: its certificate is not of a known authority",
        "ProxyConnectionError": "the proxy cannot be reached",
        "ConnectTimeoutError": f"{where} does not answer",
        "ReadTimeoutError": f"{where} does not answer",
        "ConnectionClosedError": f"{where} hung up",
        "EndpointConnectionError": f"{where} cannot be reached",
    }
    hints = {
        "SSLError": "AWS_CA_BUNDLE, or ca_bundle in the profile",
        "ProxyConnectionError": "look at HTTPS_PROXY",
    }
    kind = type(error).__name__
    region = profile.get("region")
    if kind == "EndpointConnectionError" and region and region not in list_regions():
        texts[kind] = f"{where} cannot be reached, and {region} is no Region that is known"
        hints[kind] = f"awsenv show {shlex.quote(profile.name)}"
    if kind == "ProxyConnectionError" and "407" in str(error):
        texts[kind] = "the proxy refuses: it wants a name and a password (HTTP 407)"
        hints[kind] = "HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT"
    text = texts.get(kind, f"STS cannot be asked: {kind}")
    return AwsenvError(
        f"profile {profile.name}: {text}", hints.get(kind, "look at the network, and try again")
    )
