"""``add`` and ``remove`` from the outside: the files, the prompts, and where a secret never is."""

import re
import subprocess
from pathlib import Path

import botocore.session
import pexpect
import pytest

from awsenv.demo.server import Server
from awsenv.demo.users import User, new_user
from tests.program import awsenv, program_path
from tests.shells.real import clean

SECRET = "wJalr/XUtnFEMI+K7MDENG/bPxRfiCYEXAMPLEKE"
CSV = f"Access key ID,Secret access key\nAKIACSV0000000000000,{SECRET}\n"
REAL_LIFE = "# mine\r\n[default]\r\naws_access_key_id = AKIAD\r\naws_secret_access_key = d ; kept\r\n\r\n# end"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path


def files(home: Path) -> tuple[str, str]:
    return tuple(
        (home / ".aws" / name).read_bytes().decode() if (home / ".aws" / name).exists() else ""
        for name in ("credentials", "config")
    )  # type: ignore[return-value]


def add(home: Path, *arguments: str, csv: str | bytes = CSV) -> subprocess.CompletedProcess[str]:
    path = home / "keys.csv"
    path.write_bytes(csv.encode() if isinstance(csv, str) else csv)
    return awsenv(home, "add", *arguments, "--csv", str(path))


def test_a_csv_becomes_a_profile_as_aws_configure_writes_it(home: Path) -> None:
    result = add(home, "dev", "--region", "us-west-2", "--output", "json")
    assert result.returncode == 0, result.stderr
    assert files(home) == (
        f"[dev]\naws_access_key_id = AKIACSV0000000000000\naws_secret_access_key = {SECRET}\n",
        "[profile dev]\nregion = us-west-2\noutput = json\n",
    )
    for path, mode in ((".aws", 0o700), (".aws/credentials", 0o600), (".aws/config", 0o600)):
        assert (home / path).stat().st_mode & 0o777 == mode
    assert "still holds the secret; rm " in result.stderr
    assert SECRET not in result.stderr + result.stdout


def test_only_the_new_lines_differ(home: Path) -> None:
    (home / ".aws").mkdir()
    (home / "real").write_bytes(REAL_LIFE.encode())
    (home / ".aws/credentials").symlink_to(home / "real")
    assert add(home, "dev").returncode == 0
    credentials, config = files(home)
    key = f"aws_access_key_id = AKIACSV0000000000000\r\naws_secret_access_key = {SECRET}\r\n"
    assert credentials == REAL_LIFE + "\r\n\r\n[dev]\r\n" + key
    assert config == ""
    assert (home / ".aws/credentials").is_symlink()


def test_an_existing_profile_is_overwritten_only_with_force(home: Path) -> None:
    (home / ".aws").mkdir()
    before = (
        "[dev]\naws_access_key_id = OLD\naws_session_token = t\naws_secret_access_key = o\nx = 1\n"
    )
    (home / ".aws/credentials").write_text(before)
    result = add(home, "dev")
    assert result.returncode == 1
    assert "profile dev is there already, of kind temporary" in result.stderr
    assert files(home)[0] == before
    assert add(home, "dev", "--force").returncode == 0
    assert files(home)[0] == (
        f"[dev]\naws_access_key_id = AKIACSV0000000000000\naws_secret_access_key = {SECRET}\nx = 1\n"
    )


def test_a_profile_in_another_spelling_is_the_same_section(home: Path) -> None:
    (home / ".aws").mkdir()
    (home / ".aws/config").write_text("[profile   'dev']\noutput = text\n")
    assert add(home, "dev", "--region", "sa-east-1").returncode == 0
    assert files(home)[1] == "[profile   'dev']\noutput = text\nregion = sa-east-1\n"


def test_a_key_on_stdin(home: Path) -> None:
    for arguments, given in (
        (("add", "dev"), f"AKIAIN00000000000000\n{SECRET}\n"),
        (("add", "b", "--csv", "-"), CSV),
    ):
        result = subprocess.run(
            [program_path(), *arguments],
            env=clean(home),
            input=given,
            capture_output=True,
            text=True,
            check=True,
        )
        assert SECRET not in result.stderr
    assert files(home)[0].count(SECRET) == 2
    result = awsenv(home, "add", "c")
    assert (result.returncode, result.stderr.count("\n")) == (3, 1)
    assert "--csv FILE" in result.stderr


