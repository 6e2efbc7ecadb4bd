"""A lock is waited for a minute, whoever holds it and in whatever state."""

import contextlib
import os
import signal
import subprocess
from pathlib import Path

import pytest

from awsenv.errors import AwsenvError
from awsenv.files import locks
from tests.program import until
from tests.shells.real import BIN, clean, installed

HOLDS = """
import sys, threading
from awsenv.files import locks
with locks.hold(sys.argv[1], "x") as lock:
    with locks.announce_question("asks for an MFA code"):
        print("held", flush=True)
        sys.stdin.readline()
    print("answered", flush=True)
    sys.stdin.readline()
"""


def held(state: Path) -> "subprocess.Popen[str]":
    """A process that holds the lock ``x`` and has a question open."""
    process = subprocess.Popen(
        [BIN / "python", "-c", HOLDS, str(state)], env=clean(state), text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == "held\n"
    return process


def test_an_open_question_is_waited_for_and_a_stopped_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_BELIEVED", 2.0)
    process = held(tmp_path)
    try:
        told: list[str] = []
        # The question is open: that alone ends the wait of somebody who does not wait for one.
        with (
            pytest.raises(locks.WaitingError, match="asks for an MFA code"),
            locks.hold(str(tmp_path), "x", told.append, seconds=0.5, question_timeout=3),
        ):
            pass
        assert told == [f"waiting for process {process.pid}, which asks for an MFA code"]
        os.kill(process.pid, signal.SIGSTOP)
        with (
            pytest.raises(AwsenvError, match=f"process {process.pid}, which .* in the way for 1 s"),
            locks.hold(str(tmp_path), "x", seconds=1),
        ):
            pass
        # A kill frees it.
        os.kill(process.pid, signal.SIGKILL)
        with locks.hold(str(tmp_path), "x", seconds=5):
            pass
    finally:
        process.kill()
        process.wait()


def test_the_time_after_the_answer_counts(tmp_path: Path) -> None:
    process = held(tmp_path)
    try:
        assert process.stdin
        assert process.stdout
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "answered\n"
        with (
            pytest.raises(AwsenvError, match="in the way for 1 s"),
            locks.hold(str(tmp_path), "x", seconds=1),
        ):
            pass
    finally:
        process.kill()
        process.wait()


def test_without_locks_it_goes_on_and_says_so_once(tmp_path: Path) -> None:
    script = (
        "import sys; from awsenv.files import locks\n"
        "for name in 'ab':\n"
        "    with locks.hold(sys.argv[1], name, lambda t: print(t)) as lock: lock.remember('m')\n"
    )
    python = [str(BIN / "python"), "-c", script, str(tmp_path)]
    inject = [installed("strace"), "-f", "-o", "/dev/null", "-e", "inject=flock:error=ENOLCK"]
    told = subprocess.run([*inject, *python], env=clean(tmp_path), capture_output=True, text=True)
    assert told.stdout.count("\n") == 1, told.stderr
    assert "nothing is kept for the next call; XDG_STATE_HOME=FOLDER" in told.stdout
    (tmp_path / "plain").write_text("")
    python[-1] = str(tmp_path / "plain")
    told = subprocess.run(python, env=clean(tmp_path), capture_output=True, text=True)
    assert told.stdout.count("XDG_STATE_HOME") == 1


@pytest.mark.parametrize("keeps", [False, True])
def test_a_lock_ends_with_its_process_but_for_who_is_to_finish(keeps: bool, tmp_path: Path) -> None:
    script = (
        "import signal, subprocess, sys\nfrom awsenv.files import locks\n"
        "with locks.hold(sys.argv[1], 'x') as lock:\n"
        "    line = ['sh', '-c', 'touch \"$1/child\"; exec sleep 1000', 'sh', sys.argv[1]]\n"
        f"    subprocess.Popen(line, pass_fds=[lock.descriptor] if {keeps} else [])\n"
        "    signal.pause()\n"
    )
    process = subprocess.Popen(
        [BIN / "python", "-c", script, str(tmp_path)], env=clean(tmp_path), start_new_session=True
    )
    try:
        until((tmp_path / "child").exists)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with (
            pytest.raises(AwsenvError, match="in the way") if keeps else contextlib.nullcontext(),
            locks.hold(str(tmp_path), "x", seconds=0.5 if keeps else 60),
        ):
            pass
    finally:
        os.killpg(process.pid, signal.SIGKILL)
