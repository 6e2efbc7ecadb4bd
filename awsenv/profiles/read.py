"""The two AWS files as profiles."""

import shlex
from collections.abc import Iterable

from awsenv import paths
from awsenv.errors import AwsenvError
from awsenv.profiles import headers, ini
from awsenv.profiles.profile import Profile

# aws-vault's: the profile whose settings stand in for those that are missing.
INCLUDE = "include_profile"


class Profiles:
    """The profiles in the files that ``environ`` names, which are read once. Raises ``AwsenvError``
    when one cannot be read."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = environ
        self._config_path = paths.config_file(environ)
        self._credentials_path = paths.credentials_file(environ)
        self._config = ini.read(self._config_path)
        self._credentials = ini.read(self._credentials_path)
        self._found: dict[str, Profile | None] = {}
        self._names: dict[str, None] | None = None

    @property
    def names(self) -> Iterable[str]:
        """The names of all profiles: the config file's first, each file in its order."""
        if self._names is None:
            named = filter(None, map(headers.profile_name, self._config))
            self._names = dict.fromkeys([*named, *self._credentials])
        return self._names

    def all(self) -> dict[str, Profile]:
        """Every profile by its name."""
        by_name: dict[str, ini.Section] = {}
        for header, section in self._config.items():
            if name := headers.profile_name(header):
                by_name[name] = section
        for name in self.names:
            if name not in self._found:
                self._found[name] = self._made(name, by_name.get(name))
        return {name: each for name in self.names if (each := self._found[name])}

    def get(self, name: str) -> Profile | None:
        """The profile called ``name``, or ``None``."""
        if name not in self._found:
            self._found[name] = self._made(name, self._section(name))
        return self._found[name]

    def find(self, name: str) -> Profile:
        """The profile called ``name``. Raises ``AwsenvError``, naming near ones, when there is none."""
        found = self.get(name)
        if found is not None:
            return found
        config, credentials = (
            paths.shorten(self._config_path),
            paths.shorten(self._credentials_path),
        )
        if section := self._config.get(name):
            what = f"{config}, line {section.line}: [{name}] is no profile there"
            raise AwsenvError(what, f"write: [profile {name}]")
        if section := self._config.get(f"profile {name}"):
            what = f"{config}, line {section.line}: [{section.header}] is no profile to SDKs: its name is not one word"
            raise AwsenvError(what, f'write: [profile "{name}"]')
        none = "" if self.names else f": {config} and {credentials} hold no profile at all"
        raise self.explain_missing(name, f"no profile named {name}{none}")

    def explain_missing(self, name: str, what: str) -> AwsenvError:
        """The error ``what`` where a profile ``name`` is not there: by the file that is not, or with names that are near."""
        from awsenv import near
        from awsenv.profiles import causes

        if missing := causes.find_missing_file(self._environ):
            return AwsenvError(f"{what}, and {missing.text}", missing.fix)
        if not self.names:
            return AwsenvError(what, f"awsenv add {shlex.quote(name)}, or awsenv sso setup")
        if of_account := self._list_of_account(name):
            return AwsenvError(what, f"of that account: {', '.join(of_account)}")
        return AwsenvError(what, near.ask_whether(name, self.names, "awsenv list"))

    def _list_of_account(self, number: str, most: int = 3) -> list[str]:
        """The first profiles of the account ``number``, where it is one."""
        if len(number) != 12 or not number.isdecimal():
            return []
        from awsenv.profiles import account

        known = (each for each in map(self.get, self.names) if each is not None)
        return [each.name for each in known if account.of_profile(each) == number][:most]

    def _section(self, name: str) -> ini.Section | None:
        """The section of the config file that is the profile ``name``. Of [profile x] and [profile "x"] the last counts, as in
        ``build_profile_map``."""
        # Only where it can be so at all: profile_name has its price.
        there = [
            section
            for header, section in self._config.items()
            if (name in header or '"' in header or "'" in header or "\\" in header)
            and headers.profile_name(header) == name
        ]
        return there[-1] if there else None

    def _made(self, name: str, section: ini.Section | None) -> Profile | None:
        own = self._credentials.get(name)
        if section is None and own is None:
            return None
        found = Profile(name, own, section)
        # What stands in other sections: what it includes, its services, and what is said for all.
        self._found[name] = found
        if found.get(INCLUDE):
            self._include(found)
        if services := found.get("services"):
            found.services_place = _of_kind(services, "services", self._config)
            if found.services_place is None:
                found.missing_reference = f"services {services}"
        if name != "default":
            found.default = self.get("default")
        return found

    def _include(self, profile: Profile) -> None:
        included: list[ini.Section] = []
        seen, each = {profile.name}, profile
        while (name := each.direct(INCLUDE)) and name not in seen:
            seen.add(name)
            other = self.get(name)
            if other is None:
                profile.missing_reference = f"{INCLUDE} {name}"
                break
            included += [place for place in (other.credentials, other.config) if place is not None]
            each = other
        profile.included = tuple(included)


def profiles(environ: dict[str, str]) -> dict[str, Profile]:
    """Every profile by name. Raises ``AwsenvError`` when a file cannot be read."""
    return Profiles(environ).all()


def profile(name: str, environ: dict[str, str]) -> Profile:
    """The profile called ``name``. Raises ``AwsenvError`` when there is none."""
    return Profiles(environ).find(name)


def sso_session(name: str, environ: dict[str, str]) -> ini.Section | None:
    """The ``[sso-session NAME]`` of the config file, found as ``build_profile_map`` finds it."""
    return _of_kind(name, "sso-session", ini.read(paths.config_file(environ)))


def _of_kind(name: str, kind: str, sections: dict[str, ini.Section]) -> ini.Section | None:
    """The ``[kind NAME]`` of the config file."""
    found = None
    for header, section in sections.items():
        if headers.name_of_kind(header, kind) == name:
            found = section
    return found
