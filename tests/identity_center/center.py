"""What the stand-in's Identity Center holds: a person who is signed in, and large organizations."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path

from awsenv.demo.server import Server
from awsenv.demo.sso import START_URL
from awsenv.identity_center.token import SsoSession


def sign_in(server: Server, home: Path, session: str = "demo") -> None:
    """Give the person at ``home`` a token of ``session``, as a sign-in would leave it."""
    token, end = "a token", time.time() + 3600
    server.sso.tokens[token] = end
    where = SsoSession(session, START_URL, "us-east-1", ["sso:account:access"])
    path = Path(where.token_path({"HOME": str(home)}))
    path.parent.mkdir(parents=True, exist_ok=True)
    until = datetime.fromtimestamp(end, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = {
        "startUrl": START_URL,
        "region": "us-east-1",
        "accessToken": token,
        "expiresAt": until,
    }
    path.write_text(json.dumps(fields))


def crowd(server: Server, accounts: int, roles: int = 1) -> None:
    """An organization of so many accounts and roles in each."""
    server.portal.assignments.clear()
    for number in range(accounts):
        account = str(200000000000 + number)
        server.portal.names[account] = f"team-{number}"
        server.portal.assignments[account] = [f"Role{n}" for n in range(roles)]
