"""What must be done to its end is done in an interpreter of its own, and how that ended is known."""

import ast
import os
import sys
from pathlib import Path

import pytest

from awsenv.aws import child
from awsenv.errors import AwsenvError, PersonNeededError
from awsenv.files import locks

PACKAGE = Path(child.__file__).parents[1]


def note(path: str, text: str) -> None:
    Path(path).write_text(f"{text} {os.getpid()}")


def refuse(text: str, needs_person: bool) -> None:
    raise PersonNeededError(text, "type this") if needs_person else AwsenvError(text, "type this")


def run(tmp_path: Path, work: object, *given: object) -> AwsenvError | None:
    with locks.hold(str(tmp_path / "state"), "x") as lock:
        return child.run(work, *given, lock=lock)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _finds_this_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other interpreter knows what stands here."""
    program = f"import sys; sys.path[:0] = {sys.path!r}; from awsenv.aws import child; sys.exit(child.finish())"
    monkeypatch.setattr(child, "program_words", lambda: [sys.executable, "-c", program])


def test_it_is_done_by_another_process(tmp_path: Path) -> None:
    assert run(tmp_path, note, str(tmp_path / "told"), "done") is None
    word, process = (tmp_path / "told").read_text().split()
    assert (word, int(process) != os.getpid()) == ("done", True)


@pytest.mark.parametrize("needs_person", [False, True])
def test_why_it_could_not_be_done_comes_back(needs_person: bool, tmp_path: Path) -> None:
    error = run(tmp_path, refuse, "it is refused", needs_person)
    assert error is not None
    assert (error.message, error.fix) == ("it is refused", "type this")
    assert isinstance(error, PersonNeededError) == needs_person


def test_whoever_is_killed_has_done_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words, told in (
        (["sh", "-c", "kill -9 $$"], "the renewal was killed by SIGKILL"),
        (["sh", "-c", "kill -SEGV $$"], "the renewal was killed by SIGSEGV"),
        (["false"], "the renewal failed by itself"),
    ):
        monkeypatch.setattr(child, "program_words", lambda words=words: words)
        error = run(tmp_path, note, str(tmp_path / "told"), "done")
        assert error is not None
        assert error.message == told
    assert not (tmp_path / "told").exists()


def test_nothing_goes_on_behind_a_fork() -> None:
    """But to become another program: macOS ends a fork that goes on with what its parent had open."""
    forks = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("fork", "forkpty")
    }
    assert forks == {"hook_env.py", "shells/detection.py"}
