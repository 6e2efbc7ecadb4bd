"""Whatever breaks: success or one clear line, in bounded time, no half-written file."""

import json
import os
import re
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest

from awsenv.aws import botocore_client, deadline
from tests.place import Place
from tests.program import awsenv_with, edit_record
from tests.shells.real import clean, installed
from tests.tls import own_authority

USE = ("use", "key", "--session", "--shell", "bash")


def refused(place: Place, words: str, *arguments: str, **environ: str) -> None:
    """It fails with one line that holds ``words``, `false` on stdout, and no record."""
    result = place.run(*(arguments or USE), **environ)
    lines = [line for line in result.stderr.splitlines() if "cannot call IAM" not in line]
    assert (result.returncode, result.stdout, len(lines)) == (1, "false\n", 1), result.stderr
    assert words in lines[0]
    records = place.home / ".local/state/awsenv/records"
    assert not records.exists() or not list(records.iterdir())


def test_a_refused_connection(place: Place) -> None:
    refused(place, "http://127.0.0.1:1/ cannot be reached", AWS_ENDPOINT_URL="http://127.0.0.1:1")


def test_a_name_that_does_not_resolve(place: Place) -> None:
    refused(place, "cannot be reached", AWS_ENDPOINT_URL="http://nowhere.invalid")


def test_a_proxy_that_is_not_there(place: Place) -> None:
    refused(
        place,
        "the proxy cannot be reached",
        AWS_ENDPOINT_URL="http://sts.example.com",
        HTTP_PROXY="http://127.0.0.1:1",
    )


def test_a_certificate_of_nobody(place: Place, tmp_path: Path) -> None:
    context = own_authority(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                    context.wrap_socket(client, server_side=True).close()
                except ssl.SSLError:
                    continue
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        url = f"https://localhost:{server.getsockname()[1]}"
        refused(
            place, "certificate is not of a known authority; AWS_CA_BUNDLE", AWS_ENDPOINT_URL=url
        )
        server.shutdown(socket.SHUT_RDWR)


def test_a_server_that_hangs_is_given_up(place: Place) -> None:
    # Four tries and what lies between them end before the bound over all does.
    assert 4 * vars(botocore_client.CONFIG)["read_timeout"] + 1 + 2 + 4 <= deadline.SECONDS
    short = "from awsenv.aws import botocore_client as b; b.CONFIG = b.CONFIG.merge(type(b.CONFIG)(read_timeout=1))"
    place.server.faults.extend(["hang"] * 4)
    result = awsenv_with(short, place.home, *USE, **place.endpoint)
    assert (result.returncode, result.stdout) == (1, "false\n"), result.stderr
    assert "does not answer" in result.stderr.splitlines()[-1]
    assert len(place.server.calls) == 4


def test_three_faults_of_the_server_are_lived_through(place: Place) -> None:
    place.server.faults.extend([500, 500, 500])
    result = place.run(*USE)
    assert result.returncode == 0, result.stderr
    assert place.server.calls == 4 * ["GetSessionToken"]


def test_faults_that_go_on_are_said(place: Place) -> None:
    place.server.faults.extend([503] * 4)
    refused(place, "AWS has a fault of its own (503)")
    place.server.faults.extend(["throttle"] * 4)
    refused(place, "AWS asks to slow down")


def test_an_answer_cut_short_quotes_no_secret(place: Place) -> None:
    place.server.faults.extend(["cut"] * 4)
    result = place.run(*USE, AWSENV_DEBUG="1")
    assert result.returncode == 1
    assert "cut short" in result.stderr or "hung up" in result.stderr
    for user in place.server.sts.users.values():
        assert user.secret not in result.stderr


def test_a_networks_sign_in_page_is_taken_for_no_answer(place: Place) -> None:
    place.server.faults.append("page")
    refused(place, "what answered is not AWS but a proxy, or this network's sign-in page (HTTP 200, text/html); open any page")  # fmt: skip
    assert place.server.calls == ["GetSessionToken"]  # asking it again helps nobody
    assert place.run(*USE).returncode == 0


@pytest.mark.parametrize(("ahead", "words"), [(600, "10 minutes slow"), (-600, "10 minutes fast")])
def test_a_clock_that_is_off_is_told_by_how_much(ahead: int, words: str, place: Place) -> None:
    place.server.clock = ahead
    refused(place, f"this machine's clock is {words}; set the clock")


def test_an_unknown_key_and_a_wrong_secret(place: Place) -> None:
    credentials = place.home / ".aws/credentials"
    before = credentials.read_text()
    credentials.write_text(before.replace(place.plain.secret, "wrong"))
    refused(place, "the secret is wrong; awsenv show key")
    credentials.write_text(before.replace(place.plain.key_id, "AKIAUNKNOWN"))
    refused(place, "AWS does not know it; awsenv show key")


def test_a_live_session_is_used_when_the_network_is_down(place: Place) -> None:
    first = place.run(*USE, "--duration", "15m").stdout
    gone = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}
    assert place.run(*USE, **gone).stdout == first
    result = place.run(*USE, "--min-left", "1h", **gone)
    assert (result.returncode, result.stdout) == (1, "false\n")
    # Due for renewal, but alive: a hundred seconds are left of a long session.
    record = next((place.home / ".local/state/awsenv/records").iterdir())
    edit_record(record, expires=str(int(time.time()) + 100), issued="1000")
    result = place.run(*USE, **gone)
    assert result.returncode == 0
    assert "the session before is used, it still lives" in result.stderr
    assert record.read_text()
    key = re.search(r"AWS_ACCESS_KEY_ID='\w+'", first)
    assert key
    assert key[0] in result.stdout


