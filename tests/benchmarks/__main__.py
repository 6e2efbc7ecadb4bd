"""The figures of docs/speed.md: ``python -m tests.benchmarks [--runs N] [--slow] [--write FILE]``, or ``make benchmarks``.

awsenv is installed plainly into a clean venv by a current pip: an editable install and an old pip's wrapper are slower.
Nothing is asserted: a machine has bad days.
"""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import commands, growth, hook, serve, sync
from tests.benchmarks.measure import environ, make_home
from tests.benchmarks.peak import PEAK

CHECKOUT = Path(__file__).parents[2]
# Where a page's figures begin; what stands above is a person's.
MARK = "<!-- Below: make benchmarks. -->"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=25)
    parser.add_argument("--slow", action="store_true", help="100,000 files, and sso sync against the throttle (minutes)")  # fmt: skip
    parser.add_argument("--write", metavar="FILE", help="put the figures below the mark of this page")  # fmt: skip
    given = parser.parse_args()
    lines = []
    for line in measure(given.runs, given.slow):
        print(line, flush=True)
        lines.append(line)
    if given.write:
        page = Path(given.write)
        above = page.read_text().partition(MARK)[0]
        page.write_text("\n".join([above + MARK, "", *lines, ""]))


def measure(runs: int, is_slow: bool) -> Iterator[str]:
    """The lines of the page."""
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        python = install(top / "venv")
        awsenv = python.parent / "awsenv"
        homes = {size: make_home(top / f"home{size}", size) for size in (10, 10_000)}
        yield f"Python {platform.python_version()}, {os.cpu_count()} cores, {runs} runs of each in turn: the median, and in parentheses the middle half."  # fmt: skip
        yield ""
        yield from commands.run(python, homes, runs)
        yield ""
        yield f"A replay loads {count_modules(python, homes[10])} modules of awsenv, and takes {find_peak(python, homes[10])} KiB of memory beyond a bare Python."  # fmt: skip
        yield "\n## The hook\n"
        yield "\n".join(hook.run())
        yield "\n## What grows\n"
        yield from growth.run(awsenv, is_slow)
        if is_slow:
            yield f"\n{sync.run(awsenv)}"
        yield "\n## Containers\n"
        yield serve.run(awsenv)


def install(venv: Path) -> Path:
    """awsenv in a venv of its own, as anybody installs it; its Python."""
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    python = venv / "bin/python"
    for words in (["--upgrade", "pip"], [str(CHECKOUT)]):
        subprocess.run([python, "-m", "pip", "install", "--quiet", *words], check=True)
    return python


def count_modules(python: Path, home: Path) -> int:
    """How many of awsenv's modules a replay loads."""
    words = [
        str(python),
        "-X",
        "importtime",
        str(python.parent / "awsenv"),
        "use",
        "p9",
        "--shell",
        "bash",
    ]
    for _ in range(2):  # the second time by a record
        done = subprocess.run(words, env=environ(home), capture_output=True, text=True, check=True)
    names = [line.split("|")[-1].strip() for line in done.stderr.splitlines()]
    return sum(name.partition(".")[0] == "awsenv" for name in names)


def find_peak(python: Path, home: Path) -> int:
    """KiB of peak memory of a replay beyond ``python -c pass``, by the operating system's account."""
    peaks = []
    for command in ([str(python.parent / "awsenv"), "use", "p9", "--shell", "bash"], [str(python), "-c", "pass"]):  # fmt: skip
        words = [str(python), "-S", "-c", PEAK, *command]
        done = [subprocess.run(words, env=environ(home), capture_output=True, text=True, check=True) for _ in range(5)]  # fmt: skip
        peaks.append(sorted(int(each.stdout.splitlines()[-1]) for each in done)[2])
    return peaks[0] - peaks[1]


main()
