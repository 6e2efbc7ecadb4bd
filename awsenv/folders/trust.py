"""Which ``.envrc`` files a person allowed: path and content together, of every file that takes part.

What was allowed lies in a mirror of the path, ``STATE/trust/home/me/org/.envrc``, as a record that
the hook reads without a process: the bytes of each file, to be compared, and what was derived from
them, which is all that is ever loaded.
"""

import contextlib
import io
import os
from collections.abc import Iterator

from dotenv.main import DotEnv
from dotenv.variables import parse_variables

from awsenv import environment, records, replay
from awsenv.errors import AwsenvError
from awsenv.folders import env_file, subset
from awsenv.folders.unsafe import is_unsafe
from awsenv.paths import shown

_OPTIONS = {"--region": "region", "--account": "account"}


class Derived:
    """What an ``.envrc`` loads: ``profile`` with ``options`` (empty without one), ``variables`` of its
    ``.env`` files; ``files`` are the fields of the record that say what is compared."""

    def __init__(self) -> None:
        self.profile = ""
        self.options: dict[str, str] = {}
        self.variables: dict[str, str] = {}
        self.files: dict[str, str] = {}

    @property
    def unsafe(self) -> list[str]:
        """The variables that need a person's word of their own."""
        return sorted(filter(is_unsafe, self.variables))

    def fields(self, path: str) -> dict[str, str]:
        """The record of it for the ``.envrc`` at ``path``."""
        found = {"path": path, **self.files}
        if self.profile:
            found |= {"profile": self.profile, **self.options}
        return found | {f"var.{name}": value for name, value in self.variables.items()}


def derived(path: str) -> Derived:
    """What the ``.envrc`` at ``path`` loads. Raises ``AwsenvError`` where it needs direnv."""
    found = Derived()
    _add_envrc(found, path)
    return found


def allow(path: str, found: Derived, environ: dict[str, str]) -> None:
    """Trust the ``.envrc`` at ``path`` with what was ``found`` in it. Raises ``AwsenvError``."""
    place = mirror(path, environ)
    records.write(place, found.fields(path))
    # As old as the youngest of them: a file that is younger is looked at again, and so is all of it
    # once that is allowed.
    with contextlib.suppress(OSError):
        compared = [file for field, file in found.files.items() if field[:4] in ("file", "env.")]
        stamp = max(os.stat(file).st_mtime_ns for file in compared)
        os.utime(place, ns=(stamp, stamp))


def deny(path: str, environ: dict[str, str]) -> bool:
    """Trust it no more; whether it was trusted."""
    try:
        os.unlink(mirror(path, environ))
    except FileNotFoundError:
        return False
    return True


@contextlib.contextmanager
def kept(file: str, environ: dict[str, str]) -> Iterator[None]:
    """While the context lasts awsenv itself changes ``file``: every ``.envrc`` that was allowed with
    it, or is it, is so afterwards, too."""
    file = real(file)
    allowed = [path for path in _near(file, environ) if state(path, environ) == "allowed"]
    yield
    for path in allowed:
        with contextlib.suppress(AwsenvError):  # it is gone, or says more now than the hook reads
            allow(path, derived(path), environ)


def _near(file: str, environ: dict[str, str]) -> Iterator[str]:
    """The ``.envrc`` files whose records name ``file``: above it, beside it and below."""
    folder = os.path.dirname(file)
    below = [os.path.join(place, ".envrc") for place, _, _ in os.walk(mirror(folder, environ))]
    for place in sorted({*below, *(mirror(path, environ) for path in above(folder))}):
        fields = replay.read(place) or {}
        if file in fields.values():
            yield fields["path"]


def state(path: str, environ: dict[str, str]) -> str:
    """``allowed``, ``changed`` since, or ``not allowed``."""
    record = replay.read(mirror(path, environ))
    if record is None or record.get("path") != path:
        return "not allowed"
    try:
        return "allowed" if derived(path).fields(path) == record else "changed"
    except AwsenvError:
        return "changed"


def mirror(path: str, environ: dict[str, str]) -> str:
    """Where the record of the ``.envrc`` at ``path`` lies; ``path`` has no links above its name."""
    return f"{environment.state_folder(environ)}/trust{path}"


