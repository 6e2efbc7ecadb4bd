"""What a newcomer types and does: each answer is one line that helps; none is a traceback, or silence."""

import re
import shlex
import subprocess
from pathlib import Path

import pexpect
import pytest

from tests.place import Place, place
from tests.program import is_long, program_path
from tests.shells.real import clean, installed

__all__ = ["place"]

# What is typed, and what the one line says, of which the end is what to type.
TYPED = {
    "awsenv use MFA": "did you mean mfa?",
    "awsenv use Key": "did you mean key?",
    "awsenv use ke": "did you mean key?",
    "awsenv use nobody-at-all": "awsenv list",
    "awsenv use 999988887777": "no profile named 999988887777; awsenv list",
    "awsenv use 123": "awsenv list",
    "awsenv use": "awsenv list",
    "awsenv use key extra": "awsenv use --help",
    "awsenv use --profile key": "did you mean --profile-only?",
    "awsenv use --FRESH key": "did you mean --fresh?",
    "awsenv use -p key": "did you mean --profile-only?",
    "awsenv use --region": "awsenv use --help",
    "awsenv use key --region nowhere!": "--region eu-west-1, say",
    "awsenv use key --duration soon": "--duration 30m",
    "awsenv use key --account 1": "awsenv list",
    "awsenv use -": "awsenv list",
    "awsenv Use key": "did you mean use?",
    "awsenv switch key": "awsenv --help",
    "awsenv key": "awsenv use key",
    "awsenv lst": "did you mean list or",
    "awsenv LIST": "did you mean list?",
    "awsenv list zzz": "awsenv list",
    "awsenv list MFA": "did you mean mfa?",
    "awsenv list --jsn": "did you mean --json?",
    "awsenv list --kind user": "one of",
    "awsenv show": "awsenv list",
    "awsenv show KEY": "did you mean key?",
    "awsenv login": "awsenv list",
    "awsenv login KEY": "did you mean key?",
    "awsenv login key": "awsenv use key",
    "awsenv logout": "awsenv logout PROFILE, or --all",
    "awsenv logout typo": "awsenv list",
    "awsenv exec": "awsenv exec PROFILE -- CMD",
    "awsenv exec key": "awsenv exec key -- CMD",
    "awsenv exec KEY -- true": "did you mean key?",
    "awsenv exec key -- nosuchprogram": "look at the PATH",
    "awsenv exec -- true": "awsenv exec PROFILE -- CMD",
    "awsenv console": "awsenv list",
    "awsenv console KEY": "did you mean key?",
    "awsenv dotenv": "awsenv list",
    "awsenv dotenv key -o .env": "--session for a temporary one, or --allow-long-lived",
    "awsenv dotenv --check": "awsenv dotenv PROFILE -o .env",
    "awsenv compose key": "-f FILE",
    "awsenv compose": "awsenv list",
    "awsenv link KEY": "did you mean key?",
    "awsenv link key /no/such/folder": "/no/such/folder",
    "awsenv allow": "awsenv",
    "awsenv remove KEY": "did you mean key?",
    "awsenv rotate KEY": "did you mean key?",
    "awsenv rotate": "awsenv rotate --help",
    "awsenv add": "awsenv add --help",
    "awsenv add key": "awsenv",
    "awsenv add new": "",
    "awsenv help lst": "did you mean list or",
    "awsenv hook": "one of bash",
    "awsenv hook bsh": "one of bash",
    "awsenv sso": "",
    "awsenv sso Sync": "did you mean sync?",
    "awsenv sso sync": "awsenv sso setup",
    "awsenv keychain": "",
    "awsenv serve --start": "awsenv dotenv PROFILE --live -o .env",
    "awsenv renew typo": "awsenv",
    "awsenv status": "awsenv use PROFILE",
    "awsenv --hlp": "did you mean --help?",
    "awsenv use key >/dev/full": "No space left on device",
    "awsenv list >/dev/full": "No space left on device",
    "awsenv list >&-": "Bad file descriptor",
    "awsenv list --json >/dev/full": "No space left on device",
}
# A command that needs a command below it shows its help, as with other tools.
_HELP = {"awsenv sso", "awsenv keychain"}


def run(place: Place, line: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """``line`` in a shell without a terminal; ``awsenv`` is the program."""
    script = line.replace("awsenv ", f"{shlex.quote(program_path())} ", 1)
    return subprocess.run(
        [installed("setsid"), "--wait", "sh", "-c", script], env=clean(place.home) | place.endpoint | environ, cwd=place.home,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("line", list(TYPED) if is_long() else list(TYPED)[::2])
def test_the_answer_is_one_line_that_helps(line: str, place: Place) -> None:
    done = run(place, line)
    told = done.stderr.splitlines()
    assert done.returncode != 0
    if line in _HELP:
        assert told[0].startswith("Usage: ")
        return
    assert len(told) == 1, done.stderr
    assert told[0].startswith("awsenv: ")
    assert TYPED[line] in told[0]
    assert "internal error" not in told[0]


LINES = ["awsenv list", "awsenv show key", "awsenv use --help", "awsenv --help", "awsenv list | head -1"]  # fmt: skip


@pytest.mark.parametrize(
    "environ",
    [{"COLUMNS": "40"}, {"COLUMNS": "200"}, {"NO_COLOR": "1"}, {"TERM": "dumb"}, {"LC_ALL": "C"}, {"LC_ALL": "xx_XX.nope"}, {"TERM": "", "PATH": "/usr/bin:/bin"}],
    ids=str,
)  # fmt: skip
@pytest.mark.parametrize("line", LINES if is_long() else LINES[::2])
def test_everywhere_it_says_the_same(line: str, environ: dict[str, str], place: Place) -> None:
    done = run(place, line, **environ)
    assert (done.returncode, done.stderr) == (0, "")
    assert "mfa" in done.stdout or "key" in done.stdout or "Usage" in done.stdout
    if environ.get("COLUMNS") == "40" and "help" in line:
        assert max(len(each) for each in done.stdout.splitlines() if "|" not in each) <= 48


# Commands that ask, and the words of the question.
ASKING = {
    "awsenv add new": "Access Key ID",
    "awsenv use mfa --shell json": "code",
    "awsenv login mfa": "code",
    "awsenv sso setup": "SSO start URL",
    "awsenv use --shell json": "session",
    "awsenv remove key": "y",
    "awsenv start": "leave it out",
}


@pytest.mark.parametrize("key", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("line", ASKING)
def test_whoever_leaves_a_question_is_let_go(line: str, key: str, place: Place) -> None:
    environ = clean(place.home) | place.endpoint | {"TERM": "dumb", "PATH": "/bin"}
    before = (place.home / ".aws/credentials").read_bytes()
    words = line.replace("awsenv ", f"{program_path()} ", 1)
    it = pexpect.spawn(installed("sh"), ["-c", f"trap : INT; {words} >/dev/null; echo ENDED=$?"], env=environ,
                       cwd=str(place.home), encoding="utf-8", timeout=30)  # fmt: skip
    while it.expect([ASKING[line], r"\x1b\[6n"]):
        it.send("\x1b[1;1R")  # fzf asks the terminal where the cursor is
    it.send(key)
    while it.expect([r"ENDED=(\d+)", r"\x1b\[6n"]):
        it.send("\x1b[1;1R")
    assert isinstance(it.match, re.Match)
    assert it.match[1] in ("130", "1", "3")
    assert not re.search("Traceback|internal error", it.before or "")
    assert (place.home / ".aws/credentials").read_bytes() == before
    assert not Path(place.home, ".bashrc").exists()
