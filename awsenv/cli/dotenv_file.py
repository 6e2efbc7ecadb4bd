"""A session into a ``.env``: on a person's word, and again whenever it is renewed."""

import os
from collections.abc import Callable

from awsenv.aws.options import SessionOptions
from awsenv.cli import hints, session_options, terminal
from awsenv.errors import AwsenvError, UsageError
from awsenv.files import reading, writing
from awsenv.folders import env_file, env_file_registry, git, trust
from awsenv.paths import shorten
from awsenv.replay import Request
from awsenv.sessions import resolve
from awsenv.state import state_folder
from awsenv.variables import SESSION_VARIABLES


def rename_variables(variables: dict[str, str], pairs: list[str]) -> dict[str, str]:
    """``variables`` under the names that ``--map`` gives them. Raises ``UsageError``."""
    # What keeps [default] away in a shell: nobody has that file who reads this one.
    variables = {name: value for name, value in variables.items() if value}
    names = {}
    for pair in pairs:
        name, _, own = pair.partition("=")
        if name not in variables or not env_file.NAME.fullmatch(own):
            known = ", ".join(variables)
            raise UsageError(
                f"--map {pair}: NAME=OWN with a NAME of the session", f"one of {known}"
            )
        names[name] = own
    values = {names.get(name, name): value for name, value in variables.items()}
    if len(values) != len(variables):
        raise UsageError("--map gives two variables the same name", "choose another")
    return values


def write(output: str, values: dict[str, str], profile: str, ignore: bool) -> None:
    """Put ``values``, the session of ``profile``, into the file ``output``. Raises ``AwsenvError``."""
    path = os.path.abspath(output)
    if os.path.isdir(path):
        raise AwsenvError(f"{shorten(path)} is a folder", f"-o {output}/.env")
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise AwsenvError(f"{shorten(folder)} is not a folder", f"mkdir -p {shorten(folder)}")
    done = env_file.Update("")

    def edit(old: str) -> str:
        nonlocal done
        done = env_file.update(old, values, profile, path)
        return done.text

    mode = _change(path, git.check(path, ignore), edit)
    terminal.say(f"{shorten(path)} acts as {profile}")
    if mode & 0o077:
        terminal.say(f"{shorten(path)} was open to others ({mode:04o}); now it is yours alone")
    for name in dict.fromkeys(done.duplicates):
        terminal.say(f"{name} stood there several times; the last one stays")
    if done.exported:
        names = ", ".join(done.exported)
        terminal.say(f"docker run --env-file does not know the export in front of {names}")
    if done.crlf:
        terminal.say("its lines end in CR LF, which sh takes for a part of each value")


def warn_of_masks(output: str, values: dict[str, str], environ: dict[str, str]) -> None:
    """docker compose lets the shell's variables win over those of the file."""
    masks = [
        name
        for name in sorted({*values, *SESSION_VARIABLES})
        if environ.get(name, "") != values.get(name, "") and environ.get(name)
    ]
    if masks:
        terminal.say(
            f"this shell exports {', '.join(masks)} with other values, and compose prefers them to "
            f"{output}; {hints.off_command()}, or unset them"
        )


def clear(path: str) -> None:
    """Take the session that awsenv wrote out of the file at ``path``. Raises ``AwsenvError``."""
    _change(path, os.path.realpath(path), env_file.clear)
    terminal.say(f"{shorten(path)} holds no session any more")


def _change(path: str, real: str, edit: Callable[[str], str]) -> int:
    """Write what ``edit`` makes of the file ``real``, which a person knows as ``path``; its permissions
    before. Raises ``AwsenvError``."""
    environ, folder = dict(os.environ), os.path.dirname(real)
    with writing.hold_folder(folder, state_folder(environ), terminal.say) as aside:
        try:
            there, mode = os.path.lexists(real), read_mode(real)
            old = read(real)
            text = edit(old)
            if text != old or mode & 0o077:
                writing.write_whole(real, encode(text), secret=True, aside=aside)
        except OSError as error:
            raise AwsenvError(
                f"cannot write {shorten(path)}: {error.strerror}", f"ls -ld {shorten(folder)}"
            ) from None
        trust.follow(path, encode(old) if there else None, encode(text), environ)
    return mode


def rewrite(profile: str, environ: dict[str, str]) -> None:
    """Write the remembered files of ``profile`` again with its session as it is now; one that was
    moved or edited since is left alone and named."""
    for each in env_file_registry.list_entries(environ, profile):
        if each.state != "kept":
            terminal.say(f"{shorten(each.path)} was {each.state} since, and is left alone")
            continue
        request = Request("dotenv", profile, each.region)
        people = session_options.make_unattended()
        got = resolve.resolve(request, SessionOptions(), people, environ)
        values = rename_variables(got.variables, each.map)
        if env_file_registry.digest(values) != each.digest:
            write(each.path, values, profile, ignore=False)
            env_file_registry.remember(each.path, profile, each.region, each.map, values, environ)


def read(path: str) -> str:
    """The text of the ``.env`` at ``path``, empty where there is none. Raises ``AwsenvError``."""
    try:
        return reading.read(path).decode("utf-8", "surrogateescape")
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise reading.explain(path, error) from None


def encode(text: str) -> bytes:
    """``text`` as the bytes that ``read`` found."""
    return text.encode("utf-8", "surrogateescape")


def read_mode(path: str) -> int:
    """Its permissions, 0 where there is none."""
    return os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0
