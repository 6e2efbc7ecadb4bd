"""``use`` from the outside: what it refuses, how it says so, and that it never runs a thing."""

import json
import os
import pty
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import botocore.exceptions
import botocore.session
import pytest

from tests.program import awsenv, program_path
from tests.shells.real import clean, installed

KEY = "aws_access_key_id = AKIA{0}\naws_secret_access_key = secret{0}\n"
GOOD = "[good]\n" + KEY.format("GOOD")


def set_up(home: Path, files: dict[str, str | bytes]) -> None:
    """Write ``~/.aws/NAME`` for each of ``files``."""
    (home / ".aws").mkdir(exist_ok=True)
    for name, content in files.items():
        data = content.encode() if isinstance(content, str) else content
        (home / ".aws" / name).write_bytes(data)


@dataclass
class Refusal:
    """A home and a command line that must fail: ``words`` are all in the one line on stderr."""

    words: tuple[str, ...]
    files: dict[str, str | bytes] = field(default_factory=dict)
    arguments: tuple[str, ...] = ("use", "p")
    code: int = 1


REFUSALS = {
    "unknown profile": Refusal(
        ("no profile named prd", "did you mean prod?"),
        {"credentials": GOOD + "[prod]\n" + KEY.format("P")},
        ("use", "prd"),
    ),
    "nothing like it": Refusal(
        ("no profile named zzz", "awsenv list"), {"credentials": GOOD}, ("use", "zzz")
    ),
    "no files": Refusal(
        ("no profile named p", "~/.aws/config", "~/.aws/credentials", "awsenv add p")
    ),
    "no keys": Refusal(
        ("profile p", "~/.aws/config, line 2", "no access key"),
        {"config": "\n[profile p]\nregion = r\n"},
    ),
    "no secret": Refusal(
        ("profile p", "~/.aws/credentials, line 1", "half a key", "aws_secret_access_key"),
        {"credentials": "[p]\naws_access_key_id = AKIA\n"},
    ),
    "no key ID": Refusal(
        ("profile p", "half a key", "aws_access_key_id"),
        {"credentials": "[p]\naws_secret_access_key = hush\n"},
    ),
    "an empty secret": Refusal(
        ("half a key", "aws_secret_access_key is empty"),
        {"credentials": "[p]\naws_access_key_id = AKIA\naws_secret_access_key =\n"},
    ),
    "halves in two files": Refusal(
        ("half a key", "aws_secret_access_key is missing"),
        {
            "credentials": "[p]\naws_access_key_id = AKIA\n",
            "config": "[profile p]\naws_secret_access_key = hush\n",
        },
    ),
    "no setting": Refusal(
        ("~/.aws/credentials, line 4", "neither a [section] nor a setting"),
        {"credentials": GOOD + "hush\n"},
    ),
    "a section twice": Refusal(
        ("~/.aws/credentials, line 4", "[good] stands already in line 1"),
        {"credentials": GOOD + GOOD},
        ("use", "good"),
    ),
    "an option twice": Refusal(
        ("~/.aws/config, line 3", "region stands already in line 2"),
        {"config": "[profile p]\nregion = a\nREGION = b\n"},
    ),
    "not UTF-8": Refusal(
        ("~/.aws/credentials, line 3", "not UTF-8"),
        {"credentials": b"[p]\naws_access_key_id = AKIA\naws_secret_access_key = \xff\n"},
    ),
    "a byte order mark": Refusal(
        ("~/.aws/credentials, line 1", "byte order mark"), {"credentials": "\ufeff" + GOOD}
    ),
    "a value too long for any program": Refusal(
        ("profile p", "AWS_SECRET_ACCESS_KEY", "128 KiB"),
        {"credentials": "[p]\naws_access_key_id = A\naws_secret_access_key = " + 200_000 * "x"},
    ),
    "a NUL": Refusal(
        ("profile p", "AWS_DEFAULT_OUTPUT", "NUL"),
        {"credentials": "[p]\n" + KEY.format("P") + "output = a\0b"},
    ),
    "a Region that is a host": Refusal(
        ("profile p: x.example/? is no name of a Region", "awsenv show p"),
        {"credentials": "[p]\n" + KEY.format("P") + "region = x.example/?"},
    ),
    "a Region of the command line that is a host": Refusal(
        ("x@example.org/? is no name of a Region",),
        {"credentials": "[p]\n" + KEY.format("P")},
        ("use", "p", "--region", "x@example.org/?"),
    ),
    "a role without its source": Refusal(
        ("profile p: its source_profile goood does not exist", "did you mean good?"),
        {"config": "[profile p]\nrole_arn = arn:x\nsource_profile = goood\n", "credentials": GOOD},
    ),
    "roles in a circle": Refusal(
        ("source profiles go round in a circle: p → q → p",),
        {
            "config": "[profile p]\nrole_arn = x\nsource_profile = q\n"
            "[profile q]\nrole_arn = y\nsource_profile = p\n"
        },
    ),
    "MFA": Refusal(
        ("profile p", "needs an MFA code", "awsenv login p"),
        {"credentials": "[p]\nmfa_serial = arn:x\n" + KEY.format("P")},
        code=3,
    ),
    "SSO": Refusal(
        ("profile p lacks sso_start_url and sso_region", "awsenv show p"),
        {"config": "[profile p]\nsso_role_name = x\nsso_account_id = 1\n"},
    ),
    "a process": Refusal(
        ("profile p", "credential_process: /nonexistent is not there, or no program"),
        {"config": "[profile p]\ncredential_process = /nonexistent\n"},
    ),
    "no profile before": Refusal(("no profile was used before",), {}, ("use", "-")),
    "no name": Refusal(("no profile is named",), {}, ("use",), 2),
    "no such option": Refusal(("--nope", "awsenv use --help"), {}, ("use", "p", "--nope"), 2),
    "two names": Refusal(("awsenv use --help",), {}, ("use", "p", "q"), 2),
    "no such shell": Refusal(
        ("murex", "bash"), {"credentials": GOOD}, ("use", "good", "--shell", "murex"), 2
    ),
    "control characters": Refusal(
        (r"no profile named a\x1b[31m\n",), {"credentials": GOOD}, ("use", "a\x1b[31m\n")
    ),
}


