"""A start URL of one's own domain, which leads to the access portal: as the AWS CLI resolves it since
2.35.13. The service is told the portal's; files are named by the one that a person wrote."""

import re
from urllib.parse import urljoin, urlsplit

from awsenv.aws import https
from awsenv.aws.context import Context
from awsenv.errors import AwsenvError
from awsenv.identity_center.token import SsoSession

# Hosts of access portals, and domains of them: the AWS CLI's of 2.36.7, and "Using the AWS access portal" in the IAM
# Identity Center User Guide.
_DOMAINS = (
    ".awsapps.com",
    ".awsapps.com.cn",
    ".awsapps.cn",
    ".app.aws",
    ".portal.amazonaws.com",
    ".portal.amazonaws.com.cn",
    ".portal.amazonaws.eu",
    ".api.amazonwebservices.eu",
    ".app.amazonwebservices.com.cn",
)
_HOSTS = (
    "portal.amazonaws.eu",
    "identitycenter.amazonaws.com",
    "identitycenter.amazonaws.com.cn",
    "identitycenter.amazonaws.eu",
    "identitycenter.us-gov.amazonaws.com",
)
# Those that name the Region; xxx.awsapps.com does not.
_OF_REGION = re.compile(
    r"[^.]+\.(?:portal\.(?P<a>[a-z]+(?:-[a-z]+)+-\d)\.app\.(?:aws|amazonwebservices\.com\.cn)"
    r"|(?P<b>[a-z]+(?:-[a-z]+)+-\d)\.portal\.amazonaws\.(?:com|com\.cn|eu))"
)
_MOVED = (301, 302, 303, 307, 308)


def follow(where: SsoSession, context: Context) -> SsoSession:
    """``where`` with the portal that its start URL is, or leads to, and the Region that the host of that names. Raises as
    ``resolve`` does."""
    portal = resolve(where.start_url, context)
    region = find_region(portal) if portal != where.start_url else ""
    return where._replace(portal=portal, region=region or where.region)


def find_region(url: str) -> str:
    """The Region that the host of ``url`` names, empty where it names none."""
    found = _OF_REGION.fullmatch(urlsplit(url).hostname or "")
    return (found["a"] or found["b"]) if found else ""


def resolve(start_url: str, context: Context) -> str:
    """The URL of the portal that ``start_url`` is, or leads to by one redirect. Raises ``AwsenvError``
    where that is none of AWS's: nobody signs in anywhere else."""
    if _is_portal(start_url):
        return start_url
    bundle = https.find_bundle(context.profile, context.environ)
    try:
        answer = https.ask("HEAD", start_url, bundle)
        if answer.status_code in (405, 501):
            answer = https.ask("GET", start_url, bundle)
    except https.UnreachedError as error:
        fix = "look at sso_start_url"
        raise https.explain(start_url, error, context.profile, context.environ, fix) from None
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
    return parts.scheme == "https" and (host.endswith(_DOMAINS) or host in _HOSTS)
