"""A session of a role for a job of GitHub Actions, by the token that GitHub signs for that job ("Configuring OpenID Connect in
Amazon Web Services" and "OpenID Connect reference" in GitHub's documentation)."""

import json
from urllib.parse import quote, urlsplit

from awsenv.aws import https
from awsenv.aws.context import Context
from awsenv.aws.options import Prompter, SessionOptions
from awsenv.aws.session import Session
from awsenv.errors import AwsenvError, UsageError
from awsenv.profiles.ini import Section
from awsenv.profiles.profile import Profile
from awsenv.sessions.providers import web_identity

URL, BEARER = "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"
_PERMISSION = "permissions: id-token: write, in the workflow"


def get_session(role_arn: str, environ: dict[str, str]) -> Session:
    """The session of ``role_arn`` that the job is given, for as long as AWS gives one where nothing is said: an hour.
    Raises ``AwsenvError``."""
    words = role_arn.split(":")
    if len(words) != 6 or words[0] != "arn" or not words[5].startswith("role/"):
        raise UsageError(f"{role_arn} is no role's ARN", "arn:aws:iam::444455556666:role/ci, say")
    audience = f"sts.amazonaws.com{'.cn' if words[1] == 'aws-cn' else ''}"
    values = {"role_arn": role_arn, "role_session_name": _name_session(environ)}
    options = {name: (value, 1, 1) for name, value in values.items()}
    profile = Profile("github-role", None, Section("", "profile github-role", 1, options))
    token = _fetch_token(audience, profile, environ)
    context = Context(profile, environ, Prompter())
    try:
        return web_identity.assume(profile, token, SessionOptions(), context)
    except AwsenvError as error:  # of a profile that nobody has
        what = error.message.removeprefix(f"profile {profile.name}: ")
        raise AwsenvError(what, f"the trust policy of {role_arn}") from None


def _fetch_token(audience: str, profile: Profile, environ: dict[str, str]) -> str:
    url, bearer = environ.get(URL, ""), environ.get(BEARER, "")
    if not url or not bearer:
        raise AwsenvError("GitHub gives this job no token: there is no " + (BEARER if url else URL), _PERMISSION)  # fmt: skip
    address = urlsplit(url)
    if address.scheme != "https" and address.hostname not in ("127.0.0.1", "::1"):
        raise AwsenvError(f"{URL} is no https address", _PERMISSION)
    joint = "&" if address.query else "?"
    try:
        answer = https.ask("GET", f"{url}{joint}audience={quote(audience, safe='')}", https.find_bundle(profile, environ), bearer=bearer)  # fmt: skip
    except https.UnreachedError as error:
        raise https.explain("GitHub", error, profile, environ, "the job again") from None
    if answer.status_code != 200:
        raise AwsenvError(f"GitHub refused a token (HTTP {answer.status_code})", _PERMISSION)
    try:
        token = json.loads(answer.content)["value"]
    except (ValueError, KeyError, TypeError):
        raise AwsenvError("GitHub's answer holds no token", _PERMISSION) from None
    return str(token)


def _name_session(environ: dict[str, str]) -> str:
    """By which CloudTrail tells one run from another: letters, digits and ``=,.@-_``, 64 at most (AssumeRole)."""
    said = f"github-{environ.get('GITHUB_REPOSITORY', '')}-{environ.get('GITHUB_RUN_ID', '')}"
    return "".join(c if c.isascii() and (c.isalnum() or c in "=,.@-_") else "-" for c in said)[:64].strip("-")  # fmt: skip
