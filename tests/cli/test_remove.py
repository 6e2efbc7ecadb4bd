"""``remove`` shows what goes and what hangs on it, and asks."""

from pathlib import Path

import pexpect
import pytest

from tests.program import awsenv, program_path
from tests.shells.real import clean

KEYS = "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\n[other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = t\n"
CONFIG = "[profile role]\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = dev\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(KEYS)
    (tmp_path / ".aws/config").write_text(CONFIG)
    for name, profile in (("org", "dev"), ("away", "other")):
        (tmp_path / name).mkdir()
        assert awsenv(tmp_path, "link", profile, name).returncode == 0
    assert awsenv(tmp_path, "dotenv", "dev", "--allow-long-lived", "-o", ".env").returncode == 0
    return tmp_path


SHOWN = (
    "AWS still has the key AKIADEV, which works for whoever has it; aws iam delete-access-key --access-key-id AKIADEV",
    "profile role has it as source_profile; awsenv show role",
    "~/org is bound to it; awsenv unlink ~/org",
)


def test_without_a_terminal_it_needs_a_word(home: Path) -> None:
    done = awsenv(home, "remove", "dev")
    assert done.returncode == 3
    for line in SHOWN:
        assert f"awsenv: {line}\n" in done.stderr
    assert "~/away" not in done.stderr
    assert done.stderr.endswith("awsenv: remove asks first, and there is no terminal; --yes\n")
    assert (home / ".aws/credentials").read_text() == KEYS
    assert awsenv(home, "remove", "dev", "--yes").returncode == 0
    assert "AKIADEV" not in (home / ".aws/credentials").read_text()
    assert (home / ".aws/config").read_text() == CONFIG


@pytest.mark.parametrize(
    ("answer", "gone"), [("y", True), ("", False), ("n", False), ("\x04", False)]
)
def test_a_person_is_asked(answer: str, gone: bool, home: Path) -> None:
    program = pexpect.spawn(program_path(), ["remove", "dev"], env=clean(home), cwd=str(home), encoding="utf-8", timeout=30)  # fmt: skip
    for line in SHOWN:
        program.expect_exact(line)
    program.expect_exact("Remove profile dev? (y/N)")
    program.send(answer if answer == "\x04" else f"{answer}\r")
    program.expect(pexpect.EOF)
    program.close()
    assert ("AKIADEV" not in (home / ".aws/credentials").read_text()) == gone
    assert (program.exitstatus == 0) == gone
    if answer in ("", "n"):
        assert "nothing was changed" in (program.before or "")