@pytest.mark.parametrize("damage", ["empty", "half", "noise", "another's", "symlink", "folder"])
def test_a_record_that_is_damaged_costs_a_call_and_nothing_else(damage: str, place: Place) -> None:
    assert place.run(*USE).returncode == 0
    record = next((place.home / ".local/state/awsenv/records").iterdir())
    text = record.read_text()
    if damage in ("empty", "half", "noise"):
        record.write_bytes(
            {"empty": b"", "half": text[: len(text) // 2].encode(), "noise": b"\xff\0" * 99}[damage]
        )
    elif damage == "another's":
        record.chmod(0o666)
    elif damage == "symlink":
        record.rename(place.home / "x")
        record.symlink_to(place.home / "x")
    else:
        record.unlink()
        record.mkdir()
    result = place.run(*USE)
    assert result.returncode == 0, result.stderr
    assert "Traceback" not in result.stderr
    assert len(place.server.calls) == 2
    assert len({*place.server.sts.users}) == 4


def test_a_home_that_may_not_be_written_still_gets_a_session(place: Place) -> None:
    drop = (installed("setpriv"), "--bounding-set", "-dac_override,-dac_read_search")
    place.home.chmod(0o555)
    result = place.run(*USE, prefix=() if os.getuid() else drop)
    place.home.chmod(0o755)
    assert (result.returncode, "AWS_SESSION_TOKEN=" in result.stdout) == (0, True)
    assert result.stderr == (
        "awsenv: cannot make the folder ~/.local/state/awsenv/locks: Permission denied: nothing is kept "
        "for the next call; XDG_STATE_HOME=FOLDER, one you may write\n"
        "awsenv: a session without MFA cannot call IAM\n"
    )


@pytest.mark.real_program
@pytest.mark.skipif(os.getuid() != 0, reason="only root becomes somebody")
def test_somebody_without_a_name_or_a_home_gets_a_session(place: Place) -> None:
    """As in a container that runs under an arbitrary uid: HOME is /, and no passwd knows it."""
    files = {
        "AWS_CONFIG_FILE": place.home / ".aws/config",
        "AWS_SHARED_CREDENTIALS_FILE": place.home / ".aws/credentials",
    }
    for path in (*files.values(), *place.home.parents[:3], place.home):
        path.chmod(path.stat().st_mode | 0o055)
    somebody = (installed("setpriv"), "--reuid", "12345", "--regid", "0", "--clear-groups")
    environ = {"HOME": "/"} | {name: str(path) for name, path in files.items()}
    result = place.run(*USE, prefix=somebody, **environ)
    assert (result.returncode, "AWS_SESSION_TOKEN=" in result.stdout) == (0, True), result.stderr
    assert "XDG_STATE_HOME=FOLDER, one you may write" in result.stderr
    assert result.stderr.count("\n") == 2


@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts a small disk")
def test_a_full_disk_at_the_record_still_gives_the_session(place: Place) -> None:
    state = place.home / ".local/state"
    (state / "awsenv/locks").mkdir(parents=True, mode=0o700)
    (state / "awsenv/records").mkdir(mode=0o700)
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4k,mode=700", "tmpfs", state / "awsenv/records"],
        check=True,
    )
    try:
        (state / "awsenv/records/rest").write_bytes(b"x" * 4096)
        result = place.run("use", "key", "--session", "--shell", "json")
        assert result.returncode == 0, result.stderr
        assert json.loads(result.stdout)["AWS_SESSION_TOKEN"]
        assert [p.name for p in (state / "awsenv/records").iterdir()] == ["rest"]
    finally:
        subprocess.run(["umount", state / "awsenv/records"], check=True)


def test_our_own_calls_ignore_what_an_earlier_use_left(place: Place) -> None:
    """`use A`, then a session of another Region and endpoint, in one shell."""
    place.config(
        "[profile key]\nregion = ap-northeast-1\n"
        "[profile far]\nregion = us-west-2\nendpoint_url = http://127.0.0.1:1\nca_bundle = /nonexistent\n"
        "aws_access_key_id = A\naws_secret_access_key = b\n"
    )
    script = 'eval "$(awsenv use far)" && eval "$(awsenv use key --session)" && echo "$AWS_REGION $AWS_SESSION_TOKEN"'
    environ = clean(place.home) | {"AWS_ENDPOINT_URL_STS": place.server.url}
    result = subprocess.run(
        ["bash", "-c", script], env=environ, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    region, token = result.stdout.split()
    assert region == "ap-northeast-1"
    assert token in {user.token for user in place.server.sts.users.values()}


def test_under_direnv_a_session_that_ends_is_had_again_after_a_login(place: Place) -> None:
    installed("direnv")
    folder = place.home / "org"
    folder.mkdir()
    environ = clean(place.home) | place.endpoint
    for command in (["awsenv", "direnv", "install"], ["awsenv", "link", "mfa", str(folder)]):
        subprocess.run(command, env=environ, check=True, capture_output=True)

    def enter() -> tuple[str, str]:
        result = subprocess.run(
            ["bash", "-c", 'eval "$(direnv export bash)"; echo "$AWS_PROFILE $AWSENV_PROFILE $DIRENV_WATCHES"'],
            cwd=folder, env=environ, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return result.stdout.rpartition(" ")[0], result.stderr

    names, told = enter()
    assert names == "awsenv-no-session:mfa "
    assert "needs an MFA code and there is no terminal; awsenv login mfa" in told
    assert place.run("login", "mfa", "--mfa-code", place.code).returncode == 0
    names, told = enter()
    assert names == " mfa"
    assert "awsenv: mfa, account 111122223333, r-1" in told
