"""What AWS, or what stands in its place, answers instead of what it was asked for: as one line for a person."""

import os
import shlex
from datetime import UTC, datetime
from typing import Any

from awsenv.aws.errors import RefusedCodeError, StrangerError, UnknownKeyError
from awsenv.errors import AwsenvError
from awsenv.profiles import causes
from awsenv.profiles.profile import Profile
from awsenv.regions import list_regions

TYPE_CHECKING = False
if TYPE_CHECKING:  # it takes longer than most commands
    import botocore.exceptions

# HTTP: a proxy wants a name and a password; a network wants its sign-in page to be looked at (RFC 9110, RFC 6585).
_OF_OTHERS = (407, 511)


def check_answerer(response: dict[str, Any]) -> None:
    """Raise ``StrangerError`` where botocore's ``response`` (status, headers, body) is none of AWS: what a proxy that
    refuses says, or a network's sign-in page. No API of AWS redirects, or answers with a page but where it has a fault
    of its own."""
    status, body = response["status_code"], response["body"]
    media = response["headers"].get("content-type", "").partition(";")[0]
    begin = body[:15].lower() if isinstance(body, bytes) else b""
    page = "html" in media or begin.startswith((b"<!doctype html", b"<html"))
    if status in _OF_OTHERS or 300 <= status < 400 or (page and status < 500):
        what = f"HTTP {status}, {media}" if media else f"HTTP {status}"
        raise StrangerError(
            f"what answered is not AWS but a proxy, or this network's sign-in page ({what})",
            "open any page in a browser, and look at HTTPS_PROXY",
        )


def explain_refusal(error: "botocore.exceptions.ClientError", profile: Profile) -> AwsenvError:
    """The error where AWS answered a call for ``profile`` that it will not."""
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


def _describe_skew(error: "botocore.exceptions.ClientError") -> str:
    """How far this machine's clock is off, by the answer's Date."""
    from email.utils import parsedate_to_datetime

    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        off = (datetime.now(UTC) - parsedate_to_datetime(headers["date"])).total_seconds()
    except (KeyError, ValueError, TypeError):
        return "this machine's clock is wrong"
    return f"this machine's clock is {round(abs(off) / 60)} minutes {'fast' if off > 0 else 'slow'}"


def explain_unreached(error: "botocore.exceptions.BotoCoreError", profile: Profile) -> AwsenvError:
    """The error where a call for ``profile`` came to no answer: by what is known to be wrong, else by botocore's."""
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
