"""``dotenv``: a session as a ``.env`` for docker compose and the like."""

import io
import json
import os
import re
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from dotenv import dotenv_values

from awsenv import environment, files, refresh
from awsenv.cli import choose, spans, terminal, wishes
from awsenv.environment import dotenv as form
from awsenv.errors import FAILED, AwsenvError, UsageError
from awsenv.folders import env_file, git, trust
from awsenv.paths import shown
from awsenv.profiles.account import of_key
from awsenv.replay import Request


def dotenv(
    profile: Annotated[str, typer.Argument(help="The profile; this shell's when not given.")] = "",
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Update FILE in place.")
    ] = "",
    region: choose.Region = "",
    account: choose.Account = "",
    profile_only: choose.ProfileOnly = False,
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="NAME=OWN", help="Write NAME under the app's own name."),
    ] = None,
    allow_long_lived: Annotated[
        bool, typer.Option("--allow-long-lived", help="Write a key that does not end.")
    ] = False,
    ignore: Annotated[bool, typer.Option("--ignore", help="Add FILE to .gitignore.")] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Only tell whether FILE (.env) is good; exit 1 if not.")
    ] = False,
    mfa_code: choose.MfaCode = "",
    session: choose.InSession = False,
    duration: choose.Duration = "",
    fresh: choose.Fresh = False,
    min_left: choose.MinLeft = "",
    as_json: Annotated[bool, typer.Option("--json", help="With --check: an object.")] = False,
    show: choose.Show = False,
) -> int:
    """Write a session as .env text, for docker compose and the like.

    Example: awsenv dotenv xxx-dev -o .env
    """
    environ = dict(os.environ)
    profile = profile or environ.get(environment.PROFILE, "")
    if check:
        return _check(
            output or ".env", profile, spans.seconds(min_left or "15m", "--min-left"), as_json
        )
    if not profile:
        raise UsageError("dotenv: which profile? This shell acts as none", "awsenv list")
    if not output and sys.stdout.isatty() and not show:
        raise UsageError("this prints a secret", f"awsenv dotenv {profile} -o .env")
    request = Request("dotenv", profile, region, account, profile_only)
    terms = wishes.terms(
        {
            "--mfa-code": mfa_code,
            "--session": "yes" if session else "",
            "--duration": duration,
            "--fresh": "yes" if fresh else "",
            "--min-left": min_left,
        }
    )
    chosen = refresh.variables(request, terms, environ)
    if chosen.long_lived and not allow_long_lived and not (not output and sys.stdout.isatty()):
        raise AwsenvError(
            f"profile {profile} has a long-lived key, which should not lie in a .env",
            "--session for a temporary one, or --allow-long-lived",
        )
    values = _mapped(chosen.variables, map_ or [])
    if not output:
        sys.stdout.write("".join(form.line(*item) + "\n" for item in values.items()))
        return 0
    _write(output, values, profile, ignore)
    _warn_of_masks(output, values, environ)
    return 0


def _mapped(variables: dict[str, str], pairs: list[str]) -> dict[str, str]:
    """``variables`` under the names that ``--map`` gives them."""
    names = {}
    for pair in pairs:
        name, _, own = pair.partition("=")
        if name not in variables or not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", own, re.ASCII):
            known = ", ".join(variables)
            raise UsageError(
                f"--map {pair}: NAME=OWN with a NAME of the session", f"one of {known}"
            )
        names[name] = own
    values = {names.get(name, name): value for name, value in variables.items()}
    if len(values) != len(variables):
        raise UsageError("--map gives two variables the same name", "choose another")
    return values


def _write(output: str, values: dict[str, str], profile: str, ignore: bool) -> None:
    path = os.path.abspath(output)
    if os.path.isdir(path):
        raise AwsenvError(f"{shown(path)} is a folder", f"-o {output}/.env")
    folder = os.path.dirname(os.path.realpath(path))
    if not os.path.isdir(folder):
        raise AwsenvError(f"{shown(folder)} is not a folder", f"mkdir -p {shown(folder)}")
    real = git.check(path, ignore)
    environ = dict(os.environ)
    with trust.kept(path, environ), files.writing(folder, environment.state_folder(environ)):
        try:
            old, mode = _read(real), _mode(real)
            done = env_file.update(old, values, profile, path)
            if done.text != old or mode & 0o077:
                files.write_whole(real, done.text.encode("utf-8", "surrogateescape"), secret=True)
        except OSError as error:
            raise AwsenvError(
                f"cannot write {shown(path)}: {error.strerror}", f"ls -ld {shown(folder)}"
            ) from None
    terminal.say(f"{shown(path)} acts as {profile}")
    if mode & 0o077:
        terminal.say(f"{shown(path)} was open to others ({mode:04o}); now it is yours alone")
    for name in dict.fromkeys(done.duplicates):
        terminal.say(f"{name} stood there several times; the last one stays")
    if done.exported:
        names = ", ".join(done.exported)
        terminal.say(f"docker run --env-file does not know the export in front of {names}")
    if done.crlf:
        terminal.say("its lines end in CR LF, which sh takes for a part of each value")


def _warn_of_masks(output: str, values: dict[str, str], environ: dict[str, str]) -> None:
    """docker compose lets the shell's variables win over those of the file."""
    masks = [
        name
        for name in sorted({*values, *environment.KEYS})
        if environ.get(name, "") != values.get(name, "") and environ.get(name)
    ]
    if masks:
        terminal.say(
            f"this shell exports {', '.join(masks)} with other values, and compose prefers them to "
            f'{output}; eval "$(awsenv off)", or unset them'
        )


def _check(output: str, profile: str, min_left: int, as_json: bool) -> int:
    path = os.path.abspath(output)
    text = _read(os.path.realpath(path))
    values = dotenv_values(stream=io.StringIO(text), interpolate=False)
    found = env_file.profile_of(text)
    end = values.get("AWS_CREDENTIAL_EXPIRATION")
    left = None
    if end:
        try:
            left = int((datetime.fromisoformat(end) - datetime.now(UTC)).total_seconds())
        except (ValueError, TypeError):
            left = 0
    problem = ""
    if found is None:
        problem = "holds no session of awsenv's"
    elif profile and found != profile:
        problem = f"acts as {found}, not as {profile}"
    elif left is not None and left < min_left:
        problem = f"has {spans.said(left)} left" if left > 0 else "has ended"
    if as_json:
        account = of_key(values.get("AWS_ACCESS_KEY_ID") or "")
        told = {"file": path, "profile": found, "account": account, "expires": end, "left": left}
        print(json.dumps({**told, "problem": problem or None}, indent=2))
    elif problem:
        hint = f"awsenv dotenv {profile or found or 'PROFILE'} -o {output}"
        terminal.fail(AwsenvError(f"{shown(path)} {problem}", hint))
    return FAILED if problem else 0


def _read(path: str) -> str:
    if not os.path.exists(path):
        return ""
    if not os.path.isfile(path):
        raise AwsenvError(f"{shown(path)} is no plain file", f"ls -ld {shown(path)}")
    with open(path, encoding="utf-8", errors="surrogateescape", newline="") as file:
        return file.read()


def _mode(path: str) -> int:
    return os.stat(path).st_mode & 0o777 if os.path.exists(path) else 0
