"""A record that is not as it was written is none: it heals, or is one line and ``false``."""

import os
import random
from pathlib import Path

from awsenv import record_file
from awsenv.aws import deadline
from tests.place import Place
from tests.program import awsenv, awsenv_with

USE = ("use", "key", "--session", "--shell", "bash")
JUNK = (b"junk", b"\0", b"\xff\xfe", b"-1", b"9" * 400, b"%", b"%zz", b"0x10", b"nan", b"1e999")


def mutations(data: bytes, other: bytes) -> list[bytes]:
    """A thousand: each field dropped, emptied, doubled, cut, filled with junk, another's; bytes flipped."""
    lines, others = data.splitlines(keepends=True), other.splitlines(keepends=True)
    found = []
    for number, line in enumerate(lines):
        name = line.partition(b"=")[0]
        put = [
            b"",
            name + b"=\n",
            line + line,
            line[: len(line) // 2],
            line.rstrip(),
            *others[number : number + 1],
        ]
        put += [name + b"=" + junk + b"\n" for junk in JUNK]
        put += [name + b"=" + line.partition(b"=")[2].rstrip() + junk + b"\n" for junk in JUNK]
        found += [b"".join([*lines[:number], each, *lines[number + 1 :]]) for each in put]
    chance = random.Random(1)
    while len(found) < 1000:
        at = chance.randrange(len(data))
        found.append(data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :])
    return [each for each in found if each != data]


def test_a_thousand_mutated_records_are_none(place: Place, tmp_path: Path) -> None:
    assert place.run(*USE).returncode == 0
    assert place.run("use", "mfa", "--mfa-code", place.code, "--shell", "bash").returncode == 0
    records = place.home / ".local/state/awsenv/records"
    [record] = [path for path in records.iterdir() if path.name != "mfa"]
    data, other = record.read_bytes(), (records / "mfa").read_bytes()
    found = mutations(data, other)
    assert len(found) > 900
    path = tmp_path / "record"
    path.touch(0o600)
    path.write_bytes(data)
    assert record_file.read(str(path))  # the control
    for each in found:
        path.write_bytes(each)
        assert record_file.read(str(path)) is None, each
    # From the outside, a sample of them: each heals.
    for each in random.Random(2).sample(found, 12):
        record.write_bytes(each)
        result = place.run(*USE)
        assert (result.returncode, result.stderr.count("\n")) == (0, 1), result.stderr
        assert "AWS_SESSION_TOKEN=" in result.stdout


def test_a_server_that_drips_is_given_up(place: Place) -> None:
    assert deadline.SECONDS <= 30
    short = "from awsenv.aws import deadline; deadline.SECONDS = 4"
    place.server.faults.append("drip")  # a byte every two seconds
    result = awsenv_with(short, place.home, *USE, **place.endpoint)
    assert (result.returncode, result.stdout) == (1, "false\n")
    assert "AWS's answer was not there after 4 s; look at the network" in result.stderr


def test_a_file_that_is_named_by_where_one_stands_is_no_record(place: Place) -> None:
    for folder in ("a", "b"):
        (place.home / folder).mkdir()
        (place.home / folder / "keys").write_text(
            f"[x]\naws_access_key_id = AKIA{folder}\naws_secret_access_key = s\n"
        )
        os.utime(place.home / folder / "keys", (1, 1))
    for folder in ("a", "b", "a"):
        result = awsenv(
            place.home, "use", "x", "--shell", "bash", cwd=place.home / folder,
            AWS_SHARED_CREDENTIALS_FILE="keys",
        )  # fmt: skip
        assert f"AWS_ACCESS_KEY_ID='AKIA{folder}'" in result.stdout
    assert not list((place.home / ".local/state/awsenv").rglob("records/x"))