@pytest.mark.parametrize("case", REFUSALS.values(), ids=REFUSALS.keys())
def test_a_refusal_is_one_line_and_false_and_leaves_the_files(
    case: Refusal, tmp_path: Path
) -> None:
    set_up(tmp_path, case.files)
    before = {path: path.read_bytes() for path in tmp_path.rglob(".aws/*") if path.is_file()}
    result = awsenv(tmp_path, *case.arguments)
    assert (result.returncode, result.stdout) == (case.code, "false\n")
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("awsenv: ")
    for words in case.words:
        assert words in result.stderr
    assert "hush" not in result.stderr
    after = {path: path.read_bytes() for path in tmp_path.rglob(".aws/*") if path.is_file()}
    assert after == before


def test_a_failure_in_json_prints_nothing(tmp_path: Path) -> None:
    result = awsenv(tmp_path, "use", "p", "--shell", "json")
    assert (result.returncode, result.stdout) == (1, "")


ACCEPTED: dict[str, dict[str, str | bytes]] = {
    "plain": {"credentials": "[p]\n" + KEY.format("P")},
    "in config": {"config": "[profile p]\n" + KEY.format("P")},
    "credentials win": {
        "credentials": "[p]\n" + KEY.format("1"),
        "config": "[profile p]\n" + KEY.format("2"),
    },
    "CRLF": {"credentials": ("[p]\n" + KEY.format("P")).replace("\n", "\r\n")},
    "spaces, colon, upper case": {
        "credentials": "  [p]  \n AWS_ACCESS_KEY_ID  :  A \naws_secret_access_key=b = c # d\n"
    },
    "[DEFAULT]": {"credentials": "[DEFAULT]\n" + KEY.format("D") + "[p]\nregion = r\n"},
    "no final newline": {"credentials": ("[p]\n" + KEY.format("P")).rstrip()},
    "the old token's name": {"credentials": "[p]\n" + KEY.format("P") + "aws_security_token = t\n"},
    "a key and a process": {
        "credentials": "[p]\n" + KEY.format("P"),
        "config": "[profile p]\ncredential_process = touch pwned\n",
    },
}


