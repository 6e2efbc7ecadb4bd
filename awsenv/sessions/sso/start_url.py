"""A start URL of one's own domain, which leads to the access portal: as the AWS CLI resolves it since
2.35.13. The service is told the portal's; files are named by the one that a person wrote."""

from typing import Any
from urllib.parse import urljoin, urlsplit

from awsenv.errors import AwsenvError
from awsenv.sessions import deadline
from awsenv.sessions.context import Context

# Hosts of access portals ("Using the AWS access portal" in the IAM Identity Center User Guide).
_PORTALS = (
    ".awsapps.com",
    ".awsapps.cn",
    ".app.aws",
    ".portal.amazonaws.com",
    ".portal.amazonaws.com.cn",
    ".portal.amazonaws.eu",
    ".app.amazonwebservices.com.cn",
    "identitycenter.amazonaws.com",
    "identitycenter.amazonaws.com.cn",
)
# Seconds for the one request.
_SECONDS = 10
_MOVED = (301, 302, 303, 307, 308)


def resolve(start_url: str, context: Context) -> str:
    """The URL of the portal that ``start_url`` is, or leads to by one redirect. Raises ``AwsenvError``
    where that is none of AWS's: nobody signs in anywhere else."""
    if _is_portal(start_url):
        return start_url
    try:
        answer = _asked("HEAD", start_url, context)
        if answer.status_code in (405, 501):
            answer = _asked("GET", start_url, context)
    except _UnreachedError as error:
        raise AwsenvError(
            f"{start_url} cannot be asked: {error}", "look at sso_start_url"
        ) from None
    place = answer.headers.get("Location", "") if answer.status_code in _MOVED else ""
    target = urljoin(start_url, place) if place else ""
    if not _is_portal(target):
        where = f"leads to {target}, which is" if target else "is"
        raise AwsenvError(
            f"{start_url} {where} no access portal of AWS",
            "sso_start_url = https://….awsapps.com/start",
        )
    return target.partition("#")[0].rstrip("/")


class _UnreachedError(Exception):
    """Nothing was answered."""


def _is_portal(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme == "https" and (host.endswith(_PORTALS[:-2]) or host in _PORTALS[-2:])


def _asked(method: str, url: str, context: Context) -> Any:
    """The answer, with no redirect followed: where it leads is looked at first."""
    from botocore.awsrequest import AWSRequest
    from botocore.exceptions import BotoCoreError
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies

    bundle = context.profile.get("ca_bundle") or context.environ.get("AWS_CA_BUNDLE")
    session = URLLib3Session(
        verify=bundle or True,  # type: ignore[arg-type]  # a path, too
        proxies=get_environ_proxies(url),
        timeout=_SECONDS,
    )
    request = AWSRequest(method=method, url=url).prepare()
    try:
        return deadline.within(lambda: session.send(request))
    except deadline.ExceededError:
        raise _UnreachedError("it does not answer") from None
    except BotoCoreError as error:
        raise _UnreachedError(type(error).__name__) from None
