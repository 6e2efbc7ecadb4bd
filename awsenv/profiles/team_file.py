"""A team's profiles in one TOML file, usually in a checkout that the team pulls: the tables and settings of the AWS config
file that are nobody's own. Never a key, never a program to run, never an endpoint: whoever may write the file could have
everybody's credentials by them.

    name = "acme"

    [sso-session.acme]
    sso_start_url = "https://acme.awsapps.com/start"
    sso_region = "eu-west-1"

    [profile.prod-admin]
    sso_session = "acme"
    sso_account_id = "444455556666"
    sso_role_name = "Admin"
"""

import os
from typing import Any, NamedTuple

from awsenv.errors import AwsenvError
from awsenv.files import reading
from awsenv.paths import shorten
from awsenv.profiles import headers, marks, production, references
from awsenv.settings import check_color, check_word
from awsenv.toml_file import TomlFile

_HELP = "awsenv help team add"
_SIGN_IN = ("sso_start_url", "sso_region")
# Settings of a profile (AWS SDKs and Tools Reference Guide) and of ours that are nobody's own.
_OF_PROFILE = (
    "region", "output", "sso_session", "sso_account_id", "sso_role_name", *_SIGN_IN, "role_arn", "source_profile",
    "external_id", "duration_seconds", references.ACCOUNT_NAME, references.ALIASES, production.OPTION, marks.WORD, marks.COLOR,
)  # fmt: skip
_OF_SESSION = (*_SIGN_IN, "sso_registration_scopes")
_KINDS = {
    "sso-session": (headers.session_header, _OF_SESSION),
    "profile": (headers.header, _OF_PROFILE),
}
# No name of a file of ours, nor of an option.
_PLAIN = "-_."


class Table(NamedTuple):
    """A section as the file wants it: its ``options``, and the ``line`` of its header there (0: not found)."""

    options: dict[str, str]
    line: int


class TeamFile:
    """What the file at ``path`` says: the team's ``name``, and its ``tables`` by the headers that they have in the config
    file. Raises ``AwsenvError`` with file and line."""

    def __init__(self, path: str) -> None:
        self.path = path
        with reading.explain_errors("read", path):
            try:
                data = reading.read(path)
            except FileNotFoundError:
                raise AwsenvError(f"there is no {shorten(path)}", "git pull, say") from None
        self._file = TomlFile(path, data, _HELP)
        told = self._file.told
        self._file.check("", told, {"name": str, **dict.fromkeys(_KINDS, dict)})
        self.name = told.get("name") or os.path.basename(path).removesuffix(".toml")
        if not self.name.strip(_PLAIN) or not all(c.isalnum() or c in _PLAIN for c in self.name):
            raise self._file.fault("", "name", f"a team cannot be called {self.name}", 'name = "acme"')  # fmt: skip
        self.tables: dict[str, Table] = {}
        for kind in _KINDS:
            for name, each in told.get(kind, {}).items():
                self._read_table(kind, name, each)

    def _read_table(self, kind: str, name: str, told: Any) -> None:
        table = f"{kind}.{name}"
        format_header, known = _KINDS[kind]
        try:
            headers.check_name(name)
        except AwsenvError as error:
            raise self._file.fault(kind, name, error.message, error.fix) from None
        if not isinstance(told, dict):
            raise self._file.fault(kind, name, f"{name} is no table", f"[{table}]")
        if name == "default":
            what = "default is what programs take where nobody names one, and each one's own"
            raise self._file.fault(table, "", what, "[profile.acme-dev], say")
        options = {}
        for option, value in told.items():
            options[option] = self._read_value(table, option, value, known)
        self.tables[format_header(name)] = Table(options, self._file.find_line(table))

    def _read_value(self, table: str, option: str, value: Any, known: tuple[str, ...]) -> str:
        if option not in known:
            what = f"{option} in [{table}] is nothing that a team shares"
            raise self._file.fault(table, option, what, f"one of {', '.join(known)}")
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, int) and option == "duration_seconds":
            return str(value)
        if not isinstance(value, str) or not value.strip() or not value.isprintable():
            raise self._file.fault(table, option, f"{option} in [{table}] is no text on one line", f'{option} = "…"')  # fmt: skip
        if option == marks.WORD:
            check_word(self._file, table, option, value)
        if option == marks.COLOR:
            check_color(self._file, table, option, value)
        return value.strip()