@pytest.mark.parametrize("files", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_it_works_as_botocore_does(
    files: dict[str, str | bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(tmp_path, files)
    result = awsenv(tmp_path, "use", "p", "--shell", "json")
    assert result.returncode == 0, result.stderr
    ours = json.loads(result.stdout)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    theirs = botocore.session.Session(profile="p").get_credentials()
    assert theirs
    assert (theirs.access_key, theirs.secret_key, theirs.token) == (
        ours["AWS_ACCESS_KEY_ID"],
        ours["AWS_SECRET_ACCESS_KEY"],
        ours["AWS_SESSION_TOKEN"],
    )
    assert not list(tmp_path.rglob("pwned"))


def test_a_name_with_spaces_and_one_that_would_run(tmp_path: Path) -> None:
    names = ["with space", "x$(touch pwned)", "'"]
    set_up(tmp_path, {"credentials": "".join(f"[{n}]\n" + KEY.format("N") for n in names)})
    for name in names:
        result = awsenv(tmp_path, "use", name, "--shell", "json")
        assert json.loads(result.stdout)["AWSENV_PROFILE"] == name
    set_up(tmp_path, {"config": '[profile "with space"]\nregion = r\n'})
    assert json.loads(awsenv(tmp_path, "use", "with space", "--shell", "json").stdout)["AWS_REGION"]


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    set_up(tmp_path, {"credentials": GOOD, "config": "[default]\n"})
    (tmp_path / ".aws/credentials").chmod(0)
    # Root reads everything, but for this capability.
    drop: tuple[str, ...] = (
        installed("setpriv"),
        "--bounding-set",
        "-dac_override,-dac_read_search",
    )
    if os.getuid():
        drop = ()
    result = awsenv(tmp_path, "use", "good", prefix=drop)
    assert (result.returncode, result.stdout) == (1, "false\n")
    assert "cannot read ~/.aws/credentials: Permission denied" in result.stderr
    (tmp_path / ".aws/credentials").chmod(0o600)
    assert awsenv(tmp_path, "use", "good", prefix=drop).returncode == 0


def test_a_directory_in_a_files_place_is_named(tmp_path: Path) -> None:
    (tmp_path / ".aws/config").mkdir(parents=True)
    result = awsenv(tmp_path, "use", "good")
    assert (result.returncode, result.stdout) == (1, "false\n")
    assert "~/.aws/config is a directory" in result.stderr


def test_files_named_by_variables_need_no_home(tmp_path: Path) -> None:
    set_up(tmp_path, {"credentials": GOOD})
    environ = clean(tmp_path) | {"AWS_SHARED_CREDENTIALS_FILE": "$W/.aws/credentials"}
    environ |= {"W": str(tmp_path), "AWS_CONFIG_FILE": "/dev/null"}
    del environ["HOME"]
    result = subprocess.run(
        [program_path(), "use", "good"], env=environ, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert "AKIAGOOD" in result.stdout


def test_an_empty_profile_gets_no_containers_key(tmp_path: Path) -> None:
    set_up(tmp_path, {"config": "[profile p]\nregion = r\n"})
    result = awsenv(
        tmp_path, "use", "p", AWS_CONTAINER_CREDENTIALS_FULL_URI="http://127.0.0.1:1/creds"
    )
    assert (result.returncode, result.stdout) == (1, "false\n")
    assert "no access key" in result.stderr


def test_region_takes_the_place_of_the_profiles_own(tmp_path: Path) -> None:
    set_up(tmp_path, {"credentials": GOOD + "region = own\n"})
    arguments = ("use", "good", "--shell", "json", "--region", "other")
    values = json.loads(awsenv(tmp_path, *arguments).stdout)
    assert (values["AWS_REGION"], values["AWS_DEFAULT_REGION"]) == ("other", "other")


@pytest.mark.parametrize("arguments", ["use --help", "use -h", "off --help", "hook -h"])
def test_evaluated_help_runs_nothing_and_is_on_stdout(arguments: str, tmp_path: Path) -> None:
    """For a pager; where a shell evaluates it instead, it is comments."""
    result = awsenv(tmp_path, *arguments.split())
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("# Usage: awsenv ")
    assert all(line[:1] == "#" for line in result.stdout.splitlines())
    told = awsenv(tmp_path, "help", arguments.split()[0])
    assert [line[2:] for line in result.stdout.splitlines()] == told.stdout.rstrip().splitlines()
    # A hook evaluates nothing of it, and hands it on as it is.
    plain = awsenv(tmp_path, *arguments.split(), AWSENV_HOOK="bash:0000")
    assert plain.stdout == told.stdout


@pytest.mark.parametrize("arguments", ["use --nope", "off x"])
def test_evaluated_usage_errors_run_nothing_and_fail(arguments: str, tmp_path: Path) -> None:
    result = awsenv(tmp_path, *arguments.split())
    assert result.stdout == "false\n"
    assert result.stderr
    script = f'eval "$(awsenv {arguments})" 2>/dev/null; echo $?; ls -A'
    shell = subprocess.run(
        ["bash", "-c", script], env=clean(tmp_path), cwd=tmp_path, capture_output=True, check=True
    )
    assert shell.stdout == b"1\n"


@pytest.mark.parametrize("command", ["use good", "off"])
def test_a_terminal_gets_a_hint_and_no_secret(command: str, tmp_path: Path) -> None:
    set_up(tmp_path, {"credentials": GOOD})
    code, screen = on_terminal(tmp_path, *command.split())
    assert code == 2
    assert f'eval "$(awsenv {command})"' in screen
    assert "secretGOOD" not in screen
    assert "false" not in screen


def test_show_shows_the_code_on_a_terminal(tmp_path: Path) -> None:
    set_up(tmp_path, {"credentials": GOOD})
    code, screen = on_terminal(tmp_path, "use", "good", "--show")
    assert code == 0
    assert "secretGOOD" in screen


def on_terminal(home: Path, *arguments: str) -> tuple[int, str]:
    """awsenv with a pseudo-terminal for everything: its exit code and what was on the screen."""
    master, slave = pty.openpty()
    with subprocess.Popen(
        [program_path(), *arguments], env=clean(home), stdin=slave, stdout=slave, stderr=slave
    ) as program:
        os.close(slave)
        screen = b""
        try:
            while data := os.read(master, 4096):
                screen += data
        except OSError:  # Linux: the other side is closed
            pass
    os.close(master)
    return program.returncode, screen.decode()


def test_botocore_refuses_what_we_refuse(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the kinds that it would call AWS for, and values that only exec refuses."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    refusals = (
        botocore.exceptions.ConfigParseError,
        botocore.exceptions.PartialCredentialsError,
        botocore.exceptions.InvalidConfigError,
        botocore.exceptions.InfiniteLoopConfigError,
        botocore.exceptions.ProfileNotFound,
    )
    ours_alone = {"a value too long for any program", "a NUL", "a Region that is a host", "a Region of the command line that is a host", "MFA", "SSO", "a process",
                  "an empty secret"}  # fmt: skip
    for number, (name, case) in enumerate(REFUSALS.items()):
        if name in ours_alone or not case.files or case.code == 2:
            continue
        home = tmp_path / str(number)
        home.mkdir()
        set_up(home, case.files)
        monkeypatch.setenv("HOME", str(home))
        try:
            got = botocore.session.Session(profile=case.arguments[1]).get_credentials()
        except refusals:
            got = None
        assert got is None, name


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("AWS_VAULT", "good"),
        ("AWS_SSO_PROFILE", "good"),
        ("PATH", None),
        ("AWS_PROFILE", None),
        ("", None),
    ],
)
def test_a_name_that_a_prompt_reads_is_set_where_a_person_wants_it(
    named: str, told: str | None, tmp_path: Path
) -> None:
    set_up(tmp_path, {"credentials": GOOD})
    more = {"AWSENV_SHOW_AS": named, "AWS_VAULT": "theirs"}
    values = json.loads(awsenv(tmp_path, "use", "good", "--shell", "json", **more).stdout)
    assert values.get(named) == told
    if named != "AWS_VAULT":
        assert values["AWS_VAULT"] is None
    # And away again, in a shell, which had one of its own.
    script = 'eval "$(awsenv use good)"; eval "$(awsenv off)"; echo "$AWS_VAULT"'
    shell = subprocess.run(
        ["bash", "-c", script], env=clean(tmp_path, **more), cwd=tmp_path, capture_output=True, check=True
    )  # fmt: skip
    assert shell.stdout == b"theirs\n"