LAYOUTS = {
    "two columns": CSV,
    "BOM": "\ufeff" + CSV,
    "user name": f"User name,Access key ID,Secret access key\nme,AKIACSV0000000000000,{SECRET}\n",
    "user creation": "User name,Password,Access key ID,Secret access key,Console login link\n"
    f'me,"p,w",AKIACSV0000000000000,{SECRET},https://x\n',
    "CRLF, blanks, quotes": f'Access key ID , Secret access key\r\n "AKIACSV0000000000000" ,"{SECRET}" \r\n\r\n',
}


@pytest.mark.parametrize("csv", LAYOUTS.values(), ids=LAYOUTS.keys())
def test_every_layout_of_the_console(csv: str, home: Path) -> None:
    assert add(home, "dev", csv=csv).returncode == 0
    key = botocore.session.Session(profile="dev")
    key.set_config_variable("credentials_file", str(home / ".aws/credentials"))
    assert f"= AKIACSV0000000000000\naws_secret_access_key = {SECRET}\n" in files(home)[0]


TWO = f"User name,Access key ID,Secret access key\na,AKIAA000000000000000,{SECRET}\nb,AKIAB000000000000000,{SECRET}\n"
BAD: dict[str, tuple[str | bytes, str]] = {
    "wrong header": ("key,secret\nA,B\n", "does not begin with Access key ID"),
    "semicolons": (CSV.replace(",", ";"), "does not begin with Access key ID"),
    "empty": ("", "is empty"),
    "header only": (CSV.split("\n")[0], "holds no key"),
    "half a row": ("Access key ID,Secret access key\nAKIA\n", "line 2 lacks"),
    "two users": (TWO, "--user a or b"),
    "UTF-16": (CSV.encode("utf-16"), "is UTF-16"),
    "not UTF-8": (b"Access key ID,Secret access key\n\xff,x\n", "is not UTF-8"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD.keys())
def test_a_bad_csv_is_one_line_that_says_what_is_wrong(
    case: tuple[str | bytes, str], home: Path
) -> None:
    csv, words = case
    result = add(home, "dev", csv=csv)
    assert (result.returncode, result.stdout) == (1, "")
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert SECRET not in result.stderr
    assert files(home) == ("", "")


def test_one_of_several_users(home: Path) -> None:
    assert add(home, "dev", "--user", "b", csv=TWO).returncode == 0
    assert "AKIAB" in files(home)[0]
    assert "has no user c" in add(home, "x", "--user", "c", csv=TWO).stderr


@pytest.mark.parametrize(
    "name", ["a b", "it's", 'q"q', "x$(touch pwned)", "a]b", "日本", "#x", "profile x"]
)
def test_a_name_is_right_and_never_run(name: str, home: Path) -> None:
    result = add(home, name, "--region", "sa-east-1")
    assert result.returncode == 0, result.stderr
    listed = awsenv(home, "list").stdout
    assert listed.startswith(f"{name}\tkey\t")
    shell = (
        f"eval \"$(awsenv use '{name}')\"" if "'" not in name else f'eval "$(awsenv use "{name}")"'
    )
    told = subprocess.run(
        ["bash", "-c", shell + '; printf %s "$AWSENV_PROFILE $AWS_REGION"'],
        env=clean(home), cwd=home, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert told.stdout == f"{name} sa-east-1"
    assert not (home / "pwned").exists()


@pytest.mark.parametrize("name", ["", " a", "a ", "a\nb", "DEFAULT", "\x1b[0m", "a]\n[b"])
def test_a_name_that_no_file_can_hold_is_refused(name: str, home: Path) -> None:
    result = add(home, name)
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert files(home) == ("", "")


def test_the_csv_is_deleted_when_that_is_wished(home: Path) -> None:
    assert add(home, "dev", "--delete-csv").returncode == 0
    assert not (home / "keys.csv").exists()


def test_verify_tells_whose_key_it_is_and_warns_of_root(home: Path) -> None:
    root = User(
        "root",
        "111122223333",
        new_user("x", "111122223333").key_id,
        "root/secret+" + "0" * 28,
        arn_end="root",
    )
    with Server([root]) as server:
        csv = f"Access key ID,Secret access key\n{root.key_id},{root.secret}\n"
        path = home / "k.csv"
        path.write_text(csv)
        result = awsenv(
            home, "add", "dev", "--csv", str(path), "--verify", AWS_ENDPOINT_URL_STS=server.url
        )
        assert result.returncode == 0
        assert "arn:aws:iam::111122223333:root, account 111122223333" in result.stderr
        assert "a root key" in result.stderr


def test_remove_takes_it_out_of_both_files_and_names_who_needs_it(home: Path) -> None:
    assert add(home, "dev", "--region", "sa-east-1").returncode == 0
    with open(home / ".aws/config", "a") as file:
        file.write("\n[profile role]\nrole_arn = x\nsource_profile = dev\n")
    result = awsenv(home, "remove", "dev", "--yes")
    assert result.returncode == 0
    assert files(home) == ("", "[profile role]\nrole_arn = x\nsource_profile = dev\n")
    assert "profile role has it as source_profile" in result.stderr
    assert "no profile named dev" in awsenv(home, "remove", "dev").stderr


def test_two_adds_at_once_are_both_there(home: Path) -> None:
    (home / "k.csv").write_text(CSV)
    names = [f"p{n}" for n in range(8)]
    adds = [
        subprocess.Popen(
            [program_path(), "add", name, "--csv", home / "k.csv", "--region", "sa-east-1"],
            env=clean(home), stderr=subprocess.DEVNULL,
        )
        for name in names
    ]  # fmt: skip
    assert [each.wait(60) for each in adds] == [0] * len(adds)
    assert {line.split("\t")[0] for line in awsenv(home, "list").stdout.splitlines()} == set(names)


def test_prompts_do_not_echo_the_secret_and_nothing_leaks_it(home: Path, tmp_path: Path) -> None:
    (home / ".aws").mkdir()
    (home / ".aws/config").write_text("[default]\nregion = ap-northeast-1\noutput = json\n")
    log = tmp_path / "exec"
    # Every program that is started, with its arguments: the process list.
    shell = pexpect.spawn(
        "strace", ["-f", "-e", "trace=execve", "-o", str(log), "-s", "4096", program_path(), "add", "dev"],
        env=clean(home, TERM="xterm"), encoding="utf-8", timeout=60,
    )  # fmt: skip
    for question, answer in (
        ("AWS Access Key ID [None]: ", "AKIATYPED00000000000"),
        ("AWS Secret Access Key: ", SECRET),
        ("Default region name [ap-northeast-1]: ", ""),
        ("Default output format [json]: ", "text"),
    ):
        shell.expect_exact(question)
        shell.sendline(answer)
    shell.expect(pexpect.EOF)
    screen = shell.before or ""
    assert "profile dev is stored" in screen
    assert SECRET not in screen
    assert SECRET not in log.read_text()
    credentials, config = files(home)
    assert (
        f"aws_access_key_id = AKIATYPED00000000000\naws_secret_access_key = {SECRET}\n"
        in credentials
    )
    assert config.endswith("[profile dev]\nregion = ap-northeast-1\noutput = text\n")
    for path in home.rglob("*"):
        if path.is_file() and path.name != "credentials":
            assert SECRET not in path.read_text(errors="replace")


def test_a_failing_write_shows_no_secret_in_debug(home: Path) -> None:
    (home / ".aws").mkdir()
    (home / ".aws/credentials").mkdir()
    (home / "k.csv").write_text(CSV)
    result = awsenv(home, "add", "dev", "--csv", "k.csv", AWSENV_DEBUG="1")
    assert result.returncode == 1
    assert SECRET not in result.stderr
    assert re.search("is a directory", result.stderr)


MINIO = "Access key ID,Secret access key\nminioadmin,minioadmin\n"


def test_a_key_of_another_shape_is_asked_about_once(home: Path) -> None:
    refused = add(home, "minio", csv=MINIO)
    assert (refused.returncode, refused.stderr.count("\n")) == (3, 1)
    assert refused.stderr.endswith("; copy it again, or --yes\n")
    assert files(home) == ("", "")
    (home / "keys.csv").write_text(MINIO)
    for answer, words in (("n", "nothing was stored"), ("y", "profile minio is stored")):
        shell = pexpect.spawn(
            program_path(), ["add", "minio", "--csv", "keys.csv"],
            env=clean(home), cwd=home, encoding="utf-8", timeout=60,
        )  # fmt: skip
        shell.expect_exact("no key as AWS makes them (MinIO, LocalStack do). Store it? (y/N): ")
        shell.sendline(answer)
        shell.expect_exact(words)
        if answer == "y":
            shell.expect_exact("Delete keys.csv")
            shell.sendline("")  # N is what it offers
        shell.expect(pexpect.EOF)
    assert (home / "keys.csv").exists()
    assert "minioadmin" in files(home)[0]
    assert add(home, "other", "--yes", csv=MINIO).returncode == 0


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (f"{SECRET} AKIACSV0000000000001", "are not each in its place"),
        ("AKIACSV0000000000001 AKIACSV0000000000001", "are not each in its place"),
        (
            f"ASIACSV0000000000001 {SECRET}",
            "a temporary key, which is none without its session token",
        ),
    ],
)
def test_what_cannot_be_a_key_is_refused_whatever_is_said(
    given: str, told: str, home: Path
) -> None:
    result = give(home, given, "--yes")
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert told in result.stderr
    assert SECRET not in result.stderr
    assert files(home) == ("", "")


