"""Real clients, started from a shell that awsenv prepared, are who the profile says."""

import subprocess
import sys
from pathlib import Path

import pytest

from awsenv.demo.sandbox import Sandbox, sandbox
from tests.shells.real import BIN, clean

BOTO3 = (
    f'{sys.executable} -c \'import boto3; print(boto3.client("sts").get_caller_identity()["Arn"])\''
)
CLIENTS = {
    "boto3": BOTO3,
    "aws": f"{BIN}/aws sts get-caller-identity --query Arn --output text",
}


def in_bash(box: Sandbox, script: str) -> subprocess.CompletedProcess[str]:
    """Run ``script`` in a bash in the sandbox."""
    return subprocess.run(
        ["bash", "-c", script], env=box.environ, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS.keys())
def test_a_client_acts_as_the_profile_and_no_longer(client: str, tmp_path: Path) -> None:
    with sandbox(clean(tmp_path)) as box:
        script = f"""
        eval "$(awsenv use xxx-dev)" && {client}
        eval "$(awsenv use prod)" && {client}
        eval "$(awsenv off)" && {client}
        """
        result = in_bash(box, script)
        arns = [box.users[name].arn for name in ("xxx-dev", "prod", "default")]
        assert result.stdout.splitlines() == arns, result.stderr
        assert box.server.calls == 3 * ["GetCallerIdentity"]


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS.keys())
def test_a_wrong_secret_is_refused(client: str, tmp_path: Path) -> None:
    with sandbox(clean(tmp_path)) as box:
        credentials = box.home / ".aws/credentials"
        user = box.users["prod"]
        changed = user.secret[:-1] + ("a" if user.secret[-1] != "a" else "b")
        credentials.write_text(credentials.read_text().replace(user.secret, changed))
        result = in_bash(box, f'eval "$(awsenv use prod)" && {client}')
        assert result.returncode != 0
        assert "SignatureDoesNotMatch" in result.stderr


def test_an_unknown_key_and_a_wrong_token_are_refused(tmp_path: Path) -> None:
    with sandbox(clean(tmp_path)) as box:
        script = f"""
        eval "$(awsenv use prod)"
        AWS_ACCESS_KEY_ID=AKIAQNOBODY {BOTO3}
        AWS_SESSION_TOKEN=stale {BOTO3}
        """
        result = in_bash(box, script)
        assert result.stdout == ""
        assert result.stderr.count("InvalidClientTokenId") == 2
