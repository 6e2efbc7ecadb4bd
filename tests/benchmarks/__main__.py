"""The Speed table: ``python -m tests.benchmarks [--runs N]``, or ``make benchmarks``.

Each row pairs a command with what it is held against, run in turn (A B A B …), and shows the ratio of
the medians. awsenv is installed plainly into a clean venv by a current pip: an editable install and
an old pip's wrapper are slower. Nothing is asserted: a machine has bad days.
"""

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from awsenv.demo.server import Server
from awsenv.demo.users import User, new_user
from awsenv.profiles import read
from tests.benchmarks import hook, serve, sync
from tests.benchmarks.peak import PEAK

CHECKOUT = Path(__file__).parents[2]
Row = tuple[str, list[str], str, list[str], str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=40)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        top = Path(folder)
        python = install(top / "venv")
        homes = {size: home(top / f"home{size}", size) for size in (10, 10_000)}
        print(
            f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, {runs} runs of each, in turn\n"
        )
        print("| what | held against | ms | ms | ratio | target |")
        print("|---|---|---|---|---|---|")
        for name, command, other_name, other, target in rows(python, homes):
            size = 10_000 if "10,000" in name else 10
            a, b = paired(command, other, homes[size], homes[10], runs, "without a record" in name)
            print(f"| {name} | {other_name} | {a:.1f} | {b:.1f} | {a / b:.2f} | {target} |")
        a, b = one_call(python, homes[10], runs)
        print(
            f"| use without a record, one STS call on loopback | a botocore script | {a:.1f} | {b:.1f} | {a / b:.2f} | ≤ 1.25 |"
        )
        print()
        print(f"modules of awsenv loaded by a replay: {modules(python, homes[10])} (at most 10)")
        print(
            f"peak memory above the bare interpreter: {memory(python, homes[10])} KiB (at most 2048)"
        )
        print(serve.run(python.parent / "awsenv"))
        print(sync.run(python.parent / "awsenv"))
    print("\n| what | held against | µs | µs | ratio | target |\n|---|---|---|---|---|---|")
    print("\n".join(hook.run()))


def rows(python: Path, homes: dict[int, Path]) -> list[Row]:
    """What is measured: name, command, name and command of the other, target."""
    awsenv = [str(python.parent / "awsenv"), "use", "p9", "--shell", "bash"]
    hooked = [str(python), "-I", "-S", *site(python), "use", "p9", "--shell", "bash"]
    complete = [str(python), "-I", "-S", *site(python), "complete", "bash", "--", "use", "p99"]
    bare = [str(python), "-c", "pass"]
    found: list[Row] = [
        ("use, replayed", awsenv, "bare Python", bare, "≤ 1.0"),
        ("use, replayed, as the hook calls it", hooked, "bare Python", bare, "≤ 1.0"),
        ("use, replayed, 10,000 + 10,000 profiles", awsenv, "10 + 10 profiles", awsenv, "≤ 1.05"),
        ("use without a record, 10,000 + 10,000 profiles", awsenv, "a replay", awsenv, "≤ 10"),
        ("completion among 10,000 + 10,000 profiles", complete, "bare Python", bare, "≤ 1.5"),
        ("list, 10,000 + 10,000 profiles", [awsenv[0], "list"], "bare Python", bare, "1 s"),
    ]
    peers = {
        "aws configure export-credentials": ["/usr/bin/aws", "configure", "export-credentials", "--profile", "p9", "--format", "env"],
        "aws-vault": ["aws-vault", "export", "--no-session", "p9"],
        "granted": ["granted", "credential-process", "--profile", "p9"],
        "awsume": ["awsume", "p9", "-s"],
    }  # fmt: skip
    for name, command in peers.items():
        if shutil.which(command[0]):
            found.append(
                ("use, replayed", awsenv, name, command, "≤ 0.05" if "export" in name else "—")
            )
    return found


def paired(
    a: list[str], b: list[str], home_a: Path, home_b: Path, runs: int, fresh: bool
) -> tuple[float, float]:
    """Median milliseconds of either, run in turn after two of each that do not count."""
    times: tuple[list[float], list[float]] = ([], [])
    for number in range(runs + 2):
        for command, at, into in ((a, home_a, times[0]), (b, home_b, times[1])):
            if fresh and into is times[0]:
                shutil.rmtree(at / ".local", ignore_errors=True)
            start = time.perf_counter()
            subprocess.run(command, env=environ(at), stdout=subprocess.DEVNULL, check=True)
            if number >= 2:
                into.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


BOTOCORE = """
import botocore.session
session = botocore.session.Session(profile="p9")
print(session.create_client("sts").get_session_token(DurationSeconds=3600)["Credentials"]["AccessKeyId"])
"""


def one_call(python: Path, at: Path, runs: int) -> tuple[float, float]:
    """A session for a plain key: one GetSessionToken, by awsenv and by a bare botocore script."""
    words = [str(python.parent / "awsenv"), "use", "p9", "--session", "--fresh", "--shell", "bash"]
    script = [str(python), "-c", BOTOCORE]
    key = next(iter(read.profiles({"HOME": str(at), **files(at)}).values()))
    key_id, secret, _ = key.key()
    times: tuple[list[float], list[float]] = ([], [])
    with Server([User("x", "111122223333", key_id, secret)]) as server:
        here = environ(at) | {"AWS_ENDPOINT_URL": server.url}
        for number in range(runs + 2):
            for command, into in ((words, times[0]), (script, times[1])):
                start = time.perf_counter()
                subprocess.run(command, env=here, capture_output=True, check=True)
                if number >= 2:
                    into.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


def files(at: Path) -> dict[str, str]:
    return {
        "AWS_CONFIG_FILE": str(at / ".aws/config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(at / ".aws/credentials"),
    }


def environ(home: Path) -> dict[str, str]:
    return {"HOME": str(home), "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}


def install(venv: Path) -> Path:
    subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    python = venv / "bin/python"
    for words in (["--upgrade", "pip"], [str(CHECKOUT)]):
        subprocess.run([python, "-m", "pip", "install", "--quiet", *words], check=True)
    return python


def site(python: Path) -> list[str]:
    found = next(python.parent.parent.glob("lib/python*/site-packages/awsenv/__main__.py"))
    return [str(found)]


def home(path: Path, size: int) -> Path:
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
        (path / ".aws" / name).write_text(body)
    time.sleep(1.1)  # not measured: a file changed within the last second is not recorded
    return path


def modules(python: Path, at: Path) -> int:
    program = (
        "import os, sys; sys.argv = ['awsenv', 'use', 'p9', '--shell', 'bash']; import awsenv\n"
        "leave = os._exit\n"
        "def end(code): sys.stderr.write(str(sum(m.split('.')[0] == 'awsenv' for m in sys.modules))); sys.stderr.flush(); leave(0)\n"
        "os._exit = end; awsenv.main()"
    )
    result = subprocess.run(
        [python, "-c", program], env=environ(at), capture_output=True, text=True, check=True
    )
    return int(result.stderr)


def memory(python: Path, at: Path) -> int:
    """KiB of peak memory beyond ``python -c pass``, by the operating system's account."""
    peaks = []
    for command in (
        [str(python.parent / "awsenv"), "use", "p9", "--shell", "bash"],
        [str(python), "-c", "pass"],
    ):
        found = [
            int(subprocess.run([python, "-S", "-c", PEAK, *command], env=environ(at), capture_output=True, text=True, check=True).stdout.splitlines()[-1])
            for _ in range(5)
        ]  # fmt: skip
        peaks.append(statistics.median(found))
    return int(peaks[0] - peaks[1])


main()
