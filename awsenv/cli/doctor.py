"""``doctor``: what may be wrong with a set-up, each with its fix. Nothing leaves the machine."""

import json
import os
import platform
import sys
from collections.abc import Iterator
from typing import Annotated

import typer

from awsenv import __version__, distribution, installation, paths, programs
from awsenv.actions import start_check
from awsenv.cli import doctor_files
from awsenv.cli.doctor_files import Finding
from awsenv.errors import FAILED, AwsenvError
from awsenv.paths import shorten
from awsenv.profiles import lint
from awsenv.server import refusals, running
from awsenv.sessions import conflicts
from awsenv.shells import detection, start_files
from awsenv.shells.table import load_shell
from awsenv.ui import terminal
from awsenv.variables import is_endpoint
from awsenv.views import shell_status


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    shell: Annotated[
        bool, typer.Option("--shell", help="Also start your shell, and look for the hook in it.")
    ] = False,
) -> int:
    """Look over this set-up: hook, shells, caches, modes, endpoints, leftovers. Asks nobody anything.

    Example: awsenv doctor
    """
    environ = dict(os.environ)
    found = list(check_all(environ))
    if shell:
        found += _check_starts(environ)
    wrong = [each for each in found if each[2]]
    if as_json:
        rows = [{"what": what, "found": words, "fix": fix or None} for what, words, fix in found]
        print(json.dumps(rows, indent=2))
    else:
        for what, words, fix in found:
            print(terminal.printable(f"{'!' if fix else ' '} {what:12} {words}"))
            if fix:
                print(terminal.printable(f"  {'':12} → {fix}"))
    return FAILED if wrong else 0


def check_all(environ: dict[str, str]) -> Iterator[Finding]:
    """Every finding, in the order in which it is told."""
    python = f"{platform.python_version()} at {sys.executable}"
    yield "awsenv", f"{__version__}, Python {python}", ""
    yield from _check_program()
    yield from _check_hook(environ)
    yield from _check_tools(environ)
    yield from doctor_files.check_files(environ)
    for what, fix in lint.find_problems(environ):
        yield "AWS files", what, fix
    for what, fix in conflicts.find_conflicts(environ, None):
        yield "this shell", what, fix
    yield from _check_endpoints(environ)
    if folder := shell_status.read_folder(environ):
        allowed = folder["trust"] == "allowed"
        yield "folder", shell_status.format_folder(folder), "" if allowed else "awsenv allow"
    for each in refusals.list_standing(environ):
        yield "serve", *each.problem
    server = running.find_server(environ)
    yield "serve", f"process {server.process}" if server else "does not run", ""


def _check_hook(environ: dict[str, str]) -> Iterator[Finding]:
    shell = detection.detect_shell(environ)
    places = start_files.list_paths(shell, environ)
    if not places:
        yield "hook", f"this shell is {shell}", ""
        return
    found = shell_status.read_hook()
    load = load_shell(shell).format_start_line()
    has = [path for path, _, _ in start_files.list_lines(environ) if path in places]
    if found is None:
        if has:
            where = shorten(has[0])
            yield "hook", f"not in this shell, though {where} has it", f"a new shell, or {load}"
        else:
            yield "hook", f"not in this {shell}", f"awsenv hook {shell} --install; {load}"
    else:
        new = f"{load}, or a new shell; files written by `awsenv hook` anew"
        yield "hook", shell_status.format_hook(found), "" if found["current"] else new
    if cannot := load_shell(shell).cannot:
        yield "hook", f"{shell}: {cannot}", ""
    for path in dict.fromkeys(has):
        yield from _check_order(shorten(path), start_files.read_text(path))


def _check_starts(environ: dict[str, str]) -> Iterator[Finding]:
    """Whether the person's shell has the hook, started as terminals do it."""
    shell = detection.detect_shell(environ)
    places = start_files.list_paths(shell, environ)
    has = [path for path, _, _ in start_files.list_lines(environ) if path in places]
    looked = list(start_check.look(shell, environ))
    for seen in looked:
        if seen.has_hook:
            yield "shell", f"{seen.how} ({shell}) has the hook", ""
        else:
            fix = (
                f"awsenv hook {shell} --install" if not has else _fix_start(seen.how, shell, has[0])
            )
            yield "shell", f"{seen.how} ({shell}) has no hook: {seen.what}", fix
    if not looked:
        yield "shell", f"{shell} cannot be asked from here: look in a new one", ""


def _fix_start(how: str, shell: str, place: str) -> str:
    """What to type where ``place`` has the line, and the shell does not come by."""
    if shell == "bash" and "login" in how and os.path.basename(place) == ".bashrc":
        return "~/.bash_profile has to read it: . ~/.bashrc"
    return f"look in {shorten(place)} for what ends it before awsenv's line"


def _check_program() -> Iterator[Finding]:
    """Whether the words by which a hook starts this awsenv do so."""
    words = paths.program_words()
    try:
        code = programs.run([*words, "--version"], dict(os.environ), seconds=20).code
        what = f"ends with {code}" if code else ""
    except (OSError, AwsenvError) as error:
        what = str(error)
    if fault := installation.find_fault() or what:
        yield "program", f"no hook can start it: {fault}", distribution.format_install()
    if distribution.is_slow_wrapper(program := paths.program_path()):
        faster = f"pip install --upgrade pip, then {distribution.format_install()}"
        yield (
            "program",
            f"{shorten(program)} is of an old pip, and takes 1.4 times as long as it could; {faster}",
            "",
        )
    if other := distribution.find_other():
        fix = f"{distribution.format_removal().replace(distribution.NAME, 'awsenv')}, then {distribution.format_install()}"
        yield "program", f"the package awsenv of another project is in the same place: {other}", fix


def _check_order(name: str, text: str) -> Iterator[Finding]:
    """Who comes first in a start file: direnv's hook and starship before ours."""
    ours = text.find("awsenv hook")
    for other in ("direnv hook", "starship init"):
        if text.find(other) > ours:
            yield "hook", f"{name} has {other} below awsenv hook", "put awsenv's line below it"


def _check_tools(environ: dict[str, str]) -> Iterator[Finding]:
    for name, words in (("aws", ["aws", "--version"]), ("direnv", ["direnv", "version"])):
        if programs.find(name, environ):
            try:
                done = programs.run(words, environ, seconds=20)
                told = (done.out or done.err).decode("utf-8", "replace").split("\n")[0]
            except (OSError, AwsenvError) as error:
                yield name, f"cannot be run: {error}", f"{name} --version"
                continue
            yield name, told, ""
        else:
            yield name, "not installed", ""


def _check_endpoints(environ: dict[str, str]) -> Iterator[Finding]:
    for name in sorted(environ):
        if is_endpoint(name) or name in ("AWS_CA_BUNDLE", "HTTPS_PROXY", "https_proxy"):
            # A proxy's address may hold a password.
            value = environ[name].rpartition("@")[2]
            yield "endpoints", f"{name} is {value}", ""
    for path in (paths.config_file(environ), paths.credentials_file(environ)):
        yield "AWS files", shorten(path) + ("" if os.path.exists(path) else ", not there"), ""
