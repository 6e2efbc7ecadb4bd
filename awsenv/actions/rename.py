"""``rename``: a profile by another name wherever it is named. Cut off anywhere, the same command goes on."""

import contextlib
import functools
import os
from collections.abc import Iterator

from awsenv import record_file, records, settings
from awsenv.actions import link, rotations
from awsenv.aws.options import Say
from awsenv.env_files import registry
from awsenv.envrc import bindings, ghq, trust
from awsenv.errors import AwsenvError
from awsenv.files import folders
from awsenv.paths import aws_files, settings_file, shorten, write_word
from awsenv.profiles import edit, headers, ini, rename, write, written
from awsenv.profiles.read import Profiles
from awsenv.server import grants
from awsenv.state import RECORDS, RENAME, state_path


class Renaming:
    """Profile ``old`` is to be called ``new``. ``texts``: each AWS file that is changed by it, as it is and as it will be;
    ``folders``, bound to it by an ``.envrc`` that was allowed; the ``.env`` files that were written for it. Raises
    ``AwsenvError`` where it cannot be."""

    def __init__(self, old: str, new: str, environ: dict[str, str]) -> None:
        self.old, self.new, self._environ = old, new, environ
        headers.check_name(new)
        begun = record_file.read(self._journal) or {}
        self._goes_on = (begun.get("old"), begun.get("new")) == (old, new)
        self._check(Profiles(environ))
        self.texts: dict[str, tuple[str, str]] = {}
        self._config, _ = aws_files(environ)
        for path in aws_files(environ):
            text = write.read_text(path)
            if (renamed := self._rename(path, text)) != text:
                self.texts[path] = (text, renamed)
        self.folders = trust.list_bound(old, environ)
        self.env_files = [each.path for each in registry.list_entries(environ, old)]

    def _check(self, known: Profiles) -> None:
        if self.old == self.new:
            raise AwsenvError(f"it is called {self.new} already", "another name")
        if "default" in (self.old, self.new):
            raise AwsenvError("default is what programs take where nobody names one", "awsenv add")
        if not self._goes_on:
            profile = known.find(self.old)
            if known.get(self.new) is not None:
                raise AwsenvError(f"there is a profile {self.new} already", "another name")
            if team := _find_team(profile.config):
                what = f"{self.old} is of team {team}, whose file names it"
                raise AwsenvError(what, f"awsenv alias {self.new} {self.old}")
        for each in rotations.list_begun(self._environ):
            if each.profile == self.old:
                what = f"the rotation of the key of profile {self.old} is not done"
                raise AwsenvError(what, f"awsenv rotate {self.old}")

    def list_left(self) -> Iterator[str]:
        """A line on each thing that goes on by the old name, with what to type."""
        for root in ghq.list_roots(self._environ):
            for folder in ghq.list_organizations(root):
                if os.path.realpath(folder) not in self.folders and self._is_named_in(folder):
                    where = write_word(folder)
                    yield f"{shorten(folder)}/.envrc names {self.old}, and is not allowed here; awsenv link {self.new} {where}"  # fmt: skip
        for each in grants.list_grants(self._environ, self.old):
            what = f"{shorten(each.where)} is served as {self.old}, and gets nothing from then on"
            yield f"{what}; awsenv dotenv {self.new} --live, or awsenv compose, there"
        if any(self.old in mark.profiles for mark in settings.read(self._environ).marks):
            path = shorten(settings_file(self._environ))
            yield f"{path} names {self.old}; {self.new} there, too"
        if self._environ.get("AWSENV_PROFILE") == self.old:
            yield f"this shell acts as {self.old}; awsenv use {self.new} once it is done"

    def _is_named_in(self, folder: str) -> bool:
        try:
            return bindings.find_profile(folder, folder) == self.old
        except AwsenvError:  # one that cannot be told is nobody's to change
            return False

    def carry_out(self, say: Say) -> None:
        """Do it. Raises ``AwsenvError``; the same again goes on where it was."""
        environ, old, new = self._environ, self.old, self.new
        records.write(self._journal, {"old": old, "new": new})
        for path in self.texts:
            write.change(path, functools.partial(self._rename, path), environ)
        for folder in self.folders:
            if trust.rename(folder, new, environ):
                continue  # it says an account, which it goes on saying
            link.link(new, folder, environ, say)
        for entry in registry.list_entries(environ, old):
            registry.rename(entry.path, new, environ)
        _move_records(old, new, environ)
        folders.discard(self._journal)

    def _rename(self, path: str, text: str) -> str:
        return rename.rename(text, path, self.old, self.new, path == self._config)

    @property
    def _journal(self) -> str:
        return state_path(self._environ, RENAME)


def _move_records(old: str, new: str, environ: dict[str, str]) -> None:
    """The sessions of ``old`` are those of ``new``: one that took a code costs no other."""
    folder = state_path(environ, RECORDS)
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        path = os.path.join(folder, name)
        fields = record_file.read(path) or {}
        if fields.get("profile") != old:
            continue
        with contextlib.suppress(AwsenvError, ValueError):
            _, _, variant = record_file.decode(name).partition("\n")
            records.write(record_file.variant_path(new, variant, environ), fields | {"profile": new})  # fmt: skip
        folders.discard(path)


def _find_team(section: ini.Section | None) -> str:
    """The team whose file the ``section`` came from; empty for none."""
    if section is None:
        return ""
    text = write.read_text(section.path)
    blocks = written.find_blocks(ini.parse(text, section.path), edit.LINES.findall(text))
    owner, _, team = blocks[section.header].owner.partition(" ")
    return team if owner == "team" else ""
