"""What grows: each at a hundredth, a tenth and the whole of what a person may come to have. A figure that grows with what it
need not look at is a fault."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from awsenv import record_file, records
from awsenv.state import RECORDS, state_path
from tests.benchmarks.measure import Command, environ, make_home

_HEAD = "| what | how many | ms | ms | ms | the last against the first |\n|---|---|---|---|---|---|"
# What takes minutes to make is made only where that is asked for.
_MOST = 10_000


def run(awsenv: Path, is_slow: bool, runs: int = 5) -> list[str]:
    """The lines of the table."""
    lines = [_HEAD]
    for what, whole, fill, words in _CASES:
        medians = []
        for size in (whole // 100, whole // 10, whole):
            if size <= _MOST or is_slow:
                with tempfile.TemporaryDirectory() as folder:
                    home = make_home(Path(folder), 10)
                    (home / "repo").mkdir()
                    fill(home, size)
                    command = Command(["env", "-C", str(home / "repo"), str(awsenv), *words], home)
                    command.check()
                    medians.append(statistics.median(command.run()[0] for _ in range(runs)))
        cells = [*(f"{each:.1f}" for each in medians), "–", "–"][:3]
        lines.append(f"| {what} | {whole:,} | {' | '.join(cells)} | {medians[-1] / medians[0]:.2f} |")  # fmt: skip
    return lines


def _fill_repo(home: Path, size: int) -> None:
    """A git repo of ``size`` files, all tracked."""
    for number in range(size):
        place = home / "repo" / str(number % 100)
        place.mkdir(exist_ok=True)
        (place / str(number)).touch()
    for words in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *words], cwd=home / "repo", check=True, env=environ(home))


def _fill_organizations(home: Path, size: int) -> None:
    """``size`` organizations with a repo each below the root of ghq, every tenth bound."""
    for number in range(size):
        place = home / f"ghq/github.com/org{number}"
        (place / "repo/.git").mkdir(parents=True)
        if number % 10 == 0:
            (place / ".envrc").write_text("use_aws p9\n")


def _fill_records(home: Path, size: int) -> None:
    """``size`` sessions of profiles that are gone."""
    end, here = int(time.time()) + 3600, {"HOME": str(home)}
    records.write(record_file.record_path("gone", here), {"profile": "gone", "expires": str(end)})
    for number in range(size - 1):  # as that one is, without a wait for the disk
        body = f"awsenv=1\nprofile=gone{number}\nexpires={end}\n".encode()
        path = Path(record_file.record_path(f"gone{number}", here))
        path.write_bytes(body + b"end=" + record_file.checksum(body))
        path.chmod(0o600)
    assert len(os.listdir(state_path(here, RECORDS))) == size
    assert record_file.read(str(path))


_ALLOW = """
import os, sys
from awsenv.envrc import trust
for path in sys.stdin.read().split():
    trust.allow_made(path, b"use_aws p9\\n", dict(os.environ))
"""


def _fill_allowed(home: Path, size: int) -> None:
    """``size`` folders whose ``.envrc`` is allowed; one stands in one of them."""
    places = [home / "repo", *(home / f"work/folder{number}" for number in range(size - 1))]
    for place in places:
        place.mkdir(parents=True, exist_ok=True)
        (place / ".envrc").write_text("use_aws p9\n")
    told = "\n".join(f"{place}/.envrc" for place in places)
    subprocess.run([sys.executable, "-c", _ALLOW], input=told, text=True, env=environ(home), check=True)  # fmt: skip


_CASES: list[tuple[str, int, Callable[[Path, int], None], tuple[str, ...]]] = [
    ("`dotenv` in a repo, by its files", 100_000, _fill_repo, ("dotenv", "p9", "--allow-long-lived", "-o", ".env")),
    ("`orgs`, by the organizations below ghq's root", 1_000, _fill_organizations, ("orgs",)),
    ("`use`, replayed, by the records", 10_000, _fill_records, ("use", "p9", "--shell", "bash")),
    ("`list`, by the records", 10_000, _fill_records, ("list",)),
    ("`status`, by the allowed folders", 2_000, _fill_allowed, ("status",)),
    ("the hook's answer in one, by the allowed folders", 2_000, _fill_allowed, ("hook-env", "bash", "d")),
]  # fmt: skip
