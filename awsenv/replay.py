"""Arguments → record → change → text, with nothing slow imported; or ``None``, and the command line
answers. A record (``awsenv.records`` writes it) says under which stamps of which files it is true;
of a key that stands in a file it says only where.
"""

import os

from awsenv.shells.table import FORMS, load
from awsenv.state import state_folder
from awsenv.variables import AWSENV_PREVIOUS, enter_session, leave_session, list_managed

# What a record of a session says of it; one that an earlier awsenv wrote says less, and is looked at anew.
SHAPE = "2"
_VALUES = {"--region": "region", "--account": "account", "--shell": "form"}
# Their stdout is evaluated by a shell: a command that fails says `false` there, and nothing but
# the text that it returns ever reaches it.
EVALUATED = ("use", "off", "hook", "credential-process")
# How a session is wished to be got: no record answers that.
_WISHES = ("--mfa-code", "--mfa-serial", "--duration", "--min-left", "--role-arn")
_WISHED = ("--mfa", "--session", "--no-session", "--fresh")

# Variables that say where files lie: a record is true under these values of them.
PLACES = (
    "HOME",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_LOGIN_CACHE_DIRECTORY",
)


class Request:
    """What is asked for: ``command`` is ``use`` or ``off``; empty words where nothing was given.
    ``option_values`` are the options on how a session is to be got, by name; those without a value ``yes``.
    """

    __slots__ = ("account", "command", "form", "option_values", "profile", "profile_only", "region")

    def __init__(
        self,
        command: str,
        profile: str = "",
        region: str = "",
        account: str = "",
        profile_only: bool = False,
        form: str = "",
    ) -> None:
        self.command = command
        self.profile = profile
        self.region = region
        self.account = account
        self.profile_only = profile_only
        self.form = form
        self.option_values: dict[str, str] = {}

    def replace(self, **changes: str) -> "Request":
        """The same with ``changes``, by name."""
        request = Request(self.command)
        for name in self.__slots__:
            setattr(request, name, changes.get(name, getattr(self, name)))
        return request


def parse(arguments: list[str]) -> Request | None:
    """The plain command lines; ``None`` for all that needs a closer look, an error too."""
    if not arguments or arguments[0] not in ("use", "off", "credential-process"):
        return None
    request = Request(arguments[0])
    if arguments[0] == "credential-process":
        request.form = "credential-process"
    words = iter(arguments[1:])
    for word in words:
        if word == "--profile-only":
            request.profile_only = True
        elif word in _WISHED:
            request.option_values[word] = "yes"
        elif word[:2] == "--":
            name, equals, value = word.partition("=")
            value = value if equals else next(words, "")
            if not value:
                return None
            if name in _VALUES:
                if name == "--shell" and request.form not in ("", value):
                    return None  # two forms: an error
                setattr(request, _VALUES[name], value)
            elif name in _WISHES:
                request.option_values[name] = value
            else:
                return None
        elif not word or request.profile or (word[0] == "-" and word != "-"):
            return None
        else:
            request.profile = word
    off = request.command == "off"
    given = request.profile or request.region or request.account or request.option_values
    if off and (given or request.profile_only):
        return None
    if (not off and not request.profile) or (request.form and request.form not in FORMS):
        return None
    return request


def failing_form(arguments: list[str], environ: dict[str, str]) -> str:
    """The form to fail in, though the command line may not be understood."""
    if arguments[0] == "credential-process":
        return "credential-process"
    for word, following in zip(arguments, [*arguments[1:], ""], strict=True):
        given = following if word == "--shell" else word.removeprefix("--shell=")
        if given != word and given in FORMS:
            return given
    return _find_form("", environ)


def answer(request: Request, environ: dict[str, str]) -> str | None:
    """The text that answers ``request``, or ``None`` when no record does."""
    form = _find_form(request.form, environ)
    if request.command == "off":
        return load(form).render(leave_session(environ))
    if request.option_values:
        return None
    request = name_previous(request, environ)
    found = session(request, environ)
    if found is None:
        return None
    if form == "direnv" and environ.get("DIRENV_LOG_FORMAT") != "":
        account = found.account
        say(format_summary(request.profile, account, found.variables))
    return load(form).render(enter_session(request.profile, found.variables, environ))


def _find_form(named: str, environ: dict[str, str]) -> str:
    if named:
        return named
    from awsenv.shells import detection

    return detection.detect_shell(environ)


def name_previous(request: Request, environ: dict[str, str]) -> Request:
    """``request`` by the name of the profile that ``-`` means in a shell with ``environ``."""
    if request.profile != "-":
        return request
    return request.replace(profile=environ.get(AWSENV_PREVIOUS, "-"))


class FoundSession:
    """The ``variables`` that a session sets, and its ``account`` where that is known."""

    __slots__ = ("account", "variables")

    def __init__(self, variables: dict[str, str], account: str | None) -> None:
        self.variables = variables
        self.account = account


