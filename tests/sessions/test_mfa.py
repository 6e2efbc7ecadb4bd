"""MFA: one code, then every shell, until it ends."""

import json
import os
import signal
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pexpect
import pytest

from awsenv.demo.sts import Role
from tests.place import Place
from tests.program import is_long, program_path
from tests.shells.real import clean, installed

USE = ("use", "mfa", "--shell", "json")


def values(text: str) -> dict[str, str]:
    return dict(json.loads(text))


def test_one_code_serves_until_the_session_ends(place: Place) -> None:
    first = place.run(*USE, "--mfa-code", place.code)
    assert first.returncode == 0, first.stderr
    got = values(first.stdout)
    session = place.server.sts.users[got["AWS_ACCESS_KEY_ID"]]
    assert session.mfa
    assert (got["AWS_SECRET_ACCESS_KEY"], got["AWS_SESSION_TOKEN"]) == (
        session.secret,
        session.token,
    )
    assert got["AWS_REGION"] == "r-1"
    end = datetime.fromisoformat(got["AWS_CREDENTIAL_EXPIRATION"]) - datetime.now(UTC)
    assert timedelta(hours=11, minutes=58) < end < timedelta(hours=12, minutes=1)
    for _ in range(3):
        again = place.run(*USE)
        assert values(again.stdout) == got
    assert place.server.calls == ["GetSessionToken"]


def test_the_record_is_private_holds_no_long_lived_key_and_carries_the_time_of_its_writing(
    place: Place,
) -> None:
    before = time.time()
    assert place.run(*USE, "--mfa-code", place.code).returncode == 0
    found = place.record.stat()
    assert found.st_mode & 0o777 == 0o600
    assert before - 1 < found.st_mtime < time.time() + 1
    for path in place.home.rglob("*"):
        if path.is_file() and path.parent.name != ".aws":
            assert place.user.secret.encode() not in path.read_bytes()
            assert place.user.key_id.encode() not in path.read_bytes()


