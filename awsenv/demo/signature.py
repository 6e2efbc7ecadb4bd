"""Whether a request is signed by whom it says: Signature Version 4, computed by botocore."""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.message import Message

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from awsenv.demo.users import User

SKEW = timedelta(minutes=5)


class RefusedError(Exception):
    """A refusal in AWS's words: ``code`` and message, with HTTP status ``status``."""

    def __init__(self, code: str, message: str, status: int = 403) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


def signer(
    method: str, path: str, headers: Message, body: bytes, users: Mapping[str, User], now: float
) -> User:
    """The user who signed the request; ``users`` by key ID; ``now`` is the clock. Raises
    ``RefusedError``.

    Codes and messages: "Common Errors" of the AWS STS API Reference, as STS words them.
    """
    fields = _authorization(headers.get("Authorization", ""))
    key_id, day, region, service = fields["Credential"].split("/")[:4]
    user = users.get(key_id)
    if (
        user is None
        or not user.active
        or user.known_from > now
        or headers.get("X-Amz-Security-Token") != user.token
        or user.partition != partition_of(region)  # where nobody knows it
    ):
        raise RefusedError(
            "InvalidClientTokenId", "The security token included in the request is invalid."
        )
    stamp = headers.get("X-Amz-Date", "")
    _check_clock(stamp, day, now)
    if user.expires is not None and user.expires <= now:
        what = "The security token included in the request is expired"
        raise RefusedError("ExpiredToken", what)
    auth = SigV4Auth(Credentials(user.key_id, user.secret, user.token), service, region)
    signed = fields["SignedHeaders"].split(";")
    request = AWSRequest(
        method,
        f"http://{headers.get('Host', '')}{path}",
        {name: headers.get(name, "") for name in signed},
        body,
    )
    request.context["timestamp"] = stamp
    text = auth.string_to_sign(request, auth.canonical_request(request))
    if not hmac.compare_digest(auth.signature(text, request), fields["Signature"]):
        raise RefusedError(
            "SignatureDoesNotMatch",
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method.",
        )
    return user


def region_of(headers: Message) -> str:
    """The Region that a request is signed for."""
    return _authorization(headers.get("Authorization", ""))["Credential"].split("/")[2]


def partition_of(region: str) -> str:
    """The partition that ``region`` is in ("Partitions" in the AWS General Reference)."""
    prefixes = {"us-gov-": "aws-us-gov", "cn-": "aws-cn", "eusc-": "aws-eusc"}
    for prefix, partition in prefixes.items():
        if region.startswith(prefix):
            return partition
    return "aws"


def _authorization(header: str) -> dict[str, str]:
    scheme, _, rest = header.partition(" ")
    fields = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    if scheme != "AWS4-HMAC-SHA256" or not {"Credential", "SignedHeaders", "Signature"} <= set(
        fields
    ):
        raise RefusedError("MissingAuthenticationToken", "Request is missing Authentication Token")
    if fields["Credential"].count("/") != 4:
        raise RefusedError("IncompleteSignature", "Credential must have five parts", 400)
    return fields


def _check_clock(stamp: str, day: str, seconds: float) -> None:
    try:
        signed = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise RefusedError("IncompleteSignature", "X-Amz-Date is not a date", 400) from None
    now = datetime.fromtimestamp(seconds, UTC)
    if day != stamp[:8] or abs(now - signed) > SKEW:
        early = "expired" if signed < now else "not yet current"
        raise RefusedError(
            "SignatureDoesNotMatch",
            f"Signature {early}: {stamp} is not within 5 min. of {now:%Y%m%dT%H%M%SZ}",
        )
