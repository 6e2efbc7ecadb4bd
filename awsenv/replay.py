"""Arguments → record → change → text, with nothing slow imported; or ``None``, and the command line
answers. A record (``awsenv.records`` writes it) says under which stamps of which files it is true;
of a key that stands in a file it says only where.
"""

import os

from awsenv import record_file
from awsenv.request import FOLDERS, Request, find_form, is_reference, name_previous
from awsenv.shells.table import load
from awsenv.variables import enter_session, leave_session, list_managed


def answer(request: Request, environ: dict[str, str]) -> str | None:
    """The text that answers ``request``, or ``None`` when no record does."""
    form = find_form(request.form, environ)
    if request.command == "off":
        return load(form).render(leave_session(environ))
    if request.option_values:
        return None
    request, found = find_named_session(name_previous(request, environ), environ)
    if found is None:
        return None
    if found.asks and not load(form).asks_nobody:
        return None
    if form == FOLDERS and environ.get("DIRENV_LOG_FORMAT") != "":
        account = found.account
        say(format_summary(request.profile, account, found.variables))
    return load(form).render(enter_session(request.profile, found.variables, environ))


def find_named_session(
    request: Request, environ: dict[str, str], now: float | None = None
) -> "tuple[Request, FoundSession | None]":
    """What a record says of the session of ``request``, and that by its profile's own name."""
    found = find_session(request, environ, now)
    if found is not None or not request.profile:
        return request, found
    meant = name_meant(request, environ)
    return meant, None if meant is request else find_session(meant, environ, now)


def name_meant(request: Request, environ: dict[str, str]) -> Request:
    """``request`` by the name of the profile that an alias, an account or a role means, where a record says it."""
    if request.form == FOLDERS and not is_reference(request.profile):
        return request
    record = record_file.read(record_file.record_path(request.profile, environ)) or {}
    is_there = record.get("profile") == request.profile and "means" in record
    if not is_there or not _is_of(record, environ):
        return request
    for name in ("config", "credentials"):
        if _read_key(record[name + ".path"], record[name + ".stamp"], None) is None:
            return request
    return request.replace(profile=record["means"])


class FoundSession:
    """The ``variables`` that a session sets, its ``account`` where that is known, and whether a person who chooses it is
    asked first."""

    __slots__ = ("account", "asks", "variables")

    def __init__(self, variables: dict[str, str], account: str | None, asks: bool = False) -> None:
        self.variables = variables
        self.account = account
        self.asks = asks


def find_session(
    request: Request, environ: dict[str, str], now: float | None = None, path: str = ""
) -> FoundSession | None:
    """What a record says of the session of ``request``; ``None`` where none does. ``path`` is the record's, where
    that is not the profile's usual one."""
    profile = request.profile
    if request.region:
        from awsenv.regions import is_region

        if not is_region(request.region):
            return None
    record = (
        record_file.read(path or record_file.record_path(profile, environ)) if profile else None
    )
    if record is None or record.get("profile") != profile or "means" in record:
        return None
    try:
        variables = _read_variables(record, request, environ, now)
    except (KeyError, ValueError, OverflowError):  # another version's: as if it were not there
        return None
    if variables is None:
        return None
    return FoundSession(variables, record.get("account"), "ask" in record)


def printable(text: str) -> str:
    """``text`` on one line and without control characters: names and server errors may hold any."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def say(text: str) -> None:
    """One line for a person, from the hot path."""
    try:
        os.write(2, f"awsenv: {printable(text)}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        return  # nobody reads


def emit(text: str) -> int:
    """Write ``text`` to stdout, whole, as the very bytes that the environment had; the exit code."""
    data = os.fsencode(text)
    try:
        while data:
            data = data[os.write(1, data) :]
    except OSError as error:
        if error.errno != 32:  # EPIPE: nobody reads
            say(f"stdout: {error.strerror}")
        return 1
    return 0


def format_summary(profile: str, account: str | None, variables: dict[str, str]) -> str:
    """The one line that a person reads on entering a folder."""
    known = f"account {account}" if account else ""
    return ", ".join(w for w in (profile, known, variables.get("AWS_REGION")) if w)


def _read_variables(
    record: dict[str, str], request: Request, environ: dict[str, str], now: float | None
) -> dict[str, str] | None:
    """The session's variables by ``record``, if it is still true."""
    if not _is_of(record, environ):
        return None
    if request.account and request.account != record.get("account"):
        return None
    variables: dict[str, str] = {}
    for name in ("config", "credentials", "settings"):
        here = record.get("key") == name and not request.profile_only
        told = _read_key(record[name + ".path"], record[name + ".stamp"], record if here else None)
        if told is None:
            return None
        variables.update(told)
    # The sign-in that it came from: gone or another one, it is looked at again.
    if (
        "sign-in.path" in record
        and _read_key(record["sign-in.path"], record["sign-in.stamp"], None) is None
    ):
        return None
    if request.profile_only:
        if record["kind"] == "mfa":
            return None
        variables = {"AWS_PROFILE": record["profile"]}
        if "AWS_REGION" in record:
            variables["AWS_REGION"] = variables["AWS_DEFAULT_REGION"] = record["AWS_REGION"]
        variables.update((n, v) for n, v in record.items() if n[:7] == "AWSENV_")
    else:
        if "renew" in record:
            import time

            if (time.time() if now is None else now) >= int(record["renew"]):
                return None
        variables.update((n, v) for n, v in record.items() if n[:3] == "AWS")
        if "AWS_ACCESS_KEY_ID" not in variables:
            return None
    if request.region:
        variables["AWS_REGION"] = variables["AWS_DEFAULT_REGION"] = request.region
    return {name: variables[name] for name in list_managed(variables)}


def _is_of(record: dict[str, str], environ: dict[str, str]) -> bool:
    """Whether ``record`` is of this release's shape, and of the files that ``environ`` names."""
    places = record_file.PLACES
    return record.get("shape") == record_file.SHAPE and all(
        environ.get(name) == record.get("env." + name) for name in places
    )


def _read_key(path: str, recorded: str, record: dict[str, str] | None) -> dict[str, str] | None:
    """The key whose places ``record`` tells, out of the file at ``path``; none for no record.

    ``None`` when the file is no longer as it was recorded.
    """
    try:
        if record is None:
            return {} if record_file.format_stamp(os.stat(path)) == recorded else None
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return {} if recorded == "none" and record is None else None
    except OSError:
        return None
    try:
        # Of the very file that is read.
        if record_file.format_stamp(os.fstat(descriptor)) != recorded:
            return None
        key = {}
        for name, place in record.items():
            if name[:1] == "@":
                offset, _, length = place.partition(":")
                key[name[1:]] = os.pread(
                    descriptor, min(int(length), 1 << 17), int(offset)
                ).decode()
    except OSError:  # NFS: replaced since it was opened (ESTALE)
        return None
    else:
        return key
    finally:
        os.close(descriptor)
