"""A word ahead of a session's end, the terminal's title and tmux: once, and only where the settings ask for it."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from awsenv import record_file
from awsenv.hook import display
from awsenv.state import DISPLAY, state_path
from tests.hook.model import HOUR, Ground, Shell
from tests.program import awsenv, edit_record, until
from tests.shells.real import SHELLS, clean, installed
from tests.shells.terminal import write_hook
from tests.test_settings import write


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    ground = Ground(tmp_path)
    shell = Shell(ground, dict(ground.environ))
    shell.use("a")
    return shell


def look(shell: Shell, after: float, ahead: int) -> tuple[list[str], float]:
    """What is said that much later, and when there will be another look."""
    outcome = shell.look(after)
    before = outcome.check_at
    display.warn(outcome, {"warn": str(ahead)}, shell.ground.now + after)
    shell._become(outcome)
    return shell.says, min(before, outcome.check_at)


def test_it_is_said_once_ahead_of_the_end_and_not_before(shell: Shell) -> None:
    record = Path(record_file.record_path("a", shell.environ))
    edit_record(record, kind="mfa")
    end = int(shell.ground.now) + HOUR
    assert look(shell, 60, 1200) == ([], end - 1200)
    assert look(shell, 60, 0)[0] == []  # nobody asked for it
    assert look(shell, HOUR - 1100, 1200)[0] == [
        "the session of a ends in 18m; awsenv use --fresh a"
    ]
    assert look(shell, HOUR - 1000, 1200)[0] == []


def test_what_renews_itself_is_spoken_of_once_that_has_failed(shell: Shell) -> None:
    assert look(shell, HOUR - 1100, 1200)[0] == []
    assert look(shell, HOUR - 599, 1200)[0] == []  # the renewal has begun
    assert look(shell, HOUR - 580, 1200)[0] == ["the session of a ends in 9m; awsenv use --fresh a"]


def test_the_settings_are_read_once_for_each_change(tmp_path: Path) -> None:
    environ = clean(tmp_path)
    assert display.read_wishes(environ) == {}
    write(tmp_path, '[shell]\nwarn_before_end = "5m"\ntitle = true\n')
    for _ in range(2):
        assert display.read_wishes(environ) == {"warn": "300", "title": "1", "tmux": ""}
    edit_record(Path(state_path(environ, DISPLAY)), title="kept")
    assert display.read_wishes(environ)["title"] == "kept"  # the control: it is not read again
    write(tmp_path, "[shell]\ntitle = false\n")
    assert display.read_wishes(environ)["title"] == ""
    write(tmp_path, "[shell]\ntitle = 3\n")
    assert display.read_wishes(environ) == {}  # whoever uses a profile is told


def test_exec_and_the_status_line(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        "[t]\naws_access_key_id = ASIA\naws_secret_access_key = s\naws_session_token = t\nx_security_token_expires = 2999-01-01T00:00:00Z\nawsenv_mark = lab\n"
    )
    write(tmp_path, '[shell]\nwarn_before_end = "9999999h"\n')
    done = awsenv(tmp_path, "exec", "t", "--", "awsenv", "status", "--line")
    assert done.stderr.startswith("awsenv: the session of t ends in ")
    assert done.stdout == "lab t until 00:00\n"
    write(tmp_path, "")
    assert awsenv(tmp_path, "exec", "t", "--", "true").stderr == ""
    done = awsenv(tmp_path, "status", "--line")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    words = [installed("tmux"), "-S", str(tmp_path / "socket"), "-f", "/dev/null"]
    yield words
    subprocess.run([*words, "kill-server"], check=False, capture_output=True)


def test_tmux_and_the_title_say_who_one_is(tmp_path: Path, tmux: list[str]) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        "".join(
            f"[{name}]\naws_access_key_id = AKIA\naws_secret_access_key = s\n"
            for name in ("a#b-prod", "dev")
        )
    )
    write(tmp_path, "[shell]\ntitle = true\ntmux = true\n")
    bash = SHELLS[0]
    (tmp_path / "rc").write_text(bash.load_hook(write_hook(bash, tmp_path)) + "\n")
    environ = clean(tmp_path)
    words = [
        *tmux,
        "new-session",
        "-d",
        "-x",
        "80",
        "-y",
        "20",
        installed("bash"),
        "--rcfile",
        str(tmp_path / "rc"),
        "-i",
    ]
    subprocess.run(words, env=environ, cwd=tmp_path, check=True)

    def ask(*words: str) -> str:
        return subprocess.run(
            [*tmux, *words], env=environ, capture_output=True, text=True, check=True
        ).stdout.strip()

    def shows(said: str, title: str) -> None:
        until(lambda: ask("show-options", "-qpv", "@awsenv") == said)
        until(lambda: ask("display-message", "-p", "#{pane_title}") == title)

    for line, said, title in (
        ("awsenv use a#b-prod", "#[fg=red]production a##b-prod#[default]", "production a#b-prod"),
        ("awsenv use dev", "dev", "dev"),
        ("awsenv off", "", ""),
    ):
        ask("send-keys", line, "Enter")
        shows(said, title)
    assert os.path.exists(state_path(environ, DISPLAY))