def test_the_hook_replays_it_without_a_call(place: Place) -> None:
    os.utime(place.home / ".aws/credentials", (1, 1))
    os.utime(place.home / ".aws/config", (1, 1))
    got = values(place.run(*USE, "--mfa-code", place.code).stdout)
    script = 'eval "$(awsenv hook bash)"; awsenv use mfa; echo "$AWS_SESSION_TOKEN"'
    result = subprocess.run(
        ["bash", "-c", script], env=clean(place.home), capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == got["AWS_SESSION_TOKEN"]
    assert place.server.calls == ["GetSessionToken"]


@pytest.mark.parametrize(
    ("option", "profile", "seconds"),
    [("", "", 43200), ("--duration=90m", "", 5400), ("", "duration_seconds = 900\n", 900)],
)
def test_durations(option: str, profile: str, seconds: int, place: Place) -> None:
    assert place.user.device
    place.config(f"[profile mfa]\nmfa_serial = {place.user.device.serial}\n{profile}")
    got = values(place.run(*USE, "--mfa-code", place.code, *filter(None, [option])).stdout)
    left = (
        datetime.fromisoformat(got["AWS_CREDENTIAL_EXPIRATION"]) - datetime.now(UTC)
    ).total_seconds()
    assert abs(left - seconds) < 60


def test_a_duration_that_sts_does_not_grant_is_refused_before_the_call(place: Place) -> None:
    for span in ("14m", "37h"):
        result = place.run(*USE, "--mfa-code", place.code, "--duration", span)
        assert (result.returncode, result.stderr.count("\n")) == (2, 1)
    assert place.server.calls == []


def test_the_code_from_stdin_and_from_a_process(place: Place) -> None:
    result = subprocess.run(
        [program_path(), *USE, "--mfa-code", "-"],
        env=clean(place.home) | place.endpoint, input=place.code + "\n", capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "AWS_SESSION_TOKEN" in values(result.stdout)
    assert place.user.device
    place.config(
        f"[profile mfa]\nmfa_serial = {place.user.device.serial}\nmfa_process = echo 000000\n"
    )
    refused = place.run(*USE, "--fresh")
    assert refused.returncode == 1
    assert "the MFA code was not taken" in refused.stderr
    place.config(f"[profile mfa]\nmfa_serial = {place.user.device.serial}\nmfa_process = exit 7\n")
    assert "its mfa_process failed with 7" in place.run(*USE, "--fresh").stderr


HOLDS = [
    # Where the device and the command stand, and for how long the role is wanted.
    ("role", "role", ""),
    ("source", "source", "duration_seconds = 7200\n"),
    ("role", "role", "duration_seconds = 7200\n"),
    ("source", "role", ""),
    ("role", "source", "duration_seconds = 7200\n"),
]


@pytest.mark.parametrize(("device_at", "command_at", "more"), HOLDS)
def test_a_command_prints_the_codes_of_its_device_for_the_whole_chain(
    device_at: str, command_at: str, more: str, place: Place
) -> None:
    assert place.user.device
    arn = "arn:aws:iam::777788889999:role/coded"
    place.server.sts.roles[arn] = Role(arn, frozenset({place.user.arn}), needs_mfa=True)
    lines = {"role": f"role_arn = {arn}\nsource_profile = held\n{more}", "source": ""}
    lines[device_at] += f"mfa_serial = {place.user.device.serial}\n"
    lines[command_at] += f"mfa_process = echo {place.code}\n"
    key = f"aws_access_key_id = {place.user.key_id}\naws_secret_access_key = {place.user.secret}\n"
    place.config(f"[profile coded]\n{lines['role']}[profile held]\n{key}{lines['source']}")
    result = place.run("use", "coded", "--shell", "json", prefix=(installed("setsid"), "--wait"))
    assert result.returncode == 0, result.stderr
    assert "AssumeRole" in place.server.calls


def test_a_command_of_another_device_is_not_asked(place: Place) -> None:
    assert place.user.device
    place.config(
        f"[profile coded]\nrole_arn = arn:aws:iam::777788889999:role/coded\nsource_profile = held\n"
        f"mfa_serial = {place.user.device.serial}\n"
        f"[profile held]\naws_access_key_id = {place.user.key_id}\naws_secret_access_key = {place.user.secret}\n"
        "mfa_serial = arn:aws:iam::444455556666:mfa/other\nmfa_process = touch asked; echo 000000\n"
    )
    result = place.run("use", "coded", "--shell", "json", prefix=(installed("setsid"), "--wait"))
    assert result.returncode == 3
    assert not (place.home / "asked").exists()


def test_a_wrong_code_is_one_line(place: Place) -> None:
    wrong = f"{(int(place.code) + 500_000) % 1_000_000:06d}"
    result = place.run(*USE, "--mfa-code", wrong)
    assert (result.returncode, result.stdout) == (1, "")
    assert "the MFA code was not taken" in result.stderr
    assert place.run(*USE, "--mfa-code", "12x").stderr.startswith(
        "awsenv: an MFA code is six digits"
    )


def test_without_a_terminal_nobody_is_asked(place: Place) -> None:
    for command, told in (
        (USE, ""),
        (("use", "mfa", "--shell", "bash"), "false\n"),
        (("dotenv", "mfa"), ""),
    ):
        result = place.run(*command, prefix=(installed("setsid"), "--wait"))
        assert (result.returncode, result.stdout) == (3, told)
        assert result.stderr == (
            "awsenv: profile mfa needs an MFA code and there is no terminal; awsenv login mfa\n"
        )
    assert place.server.calls == []


def test_in_the_background_it_ends_rather_than_stop(place: Place, tmp_path: Path) -> None:
    shell = pexpect.spawn(
        "bash",
        ["--norc", "-i"],
        env=clean(place.home) | place.endpoint,
        encoding="utf-8",
        timeout=60,
    )
    shell.sendline(f"{program_path()} use mfa --shell json >/dev/null & wait $!; echo CODE''=$?=")
    shell.expect("CODE=3=")
    shell.close(force=True)


def test_the_prompt_is_on_the_terminal_inside_eval_and_asks_again(place: Place) -> None:
    shell = pexpect.spawn(
        "bash",
        ["--norc", "-i"],
        env=clean(place.home) | place.endpoint,
        encoding="utf-8",
        timeout=60,
    )
    shell.sendline("eval \"$(awsenv use mfa)\"; echo CODE''=$?=${AWS_SESSION_TOKEN:+set}=")
    assert place.user.device
    shell.expect_exact(f"MFA code of {place.user.device.serial}: ")
    shell.sendline("12345")
    shell.expect_exact("an MFA code is six digits; once more")
    shell.expect_exact(f"MFA code of {place.user.device.serial}: ")
    shell.sendline(f"{(int(place.code) + 1) % 1_000_000:06d}")
    shell.expect_exact("that code was not taken; once more")
    shell.expect_exact(f"MFA code of {place.user.device.serial}: ")
    shell.sendline(place.code)
    shell.expect_exact("CODE=0=set=")
    # Ctrl-C at the prompt: nothing set, and the shell goes on.
    shell.sendline(
        'awsenv logout mfa; eval "$(awsenv off)"; eval "$(awsenv use mfa)"; echo A\'\'FTER'
    )
    shell.expect_exact("MFA code of")
    shell.sendintr()
    shell.sendline("echo LEFT''=${AWS_SESSION_TOKEN:+set}=")
    shell.expect_exact("LEFT==")
    shell.close(force=True)


def test_a_code_that_was_used_already_is_not_sent_again(place: Place) -> None:
    code = place.code
    assert place.run(*USE, "--mfa-code", code).returncode == 0
    shell = pexpect.spawn(
        program_path(),
        ["login", "mfa", "--fresh"],
        env=clean(place.home) | place.endpoint,
        encoding="utf-8",
        timeout=60,
    )
    shell.expect_exact("MFA code of")
    shell.sendline(code)
    shell.expect_exact("that code was used already; type the next one")
    assert place.server.calls == ["GetSessionToken"]
    shell.close(force=True)


def test_a_hundred_shells_make_one_call(place: Place) -> None:
    assert place.user.device
    device = place.user.device
    command = f"sh -c 'touch {place.home}/asked-$$; echo {device.code()}'"
    place.config(f"[profile mfa]\nmfa_serial = {device.serial}\nmfa_process = {command}\n")
    place.server.slow = 0.5
    shells = [
        subprocess.Popen(
            [program_path(), *USE], env=clean(place.home) | place.endpoint, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        for _ in range(100)
    ]  # fmt: skip
    told = [shell.communicate(timeout=120) for shell in shells]
    assert {shell.returncode for shell in shells} == {0}, told[0]
    assert place.server.calls == ["GetSessionToken"]
    assert len(list(place.home.glob("asked-*"))) == 1
    assert len({out for out, _ in told}) == 1


def test_a_holder_that_is_killed_costs_one_more_call(place: Place) -> None:
    place.server.slow = 5.0
    holder = subprocess.Popen(
        [program_path(), "use", "key", "--session", "--shell", "json"],
        env=clean(place.home) | place.endpoint, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    waiters = [
        subprocess.Popen(
            [program_path(), "use", "key", "--session", "--shell", "json"],
            env=clean(place.home) | place.endpoint, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(5)
    ]  # fmt: skip
    while not place.server.calls:
        pass
    place.server.slow = 0.0
    # Whoever holds the lock is in the call.
    locks = [
        path for path in (place.home / ".local/state/awsenv/locks").iterdir() if path.read_text()
    ]
    os.kill(int(locks[0].read_text().split("\t")[0]), signal.SIGKILL)
    told = [waiter.communicate(timeout=60) for waiter in waiters]
    holder.wait(60)
    good = [out for waiter, (out, _) in zip(waiters, told, strict=True) if waiter.returncode == 0]
    assert len(good) >= 4
    assert len(set(good)) == 1
    assert place.server.calls == 2 * ["GetSessionToken"]


def test_a_plain_keys_session_and_a_plain_key_of_an_mfa_profile(place: Place) -> None:
    result = place.run("use", "key", "--session", "--shell", "json")
    got = values(result.stdout)
    assert not place.server.sts.users[got["AWS_ACCESS_KEY_ID"]].mfa
    assert "cannot call IAM" in result.stderr
    assert (
        values(place.run("use", "key", "--shell", "json").stdout)["AWS_ACCESS_KEY_ID"]
        == place.plain.key_id
    )
    assert place.run("use", "key", "--session", "--shell", "json").stdout == result.stdout
    plain = values(place.run(*USE, "--no-session").stdout)
    assert plain["AWS_ACCESS_KEY_ID"] == place.user.key_id
    assert place.server.calls == ["GetSessionToken"]
    env = place.run("dotenv", "key", "--session")
    assert got["AWS_SESSION_TOKEN"] in env.stdout


def test_fresh_and_min_left_get_a_new_session(place: Place) -> None:
    use = ("use", "key", "--session", "--shell", "json")
    first = place.run(*use, "--duration", "1h").stdout
    assert place.run(*use, "--min-left", "30m").stdout == first
    second = place.run(*use, "--min-left", "2h", "--duration", "3h").stdout
    assert second != first
    assert place.run(*use).stdout == second
    assert place.run(*use, "--fresh").stdout not in (first, second)
    assert len(place.server.calls) == 3


def test_an_edit_elsewhere_costs_no_code_and_a_rotated_key_ends_the_session(place: Place) -> None:
    first = place.run(*USE, "--mfa-code", place.code).stdout
    with open(place.home / ".aws/credentials", "a") as file:
        file.write("[other]\naws_access_key_id = A\naws_secret_access_key = b\n")
    assert place.run(*USE).stdout == first
    credentials = place.home / ".aws/credentials"
    credentials.write_text(credentials.read_text().replace(place.user.key_id, "AKIAROTATED"))
    assert place.run(*USE, prefix=("setsid", "--wait")).returncode == 3
    assert place.server.calls == ["GetSessionToken"]


def test_save_as_writes_a_profile_and_logout_takes_it_away(place: Place) -> None:
    before = (place.home / ".aws/credentials").read_text()
    assert (
        "which --save-as would overwrite"
        in place.run("login", "mfa", "--mfa-code", place.code, "--save-as", "key").stderr
    )
    assert place.server.calls == []
    result = place.run("login", "mfa", "--mfa-code", place.code, "--save-as", "mfa-now")
    assert result.returncode == 0, result.stderr
    assert "signed in to mfa, 11h59m left" in result.stderr
    saved = values(place.run("use", "mfa-now", "--shell", "json").stdout)
    session = values(place.run(*USE).stdout)
    for name in (
        "AWS_ACCESS_KEY_ID",
        "AWS_SESSION_TOKEN",
        "AWS_CREDENTIAL_EXPIRATION",
        "AWS_REGION",
    ):
        assert saved[name] == session[name]
    rows = {row["name"]: row["left"] for row in json.loads(place.run("list", "--json").stdout)}
    assert rows["mfa"] > 43000
    assert rows["mfa-now"] > 43000
    assert place.run("logout", "mfa").returncode == 0
    assert (place.home / ".aws/credentials").read_text().strip() == before.strip()
    assert not place.record.exists()
    assert "there was no session of mfa" in place.run("logout", "mfa").stderr


def test_the_users_own_device_is_found(place: Place) -> None:
    place.config("[profile mfa]\nregion = r-1\n")
    result = place.run(*USE, "--mfa", "--mfa-code", place.code)
    assert result.returncode == 0, result.stderr
    session = place.server.sts.users[values(result.stdout)["AWS_ACCESS_KEY_ID"]]
    assert session.mfa
    assert place.server.calls == ["ListMFADevices", "GetSessionToken"]
    assert (
        "has not one MFA device"
        in place.run("use", "key", "--mfa", "--mfa-code", place.code).stderr
    )


def test_many_processes_at_one_terminal_ask_once(place: Place, tmp_path: Path) -> None:
    number = 30 if is_long() else 12
    script = f"for i in $(seq {number}); do awsenv use mfa --shell json >out$i 2>/dev/null & done; wait; echo ALL''DONE"
    shell = pexpect.spawn(
        "bash",
        ["-c", script],
        env=clean(place.home) | place.endpoint,
        cwd=str(tmp_path),
        encoding="utf-8",
        timeout=100,
    )
    shell.expect_exact("MFA code of")
    shell.sendline(place.code)
    shell.expect_exact("ALLDONE")
    assert "MFA code of" not in (shell.before or "")
    shell.close(force=True)
    assert len({path.read_text() for path in tmp_path.glob("out*")}) == 1
    assert place.server.calls == ["GetSessionToken"]


def test_no_secret_is_in_a_process_list_or_a_debug_log(place: Place, tmp_path: Path) -> None:
    log = tmp_path / "exec"
    strace = (installed("strace"), "-f", "-s", "9999", "-e", "trace=execve", "-o", str(log))
    result = place.run(*USE, "--mfa-code", place.code, prefix=strace, AWSENV_DEBUG="1")
    session = place.server.sts.users[values(result.stdout)["AWS_ACCESS_KEY_ID"]]
    assert session.token
    for secret in (place.user.secret, session.secret, session.token):
        assert secret not in log.read_text() + result.stderr
    private = {place.record, place.home / ".aws/credentials"}
    for path in place.home.rglob("*"):
        if path.is_file() and path not in private:
            assert session.secret.encode() not in path.read_bytes(), path
