"""One file says what is seen of production and who is asked; what it cannot say is an error with its line."""

import json
import os
from pathlib import Path

import pexpect
import pytest

from awsenv import settings
from awsenv.errors import AwsenvError
from awsenv.profiles import marks
from awsenv.profiles.read import Profiles
from tests.program import awsenv, program_path
from tests.shells.real import clean
from tests.test_replay import age, replayed, resolved

KEY = "aws_access_key_id = AKIA{0}\naws_secret_access_key = s\n"
CREDENTIALS = "".join(
    f"[{name}]\n{KEY.format(name.upper())}{more}"
    for name, more in {
        "dev": "", "org-prod": "", "nonprod": "", "a-live": "awsenv_production = false\n", "paid": "awsenv_account = Payments\n",
        "named": "awsenv_account = Org Production\n", "a-stg": "awsenv_color = blue\n", "said": "awsenv_production = true\n",
        "own": "awsenv_mark = staging\n", "odd": "awsenv_mark = lab\nawsenv_color = cyan\n", "wrong": "awsenv_mark = x\n  y\x07\nawsenv_color = pink\n",
        "stg-prod": "", "role-of": "role_arn = arn:aws:iam::444455556666:role/r\nsource_profile = dev\n",
    }.items()
)  # fmt: skip
CONFIG = """\
[mark.production]
accounts = ["444455556666", "payments"]
profiles = ["*-live"]

[mark.staging]
profiles = ["*-stg", "stg-*"]
color = "yellow"
ask = true

[shell]
warn_before_end = "10m"
title = true
"""
SEEN = {
    "dev": None, "org-prod": ("production", "red"), "nonprod": None, "a-live": None, "paid": ("production", "red"),
    "named": ("production", "red"), "a-stg": ("staging", "yellow"), "said": ("production", "red"), "own": ("staging", "yellow"),
    "odd": ("lab", "cyan"), "wrong": ("x y\\x07", ""), "stg-prod": ("staging", "yellow"), "role-of": ("production", "red"),
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(CREDENTIALS)
    age(tmp_path / ".aws/credentials", 3600)
    write(tmp_path, CONFIG)
    return tmp_path


def write(home: Path, text: str) -> Path:
    path = home / ".config/awsenv/config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    age(path, 3600)
    return path


def test_who_is_marked_how(home: Path) -> None:
    known = Profiles(clean(home)).all()
    found = {name: marks.find_mark(each, settings.read(clean(home))) for name, each in known.items()}  # fmt: skip
    assert {n: m and (m.word, m.color) for n, m in found.items()} == SEEN
    assert {m.word for m in found.values() if m and m.ask} == {"staging"}


def test_an_editor_s_mark_and_line_ends_are_no_fault(home: Path) -> None:
    path = write(home, "")
    path.write_bytes(b"\xef\xbb\xbf" + CONFIG.replace("\n", "\r\n").encode())
    assert [mark.word for mark in settings.read(clean(home)).marks] == ["production", "staging"]


def test_without_a_file_names_tell(home: Path) -> None:
    write(home, "").unlink()
    found = {row["name"]: row["mark"] for row in json.loads(awsenv(home, "list", "--json").stdout)}
    assert {n for n, mark in found.items() if mark == "production"} == {"org-prod", "named", "said", "stg-prod"}  # fmt: skip
    told = awsenv(home, "config")
    assert (
        told.stderr
        == "awsenv: there is no ~/.config/awsenv/config.toml: this is what counts without it\n"
    )
    assert told.stdout.splitlines() == ["production\tred\tno\t-\t-", "warn_before_end  no", "title            no", "tmux             no"]  # fmt: skip


@pytest.mark.parametrize(("text", "told"), [
    ("\na = ", ", line 2: Invalid value; awsenv help config"),
    ("a b", ", line 1: Expected '=' after a key in a key/value pair; awsenv help config"),
    ("x = 1", "line 1: no such setting: x; one of mark, shell"),
    ("[mark.a]\n\ncolour = 'red'", "line 3: no such setting in [mark.a]: colour; did you mean color?"),
    ("[mark.a]\n[mark.b]\ncolor = 'pink'", "line 3: no such color: pink; one of red, green, yellow, blue, magenta, cyan"),
    ("[mark.a]\nask = 'yes'", "line 2: ask in [mark.a] is of another kind; ask = true"),
    ("[mark.a]\nprofiles = 'x'", 'line 2: profiles in [mark.a] is of another kind; profiles = ["…"]'),
    ("[mark.a]\naccounts = [444455556666]", 'line 2: 444455556666 is no text; accounts = ["444455556666"]'),
    ("[mark.'a b']\nask = true", "a mark is one word: a b; staging, say"),
    ("mark = 3", "line 1: mark is of another kind; [mark]"),
    ("[mark]\nx = 3", "line 2: x is of another kind; [x]"),
    ("[shell]\nwarn_before_end = 'soon'", 'line 2: warn_before_end: soon is no span of time; warn_before_end = "10m"'),
    ("[shell]\n# title = 1\ntitle = 1", "line 3: title in [shell] is of another kind; title = true"),
    ("\udcff", "is not UTF-8; save it as UTF-8"),
])  # fmt: skip
def test_what_it_cannot_say_is_told_with_its_line(text: str, told: str, home: Path) -> None:
    path = write(home, "")
    path.write_bytes(os.fsencode(text))
    for words in (["config"], ["use", "dev", "--shell", "bash"], ["list"]):
        done = awsenv(home, *words)
        assert done.returncode == 1
        assert done.stderr.startswith("awsenv: ~/.config/awsenv/config.toml")
        assert told in done.stderr
        assert "AKIA" not in done.stdout
    assert told.partition(";")[0] in awsenv(home, "status", AWSENV_PROFILE="dev").stderr


def test_a_folder_in_its_place_and_another_home(home: Path) -> None:
    write(home, "").unlink()
    (home / ".config/awsenv/config.toml").mkdir()
    assert "config.toml" in awsenv(home, "use", "dev", "--shell", "bash").stderr
    other = write(home / "xdg", "[mark.lab]\nprofiles = ['dev']").parents[1]
    other.rename(home / "moved")
    assert (
        settings.read(clean(home) | {"XDG_CONFIG_HOME": str(home / "moved")}).marks[0].word == "lab"
    )
    with pytest.raises(AwsenvError):
        settings.read(clean(home) | {"XDG_CONFIG_HOME": "relative"})


def test_a_session_says_it_and_a_replay_says_the_same(home: Path) -> None:
    words = ("use", "org-prod", "--shell", "json")
    first = resolved(home, *words)
    environ = json.loads(first)
    assert (environ["AWSENV_MARK"], environ["AWSENV_COLOR"]) == ("production", "red")
    assert replayed(home, *words) == first
    inside = {name: value for name, value in environ.items() if value}
    other = json.loads(awsenv(home, "use", "dev", "--shell", "json", **inside).stdout)
    assert (other["AWSENV_MARK"], other["AWSENV_COLOR"]) == (None, None)
    # Other settings count at once.
    write(home, "[mark.lab]\nprofiles = ['org-*']")
    assert replayed(home, *words) is None
    third = json.loads(resolved(home, *words))
    assert (third["AWSENV_MARK"], third.get("AWSENV_COLOR")) == ("lab", None)
    assert json.loads(replayed(home, *words) or "") == third


ASKED = "a-stg is staging. Act as it? (y/N)"


@pytest.mark.parametrize("words", [
    ["use", "a-stg", "--shell", "json", "--show"], ["exec", "a-stg", "--", "printenv", "AWSENV_MARK"],
    ["console", "a-stg", "--print"],
])  # fmt: skip
@pytest.mark.parametrize("answer", ["y", "n", ""])
def test_a_person_at_a_terminal_is_asked(words: list[str], answer: str, home: Path) -> None:
    resolved(home, "use", "a-stg", "--shell", "json")  # recorded
    program = pexpect.spawn(program_path(), words, env=clean(home), cwd=str(home), encoding="utf-8", timeout=30)  # fmt: skip
    program.expect_exact(ASKED)
    program.send(f"{answer}\r")
    program.expect(pexpect.EOF)
    program.close()
    said = program.before or ""
    if answer == "y" and words[0] != "console":  # there is no AWS here
        assert program.exitstatus == 0
        assert "staging" in said
    if answer != "y":
        assert program.exitstatus == 1
        assert "awsenv: nothing was done" in said


def test_where_nobody_is_nobody_is_asked(home: Path) -> None:
    resolved(home, "use", "a-stg", "--shell", "bash")  # recorded
    assert "AKIAA-STG" in awsenv(home, "use", "a-stg", "--shell", "bash").stdout
    assert "AKIAA-STG" in awsenv(home, "credential-process", "a-stg").stdout
    assert awsenv(home, "exec", "a-stg", "--", "true").returncode == 0
    assert replayed(home, "use", "a-stg", "--shell", "direnv") is not None
    assert replayed(home, "use", "a-stg", "--shell", "bash") is None  # it asks where somebody is


def test_doctor_and_uninstall_know_of_it(home: Path) -> None:
    assert "  settings     ~/.config/awsenv/config.toml\n" in awsenv(home, "doctor").stdout
    (home / "t.toml").write_text("name = 'acme'\n")
    awsenv(home, "team", "add", "t.toml")
    (home / "t.toml").write_text("name = 3\n")
    write(home, "x = 1")
    told = awsenv(home, "doctor").stdout
    assert "! settings     ~/.config/awsenv/config.toml, line 1: no such setting: x\n" in told
    assert "! team         acme: ~/t.toml, line 1: name is of another kind\n" in told
    assert "awsenv: ~/.config/awsenv/config.toml is yours, and stays\n" in awsenv(home, "uninstall").stderr  # fmt: skip
