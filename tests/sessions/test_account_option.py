"""``--account``: the account is told without a call where it can be, else asked for once."""

import subprocess
from pathlib import Path

from awsenv.demo.server import Server
from awsenv.demo.users import User
from tests.program import program_path
from tests.shells.real import clean

OLD = User("veteran", "123456789012", "AKIAIOSFODNN7EXAMPLE", "old+secret")


def use(home: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [program_path(), "use", *arguments],
        env=clean(home) | environ,
        capture_output=True,
        text=True,
        check=False,
    )


def set_up(home: Path, server: Server, secret: str = OLD.secret) -> None:
    (home / ".aws").mkdir(exist_ok=True)
    (home / ".aws/credentials").write_text(
        f"[old]\naws_access_key_id = {OLD.key_id}\naws_secret_access_key = {secret}\n"
    )
    (home / ".aws/config").write_text(f"[profile old]\nendpoint_url = {server.url}\n")


def test_an_old_keys_account_is_asked_for_once(tmp_path: Path) -> None:
    with Server([OLD]) as server:
        set_up(tmp_path, server)
        assert use(tmp_path, "old", "--account", OLD.account).returncode == 0
        assert server.calls == ["GetCallerIdentity"]
        result = use(tmp_path, "old", "--account", "999999999999")
        assert (result.returncode, result.stdout) == (1, "false\n")
        assert "profile old is of account 123456789012, not 999999999999" in result.stderr
        assert use(tmp_path, "old").returncode == 0
        assert server.calls == 2 * ["GetCallerIdentity"]


def test_what_an_earlier_use_left_is_not_honoured(tmp_path: Path) -> None:
    with Server([OLD]) as server:
        set_up(tmp_path, server)
        stale = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_CA_BUNDLE": "/nonexistent"}
        names = {"AWSENV_SET": " ".join(stale)}
        assert use(tmp_path, "old", "--account", OLD.account, **stale, **names).returncode == 0
        # The user's own is: it takes the profile's place, as in botocore.
        result = use(tmp_path, "old", "--account", OLD.account, **stale)
        assert (result.returncode, result.stdout) == (1, "false\n")
        assert "AWS_CA_BUNDLE names /nonexistent, which cannot be read" in result.stderr
        del stale["AWS_CA_BUNDLE"]
        result = use(tmp_path, "old", "--account", OLD.account, **stale)
        assert "http://127.0.0.1:1/ cannot be reached" in result.stderr


def test_a_key_that_sts_refuses_is_said_so(tmp_path: Path) -> None:
    with Server([OLD]) as server:
        set_up(tmp_path, server, secret="wrong")
        result = use(tmp_path, "old", "--account", OLD.account)
        assert (result.returncode, result.stdout) == (1, "false\n")
        assert "STS refused its key: SignatureDoesNotMatch" in result.stderr
        assert result.stderr.count("\n") == 1