def give(home: Path, text: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `add dev` with ``text`` on its stdin."""
    return subprocess.run(
        [program_path(), "add", "dev", *words],
        env=clean(home), input=text, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_temporary_key_is_stored_with_its_token(home: Path) -> None:
    temporary = f"ASIACSV0000000000001\n{SECRET}\nthe/token==\n"
    assert give(home, temporary, "--keychain").returncode == 2
    assert give(home, temporary).returncode == 0
    assert files(home)[0].endswith("aws_session_token = the/token==\n")
    assert "dev\ttemporary" in awsenv(home, "list").stdout
    assert add(home, "dev", "--force").returncode == 0
    assert "aws_session_token" not in files(home)[0]


def test_a_region_that_nobody_knows_is_asked_for_again(home: Path) -> None:
    refused = add(home, "dev", "--region", "eu-wst-1")
    assert (refused.returncode, refused.stderr.count("\n")) == (2, 1)
    assert "--region eu-west-1, say, or --yes" in refused.stderr
    late = add(home, "dev", "--region", SECRET)
    assert (late.returncode, SECRET in late.stderr) == (1, False)
    assert files(home) == ("", "")
    assert add(home, "new", "--region", "eu-new-9", "--yes").returncode == 0
    again = "No Region of that name is known; another, or the same once more [None]: "
    for typed, stored in ((["eu-wst-1", "eu-west-1"], "eu-west-1"), (["q-1", "q-1"], "q-1")):
        shell = pexpect.spawn(
            program_path(), ["add", stored], env=clean(home), encoding="utf-8", timeout=60
        )
        for question, answer in (
            ("AWS Access Key ID [None]: ", "ASIACSV0000000000001"),
            ("AWS Secret Access Key: ", SECRET),
            ("AWS Session Token: ", "the/token=="),
            ("Default region name [None]: ", typed[0]),
            (again, typed[1]),
            ("Default output format [None]: ", ""),
        ):
            shell.expect_exact(question)
            shell.sendline(answer)
        shell.expect(pexpect.EOF)
        assert f"[profile {stored}]\nregion = {stored}\n" in files(home)[1]


def test_an_mfa_profile_is_made_by_a_serial_and_by_what_iam_says(home: Path) -> None:
    user = new_user("me", "111122223333", mfa=True)
    assert user.device
    serial = user.device.serial
    csv = f"Access key ID,Secret access key\n{user.key_id},{user.secret}\n"
    assert (
        add(home, "one", "--mfa-serial", serial, "--region", "eu-west-1", csv=csv).returncode == 0
    )
    assert files(home)[1] == f"[profile one]\nregion = eu-west-1\nmfa_serial = {serial}\n"
    assert add(home, "x", "--mfa-serial", "a b", csv=csv).returncode == 2
    with Server([user]) as server:
        path = home / "k.csv"
        path.write_text(csv)
        words = ("add", "two", "--csv", str(path), "--mfa")
        result = awsenv(home, *words, AWS_ENDPOINT_URL=server.url)
    assert result.returncode == 0, result.stderr
    assert f"its device is {serial}" in result.stderr
    assert "two\tmfa" in awsenv(home, "list").stdout