def session(
    request: Request, environ: dict[str, str], now: float | None = None, path: str = ""
) -> FoundSession | None:
    """What a record says of the session of ``request``; ``None`` where none does. ``path`` is the record's, where
    that is not the profile's usual one."""
    profile = request.profile
    record = read(path or record_path(profile, environ)) if profile else None
    if record is None or record.get("profile") != profile:
        return None
    try:
        variables = _read_variables(record, request, environ, now)
    except (KeyError, ValueError, OverflowError):  # another version's: as if it were not there
        return None
    return None if variables is None else FoundSession(variables, record.get("account"))


def printable(text: str) -> str:
    """``text`` on one line and without control characters: names and server errors may hold any."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def say(text: str) -> None:
    """One line for a person, from the fast half."""
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
    except OSError:  # nobody reads
        return 1
    return 0


def format_summary(profile: str, account: str | None, variables: dict[str, str]) -> str:
    """The one line that a person reads on entering a folder."""
    known = f"account {account}" if account else ""
    return ", ".join(w for w in (profile, known, variables.get("AWS_REGION")) if w)


def record_path(profile: str, environ: dict[str, str]) -> str:
    """Where the record of ``profile`` lies. Different names may share one: it says whose it is."""
    name = profile if profile.isascii() and profile.replace("-", "").isalnum() else encode(profile)
    name = name.replace(".", "%2E", 1) if name[0] == "." else name
    return f"{state_folder(environ)}/records/{name}"


def variant_path(profile: str, variant: str, environ: dict[str, str]) -> str:
    """Where the record of ``profile``'s session of another way lies; of the usual one for none."""
    return record_path(f"{profile}\n{variant}" if variant else profile, environ)


def read(path: str) -> dict[str, str] | None:
    """The fields of the record at ``path``; ``None`` when there is none that is ours alone."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        found = os.fstat(descriptor)
        # A plain file of ours that nobody else may read or write.
        if found.st_mode & 0o170077 != 0o100000 or found.st_uid != os.geteuid():
            return None
        data = os.read(descriptor, 1 << 20)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    body, _, end = data.rpartition(b"end=")
    if body[:9] != b"awsenv=1\n" or end != checksum(body):
        return None  # another version's, half of one, or not as it was written
    fields = {}
    for line in body.decode("ascii").split("\n")[1:-1]:
        name, _, value = line.partition("=")
        fields[name] = decode(value) if "%" in value else value
    return fields


def checksum(body: bytes) -> bytes:
    """What stands behind a record's last ``end=``: whatever becomes of a byte before it, it does not
    fit any more. Not against an attacker, who could write one; against disks, tools and hands."""
    return b"%d\n" % (int.from_bytes(body, "big") % 0x1FFFFFFFFFFFFFFF)


def format_stamp(found: os.stat_result) -> str:
    """What changes whenever a file does: an edit within the same tick of the clock is left to the
    rule that a file changed within the last second is not recorded."""
    return f"{found.st_dev}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}"


def _read_variables(
    record: dict[str, str], request: Request, environ: dict[str, str], now: float | None
) -> dict[str, str] | None:
    """The session's variables by ``record``, if it is still true."""
    if record.get("shape") != SHAPE:
        return None
    for name in PLACES:
        if environ.get(name) != record.get("env." + name):
            return None
    if request.account and request.account != record.get("account"):
        return None
    variables: dict[str, str] = {}
    for name in ("config", "credentials"):
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
    else:
        if "renew" in record:
            import time

            if (time.time() if now is None else now) >= int(record["renew"]):
                return None
        variables.update((n, v) for n, v in record.items() if n[:4] == "AWS_")
        if "AWS_ACCESS_KEY_ID" not in variables:
            return None
    if request.region:
        variables["AWS_REGION"] = variables["AWS_DEFAULT_REGION"] = request.region
    return {name: variables[name] for name in list_managed(variables)}


def _read_key(path: str, recorded: str, record: dict[str, str] | None) -> dict[str, str] | None:
    """The key whose places ``record`` tells, out of the file at ``path``; none for no record.

    ``None`` when the file is no longer as it was recorded.
    """
    try:
        if record is None:
            return {} if format_stamp(os.stat(path)) == recorded else None
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        return {} if recorded == "none" and record is None else None
    except OSError:
        return None
    try:
        # Of the very file that is read.
        if format_stamp(os.fstat(descriptor)) != recorded:
            return None
        key = {}
        for name, place in record.items():
            if name[0] == "@":
                offset, _, length = place.partition(":")
                key[name[1:]] = os.pread(
                    descriptor, min(int(length), 1 << 17), int(offset)
                ).decode()
        return key
    finally:
        os.close(descriptor)


def decode(value: str) -> str:
    """What ``encode`` made. Raises ``ValueError``."""
    first, *rest = value.split("%")
    data = first.encode()
    for part in rest:
        data += bytes((int(part[:2], 16),)) + part[2:].encode()
    return data.decode("utf-8", "surrogateescape")


def encode(value: str) -> str:
    """Pure ASCII without control characters, ``%``, ``\\``, ``/`` or blanks, percent-encoded."""
    return "".join(
        chr(byte) if 0x20 < byte < 0x7F and byte not in b"%\\/" else f"%{byte:02X}"
        for byte in value.encode("utf-8", "surrogateescape")
    )
