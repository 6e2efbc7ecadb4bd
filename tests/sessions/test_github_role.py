"""A job of GitHub Actions gets its role by the token that GitHub signs for it; what GitHub or AWS refuses is said."""

import json
import re
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from awsenv.demo.sts import Role
from tests.place import Place
from tests.program import awsenv, program_path
from tests.shells.real import BIN, clean

CI = "arn:aws:iam::444455556666:role/ci"
PAGE = Path(__file__).parents[2] / "docs/ci.md"


class GitHub(BaseHTTPRequestHandler):
    """Gives the token ``github-token`` to the job's bearer, for AWS's audience alone."""

    def do_GET(self) -> None:
        asked = parse_qs(urlsplit(self.path).query)
        is_job = self.headers["Authorization"] == "bearer job-secret"
        code = 200 if is_job and asked["api-version"] == ["2.0"] else 401
        value = "github-token" if asked.get("audience") == ["sts.amazonaws.com"] else "other"
        body = {"/none": b"<html>", "/empty": b"{}"}.get(
            urlsplit(self.path).path, json.dumps({"value": value}).encode()
        )
        self.send_response(code)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def job(place: Place) -> Iterator[dict[str, str]]:
    """What a job has in its environment."""
    place.server.sts.roles[CI] = Role(CI, web_token="github-token")
    with ThreadingHTTPServer(("127.0.0.1", 0), GitHub) as github:
        threading.Thread(
            target=github.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        ).start()
        url = f"http://127.0.0.1:{github.server_port}/token?api-version=2.0"
        yield place.endpoint | {
            "ACTIONS_ID_TOKEN_REQUEST_URL": url, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "job-secret",
            "GITHUB_REPOSITORY": "acme/shop", "GITHUB_RUN_ID": "77", "GITHUB_ENV": str(place.home / "env"),
        }  # fmt: skip
        github.shutdown()