def above(folder: str) -> Iterator[str]:
    """Where an ``.envrc`` above ``folder`` would lie, the nearest first."""
    while folder != "/":
        folder = os.path.dirname(folder)
        yield os.path.join(folder, ".envrc")


def is_there(path: str) -> bool:
    """Whether there is an ``.envrc`` at ``path``, of whatever kind; a folder is none."""
    return os.path.lexists(path) and not os.path.isdir(path)


def real(path: str) -> str:
    """``path`` by its physical folder, as the hook walks it."""
    return os.path.join(os.path.realpath(os.path.dirname(path)), os.path.basename(path))


def _add_envrc(found: Derived, path: str) -> None:
    text = subset.read(path)
    _compared(found, "file", path, text)
    for each in subset.directives(text, path):
        if each.command == "use_aws":
            _add_profile(found, each, path)
        elif each.command == "source_up":
            if each.words:
                raise subset.needs_direnv(path, each.line)
            _add_envrc(found, _above(found, path, each.line))
        elif len(each.words) < 2:
            _add_env(found, each, path)
        else:
            raise subset.needs_direnv(path, each.line)


def _add_profile(found: Derived, each: subset.Directive, path: str) -> None:
    found.profile, found.options = "", {}
    words = iter(each.words)
    for word in words:
        option, equals, value = word.partition("=")
        if word == "--profile-only":
            found.options["only"] = "1"
        elif option in _OPTIONS:
            found.options[_OPTIONS[option]] = value if equals else next(words, "")
        elif word.startswith("-") or found.profile:
            raise subset.needs_direnv(path, each.line)
        else:
            found.profile = word
    if not found.profile:
        raise AwsenvError(f"{shown(path)}, line {each.line}: use_aws which profile?", "awsenv list")


def _add_env(found: Derived, each: subset.Directive, path: str) -> None:
    file = os.path.join(os.path.dirname(path), each.words[0] if each.words else ".env")
    if not os.path.lexists(file):
        if each.command == "dotenv":
            raise AwsenvError(
                f"{shown(path)}, line {each.line}: {shown(file)} is not there",
                "make it, or dotenv_if_exists",
            )
        found.files[f"none.{len(found.files)}"] = file
        return
    text = subset.read(file).decode("utf-8", "surrogateescape")
    own = {*environment.KEYS, "AWS_ACCOUNT_ID", *env_file.names_of(text)}
    _compared(found, "env", file, _without(text, own), own)
    found.variables |= {
        name: value for name, value in _values(text, file).items() if name not in own
    }


def _without(text: str, own: set[str]) -> bytes:
    """The lines of ``text`` but for those of ``own`` names and our comment; the hooks do the same."""
    lines = text.removesuffix("\n").split("\n") if text else []
    kept = [
        line + "\n"
        for line in lines
        if not line.startswith("# awsenv: ")
        and not ("=" in line and line.removeprefix("export ").partition("=")[0] in own)
    ]
    return "".join(kept).encode("utf-8", "surrogateescape")


def _values(text: str, path: str) -> dict[str, str]:
    """The variables of a ``.env``; ``${NAME}`` is one further up in it, and no other."""
    parsed = DotEnv(None, stream=io.StringIO(text.removeprefix("\ufeff")), interpolate=False).dict()
    known: dict[str, str | None] = {}
    for name, value in parsed.items():
        if value is None:
            continue
        if not env_file.NAME.fullmatch(name):
            raise AwsenvError(f"{shown(path)}: {name} is no variable's name", "rename it")
        known[name] = "".join(atom.resolve(known) for atom in parse_variables(value))
    return {name: value for name, value in known.items() if value is not None}


def _above(found: Derived, path: str, line: int) -> str:
    """The next ``.envrc`` above ``path``; that there is none between takes part, too."""
    for file in above(os.path.dirname(path)):
        if is_there(file):
            return file
        found.files[f"none.{len(found.files)}"] = file
    raise AwsenvError(f"{shown(path)}, line {line}: there is no .envrc above", "take it out")


def _compared(
    found: Derived, kind: str, path: str, text: bytes, own: set[str] | None = None
) -> None:
    number = len(found.files)
    found.files[f"{kind}.{number}"] = path
    if own is not None:
        found.files[f"skip.{number}"] = " ".join(sorted(own))
    found.files[f"text.{number}"] = text.decode("utf-8", "surrogateescape")
