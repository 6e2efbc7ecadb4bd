"""A start URL of one's own domain, which leads to the access portal: as the AWS CLI resolves it since
2.35.13. The service is told the portal's; files are named by the one that a person wrote."""

from urllib.parse import urljoin, urlsplit

from awsenv.aws import https
from awsenv.aws.context import Context
from awsenv.errors import AwsenvError

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
_MOVED = (301, 302, 303, 307, 308)


def resolve(start_url: str, context: Context) -> str:
    """The URL of the portal that ``start_url`` is, or leads to by one redirect. Raises ``AwsenvError``
    where that is none of AWS's: nobody signs in anywhere else."""
    if _is_portal(start_url):
        return start_url
    bundle = context.profile.get("ca_bundle") or context.environ.get("AWS_CA_BUNDLE")
    try:
        answer = https.ask("HEAD", start_url, bundle)
        if answer.status_code in (405, 501):
            answer = https.ask("GET", start_url, bundle)
    except https.UnreachedError as error:
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


def _is_portal(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    return parts.scheme == "https" and (host.endswith(_PORTALS[:-2]) or host in _PORTALS[-2:])
