"""A shell sees that a file which it acts by is another now: older, of the same size, behind a link that leads elsewhere."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from awsenv.envrc import trust
from tests.shells.every import shell
from tests.shells.real import Shell, clean
from tests.shells.terminal import Terminal, at_home

__all__ = ["shell"]

KEYS = "[dev]\naws_access_key_id = AKIA{}\naws_secret_access_key = s\n"
OLD = 1_500_000_000  # 2017


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """``org`` is bound to ``dev``, whose key's name is a number that grows."""
    store = tmp_path / "store"
    for number in range(10):
        (store / str(number)).mkdir(parents=True)
        credentials = store / str(number) / "credentials"
        credentials.write_text(KEYS.format(number))
        os.utime(credentials, (OLD, OLD))  # as in a store of packages, all of one time
    (tmp_path / ".aws").symlink_to(store / "0")
    (tmp_path / "org").mkdir()
    allow(tmp_path / "org", "use_aws dev\n")
    return tmp_path


def allow(folder: Path, text: str) -> None:
    """``folder``'s .envrc says ``text``, and is allowed."""
    path = folder / ".envrc"
    path.write_text(text)
    trust.allow(str(path), trust.derive(str(path)), clean(folder.parent))


@pytest.fixture
def prompt(shell: Shell, home: Path) -> Iterator[Terminal]:
    with closing(at_home(shell, home)) as it:
        it.typed(f"cd {home}/org")
        assert it.get("AWS_ACCESS_KEY_ID") == "AKIA0"
        yield it


def place(path: Path, text: str, time: float) -> None:
    """A file that was written long ago is moved to ``path``."""
    aside = path.with_name("aside")
    aside.write_text(text)
    os.utime(aside, (time, time))
    aside.rename(path)


def test_a_link_anywhere_in_its_path_leads_elsewhere(prompt: Terminal, home: Path) -> None:
    (home / "aws").symlink_to(home / "store/1")
    (home / "aws").rename(home / ".aws")
    assert prompt.look("AWS_ACCESS_KEY_ID") == "AKIA1"
    # And the last part of it.
    os.unlink(home / "store/1/credentials")
    (home / "store/1/credentials").symlink_to(home / "store/2/credentials")
    assert prompt.look("AWS_ACCESS_KEY_ID") == "AKIA2"
    (home / "link").symlink_to(home / "store/3/credentials")
    (home / "link").rename(home / "store/1/credentials")
    assert prompt.look("AWS_ACCESS_KEY_ID") == "AKIA3"


def test_an_older_file_is_moved_over_it(prompt: Terminal, home: Path) -> None:
    credentials = home / ".aws/credentials"
    place(credentials, KEYS.format(4), OLD - 7000)
    assert prompt.look("AWS_ACCESS_KEY_ID") == "AKIA4"
    place(credentials, KEYS.format(5), OLD - 7000.25)
    assert prompt.look("AWS_ACCESS_KEY_ID") == "AKIA5"
    # Written in place, and given an older time, as rsync and tar do.
    credentials.write_text(KEYS.format(6))
    os.utime(credentials, (OLD - 9000, OLD - 9000))
    assert prompt.look("AWS_ACCESS_KEY_ID") == "AKIA6"
    # Gone, and back.
    credentials.rename(home / "kept")
    assert prompt.look("AWS_ACCESS_KEY_ID") == ""
    (home / "kept").rename(credentials)
    assert prompt.look("AWS_ACCESS_KEY_ID") == "AKIA6"


def test_an_older_envrc_is_not_the_one_that_was_allowed(prompt: Terminal, home: Path) -> None:
    envrc = home / "org/.envrc"
    old = envrc.read_text()
    place(envrc, "use_aws other\n", OLD)
    assert prompt.look("AWS_ACCESS_KEY_ID") == ""
    place(envrc, old, OLD - 60)
    assert prompt.look("AWS_ACCESS_KEY_ID") == "AKIA0"
    # The word itself is taken back by a backup of the state folder.
    word = next((home / ".local/state/awsenv/trust").glob("**/.envrc"))
    place(word, word.read_text().replace("profile=dev", "profile=xyz"), OLD)
    assert prompt.look("AWS_ACCESS_KEY_ID") == ""


def test_where_nothing_can_be_kept_it_asks(prompt: Terminal, home: Path) -> None:
    """A read-only home: no stamp can be written, so a shell that lives by them believes nothing."""
    credentials = home / ".aws/credentials"
    looked = home / ".local/state/awsenv/looked"
    if looked.exists():
        looked.rename(home / "stamps")
    looked.write_text("")
    place(credentials, KEYS.format(4), OLD - 7000)
    assert prompt.look("AWS_ACCESS_KEY_ID") == "AKIA4"
    place(credentials, KEYS.format(5), OLD - 8000)
    assert prompt.look("AWS_ACCESS_KEY_ID") == "AKIA5"
