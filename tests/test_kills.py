"""A kill at any system call that changes a file: each file is the old or the new one, and the next
run works and leaves nothing of the killed one behind."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from awsenv.demo.sts import Role
from tests.place import Place, place
from tests.shells.real import installed
from tests.tracing import kills, put_back, tree

__all__ = ["place"]

ROLE = "arn:aws:iam::444455556666:role/admin"
CSV = "Access key ID,Secret access key\nAKIAEXAMPLE000000001,csv/secret+00000000000000000000000000001\n"


def use(place: Place) -> tuple[str, ...]:
    return "use", "key", "--session", "--shell", "bash"


def login(place: Place) -> tuple[str, ...]:
    place.server.sts.roles[ROLE] = Role(ROLE, frozenset({place.plain.arn}))
    place.config(f"[profile admin]\nrole_arn = {ROLE}\nsource_profile = key\n")
    return "login", "admin", "--save-as", "admin-session"


def add(place: Place) -> tuple[str, ...]:
    (place.home / "k.csv").write_text(CSV)
    return "add", "dev", "--csv", "k.csv", "--force"


def dotenv(place: Place) -> tuple[str, ...]:
    (place.home / "repo").mkdir()
    (place.home / "repo/.env").write_text("# ours\nA=1\n")
    return "dotenv", "key", "--session", "-o", "repo/.env"


def allow(place: Place) -> tuple[str, ...]:
    (place.home / "repo").mkdir()
    (place.home / "repo/.envrc").write_text("use_aws key\ndotenv\n")
    (place.home / "repo/.env").write_text("A=1\n")
    return "allow", "repo"


def logout(place: Place) -> tuple[str, ...]:
    code = place.code
    assert place.run("login", "mfa", "--save-as", "mfa-session", "--mfa-code", code).returncode == 0
    assert place.run("use", "key", "--session", "--shell", "bash").returncode == 0
    return "logout", "--all"


def remove(_: Place) -> tuple[str, ...]:
    return "remove", "key", "--yes"


def install(place: Place) -> tuple[str, ...]:
    (place.home / ".bashrc").write_text("x=1")
    return "hook", "bash", "--install", "--yes"


def uninstall(place: Place) -> tuple[str, ...]:
    assert place.run(*install(place)).returncode == 0
    assert place.run("direnv", "install").returncode == 0
    return "uninstall", "--yes"


DOORS: tuple[Callable[[Place], tuple[str, ...]], ...] = (
    use, login, add, dotenv, allow, logout, remove, install, uninstall,
)  # fmt: skip


@pytest.mark.parametrize("door", DOORS, ids=lambda door: str(door.__name__))
def test_a_kill_at_any_system_call_leaves_old_or_new_files(
    door: Callable[[Place], tuple[str, ...]], place: Place
) -> None:
    check(door, place)


def test_a_kill_in_a_container_blocks_nobody_after_it(place: Place) -> None:
    # Each run has the process ID of the killed one.
    check(use, place, before=(installed("unshare"), "-pf", "--mount-proc"))


def check(
    door: Callable[[Place], tuple[str, ...]], place: Place, before: tuple[str, ...] = ()
) -> None:
    home = place.home
    kept = home.with_name(f"{home.name}-kept")
    command = door(place)
    old, seen = persons(home), []
    for call in kills(home, kept, command, before=before, **place.endpoint):
        seen.append((persons(home), call))
        result = place.run(*command, prefix=before)
        if "no profile named key" in result.stderr:  # it was removed
            continue
        assert result.returncode == 0, (call, result.stderr)
        assert not [name for name in tree(home) if ".awsenv-" in name], call
    put_back(home, kept)
    assert place.run(*command).returncode == 0
    new = persons(home)
    for found, call in seen:
        for name in old.keys() | new.keys():
            text = found.get(name)
            assert text == old.get(name) or shape(text) == shape(new.get(name)), (name, call)


def persons(home: Path) -> dict[str, bytes]:
    """The files that are not awsenv's own: what killed writers left there is not theirs."""
    return {
        name: text
        for name, text in tree(home).items()
        if not name.startswith(".local/") and ".awsenv-" not in name
    }


def shape(text: bytes | None) -> bytes | None:
    """Without what differs from session to session."""
    if text and text.startswith(b"{"):
        return repr(sorted(json.loads(text))).encode()  # a cache, whole
    return text and re.sub(rb"(?m)^(#? ?(?:aws_|x_|AWS_)\w+ ?= ?).*$", rb"\1", text)
