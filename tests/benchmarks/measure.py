"""Two commands timed in turn (A B A B …), so that a machine's bad moments hit both."""

import os
import shutil
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from awsenv.demo.users import new_user

HEAD = "| what | held against | ms | ms | ratio | target |\n|---|---|---|---|---|---|"


class Command(NamedTuple):
    """``words`` to run in ``home``, with ``more`` in the environment; ``is_first``: without what an earlier run has kept."""

    words: Sequence[str]
    home: Path
    more: Mapping[str, str] = MappingProxyType({})
    is_first: bool = False

    def run(self) -> tuple[float, float]:
        """Milliseconds that it takes: by the clock, and of a processor."""
        if self.is_first:
            shutil.rmtree(self.home / ".local", ignore_errors=True)
        start = time.perf_counter()
        process = subprocess.Popen(
            self.words, env={**environ(self.home), **self.more}, cwd=self.home, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        taken = (time.perf_counter() - start) * 1000
        assert process.returncode in (0, 1), self.words
        return taken, (used.ru_utime + used.ru_stime) * 1000

    def check(self) -> None:
        """Raise ``AssertionError`` where it does not do what is to be timed."""
        done = subprocess.run(
            self.words, env={**environ(self.home), **self.more}, cwd=self.home, stdin=subprocess.DEVNULL, capture_output=True,
            check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1), (self.words, done.stderr)
        assert b"internal error" not in done.stderr, (self.words, done.stderr)


def compare(
    what: str,
    a: Command,
    other: str,
    b: Command,
    target: str,
    runs: int,
    by_processor: bool = False,
) -> str:
    """A line of the table: medians with the middle half of all beside them, and their ratio."""
    for each in (a, b):
        each.check()
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(runs + 1):
        for command, into in zip((a, b), times, strict=True):
            taken = command.run()[by_processor]
            if number:
                into.append(taken)
    ratio = statistics.median(times[0]) / statistics.median(times[1])
    return (
        f"| {what} | {other} | {_format(times[0])} | {_format(times[1])} | {ratio:.2f} | {target} |"
    )


def environ(home: Path) -> dict[str, str]:
    """What a command has there."""
    return {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}


def make_home(path: Path, size: int) -> Path:
    """A home of ``size`` key profiles in credentials and as many in config."""
    (path / ".aws").mkdir(parents=True)
    key = new_user("x", "111122223333")
    for name, text in (
        (
            "credentials",
            f"aws_access_key_id = {key.key_id}\naws_secret_access_key = {key.secret}\n",
        ),
        ("config", "region = us-east-1\noutput = json\n"),
    ):
        prefix = "profile " if name == "config" else ""
        body = "".join(f"[{prefix}p{n}]\n{text}" for n in range(size))
        if name == "config":
            body = body.replace("[profile p9]\n", "[profile p9]\nawsenv_alias = short\n")
        (path / ".aws" / name).write_text(body)
    time.sleep(1.1)  # not measured: a file that changed within the last second is not recorded
    return path


def make_organization(path: Path, accounts: int, roles: int) -> Path:
    """A home of that many profiles of ``roles`` in each of ``accounts``, a key ``mine`` of another, and settings that name
    every account."""
    (path / ".aws").mkdir(parents=True)
    (path / ".config/awsenv").mkdir(parents=True)
    key = new_user("x", "111122223333")
    names = [f"{number:012}" for number in range(accounts)]
    (path / ".aws/credentials").write_text(
        f"[mine]\naws_access_key_id = {key.key_id}\naws_secret_access_key = {key.secret}\n"
    )
    (path / ".aws/config").write_text(
        "".join(
            f"[profile a{number}-{role}]\nrole_arn = arn:aws:iam::{name}:role/r{role}\nsource_profile = mine\nawsenv_account = acct{number}\n"
            for number, name in enumerate(names)
            for role in range(roles)
        )
    )
    (path / ".config/awsenv/config.toml").write_text(
        f"[mark.staging]\naccounts = {names[1:]}\nprofiles = ['*-stg']\n[mark.lab]\nprofiles = ['mine']\ncolor = 'blue'\n"
    )
    time.sleep(1.1)
    return path


def _format(times: list[float]) -> str:
    low, middle, high = statistics.quantiles(times, n=4)
    return f"{middle:.1f} ({low:.1f}–{high:.1f})"
