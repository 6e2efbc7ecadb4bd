"""``sso sync`` of a large organization against the throttle."""

import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from awsenv.demo.server import Server
from awsenv.demo.sso import START_URL
from awsenv.demo.users import new_user
from awsenv.sessions.sso_token import SsoSession

ACCOUNTS, ROLES, RATE, LATENCY = 1000, 4, 20, 0.05
_PEAK = "import os, sys; p = os.fork() or os.execv(sys.argv[1], sys.argv[1:]); _, s, r = os.wait4(p, 0); print(r.ru_maxrss); sys.exit(s)"


def run(awsenv: Path) -> str:
    """A line of the table: seconds taken, what the throttle allows, and memory."""
    with tempfile.TemporaryDirectory() as folder, Server([new_user("x", "111122223333")]) as server:
        home, token = Path(folder), "token"
        where = SsoSession("big", START_URL, "us-east-1", ["sso:account:access"])
        server.sso.tokens[token] = time.time() + 3600
        path = Path(where.token_path({"HOME": folder}))
        path.parent.mkdir(parents=True)
        end = datetime.fromtimestamp(time.time() + 3600, UTC).isoformat()
        path.write_text(json.dumps({"accessToken": token, "expiresAt": end}))
        (home / ".aws/config").write_text(
            f"[sso-session big]\nsso_start_url = {START_URL}\nsso_region = us-east-1\n"
        )
        for number in range(ACCOUNTS):
            account = str(200000000000 + number)
            server.portal.names[account] = f"team-{number}"
            server.portal.assignments[account] = [f"Role{n}" for n in range(ROLES)]
        server.slow, server.portal.rate = LATENCY, RATE
        here = {"HOME": folder, "PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"} | server.endpoints
        start = time.perf_counter()
        told = subprocess.run(
            [sys.executable, "-c", _PEAK, str(awsenv), "sso", "sync"],
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
