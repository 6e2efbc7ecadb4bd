"""Plain requests of our own, to what is no API: a start URL, the console's sign-in."""

from typing import Any

from awsenv.aws import deadline
from awsenv.profiles.profile import Profile

# Seconds for one of them.
_SECONDS = 10


class UnreachedError(Exception):
    """Nothing was answered."""


def find_bundle(profile: Profile, environ: dict[str, str]) -> str | None:
    """The CA bundle by which ``profile`` trusts, as botocore and its HTTP library look for one; ``None`` for the usual."""
    variables = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE")
    return next(filter(None, (profile.get("ca_bundle"), *map(environ.get, variables))), None)


def ask(method: str, url: str, bundle: str | None, data: bytes = b"", media: str = "") -> Any:
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
    request = AWSRequest(method=method, url=url, headers=headers, data=data).prepare()
    try:
        return deadline.within(lambda: session.send(request))
    except deadline.ExceededError:
        raise UnreachedError("it does not answer") from None
    except BotoCoreError as error:
        raise UnreachedError(type(error).__name__) from None
