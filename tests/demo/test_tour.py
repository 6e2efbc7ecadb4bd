"""The tour passes, fails when a step fails, and touches nothing of the caller's."""

import os
import re
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from awsenv.demo import tour
from awsenv.demo.sandbox import sandbox
from tests.program import is_long, program_path
from tests.shells.real import BIN, clean


@pytest.mark.skipif(not is_long(), reason="make demo takes the same tour, with nothing set")
def test_the_tour_goes_well_whatever_the_caller_has_set(tmp_path: Path) -> None:
    environ = clean(
        tmp_path,
        AWS_PROFILE="mine",
        AWS_CONFIG_FILE="/nonexistent",
        AWS_ENDPOINT_URL="http://127.0.0.1:1",
        AWS_ACCESS_KEY_ID="AKIAREAL",
        AWSENV_PROFILE="mine",
        HTTPS_PROXY="http://127.0.0.1:1",
        http_proxy="http://127.0.0.1:1",
    )
    result = subprocess.run(
        [program_path(), "demo", "--run"], env=environ, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout
    assert result.stdout.endswith("The tour went well.\n")
    assert "AKIAREAL" not in result.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "broken",
    [
        tour.Step("false"),
        tour.Step("true", fails=True),
        tour.Step("echo one", ("two",)),
        tour.Step("exit 0"),
        tour.Step("caller-identity", ("arn:aws:iam::000000000000:user/nobody",)),
    ],
    ids=lambda step: step.command,
)
def test_a_step_that_goes_wrong_fails_the_tour(broken: tour.Step, tmp_path: Path) -> None:
    with sandbox(clean(tmp_path)) as box:
        lines: list[str] = []
        assert tour.run(box, [broken, tour.Step("echo after")], lines.append) == 1
        assert "  ✗ " in lines[-1]
        assert "$ echo after" not in lines
        assert tour.run(box, [tour.Step("echo one", ("one",))], lines.append) == 0


def test_an_awsenv_that_does_nothing_fails_the_tour(tmp_path: Path) -> None:
    program = tmp_path / "awsenv"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    with sandbox(clean(tmp_path), program) as box:
        assert tour.run(box, tour.steps(box), lambda _: None) == 1


def test_the_sandbox_is_gone_afterwards_and_private_before(tmp_path: Path) -> None:
    with sandbox(clean(tmp_path)) as box:
        assert os.stat(box.home).st_mode & 0o077 == 0
        assert os.stat(box.home / ".aws/credentials").st_mode & 0o077 == 0
    assert not box.home.exists()


def test_a_demo_without_a_terminal_says_what_to_type(tmp_path: Path) -> None:
    result = subprocess.run(
        [program_path(), "demo"],
        env=clean(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 3
    assert result.stderr.splitlines() == [
        "awsenv: demo opens a shell and there is no terminal; awsenv demo --run"
    ]


def test_the_stand_in_alone_serves_other_clients(tmp_path: Path) -> None:
    program = subprocess.Popen(
        [program_path(), "demo", "--serve"], env=clean(tmp_path), stdout=subprocess.PIPE, text=True
    )
    assert program.stdout
    home = re.search(r"HOME=(\S+)", program.stdout.readline())
    assert home
    lines = [program.stdout.readline() for _ in range(5)]
    endpoints = dict(line.removeprefix("export ").strip().partition("=")[::2] for line in lines)
    assert set(endpoints) == {
        "AWS_ENDPOINT_URL_STS",
        "AWS_ENDPOINT_URL_IAM",
        "AWS_ENDPOINT_URL_SIGNIN",
        "AWS_ENDPOINT_URL_SSO",
        "AWS_ENDPOINT_URL_SSO_OIDC",
    }
    told = subprocess.run(
        [BIN / "aws", "--profile", "prod", "sts", "get-caller-identity", "--query", "Arn", "--output", "text"],
        env=clean(Path(home[1])) | endpoints, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout == "arn:aws:iam::444455556666:user/prod-user\n"
    program.send_signal(signal.SIGINT)
    assert program.wait(30) == 130
    assert not Path(home[1]).exists()


def test_the_browser_of_the_sandbox_ends_before_its_answer_is_taken(tmp_path: Path) -> None:
    with sandbox(clean(tmp_path)) as box, socket.create_server(("127.0.0.1", 0)) as callback:
        url = f"http://127.0.0.1:{callback.getsockname()[1]}/oauth/callback"
        # As the AWS CLI: its callback is served once the browser's program is over, and what it
        # prints is waited for.
        subprocess.run(
            ["person", url], env=box.environ, stdout=subprocess.PIPE, timeout=20, check=True
        )
        for method in (b"GET ", b"POST"):  # the page, and its button
            connection, _ = callback.accept()
            with connection:
                assert connection.recv(4).startswith(method)
                connection.sendall(b"HTTP/1.0 200 OK\r\n\r\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_stand_in_alone_leaves_nothing_when_it_is_ended(
    number: signal.Signals, tmp_path: Path
) -> None:
    with subprocess.Popen(
        [program_path(), "demo", "--serve"], env=clean(tmp_path, TMPDIR=str(tmp_path)),
        stdout=subprocess.PIPE, text=True,
    ) as program:  # fmt: skip
        assert program.stdout
        assert "export AWS_ENDPOINT_URL" in "".join(program.stdout.readline() for _ in range(2))
        assert list(tmp_path.iterdir()) != []
        program.send_signal(number)
        program.communicate(timeout=30)
    assert list(tmp_path.iterdir()) == []
