"""What every test wants: how hard hypothesis searches, chosen with --hypothesis-profile; which come first."""

import compileall
import contextlib
import gc
import signal
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from awsenv import paths
from tests import forkserver
from tests.forkserver import server
from tests.program import is_long

# `make test` searches shortly, `make search` long.
settings.register_profile("short", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "long", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=20_000
)
settings.load_profile("short")

# A kill at the n-th system call is at the same one each time only if no module is compiled meanwhile.
compileall.compile_dir(Path(__file__).parents[1] / "awsenv", quiet=2)

# Started in the background by a shell, this process ignores Ctrl-C, and all that it starts would, too.
for _signal in (signal.SIGINT, signal.SIGQUIT):
    if signal.getsignal(_signal) == signal.SIG_IGN:
        default = signal.default_int_handler if _signal == signal.SIGINT else signal.SIG_DFL
        signal.signal(_signal, default)

# They wait most, or take longest: begun first, they are over when the rest is.
_FIRST = ("test_containers", "test_rotation", "test_keychain", "test_kills", "test_worlds", "test_tour", "test_mfa",
          "test_registry", "test_manners", "test_pass")  # fmt: skip


# Where real shells, containers, browsers and signed calls are: what `make fast` leaves out.
_REAL = (
    "shells",
    "interop",
    "demo",
    "server",
    "sessions",
    "identity_center",
    "aws_login",
    "actions",
)
_REAL_FILES = ("test_kills", "test_documentation", "test_real_program", "test_start_files", "test_exec", "test_dotenv", "test_add", "test_door", "test_doctor", "test_reading", "test_registry", "test_darwin", "test_file_systems", "test_newcomer", "test_start", "test_picker")  # fmt: skip
# But these of them start nothing, or little.
_FAST_FILES = (
    "test_chain",
    "test_ends",
    "test_start_url",
    "test_compose",
    "test_profile_plan",
    "test_detection",
    "test_made_up",
)


# What is decided is decided by the program, and each of these asks it: a test that is there for all three is in two of
# them in `make test`, in tests/shells in one; which turns with its name, and in all in `make search`. What a shell has of
# its own is `test_every_shell`'s, of which none is left out there, and of the four that are like no other two turn in the
# same way. Elsewhere every other test of the one that takes over a second to start is left out.
_ALIKE, _OTHERS, _SLOW = ("bash", "zsh", "fish"), ("nushell", "elvish", "xonsh", "tcsh"), "xonsh"


def _leave_out(items: list[pytest.Item]) -> list[pytest.Item]:
    """Those of ``items`` that only `make search` runs."""
    alike: dict[str, dict[str, pytest.Item]] = {}
    others: dict[str, dict[str, pytest.Item]] = {}
    slow = []
    for item in items:
        function, _, parameters = item.nodeid.partition("[")
        words = parameters.rstrip("]").split("-")
        shells = [word for word in words if word in _ALIKE]
        is_every = item.path.stem == "test_every_shell"
        if is_every and len(words) == 1 and words[0] in _OTHERS:
            others.setdefault(function, {})[words[0]] = item
        elif _SLOW in words and item.path.parent.name == "shells" and zlib.crc32(item.nodeid.encode()) % 2:  # fmt: skip
            slow.append(item)
        if item.path.stem != "test_every_shell" and len(shells) == 1:
            rest = "-".join(word for word in words if word not in _ALIKE)
            alike.setdefault(f"{function} {rest}", {})[shells[0]] = item
    for name, found in alike.items():
        if len(found) == len(_ALIKE):
            first = zlib.crc32(name.encode())
            left_out = 2 if found[_ALIKE[0]].path.parent.name == "shells" else 1
            slow += [found[_ALIKE[(first + n) % 3]] for n in range(left_out)]
    for name, found in others.items():
        names = sorted(found, key=lambda shell: zlib.crc32(f"{name} {shell}".encode()))
        slow += [found[shell] for shell in names[2:]]
    return slow


def pytest_collection_finish() -> None:
    """All that is imported by now stays to the end: whoever collects garbage need not look at it again and again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not is_long() and not any("::" in word for word in config.args):
        left_out = _leave_out(items)
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]

    def place(item: pytest.Item) -> int:
        name = item.path.stem
        return next((n for n, first in enumerate(_FIRST) if name.startswith(first)), len(_FIRST))

    # In real shells the first test of each file starts the real program; of one file that is in every shell.
    begun: dict[Path, str] = {}
    for item in items:
        name = item.name.partition("[")[0] if item.path.stem == "test_every_shell" else item.name
        if item.path.parent.name == "shells" and begun.setdefault(item.path, name) == name:
            item.add_marker(pytest.mark.real_program)
    items.sort(key=place)
    for item in items:
        name = item.path.stem
        if (item.path.parent.name in _REAL and name not in _FAST_FILES) or name in _REAL_FILES:
            item.add_marker(pytest.mark.real)


@pytest.fixture(scope="session")
def fork_server() -> Iterator[forkserver.Program]:
    """What stands for awsenv where its start is not what is tested."""
    with forkserver.start() as program:
        yield program


@pytest.fixture(autouse=True)
def _program(
    request: pytest.FixtureRequest,
    fork_server: forkserver.Program,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Which awsenv this test starts."""
    if fork_server.hook_file is None or request.node.get_closest_marker("real_program"):
        return
    monkeypatch.setattr(forkserver.program, "folder", fork_server.folder)
    monkeypatch.setattr(forkserver.program, "hook_file", fork_server.hook_file)
    words = server.find_hook_words(fork_server.hook_file.parent, paths.program_words())
    monkeypatch.setattr(paths, "program_words", lambda: words)


@pytest.fixture(autouse=True)
def _no_program_is_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever a test has started ends with it, by its process, and lets go of its pipes."""
    started: list[subprocess.Popen[bytes]] = []
    begin = subprocess.Popen.__init__

    def noted(process: "subprocess.Popen[bytes]", *words: Any, **more: Any) -> None:
        begin(process, *words, **more)
        started.append(process)

    monkeypatch.setattr(subprocess.Popen, "__init__", noted)
    yield
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            with contextlib.suppress(OSError):  # what was still to be written to it
                if pipe is not None:
                    pipe.close()