def test_the_block_of_the_page_gives_the_next_steps_the_role(place: Place, job: dict[str, str]) -> None:  # fmt: skip
    found = re.search(r"  - run: \|\n(.*?)\n    env:", PAGE.read_text(), re.DOTALL)
    assert found
    script = found[1].replace("uv tool install awsenv-shell", ":")
    (place.home / "env").touch()
    (place.home / ".aws/config").unlink(missing_ok=True)
    done = subprocess.run(["bash", "-e", "-c", script], env=clean(place.home) | job | {"ROLE": CI}, cwd=place.home, capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("the next steps act as ci, by GITHUB_ENV\n")
    values = dict(line.split("=", 1) for line in (place.home / "env").read_text().splitlines())
    step = clean(place.home) | place.endpoint | values
    who = [
        "sts",
        "get-caller-identity",
        "--query",
        "Arn",
        "--output",
        "text",
        "--endpoint-url",
        place.server.url,
    ]
    arn = "arn:aws:sts::444455556666:assumed-role/ci/github-acme-shop-77"
    told = subprocess.run([f"{BIN}/aws", *who], env=step, capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
    assert told.stdout.strip() == arn
    # By the profile alone, as any SDK: what runs is the profile's own process.
    told = subprocess.run([f"{BIN}/aws", "--profile", "ci", *who], env=clean(place.home) | job, capture_output=True, text=True, timeout=60, check=True)  # fmt: skip
    assert told.stdout.strip() == arn
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (clean(place.home) | job).items():
            patch.setenv(name, value)
        client = boto3.Session(profile_name="ci").client("sts", endpoint_url=place.server.url)
        assert client.get_caller_identity()["Arn"] == arn


@pytest.mark.parametrize(("role", "changes", "told"), [
    (CI, {"ACTIONS_ID_TOKEN_REQUEST_URL": ""}, "GitHub gives this job no token: there is no ACTIONS_ID_TOKEN_REQUEST_URL; permissions: id-token: write, in the workflow"),
    (CI, {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": ""}, "there is no ACTIONS_ID_TOKEN_REQUEST_TOKEN; permissions"),
    (CI, {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "other"}, "GitHub refused a token (HTTP 401)"),
    (CI, {"ACTIONS_ID_TOKEN_REQUEST_URL": "http://example.com/x"}, "is no https address"),
    (CI, {"ACTIONS_ID_TOKEN_REQUEST_URL": "http://127.0.0.1:9/x"}, "GitHub cannot be asked: "),
    (CI, {"PATH_OF": "/none"}, "GitHub's answer holds no token"),
    (CI, {"PATH_OF": "/empty"}, "GitHub's answer holds no token"),
    ("arn:aws:iam::444455556666:role/another", {}, "arn:aws:iam::444455556666:role/another may not be assumed: not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::444455556666:role/another; the trust policy of arn:aws:iam::444455556666:role/another"),
    ("arn:aws-cn:iam::444455556666:role/ci", {}, "may not be assumed"),  # its token is for another audience
    ("ci", {}, "ci is no role's ARN; arn:aws:iam::444455556666:role/ci, say"),
])  # fmt: skip
def test_what_is_refused_is_said_in_one_line(role: str, changes: dict[str, str], told: str, place: Place, job: dict[str, str]) -> None:  # fmt: skip
    path = changes.get("PATH_OF", "/token")
    job["ACTIONS_ID_TOKEN_REQUEST_URL"] = job["ACTIONS_ID_TOKEN_REQUEST_URL"].replace(
        "/token", path
    )
    done = awsenv(place.home, "credential-process", "--github-role", role, **{**job, **changes})
    assert done.returncode in (1, 2)
    assert told in done.stderr
    assert "job-secret" not in done.stderr + done.stdout
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1


def test_the_other_blocks_of_the_page_do_what_they_say(place: Place) -> None:
    place.server.sts.roles[CI] = Role(CI, web_token="gitlab-token")
    (place.home / ".aws/config").unlink(missing_ok=True)
    text = PAGE.read_text()
    found = re.search(r"  script:\n(.*?)\n```", text, re.DOTALL)
    assert found
    lines = [line.removeprefix("    - ").replace("aws sts", f"aws --endpoint-url {place.server.url} sts") for line in found[1].splitlines()]  # fmt: skip
    done = subprocess.run(["bash", "-e", "-c", "\n".join(lines)], env=clean(place.home) | place.endpoint | {"ROLE": CI, "AWS_TOKEN": "gitlab-token"}, cwd=place.home, capture_output=True, text=True, timeout=60, check=False)  # fmt: skip
    assert "assumed-role/ci/" in done.stdout, done.stderr
    # cron and systemd start a program with next to nothing, and no terminal.
    # What a dotenv report may hold ("artifacts:reports:dotenv"): lines NAME=VALUE without quotes or comments, 5 KiB.
    [report] = re.findall(r"^    - (awsenv dotenv .*)$", text, re.MULTILINE)
    subprocess.run(["bash", "-e", "-c", report], env=clean(place.home) | place.endpoint, cwd=place.home, check=True, timeout=60)  # fmt: skip
    said = (place.home / "build.env").read_text()
    assert len(said) < 5120
    assert all(re.fullmatch(r"[A-Z_]+=[^\s'\"#]+", line) for line in said.splitlines())
    assert "AWS_SESSION_TOKEN=" in said
    (place.home / ".aws/credentials").write_text(
        f"[backup]\naws_access_key_id = {place.plain.key_id}\naws_secret_access_key = {place.plain.secret}\n"
    )
    (place.home / "bin").mkdir()
    (place.home / "bin/backup").write_text('#!/bin/sh\necho "$AWSENV_PROFILE" >> ~/done\n')
    (place.home / "bin/backup").chmod(0o755)
    cron = re.search(r"^17 3 \* \* \*  (.*)$", text, re.MULTILINE)
    unit = re.search(r"^ExecStart=(.*)$", text, re.MULTILINE)
    assert cron
    assert unit
    for command in (cron[1], unit[1]):
        line = command.replace("/home/me/.local/bin/awsenv", program_path()).replace("/home/me", str(place.home))  # fmt: skip
        environ = {"HOME": str(place.home), "PATH": "/usr/bin:/bin"} | place.endpoint
        subprocess.run(["setsid", "sh", "-c", line], env=environ, cwd="/", stdin=subprocess.DEVNULL, check=True, timeout=60)  # fmt: skip
    assert (place.home / "done").read_text() == "backup\nbackup\n"
