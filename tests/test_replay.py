"""Replay answers as the full path does, or not at all; and it loads next to nothing."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsenv import record_file, records, replay
from awsenv.cli import switch
from awsenv.errors import AwsenvError
from awsenv.request import Request, name_previous, parse_request
from awsenv.shells.table import FORMS
from tests.program import awsenv
from tests.shells.real import BIN, clean

CREDENTIALS = "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = secretdev\n"
CONFIG = "[profile dev]\nregion = r-1\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    write(tmp_path, "credentials", CREDENTIALS)
    write(tmp_path, "config", CONFIG)
    return tmp_path


def write(home: Path, name: str, text: str, seconds_ago: float = 3600) -> None:
    """An AWS file that has long been so, as far as a clock can tell: only ctime is now."""
    path = home / ".aws" / name
    path.write_text(text)
    age(path, seconds_ago)


def age(path: Path, seconds_ago: float) -> None:
    now = path.stat().st_mtime
    os.utime(path, (now - seconds_ago, now - seconds_ago))


def replayed(home: Path, *arguments: str, **environ: str) -> str | None:
    """What replay alone answers, in this process."""
    request = parse_request(list(arguments))
    return replay.answer(request, clean(home) | environ) if request else None


def replayed_previous(environ: dict[str, str]) -> replay.FoundSession | None:
    """What `use -` finds."""
    request = name_previous(Request("use", "-"), environ)
    return replay.find_session(request, environ)


def resolved(home: Path, *arguments: str, **environ: str) -> str:
    """What the full path answers, leaving a record however young the files are."""
    request = parse_request(list(arguments))
    assert request
    with settled(), only(clean(home) | environ):
        return switch.build_text(request)


@contextmanager
def settled() -> Iterator[None]:
    """Files changed just now count as settled."""
    before, records.SETTLED = records.SETTLED, -1
    try:
        yield
    finally:
        records.SETTLED = before


@contextmanager
def only(environ: dict[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(environ)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


USE = ("use", "dev", "--shell", "bash")


def test_a_record_is_replayed_with_the_same_text(home: Path) -> None:
    assert replayed(home, *USE) is None
    text = resolved(home, *USE)
    assert "secretdev" in text
    assert replayed(home, *USE) == text
    for more in (("--region", "x"), ("--profile-only",)):
        assert replayed(home, *USE, *more) == resolved(home, *USE, *more)
    assert replayed(home, "use", "-", "--shell", "zsh", AWSENV_PREVIOUS="dev") == resolved(
        home, "use", "dev", "--shell", "zsh", AWSENV_PREVIOUS="dev"
    )


EDITS = {
    "a rotated key": ("credentials", CREDENTIALS.replace("secretdev", "rotated!!")),
    "another Region": ("config", CONFIG.replace("r-1", "r-2")),
    "another kind": ("config", CONFIG + "role_arn = x\n"),
    "the profile gone": ("credentials", CREDENTIALS.replace("[dev]", "[xev]")),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS.keys())
@pytest.mark.parametrize("put_back", [False, True], ids=["", "mtime put back"])
def test_an_edit_of_either_file_is_seen_at_once(
    edit: tuple[str, str], put_back: bool, home: Path
) -> None:
    resolved(home, *USE)
    assert replayed(home, *USE)
    name, text = edit
    path = home / ".aws" / name
    before = path.stat()
    path.write_text(text)
    if put_back:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert replayed(home, *USE) is None


def test_a_file_in_the_place_of_another_is_seen(home: Path) -> None:
    resolved(home, *USE)
    path = home / ".aws/credentials"
    before = path.stat()
    (home / "new").write_text(CREDENTIALS.replace("secretdev", "secretnew"))
    os.utime(home / "new", ns=(before.st_atime_ns, before.st_mtime_ns))
    (home / "new").rename(path)
    assert replayed(home, *USE) is None


def test_a_file_that_appears_or_goes_is_seen(home: Path) -> None:
    (home / ".aws/config").unlink()
    resolved(home, *USE)
    assert replayed(home, *USE)
    write(home, "config", CONFIG)
    assert replayed(home, *USE) is None
    resolved(home, *USE)
    (home / ".aws/config").unlink()
    assert replayed(home, *USE) is None


def test_files_that_variables_name_are_looked_at(home: Path) -> None:
    resolved(home, *USE)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        assert replayed(home, *USE, **{name: str(home / "other")}) is None
        assert replayed(home, *USE, **{name: ""}) is None
    assert replay.answer(Request(*USE[:2], form="bash"), clean(home) | {"HOME": "/x"}) is None
    # Where another variable has a say in the path, there is no record.
    moved = {"AWS_CONFIG_FILE": "$W/.aws/config", "W": str(home)}
    resolved(home, *USE, **moved)
    assert replayed(home, *USE, **moved) is None


def test_a_file_changed_within_the_last_second_is_not_recorded(home: Path) -> None:
    # The files' ctime is now, whatever their mtime says.
    with only(clean(home)):
        switch.build_text(Request("use", "dev", form="bash"))
    assert not (home / ".local/state/awsenv/records/dev").exists()


def test_the_account_is_checked(home: Path) -> None:
    write(home, "credentials", CREDENTIALS.replace("AKIADEV", "AKIAQNZGKIQY56JQ7WML"))
    resolved(home, *USE)
    assert replayed(home, *USE, "--account", "029608264753")
    assert replayed(home, *USE, "--account", "123456789012") is None


def test_a_record_that_is_not_ours_alone_or_not_whole_is_not_believed(home: Path) -> None:
    resolved(home, *USE)
    record = home / ".local/state/awsenv/records/dev"
    assert record.stat().st_mode & 0o777 == 0o600
    assert record.parent.stat().st_mode & 0o777 == 0o700
    text = record.read_text()
    for cut in range(len(text)):
        record.write_text(text[:cut])
        assert replayed(home, *USE) is None
    for other in (
        text.replace("awsenv=1", "awsenv=2"),
        text.replace("profile=dev", "profile=x"),
        "\0",
    ):
        record.write_text(other)
        assert replayed(home, *USE) is None
    record.write_text(text)
    assert replayed(home, *USE)
    record.chmod(0o640)
    assert replayed(home, *USE) is None
    record.chmod(0o600)
    record.rename(home / "elsewhere")
    record.symlink_to(home / "elsewhere")
    assert replayed(home, *USE) is None
    record.unlink()
    os.mkfifo(record, 0o600)
    assert replayed(home, *USE) is None


def test_a_record_whose_fields_are_gone_or_odd_is_as_if_it_were_not_there(home: Path) -> None:
    environ, request = clean(home), Request("use", "dev")
    resolved(home, "use", "dev", "--shell", "bash")
    path = record_file.record_path("dev", environ)
    fields = record_file.read(path) or {}
    # With an end, as of a session that ends.
    fields |= {"renew": "99999999999", "expires": "99999999999"}
    records.write(path, fields)
    whole = replay.find_session(request, environ)
    assert whole
    judged = {"shape", "profile", "env.HOME"}
    judged |= {
        f"{file}.{field}" for file in ("config", "credentials") for field in ("path", "stamp")
    }
    assert judged <= fields.keys()
    for name in fields:
        for value in (None, "", "x", "-1", "9" * 30, "9" * 5000, "9" * 30 + ":1"):
            changed = {n: v for n, v in fields.items() if n != name}
            records.write(path, changed if value is None else changed | {name: value})
            found = replay.find_session(request, environ)  # whatever it is, it raises nothing
            assert found is None or name not in judged, (name, value)
    records.write(path, fields)
    again = replayed_previous(environ | {"AWSENV_PREVIOUS": "dev"})
    assert again is not None
    assert again.variables == whole.variables
    assert replayed_previous(environ | {"AWSENV_PROFILE": "dev"}) is None
    assert replay.find_session(Request("use", "dev", account="111122223333"), environ) is None


def test_odd_names_and_values_have_records_too(home: Path) -> None:
    for name in ("a b", "ü/../x", "%", "x" * 60, ".", "..", "A", "a"):
        credentials = CREDENTIALS.replace("[dev]", f"[{name}]") + "output = %41 ü\\\n"
        write(home, "credentials", credentials)
        use = ("use", name, "--shell", "fish")
        assert resolved(home, *use) == replayed(home, *use)
    assert not (home / ".local/state/awsenv/x").exists()


def test_a_name_too_long_for_a_file_is_resolved_each_time(home: Path) -> None:
    name = "n" * 300
    write(home, "credentials", CREDENTIALS.replace("[dev]", f"[{name}]"))
    assert "secretdev" in resolved(home, "use", name, "--shell", "bash")
    assert replayed(home, "use", name, "--shell", "bash") is None


def test_no_secret_is_written_anywhere(home: Path) -> None:
    write(home, "credentials", CREDENTIALS + "aws_session_token = tokendev\n")
    for shell in (form for form in FORMS if form != "github"):  # that one's is to write
        for more in ((), ("--profile-only",), ("--region", "x")):
            resolved(home, "use", "dev", "--shell", shell, *more)
            assert awsenv(home, "use", "dev", "--shell", shell, *more).returncode == 0
    files = [path for path in home.rglob("*") if path.is_file() and path.name != "credentials"]
    assert any(path.name == "dev" for path in files)
    for path in files:
        for secret in (b"secretdev", b"tokendev", b"AKIADEV"):
            assert secret not in path.read_bytes(), path


NAMES = st.sampled_from(["dev", "a b", "nope", "-", "role", "default"])
WORDS = st.one_of(
    NAMES,
    st.sampled_from(["--region", "--region=x", "--profile-only", "--shell", "--shell=fish", "bash",
                     "--account", "029608264753", "--show", "--nope", "-x", "--", "", "x"]),
)  # fmt: skip
SECTION = st.sampled_from([
    "[dev]\naws_access_key_id = AKIAQNZGKIQY56JQ7WML\naws_secret_access_key = s%d $\n",
    "[a b]\naws_access_key_id : A\r\naws_secret_access_key=  b = c  \r\naws_session_token=t\n",
    "[default]\naws_access_key_id = D\naws_secret_access_key =\n  d\n",
    "[default]\nregion = r\naws_access_key_id = D\naws_secret_access_key = d\u3000\n",
    "[DEFAULT]\nregion = all\n",
])  # fmt: skip
CONFIGS = st.sampled_from([
    "", "[profile dev]\nregion = r\noutput = x\n", "[profile role]\nrole_arn = x\nregion = q\n",
    "[profile 'a b']\nregion = é\n[default]\nendpoint_url = http://x\n",
])  # fmt: skip


@settings(deadline=None)
@given(
    st.lists(SECTION, max_size=3, unique_by=lambda text: text.partition("\n")[0]),
    CONFIGS,
    st.lists(WORDS, max_size=4),
    st.sampled_from([{}, {"AWSENV_PREVIOUS": "dev", "AWS_REGION": "mine"},
                     {"AWSENV_PROFILE": "a b", "AWSENV_SET": "AWS_REGION AWS_ENDPOINT_URL PATH"}]),
)  # fmt: skip
def test_replay_says_the_same_as_the_full_path_or_nothing(
    sections: list[str], config: str, words: list[str], environ: dict[str, str]
) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder)
        (home / ".aws").mkdir()
        (home / ".aws/credentials").write_bytes("".join(sections).encode())
        (home / ".aws/config").write_text(config)
        request = parse_request(["use", *words])
        if request is None:
            return
        try:
            expected = resolved(home, "use", *words, **environ)
        except AwsenvError:
            assert replayed(home, "use", *words, **environ) is None
            return
        assert replayed(home, "use", *words, **environ) in (expected, None)


SLOW = {"re", "json", "typing", "dataclasses", "pathlib", "typer", "botocore", "shlex", "datetime",
        "functools", "enum", "contextlib", "collections", "argparse", "subprocess"}  # fmt: skip


# What every replay loads.
HOT = {"awsenv", "awsenv.record_file", "awsenv.replay", "awsenv.request", "awsenv.shells", "awsenv.shells.table", "awsenv.state", "awsenv.variables"}  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "modules"),
    [
        (USE, {"bash", "posix"}),
        (("use", "dev", "--shell", "fish"), {"fish"}),
        (("off",), {"detection", "bash", "posix"}),
    ],
)
def test_a_replay_loads_its_own_modules_and_one_shells_and_nothing_slow(
    arguments: tuple[str, ...], modules: set[str], home: Path
) -> None:
    resolved(home, *USE)
    program = (
        "import os, sys; from awsenv import main, replay\n"
        f"sys.argv = ['awsenv', *{arguments!r}]\n"
        "def end(code): sys.stderr.write(' '.join(sys.modules)); sys.stderr.flush(); leave(code)\n"
        "leave, os._exit = os._exit, end\n"
        "main()"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], env=clean(home), capture_output=True, text=True, check=True
    )
    loaded = set(result.stderr.split())
    ours = {name for name in loaded if name.split(".")[0] == "awsenv"}
    assert ours == HOT | {f"awsenv.shells.{name}" for name in modules}
    assert not loaded & SLOW


@pytest.mark.parametrize("flags", [(), ("-I", "-S")])
def test_every_door_replays_and_falls_back(flags: tuple[str, ...], home: Path) -> None:
    resolved(home, *USE)
    door = [str(BIN / "python"), *flags, str(Path(replay.__file__).parent / "__main__.py")]
    for arguments, code in ((USE, 0), (("use", "nope", "--shell", "bash"), 1), (("list",), 0)):
        result = subprocess.run(
            [*door, *arguments],
            env=clean(home),
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == code, result.stderr
        direct = awsenv(home, *arguments)
        assert (result.stdout, result.stderr) == (direct.stdout, direct.stderr)


def test_a_reader_that_goes_away_is_no_traceback(home: Path) -> None:
    for arguments in ("use dev --shell bash", "list --json"):
        script = f"awsenv {arguments} | true; exit ${{PIPESTATUS[0]}}"
        result = subprocess.run(
            ["bash", "-c", script], env=clean(home), capture_output=True, check=False
        )
        assert b"Traceback" not in result.stderr


def test_json_is_replayed_for_programs(home: Path) -> None:
    text = resolved(home, "use", "dev", "--shell", "json")
    assert replayed(home, "use", "dev", "--shell", "json") == text
    assert json.loads(text)["AWS_REGION"] == "r-1"
