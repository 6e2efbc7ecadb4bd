"""Which accounts and roles of a sign-in become profiles: kept in the config file itself, as the
command that chose them, in a comment that a person can read and change."""

import re
import shlex
from fnmatch import fnmatchcase

from awsenv.errors import AwsenvError
from awsenv.identity_center import profile_names
from awsenv.profiles import edit, ini

_WORD = "# awsenv sso setup "
_OPTIONS = {
    "--session": "session",
    "--start-url": "start_url",
    "--sso-region": "sso_region",
    "--output": "output",
    "--name-template": "template",
}
_LISTS = {"--region": "regions", "--account": "accounts", "--role": "roles"}


class Choice:
    """``session`` is a name, empty for profiles of the old form.

    ``regions`` are Regions for all or ``ACCOUNT=REGION``; ``accounts`` are IDs, names or ``ID/ROLE``,
    and ``roles`` names or patterns, with ``!`` in front of those that are not to be; without either it
    is all of them.
    """

    def __init__(self, session: str = "", start_url: str = "", sso_region: str = "") -> None:
        self.session = session
        self.start_url = start_url
        self.sso_region = sso_region
        self.output = ""
        self.template = profile_names.TEMPLATE
        self.regions: list[str] = []
        self.accounts: list[str] = []
        self.roles: list[str] = []

    def takes(self, account: str, name: str, role: str) -> bool:
        """Whether ``role`` in the ``account`` called ``name`` is chosen."""
        accounts = {account, name, f"{account}/{role}"} & set(self.accounts)
        names = (role, profile_names.shorten_role(role))
        wanted = [each for each in self.roles if each[:1] != "!"]
        without = [each[1:] for each in self.roles if each[:1] == "!"]
        return (
            bool(not self.accounts or accounts)
            and (not wanted or _match(names, wanted))
            and not _match(names, without)
        )

    def region(self, account: str, name: str) -> str:
        """The Region for profiles of ``account``, empty for none."""
        for given in self.regions:
            of, found, region = given.partition("=")
            if found and of in (account, name):
                return region
        return next((given for given in self.regions if "=" not in given), "")

    @property
    def line(self) -> str:
        """The comment that says it."""
        words = [] if self.session else ["--legacy"]
        for option, field in _OPTIONS.items():
            if value := getattr(self, field):
                words += [option, value]
        for option, field in _LISTS.items():
            for value in getattr(self, field):
                words += [option, value]
        if not self.accounts and not self.roles:
            words.append("--all")
        return _WORD + shlex.join(words)

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from another one in the same file."""
        return (self.session, "" if self.session else self.start_url)


def _match(names: tuple[str, str], patterns: list[str]) -> bool:
    return any(fnmatchcase(name, pattern) for name in names for pattern in patterns)


def read_choices(text: str, path: str) -> dict[int, Choice]:
    """The choices in the ``text`` of the config file, by line number from 0.

    Raises ``AwsenvError`` for one that cannot be understood.
    """
    found = {}
    for number, line in enumerate(edit.LINES.findall(text) if _WORD in text else ()):
        if line.startswith(_WORD):
            try:
                found[number] = _read(shlex.split(line.removeprefix(_WORD)))
            except (ValueError, KeyError, StopIteration):
                raise ini.MalformedError(
                    path, number + 1, "not a choice of accounts", "awsenv sso setup anew"
                ) from None
    return found


def _read(words: list[str]) -> Choice:
    choice, rest = Choice(), iter(words)
    for word in rest:
        if word in ("--all", "--legacy"):
            continue
        if word in _LISTS:
            getattr(choice, _LISTS[word]).append(next(rest))
        else:
            setattr(choice, _OPTIONS[word], next(rest))
    return choice


def check_template(template: str) -> str:
    """``template``, if names made by it can be profiles' names. Raises ``AwsenvError``."""
    rest = template
    for placeholder in profile_names.PLACEHOLDERS:
        rest = rest.replace(placeholder, "")
    if rest == template or re.search(r"[^\w.@+/-]", rest) or template.startswith("-"):
        raise AwsenvError(
            f"a name cannot be made by {template}",
            f"letters, - and {', '.join(profile_names.PLACEHOLDERS)}",
        )
    return template
