"""The picker in real terminals, with fzf and without: what is seen first, and what no key does."""

import re
import string
from pathlib import Path

import pexpect
import pytest

from tests.program import program_path
from tests.shells.real import installed

FILES = """\
[sso-session main]
sso_start_url = https://x.awsapps.com/start
sso_region = us-east-1
[profile org-dev]
sso_session = main
sso_account_id = 444455556666
sso_role_name = Developer
[profile org-prod]
sso_session = main
sso_account_id = 111122223333
sso_role_name = AdministratorAccess
region = ap-northeast-1
[profile profile-of-mine]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret
[profile {x}*$'"\\~%&]
aws_access_key_id = AKIAIOSFODNN7EXAMPLE
aws_secret_access_key = secret
"""
# Typed as a person's are; Esc and Ctrl-C leave.
KEYS = [c for c in string.printable if c.isprintable()]


@pytest.fixture(params=["fzf", "questionary"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(FILES)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in ("sh", *(["fzf"] if request.param == "fzf" else [])):
        (programs / name).symlink_to(installed(name))
    return {"HOME": str(tmp_path), "PATH": str(programs), "LC_ALL": "C.UTF-8", "TERM": "xterm"}


def start(environ: dict[str, str], columns: int = 120) -> "pexpect.spawn[str]":
    """A shell that asks for a profile, and tells what it then has."""
    asked = f"{program_path()} use --shell json"
    return pexpect.spawn("/bin/sh", ["-c", f'trap : INT; out=$({asked}); echo "ENDED=$? <$out>"'], env=environ, encoding="utf-8", timeout=30, dimensions=(30, columns))  # fmt: skip


def end(it: "pexpect.spawn[str]") -> tuple[int, str]:
    it.expect(r"ENDED=(\d+) <(.*?)>")
    assert isinstance(it.match, re.Match)
    return int(it.match[1]), it.match[2]


def settle(it: "pexpect.spawn[str]", environ: dict[str, str]) -> None:
    """Wait until what was typed has been searched for: fzf does so beside its keys, and colours
    what it found."""
    if Path(environ["PATH"], "fzf").exists():
        it.expect(r"\x1b\[[0-9;]*m(-of)?-mine")


def wait(it: "pexpect.spawn[str]") -> str:
    """What is on the screen once the last row is, whatever is asked of the terminal meanwhile."""
    told = ""
    while it.expect(["444455556666|org-dev", r"\x1b\[6n"]):
        told += it.before or ""
        it.send("\x1b[1;1R")
    return told + (it.before or "") + str(it.after)


def test_the_titles_are_no_row(place: dict[str, str]) -> None:
    """``profile`` finds the one that is called so, and not the titles above."""
    it = start(place)
    wait(it)
    it.send("profile")
    settle(it, place)
    it.send("\r")
    code, out = end(it)
    assert (code, "AKIAIOSFODNN7EXAMPLE" in out) == (0, True), out


@pytest.mark.parametrize("key", ["\x1b", "\x03"], ids=["Esc", "Ctrl-C"])
def test_leaving_says_no_word_and_changes_nothing(key: str, place: dict[str, str]) -> None:
    it = start(place)
    wait(it)
    it.send(key)
    code, out = end(it)
    assert code == 130
    assert "AWS" not in out
    assert "error" not in (it.before or "")


def test_production_and_who_has_to_sign_in_are_seen_in_a_narrow_window(
    place: dict[str, str],
) -> None:
    it = start(place | {"NO_COLOR": "1"}, columns=40)
    wait(it)
    it.send("org-prod")
    found = it.expect(["PROD  signed out  org-prod", pexpect.TIMEOUT], timeout=20)
    assert found == 0
    it.send("\x03")
    end(it)


def test_no_printable_key_does_harm(place: dict[str, str]) -> None:
    """Each is a part of what is searched for."""
    it = start(place)
    wait(it)
    it.delaybeforesend = None  # a person who types is waited for by nobody
    for key in KEYS:
        it.send(key)
        it.send("\x7f")
    it.send("profile-of")
    settle(it, place)
    it.send("\r")
    code, out = end(it)
    assert (code, "AKIAIOSFODNN7EXAMPLE" in out) == (0, True), out
    assert not re.search("error|Traceback", it.before or "")


def test_what_is_found_by_nothing_is_no_error(place: dict[str, str]) -> None:
    it = start(place)
    wait(it)
    it.send("zzzz\r")
    it.send("\x03")
    assert end(it) == (130, "")
    assert "error" not in (it.before or "")
