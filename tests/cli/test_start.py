"""``start`` leads through a first set-up: each step by its command, which can be left out; printed without a terminal."""

import contextlib
from pathlib import Path

import pexpect
import pytest

from awsenv.demo.users import new_user
from tests.program import awsenv, program_path
from tests.shells.real import clean, installed

BASH = ("bash", "-c", '"$@"; exit "$?"', "bash")


def test_without_a_terminal_it_prints_the_commands(tmp_path: Path) -> None:
    done = awsenv(tmp_path, "start", prefix=(installed("setsid"), "--wait", *BASH))
    assert (done.returncode, done.stderr) == (0, "")
    for line in (
        "1. Profiles: there is none yet",
        "   awsenv add NAME",
        "   awsenv add NAME --mfa",
        "   awsenv sso setup",
        "   awsenv login NAME --new",
        "2. The hook: bash has none: with it, use needs no eval, and folders load",
        "   awsenv hook bash --install --yes",
    ):
        assert line in done.stdout.splitlines()
    assert list(tmp_path.iterdir()) == [] or not (tmp_path / ".aws").exists()


def test_what_is_there_is_seen(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile a]\nregion = r\n[profile b]\nregion = r\n")
    (tmp_path / ".bashrc").write_text('eval "$(awsenv hook bash)"\n')
    project = tmp_path / "it's a project"
    (project / ".git").mkdir(parents=True)
    (project / "compose.yaml").write_text("services: {web: {image: x}}\n")
    done = awsenv(
        tmp_path,
        "start",
        prefix=("/usr/bin/env", "-C", str(project), installed("setsid"), "--wait", *BASH),
    )
    assert "1. Profiles: a, b; one more can be added" in done.stdout
    assert "2. The hook: ~/.bashrc has it\n3. " in done.stdout
    assert "   awsenv link NAME '" in done.stdout
    assert (
        "5. .env files: a compose project is in ~/it's a project\n   awsenv dotenv NAME -o '"
        in done.stdout
    )


@pytest.fixture
def person(tmp_path: Path) -> "contextlib.AbstractContextManager[pexpect.spawn[str]]":
    folder = tmp_path / "org"
    folder.mkdir()
    environ = clean(tmp_path) | {"TERM": "dumb", "SHELL": installed("bash")}
    words = ["-c", f"{program_path()} start; echo ENDED=$?"]
    it = pexpect.spawn(
        installed("bash"), words, env=environ, cwd=str(folder), encoding="utf-8", timeout=60
    )
    return contextlib.closing(it)


def test_from_nothing_to_a_bound_folder(
    person: "contextlib.AbstractContextManager[pexpect.spawn[str]]", tmp_path: Path
) -> None:
    user = new_user("plain", "444455556666")
    with person as it:
        it.expect_exact("leave it out")
        it.sendline("x")
        it.expect_exact("there is no x here")
        it.sendline("k")
        it.expect_exact("a name for the profile")
        it.sendline("dev")
        for question, answer in (
            ("Access Key ID", user.key_id),
            ("Secret Access Key", user.secret),
            ("region", "eu-west-1"),
            ("output", ""),
        ):
            it.expect(f"(?i){question}")
            it.sendline(answer)
        it.expect_exact("2. The hook: bash has none")
        it.expect_exact("leave it out")
        it.sendline("y")
        it.expect("looked: a new shell .*\n")
        assert "has the hook" in str(it.after), it.after
        while it.expect_exact(["leave it out", "4. Folders: "]) == 0:
            it.sendline("")  # direnv, where it is here
        it.expect_exact("leave it out")
        it.sendline("y")
        it.expect("5. ")
        it.expect_exact("ENDED=0")
    assert user.key_id in (tmp_path / ".aws/credentials").read_text()
    assert "awsenv hook bash" in (tmp_path / ".bashrc").read_text()
    assert "use_aws dev" in (tmp_path / "org/.envrc").read_text()


def test_every_step_can_be_left_out(
    person: "contextlib.AbstractContextManager[pexpect.spawn[str]]", tmp_path: Path
) -> None:
    with person as it:
        while it.expect_exact(["leave it out", "ENDED=0"]) == 0:
            it.sendline("")
    assert not (tmp_path / ".aws").exists()
    assert not (tmp_path / ".bashrc").exists()
