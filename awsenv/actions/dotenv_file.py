"""A session into a ``.env``: on a person's word, and again whenever it is renewed."""

import os
from collections.abc import Callable

from awsenv.aws.options import Prompter, Say, SessionOptions
from awsenv.env_files import env_file, git, registry
from awsenv.envrc import trust
from awsenv.errors import AwsenvError, UsageError
from awsenv.files import reading, writing
from awsenv.paths import shorten
from awsenv.request import Request
from awsenv.sessions import resolve
from awsenv.shells import hints
from awsenv.state import state_folder
from awsenv.variables import SESSION_VARIABLES


class EnvFile:
    """The ``.env`` that a person calls ``name``. ``pairs``: what ``--map`` said, ``NAME=OWN`` each; ``ignore``: it is
    added to ``.gitignore`` where git would take it. ``say`` is told what a person should hear."""

    def __init__(
        self, name: str, say: Say, pairs: list[str] | None = None, ignore: bool = False
    ) -> None:
        self.name = name
        self.path = os.path.abspath(name)
        self.pairs = pairs or []
        self._ignore = ignore
        self._say = say

    def read(self) -> str:
        """The text of the file, empty where there is none. Raises ``AwsenvError``."""
        return _read(os.path.realpath(self.path))

    def rename_variables(self, variables: dict[str, str]) -> dict[str, str]:
        """``variables`` under the names that ``--map`` gives them. Raises ``UsageError``."""
        # An empty one keeps [default] away from programs in a shell, which read the AWS files; who reads a .env
        # has none.
        variables = {name: value for name, value in variables.items() if value}
        names = {}
        for pair in self.pairs:
            name, _, own = pair.partition("=")
            if name not in variables or not env_file.NAME.fullmatch(own):
                known = f"one of {', '.join(variables)}"
                raise UsageError(f"--map {pair}: NAME=OWN with a NAME of the session", known)
            names[name] = own
        values = {names.get(name, name): value for name, value in variables.items()}
        if len(values) != len(variables):
            raise UsageError("--map gives two variables the same name", "choose another")
        return values

    def write(self, values: dict[str, str], profile: str) -> None:
        """Put ``values``, the session of ``profile``, into it. Raises ``AwsenvError``."""
        path = self.path
        if os.path.isdir(path):
            raise AwsenvError(f"{shorten(path)} is a folder", f"-o {self.name}/.env")
        folder = os.path.dirname(os.path.realpath(path))
        if not os.path.isdir(folder):
            raise AwsenvError(f"{shorten(folder)} is not a folder", f"mkdir -p {shorten(folder)}")
        done = env_file.Update("")

        def edit(old: str) -> str:
            nonlocal done
            done = env_file.update(old, values, profile, path)
            return done.text

        mode = self._change(git.check(path, self._ignore), edit)
        self._say(f"{shorten(path)} acts as {profile}")
        if mode & 0o077:
            self._say(f"{shorten(path)} was open to others ({mode:04o}); now it is yours alone")
        for name in dict.fromkeys(done.duplicates):
            self._say(f"{name} stood there several times; the last one stays")
        if done.exported:
            names = ", ".join(done.exported)
            self._say(f"docker run --env-file does not know the export in front of {names}")
        if done.crlf:
            self._say("its lines end in CR LF, which sh takes for a part of each value")

    def warn_of_masks(self, values: dict[str, str], environ: dict[str, str]) -> None:
        """docker compose lets the shell's variables win over those of the file."""
        masks = [
            name
            for name in sorted({*values, *SESSION_VARIABLES})
            if environ.get(name, "") != values.get(name, "") and environ.get(name)
        ]
        if masks:
            self._say(
                f"this shell exports {', '.join(masks)} with other values, and compose prefers them to "
                f"{self.name}; {hints.off_command()}, or unset them"
            )

    def clear(self) -> None:
        """Take the session that awsenv wrote out of it. Raises ``AwsenvError``."""
        self._change(os.path.realpath(self.path), env_file.clear)
        self._say(f"{shorten(self.path)} holds no session any more")

    def _change(self, real: str, edit: Callable[[str], str]) -> int:
        """Write what ``edit`` makes of it, which really is the file ``real``; its permissions before. Raises
        ``AwsenvError``."""
        environ, folder = dict(os.environ), os.path.dirname(real)
        with writing.hold_folder(folder, state_folder(environ), self._say) as aside:
            with reading.explain_errors("write", self.path):
                there, mode = os.path.lexists(real), _read_mode(real)
                old = _read(real)
                text = edit(old)
                if text != old or mode & 0o077:
                    writing.write_whole(self.path, _encode(text), secret=True, aside=aside)
            trust.follow(self.path, _encode(old) if there else None, _encode(text), environ)
        return mode


def rewrite(profile: str, environ: dict[str, str], say: Say) -> None:
    """Write the remembered files of ``profile`` again with its session as it is now; one that was moved or edited
    since is left alone and named."""
    for entry in registry.list_entries(environ, profile):
        if entry.state != "kept":
            say(f"{shorten(entry.path)} was {entry.state} since, and is left alone")
            continue
        request = Request("dotenv", profile, entry.region)
        resolved = resolve.resolve(request, SessionOptions(), Prompter(say=say), environ)
        file = EnvFile(entry.path, say, entry.map)
        values = file.rename_variables(resolved.variables)
        if registry.digest(values) != entry.digest:
            file.write(values, profile)
            registry.remember(entry.path, profile, entry.region, entry.map, values, environ)


def _read(path: str) -> str:
    return (reading.read_if_there(path) or b"").decode("utf-8", "surrogateescape")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _read_mode(path: str) -> int:
    """The permissions of the file at ``path``; 0 where there is none."""
    return os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0
