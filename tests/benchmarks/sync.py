"""``sso sync`` of a large organization against the throttle."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from awsenv.demo.server import Server
from awsenv.demo.sso import START_URL
from awsenv.demo.users import new_user
from tests.benchmarks.peak import PEAK
from tests.identity_center.center import crowd, sign_in

ACCOUNTS, ROLES, RATE, LATENCY = 1000, 4, 20, 0.05


def run(awsenv: Path) -> str:
    """A line of the table: seconds taken, what the throttle allows, and memory."""
    with tempfile.TemporaryDirectory() as folder, Server([new_user("x", "111122223333")]) as server:
        home = Path(folder)
        sign_in(server, home, "big")
        (home / ".aws/config").write_text(
            f"[sso-session big]\nsso_start_url = {START_URL}\nsso_region = us-east-1\n"
        )
        crowd(server, ACCOUNTS, ROLES)
        server.slow, server.portal.rate = LATENCY, RATE
        here = {"HOME": folder, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"} | server.endpoints
        start = time.perf_counter()
        told = subprocess.run(
            [sys.executable, "-c", PEAK, str(awsenv), "sso", "sync"],
            env=here,
            capture_output=True,
            text=True,
            check=True,
        )
        taken = time.perf_counter() - start
        allowed = len(server.calls) / RATE
        return (
            f"sso sync, {ACCOUNTS} accounts × {ROLES} roles, {LATENCY * 1000:.0f} ms a call, "
            f"{RATE} calls/s allowed: {taken:.1f} s, {taken / allowed:.2f} × what the throttle allows "
            f"(at most 1.2); {server.portal.throttled} throttled; "
            f"{int(told.stdout.split()[-1]) / 1024:.0f} MiB (at most 200)"
        )
