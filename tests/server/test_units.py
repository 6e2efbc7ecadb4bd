"""What systemd and launchd are given, and what is asked of them; nothing is written that was not shown."""

import plistlib
import shlex
import sys
from pathlib import Path

import pytest

from awsenv.server import running, units
from tests.place import Place
from tests.program import program_path
from tests.server.test_serve import role


@pytest.fixture
def managed(place: Place) -> Place:
    """A home with a systemctl that notes what it is asked."""
    role(place)
    folder = place.home / "bin"
    folder.mkdir()
    program = folder / "systemctl"
    program.write_text(f'#!/bin/sh\necho "$@" >>{place.home}/asked\n')
    program.chmod(0o755)
    return place


def asked(place: Place) -> list[str]:
    path = place.home / "asked"
    return path.read_text().splitlines() if path.exists() else []


def run(place: Place, *words: str) -> tuple[int, str]:
    done = place.run(*words, PATH=f"{place.home}/bin:/usr/bin:/bin")
    return done.returncode, done.stderr


def test_it_is_shown_then_written_held_let_go_and_taken_away(managed: Place) -> None:
    folder = managed.home / ".config/systemd/user"
    code, shown = run(managed, "serve", "--install")
    assert code == 0
    assert "would write ~/.config/systemd/user/awsenv-serve.socket" in shown
    assert not folder.exists()
    assert not asked(managed)
    assert run(managed, "dotenv", "admin", "--live", "-o", ".env")[0] == 0
    assert run(managed, "serve", "--install", "--yes")[0] == 0
    # The server that ran gave its place to the socket.
    assert running.find_server({"HOME": str(managed.home)}) is None
    assert asked(managed) == ["--user daemon-reload", "--user enable --now awsenv-serve.socket"]
    socket = (folder / "awsenv-serve.socket").read_text()
    service = (folder / "awsenv-serve.service").read_text()
    for text in (socket, service):
        assert all(f"  {line}" in shown for line in text.splitlines())
    assert f"ListenStream={managed.home}/.local/state/awsenv/socket/awsenv.sock\n" in socket
    assert "SocketMode=0600\nDirectoryMode=0700\n" in socket
    assert "StartLimitIntervalSec=0\n" in service
    assert f'Environment="PATH={managed.home}/bin:/usr/bin:/bin"\n' in service
    run(managed, "serve", "--stop")
    assert asked(managed)[2:] == ["--user stop awsenv-serve.socket awsenv-serve.service"]
    shown = run(managed, "uninstall")[1]
    assert "would remove ~/.config/systemd/user/awsenv-serve.service" in shown
    assert run(managed, "uninstall", "--yes")[0] == 0
    assert list(folder.iterdir()) == []
    assert asked(managed)[-1] == "--user disable awsenv-serve.socket"


def test_the_unit_starts_this_program(managed: Place) -> None:
    run(managed, "serve", "--install", "--yes")
    service = (managed.home / ".config/systemd/user/awsenv-serve.service").read_text()
    line = next(each for each in service.splitlines() if each.startswith("ExecStart="))
    program = shlex.split(line.removeprefix("ExecStart="))
    assert program[1:] == ["serve"]
    assert Path(program[0]).name == Path(program_path()).name


@pytest.mark.parametrize(
    ("text", "word"),
    [("/a b/x", '"/a b/x"'), ('/"\\', '"/\\"\\\\"'), ("/50%/$HOME", '"/50%%/$$HOME"'), ("a\nb", '"a\\nb"')],
)  # fmt: skip
def test_a_path_is_one_word_of_a_unit(text: str, word: str) -> None:
    assert units._quote(text) == word


def test_where_no_manager_runs_it_is_said_and_what_to_do_without(managed: Place) -> None:
    (managed.home / "bin/systemctl").write_text(
        "#!/bin/sh\necho 'Failed to connect to bus: No medium found' >&2\nexit 1\n"
    )
    code, told = run(managed, "serve", "--install", "--yes")
    assert code == 1
    assert told.splitlines()[-1] == (
        "awsenv: systemctl --user daemon-reload failed: Failed to connect to bus: No medium found; "
        "without it a shell's first look starts the server"
    )
    assert list((managed.home / ".config/systemd/user").iterdir()) == []
    assert run(managed, "dotenv", "admin", "--live", "-o", ".env")[0] == 0
    assert run(managed, "serve", "--stop")[0] == 0


def test_an_agent_of_launchd(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    [(path, text)] = units.describe({"HOME": str(tmp_path), "PATH": "/opt/bin:/bin"}).items()
    assert path == f"{tmp_path}/Library/LaunchAgents/awsenv-serve.plist"
    agent = plistlib.loads(text.encode())
    place = f"{tmp_path}/.local/state/awsenv/socket/awsenv.sock"
    assert agent["Sockets"] == {"awsenv": {"SockPathName": place, "SockPathMode": 0o600}}
    assert agent["ProgramArguments"][1:] == ["serve", "--port", "0"]
    assert agent["KeepAlive"] == {"SuccessfulExit": False}
    assert agent["EnvironmentVariables"] == {"PATH": "/opt/bin:/bin"}
