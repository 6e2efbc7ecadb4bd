"""A record as it lies on the disk: ``KEY=VALUE`` lines in ASCII, percent-encoded. Hot path.

``awsenv.records`` writes sessions so; other things that awsenv remembers have the same form.
"""

import os

from awsenv.state import RECORDS, state_path

# What a record of a session says of it; one that an earlier awsenv wrote says less, and is looked at anew.
SHAPE = "3"

# Variables that say where files lie: a record is true under these values of them.
PLACES = (
    "HOME",
    "XDG_CONFIG_HOME",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_LOGIN_CACHE_DIRECTORY",
)


def record_path(profile: str, environ: dict[str, str]) -> str:
    """Where the record of ``profile`` lies: a file system that folds case would take that of ``Dev`` for that of ``dev``,
    and so no name holds a capital. It says whose it is."""
    name = file_name(profile)
    if profile != profile.lower():
        escaped = (f"%{ord(c):02X}" if "A" <= c <= "Z" else encode(c) for c in profile)
        name = "".join(escaped).replace(".", "%2E", profile[:1] == ".")
    return f"{state_path(environ, RECORDS)}/{name}"


def file_name(name: str) -> str:
    """The name of the file of what a person calls ``name``: no path, and not hidden."""
    name = name if name.isascii() and name.replace("-", "").isalnum() else encode(name)
    return name.replace(".", "%2E", 1) if name[:1] == "." else name


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
    try:
        for line in body.decode("ascii").split("\n")[1:-1]:
            name, _, value = line.partition("=")
            fields[name] = decode(value) if "%" in value else value
    except ValueError:  # nothing that we write
        return None
    return fields


def checksum(body: bytes) -> bytes:
    """What stands behind a record's last ``end=``: whatever becomes of a byte before it, it does not
    fit any more. Not against an attacker, who could write one; against disks, tools and hands."""
    return b"%d\n" % (int.from_bytes(body, "big") % 0x1FFFFFFFFFFFFFFF)


def format_stamp(found: os.stat_result) -> str:
    """What changes whenever a file does: an edit within the same tick of the clock is left to the
    rule that a file changed within the last second is not recorded."""
    return f"{found.st_dev}:{found.st_ino}:{found.st_size}:{found.st_mtime_ns}:{found.st_ctime_ns}"


def parse_count(text: str, most: int = 0x7FFFFFFF) -> int:
    """The whole number ``text`` of a record, from 0 to ``most``. Raises ``ValueError`` for anything else."""
    if not (text.isascii() and text.isdigit()) or len(text) > 19 or int(text) > most:
        raise ValueError(text)
    return int(text)


def parse_time(text: str) -> float:
    """The moment ``text`` of a record, in seconds since 1970, before the year 9999. Raises ``ValueError``."""
    whole, _, part = text.partition(".")
    return parse_count(whole, 253_000_000_000) + (
        parse_count(part) / 10 ** len(part) if part else 0
    )


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
