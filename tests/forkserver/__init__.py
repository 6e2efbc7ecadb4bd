"""awsenv without its start: a process that has everything imported and forks for each call.

A start of Python with all that awsenv imports costs 0.3 s; what a test looks at begins behind it. What calls the server is
a program in C where there is a compiler (2 ms of the processor), else in Python (12 ms). Whether
the two say the same is tested in `tests/cli/test_real_program.py`; `pytest.mark.real_program` keeps a test
to the real one, and where there is no Linux every test has it.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

REAL_BIN = Path(sys.executable).parent
_ROOT = Path(__file__).parents[2]


class Program:
    """Where awsenv is found: ``folder``, for a PATH; and ``hook_file`` for a hook, if another."""

    folder = REAL_BIN
    hook_file: Path | None = None


program = Program()


@contextlib.contextmanager
def start() -> Iterator[Program]:
    """A server of this process's own, in a folder of its own; ended with it."""
    if sys.platform != "linux":
        yield Program()
        return
    folder = Path(tempfile.mkdtemp(prefix="awsenv-fork-"))
    folder.chmod(0o755)  # what is run as another user goes to the real program from there
    environ = {
        "HOME": "/nonexistent",
        "LC_ALL": "C.UTF-8",
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(_ROOT),
    }
    environ |= {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.forkserver.server", str(folder)],
        env=environ, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert server.stdin
    assert server.stdout
    try:
        assert server.stdout.readline() == "ready\n"
        here = Program()
        here.folder, here.hook_file = folder / "bin", folder / "hook"
        yield here
    finally:
        server.stdin.close()
        server.wait()
        server.stdout.close()
        shutil.rmtree(folder)
