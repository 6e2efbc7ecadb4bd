"""Plain requests of our own, to what is no API: a start URL, the console's sign-in."""

from typing import Any

from awsenv.aws import deadline
from awsenv.errors import AwsenvError
from awsenv.profiles import causes
from awsenv.profiles.profile import Profile

# Seconds for one of them.
_SECONDS = 10


class UnreachedError(Exception):
    """Nothing was answered."""


def find_bundle(profile: Profile, environ: dict[str, str]) -> str | None:
    """The CA bundle by which ``profile`` trusts, as botocore and its HTTP library look for one; ``None`` for the usual."""
    places = (
        environ.get("AWS_CA_BUNDLE"),
        profile.get("ca_bundle"),
        environ.get("REQUESTS_CA_BUNDLE"),
    )
    return next(filter(None, places), None)


def explain(
    what: str, error: UnreachedError, profile: Profile, environ: dict[str, str], fix: str
) -> AwsenvError:
    """The error where ``what`` cannot be asked for ``profile``: by what is known to be wrong, else with ``fix``."""
    if cause := causes.find_unreached(profile, environ):
        return AwsenvError(f"{what} cannot be asked: {cause.text}", cause.fix)
    return AwsenvError(f"{what} cannot be asked: {error}", fix)


def ask(
    method: str,
    url: str,
    bundle: str | None,
    data: bytes = b"",
    media: str = "",
    bearer: str = "",
) -> Any:
    """The answer of botocore's HTTP session, through the environment's proxy, trusting ``bundle``; no
    redirect is followed: where one leads is the caller's to look at. Raises ``UnreachedError``."""
    from botocore.awsrequest import AWSRequest
    from botocore.exceptions import BotoCoreError
    from botocore.httpsession import URLLib3Session
    from botocore.utils import get_environ_proxies

    session = URLLib3Session(
        verify=bundle or True,  # type: ignore[arg-type]  # a path, too
        proxies=get_environ_proxies(url),
        timeout=_SECONDS,
    )
    headers = {"Content-Type": media} if media else {}
    if bearer:
        headers["Authorization"] = f"bearer {bearer}"
    request = AWSRequest(method=method, url=url, headers=headers, data=data).prepare()
    try:
        return deadline.within(lambda: session.send(request))
    except deadline.ExceededError:
        raise UnreachedError("it does not answer") from None
    except BotoCoreError as error:
        raise UnreachedError(type(error).__name__) from None
