"""A folder that says an account is bound to the profile that this meant as it was allowed, and closed once it means another."""

import json
from contextlib import closing
from pathlib import Path

import pytest

from awsenv.demo.users import new_user
from tests.program import awsenv
from tests.shells.real import HOOKED, Shell, installed
from tests.shells.terminal import at_home
from tests.test_replay import age

NUMBER = "444455556666"
USER, OTHER = new_user("x", NUMBER), new_user("y", NUMBER)


def profile(name: str, user: object = USER) -> str:
    return f"[{name}]\naws_access_key_id = {user.key_id}\naws_secret_access_key = {user.secret}\n"  # type: ignore[attr-defined]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    write(tmp_path, profile("mine"))
    (tmp_path / "org").mkdir()
    (tmp_path / "org/.envrc").write_text(f"use_aws {NUMBER}\n")
    return tmp_path


def write(home: Path, text: str) -> None:
    (home / ".aws/credentials").write_text(text)
    age(home / ".aws/credentials", 60)


@pytest.mark.parametrize("shell", HOOKED, ids=lambda shell: shell.name)
def test_it_is_kept_and_a_second_match_closes_it(shell: Shell, home: Path) -> None:
    with closing(at_home(shell, home)) as prompt:
        prompt.typed("cd org")
        assert f"is allowed: {NUMBER}, which is mine" in prompt.typed("awsenv allow")
        assert prompt.look("AWSENV_PROFILE") == "mine"
        assert "folder" in prompt.typed("awsenv status")
        # Another profile of that account: nobody, whoever else has used one of them by its name.
        write(home, profile("mine") + profile("second", OTHER))
        awsenv(home, "use", "mine", "--shell", "bash")
        told = prompt.typed("echo 1") + prompt.typed("echo 2")
        assert (
            f"{NUMBER} meant mine as it was allowed, and means mine, second now; awsenv allow"
            in told
        )
        assert prompt.look("AWS_ACCESS_KEY_ID") == ""
        assert f"{NUMBER} means 2 profiles; one of mine, second" in prompt.typed("awsenv allow")
        # As it was again.
        write(home, profile("mine"))
        prompt.typed("echo 3")
        assert prompt.look("AWS_ACCESS_KEY_ID") == USER.key_id
        write(home, profile("other", OTHER))
        assert "means other now" in prompt.typed("echo 4") + prompt.typed("echo 5")
        assert f"{NUMBER}, which is other" in prompt.typed("awsenv allow")
        assert prompt.look("AWS_ACCESS_KEY_ID") == OTHER.key_id


def test_every_door_says_the_same(home: Path) -> None:
    assert awsenv(home, "allow", "org").returncode == 0
    told = awsenv(home, "exec", "--dir", "org", "--", "printenv", "AWSENV_PROFILE")
    assert told.stdout == "mine\n"
    assert json.loads(awsenv(home, "status", "--json", cwd=home / "org").stdout)["folder"]["profile"] == "mine"  # fmt: skip
    # A name of its own that looks like an account goes first, and was not meant.
    write(home, profile("mine") + profile(NUMBER, OTHER))
    done = awsenv(home, "exec", "--dir", "org", "--", "true")
    assert f"{NUMBER} meant mine as it was allowed, and means {NUMBER} now" in done.stderr
    write(home, profile("mine"))
    # By another name it is still that one.
    assert awsenv(home, "rename", "mine", "new", "--yes").returncode == 0
    assert (home / "org/.envrc").read_text() == f"use_aws {NUMBER}\n"
    told = awsenv(home, "exec", "--dir", "org", "--", "printenv", "AWSENV_PROFILE")
    assert told.stdout == "new\n"
    # A comment of the person's own is another file; link writes a name.
    assert awsenv(home, "link", "new", "org").returncode == 0
    assert (home / "org/.envrc").read_text() == "use_aws new\n"
    assert (
        awsenv(home, "exec", "--dir", "org", "--", "printenv", "AWSENV_PROFILE").stdout == "new\n"
    )


def test_under_direnv_several_are_nobody(home: Path) -> None:
    installed("direnv")
    awsenv(home, "direnv", "install")
    for text, code, name in (
        (profile("mine"), 0, "mine"),
        (profile("mine") + profile("second", OTHER), 2, ""),
    ):
        write(home, text)
        done = awsenv(home, "use", NUMBER, "--shell", "direnv")
        assert done.returncode == code
        assert (
            f"AWSENV_PROFILE='{name}'" in done.stdout or f"AWSENV_PROFILE={name}\n" in done.stdout
        ) == bool(name)
    assert "means 2 profiles" in done.stderr
