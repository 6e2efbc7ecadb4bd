"""What ``sso setup`` has to know, asked where it was not given."""

import re
from urllib.parse import urlsplit

from awsenv.errors import AwsenvError, PersonNeededError
from awsenv.identity_center import profile_choice, profile_names
from awsenv.identity_center.profile_choice import Choice
from awsenv.identity_center.start_url import find_region
from awsenv.paths import config_file
from awsenv.profiles import headers, ini, read
from awsenv.regions import is_region
from awsenv.ui import terminal

# What the hosts of start URLs begin with that many instances share.
_EVERYBODYS = ("start", "identitycenter")


def complete_choice(
    given: Choice,
    output: str | None,
    legacy: bool,
    earlier: list[Choice],
    environ: dict[str, str],
    person: bool,
) -> Choice:
    """``given`` with what it lacks: as it was chosen earlier, found out, or asked of a ``person``.

    Raises ``AwsenvError`` for what cannot be, with exit code 3 for a question and no person.
    """
    before = _find_earlier(given, legacy, earlier) or Choice()
    if not (before.start_url or given.start_url or legacy):
        before.session = given.session or _find_only_session(environ)
    name = given.session or before.session
    if name and (place := read.sso_session(name, environ)):
        before.start_url = place.get("sso_start_url") or before.start_url
        before.sso_region = place.get("sso_region") or before.sso_region
    questions = _Questions(given, before, environ, person)
    choice = Choice(start_url=questions.ask_start_url())
    choice.sso_region = questions.ask_sso_region(choice.start_url)
    if not legacy:
        choice.session = questions.ask_session_name(choice.start_url)
    choice.regions = questions.ask_regions()
    choice.output = questions.ask_output(output)
    choice.template = profile_choice.check_template(
        given.template or before.template or profile_names.TEMPLATE
    )
    for each in (*given.accounts, *given.roles):
        _check(each.isprintable() and each, "account or role", each, "awsenv sso setup")
    of = given if given.accounts or given.roles else before
    choice.accounts, choice.roles = of.accounts, of.roles
    return choice


class _Questions:
    """What is asked where ``given`` does not say it; ``before`` is offered, as it was chosen then."""

    def __init__(
        self, given: Choice, before: Choice, environ: dict[str, str], person: bool
    ) -> None:
        self._given = given
        self._before = before
        self._environ = environ
        self._person = person

    def ask_start_url(self) -> str:
        offered = self._before.start_url
        return _start_url(
            self._given.start_url or _ask("SSO start URL", offered, "--start-url", self._person)
        )

    def ask_sso_region(self, start_url: str) -> str:
        # That of another instance is not offered.
        offered = self._before.sso_region if self._before.start_url == start_url else ""
        region = self._given.sso_region or find_region(start_url)
        region = region or _ask("SSO Region", offered, "--sso-region", self._person)
        _check(_is_likely_region(region), "SSO Region", region, "us-east-1")
        return region

    def ask_session_name(self, start_url: str) -> str:
        offered = self._before.session
        if not offered or _find_other_start_url(offered, start_url, self._environ):
            offered = _session_name(start_url, self._environ)
        name = self._given.session or _offer("SSO session name", offered, self._person)
        if other := _find_other_start_url(name, start_url, self._environ):
            raise AwsenvError(f"[sso-session {name}] is for {other} already", "--session NAME")
        good = name.isprintable() and not name.startswith("-")
        _check(good and name, "SSO session name", name, "xxx")
        return name

    def ask_regions(self) -> list[str]:
        regions = self._given.regions
        if not regions:
            default = self._before.region("", "") or _find_default("region", self._environ)
            answer = _offer("Default region name", default, self._person)
            of_accounts = [each for each in self._before.regions if "=" in each]
            regions = [*([answer] if answer else []), *of_accounts]
        for each in regions:
            _check(_is_likely_region(each.rpartition("=")[2]), "Region", each, "ap-northeast-1")
        return regions

    def ask_output(self, given: str | None) -> str:
        if given is None:
            default = self._before.output or _find_default("output", self._environ)
            given = _offer("Default output format", default, self._person)
        _check(re.fullmatch(r"[a-z-]*", given), "output format", given, "json")
        return given


def _find_earlier(given: Choice, legacy: bool, earlier: list[Choice]) -> Choice | None:
    """The earlier choice that this one is the next of."""
    for choice in earlier:
        if bool(choice.session) == legacy:
            continue
        if given.session and choice.session != given.session:
            continue
        if given.start_url and choice.start_url != _start_url(given.start_url):
            continue
        if given.session or given.start_url or len(earlier) == 1:
            return choice
    return None


def _find_only_session(environ: dict[str, str]) -> str:
    """The one sso-session that the config file has, if it has just one."""
    names = [name for h in ini.read(config_file(environ)) if (name := headers.session_name(h))]
    return names[0] if len(names) == 1 else ""


def _start_url(given: str) -> str:
    """``given`` as AWS takes it: without what a browser's address bar puts behind it."""
    url = given.strip().partition("#")[0].rstrip("/")
    parts = urlsplit(url)
    good = parts.scheme == "https" and parts.hostname and url.isprintable() and " " not in url
    _check(good, "start URL", given, "https://xxx.awsapps.com/start")
    return url


def _session_name(start_url: str, environ: dict[str, str]) -> str:
    """A name for the session: the instance's, where a person would know it by that. Where the host is
    everybody's (GovCloud, China, the newer URLs) the path names it. One that is taken has a number."""
    parts = urlsplit(start_url)
    first = (parts.hostname or "").partition(".")[0]
    if first in _EVERYBODYS:
        first = parts.path.rstrip("/").rpartition("/")[2]
    name = found = profile_names.slugify(first) or "sso"
    number = 1
    while _find_other_start_url(found, start_url, environ):
        number += 1
        found = f"{name}-{number}"
    return found


def _find_other_start_url(name: str, start_url: str, environ: dict[str, str]) -> str:
    """The other start URL that the sso-session ``name`` has, empty for none."""
    place = read.sso_session(name, environ)
    there = (place.get("sso_start_url") if place else "") or ""
    return there if there and _normalize_url(there) != _normalize_url(start_url) else ""


def _normalize_url(start_url: str) -> str:
    return start_url.partition("#")[0].rstrip("/")


def _find_default(option: str, environ: dict[str, str]) -> str:
    profile = read.profiles(environ).get("default")
    return (profile.get(option) if profile else "") or ""


def _ask(question: str, offered: str, option: str, person: bool) -> str:
    if not person:
        if offered:
            return offered
        raise PersonNeededError(
            f"sso setup asks for the {question} and there is no terminal", f"{option} VALUE"
        )
    found = terminal.ask(question, offered)
    if not found:
        raise AwsenvError(f"sso setup needs the {question}", f"{option} VALUE")
    return found


def _offer(question: str, offered: str, person: bool) -> str:
    return terminal.ask(question, offered) if person else offered


def _is_likely_region(name: str) -> bool:
    """`tokyo` may be one, and is a person's word for another."""
    return is_region(name) and name.count("-") > 1


def _check(good: object, what: str, given: str, like: str) -> None:
    if not good:
        raise AwsenvError(f"that is no {what}: {given or 'nothing'}", f"like {like}")
