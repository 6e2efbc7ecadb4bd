"""Roles: from any source, through chains, shared with the AWS CLI; processes and login sessions."""

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pexpect
import pytest

from awsenv import distribution
from awsenv.aws_login import tokens
from awsenv.demo.sts import Role
from awsenv.demo.users import User, session_of
from tests.place import Place
from tests.program import edit_record, program_path
from tests.shells.real import BIN, clean, installed

ADMIN = "arn:aws:iam::777788889999:role/admin"
DEPLOY = "arn:aws:iam::777788889999:role/deploy"
USER = "arn:aws:iam::111122223333:user/x"
LOGIN = f"[profile l]\nregion = l-1\nlogin_session = {USER}\n"
CAREFUL = "arn:aws:iam::111122223333:role/careful"


@pytest.fixture
def roles(place: Place) -> Place:
    """The place with roles: ``admin`` by the plain key, ``deploy`` by admin, ``careful`` with MFA."""
    sts = place.server.sts
    sts.roles[ADMIN] = Role(ADMIN, frozenset({place.plain.arn}))
    sts.roles[DEPLOY] = Role(DEPLOY, frozenset(), longest=43200)
    sts.roles[CAREFUL] = Role(CAREFUL, needs_mfa=True)
    assert place.user.device
    with_mfa = "".join(
        f"[profile careful{n}]\nrole_arn = {CAREFUL}{n}\nsource_profile = mfa\nmfa_serial = {place.user.device.serial}\n"
        for n in range(10)
    )
    for n in range(10):
        sts.roles[f"{CAREFUL}{n}"] = Role(f"{CAREFUL}{n}", needs_mfa=True)
    place.config(
        f"[profile mfa]\nregion = r-1\nmfa_serial = {place.user.device.serial}\n"
        f"[profile admin]\nrole_arn = {ADMIN}\nsource_profile = key\nregion = a-1\n"
        f"[profile deploy]\nrole_arn = {DEPLOY}\nsource_profile = admin\nregion = d-1\n" + with_mfa
    )
    return place


def got(place: Place, *arguments: str, **environ: str) -> User:
    """The session that ``use`` gives, as the stand-in knows it."""
    result = place.run("use", *arguments, "--shell", "json", **environ)
    assert result.returncode == 0, result.stderr
    values = json.loads(result.stdout)
    session = place.server.sts.users[values["AWS_ACCESS_KEY_ID"]]
    assert values["AWS_SECRET_ACCESS_KEY"] == session.secret
    return session


def test_a_role_is_assumed_once_and_replayed(roles: Place) -> None:
    session = got(roles, "admin")
    assert session.arn.startswith("arn:aws:sts::777788889999:assumed-role/admin/awsenv-")
    for _ in range(4):
        assert got(roles, "admin") == session
    assert roles.server.calls == ["AssumeRole"]
    assert got(roles, "admin", "--fresh") != session


def test_a_session_of_900_seconds_serves_five_uses(roles: Place) -> None:
    first = got(roles, "admin", "--duration", "15m")
    assert all(got(roles, "admin") == first for _ in range(4))
    assert roles.server.calls == ["AssumeRole"]


def test_a_record_of_an_awsenv_before_costs_a_look_and_no_call(roles: Place) -> None:
    session = got(roles, "admin")
    path = roles.home / ".local/state/awsenv/records/admin"
    edit_record(path, shape="1", AWS_REGION="said-otherwise-1")
    result = roles.run("use", "admin", "--shell", "json")
    values = json.loads(result.stdout)
    assert (values["AWS_ACCESS_KEY_ID"], values["AWS_REGION"]) == (session.key_id, "a-1")
    assert roles.server.calls == ["AssumeRole"]


def test_a_chain_of_roles(roles: Place) -> None:
    session = got(roles, "deploy")
    assert ":assumed-role/deploy/" in session.arn
    assert roles.server.calls == 2 * ["AssumeRole"]
    assert ":assumed-role/admin/" in got(roles, "admin").arn
    assert roles.server.calls == 2 * ["AssumeRole"]
    result = roles.run("use", "deploy", "--fresh", "--duration", "2h", "--shell", "json")
    assert "out of range" in result.stderr  # STS's own cap on a chain


def test_ten_roles_over_one_device_take_one_code_and_eleven_calls(roles: Place) -> None:
    assert got(roles, "careful0", "--mfa-code", roles.code).mfa
    for number in range(1, 10):
        assert got(roles, f"careful{number}").mfa
    assert sorted(roles.server.calls) == 10 * ["AssumeRole"] + ["GetSessionToken"]


def test_a_role_of_more_than_an_hour_takes_the_code_itself(roles: Place) -> None:
    assert roles.user.device
    roles.config(
        f"[profile long]\nrole_arn = {CAREFUL}\nsource_profile = mfa\nduration_seconds = 7200\n"
        f"mfa_serial = {roles.user.device.serial}\n"
        f"[profile mfa]\nmfa_serial = {roles.user.device.serial}\n"
    )
    roles.server.sts.roles[CAREFUL] = Role(CAREFUL)
    session = got(roles, "long", "--mfa-code", roles.code)
    assert session.expires
    assert roles.server.calls == ["AssumeRole"]


def test_a_role_that_needs_a_code_names_itself_without_a_terminal(roles: Place) -> None:
    result = roles.run("use", "careful3", "--shell", "bash", prefix=(installed("setsid"), "--wait"))
    assert (result.returncode, result.stdout) == (3, "false\n")
    assert (
        "profile careful3 needs an MFA code and there is no terminal; awsenv login careful3"
        in result.stderr
    )


def test_a_denied_role_says_which_and_what_sts_said(roles: Place) -> None:
    roles.server.sts.roles[ADMIN] = Role(ADMIN, frozenset({"arn:aws:iam::1:user/\x1b[31mother"}))
    result = roles.run("use", "admin", "--shell", "bash")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "false\n", 1)
    assert ADMIN in result.stderr
    assert f"User: {roles.plain.arn} is not authorized" in result.stderr
    assert "\x1b" not in result.stderr


def test_an_external_id_and_a_session_name(roles: Place) -> None:
    roles.server.sts.roles[ADMIN] = Role(ADMIN, frozenset({roles.plain.arn}), external_id="x1")
    roles.config(f"[profile admin]\nrole_arn = {ADMIN}\nsource_profile = key\n")
    assert roles.run("use", "admin", "--shell", "bash").returncode == 1
    roles.config(
        f"[profile admin]\nrole_arn = {ADMIN}\nsource_profile = key\nexternal_id = x1\nrole_session_name = me@x\n"
    )
    assert got(roles, "admin").arn.endswith("/me@x")


def test_a_role_of_its_own_key_an_ad_hoc_role_and_a_source_in_the_environment(roles: Place) -> None:
    user = roles.plain
    roles.config(
        f"[profile own]\nrole_arn = {ADMIN}\nsource_profile = own\n"
        f"aws_access_key_id = {user.key_id}\naws_secret_access_key = {user.secret}\n"
        f"[profile env]\nrole_arn = {ADMIN}\ncredential_source = Environment\n"
    )
    assert ":assumed-role/admin/" in got(roles, "own").arn
    assert ":assumed-role/admin/" in got(roles, "key", "--role-arn", ADMIN).arn
    assert (
        ":assumed-role/admin/"
        in got(roles, "env", AWS_ACCESS_KEY_ID=user.key_id, AWS_SECRET_ACCESS_KEY=user.secret).arn
    )
    # What an earlier `use` exported is not the environment that is meant.
    result = roles.run(
        "use", "env", "--fresh", "--shell", "bash",
        AWS_ACCESS_KEY_ID=user.key_id, AWS_SECRET_ACCESS_KEY=user.secret,
        AWSENV_SET="AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY",
    )  # fmt: skip
    assert "credential_source Environment has no credentials" in result.stderr


def test_a_web_identity(roles: Place, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("web-token\n")
    roles.server.sts.roles[ADMIN] = Role(ADMIN, web_token="web-token")
    roles.config(f"[profile web]\nrole_arn = {ADMIN}\nweb_identity_token_file = {tmp_path}/token\n")
    assert ":assumed-role/admin/" in got(roles, "web").arn
    (tmp_path / "token").write_text("other")
    result = roles.run("use", "web", "--fresh", "--shell", "bash")
    assert "InvalidIdentityToken" in result.stderr


CLI = {"PyPI's aws": f"{BIN}/aws", "Debian's aws": "/usr/bin/aws"}


def aws(place: Place, program: str, profile: str) -> str:
    """Who the AWS CLI is told that it is."""
    if not Path(program).exists():
        installed(program)
    result = subprocess.run(
        [program, "--profile", profile, "sts", "get-caller-identity", "--query", "Arn", "--output", "text",
         "--region", "us-east-1", "--endpoint-url", place.server.url],
        env=clean(place.home) | place.endpoint | {"AWS_STS_REGIONAL_ENDPOINTS": "regional"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return result.stdout.strip()


def test_what_awsenv_got_the_aws_cli_uses_and_the_other_way_round(roles: Place) -> None:
    program = CLI["PyPI's aws"]
    session = got(roles, "admin")
    assert aws(roles, program, "admin") == session.arn
    assert aws(roles, CLI["Debian's aws"], "admin") == session.arn
    assert roles.server.calls == ["AssumeRole", "GetCallerIdentity", "GetCallerIdentity"]
    for path in (roles.home / ".local/state/awsenv/records").iterdir():
        path.unlink()
    assert got(roles, "admin") == session
    assert roles.server.calls.count("AssumeRole") == 1

    roles.run("logout", "admin")
    assert not list((roles.home / ".aws/cli/cache").iterdir())
    arn = aws(roles, program, "admin")
    assert roles.server.calls.count("AssumeRole") == 2
    assert got(roles, "admin").arn == arn
    assert roles.server.calls.count("AssumeRole") == 2


def test_an_entry_of_the_cli_counts_by_its_own_age(roles: Place) -> None:
    """Any older file beside it, an ended session or the CLI's database, ended the sharing."""
    cache = roles.home / ".aws/cli/cache"
    cache.mkdir(parents=True)
    for name in ("session.db", "0123.json"):
        (cache / name).write_text("{}")
        os.utime(cache / name, (1, 1))
    aws(roles, CLI["PyPI's aws"], "admin")
    [entry] = [path for path in cache.iterdir() if path.stat().st_mtime > 1]
    got(roles, "admin")
    assert roles.server.calls.count("AssumeRole") == 1
    # The control: what is older than the files themselves may be another source's.
    (roles.home / ".local/state/awsenv/records/admin").unlink()
    os.utime(entry, (1, 1))
    got(roles, "admin")
    assert roles.server.calls.count("AssumeRole") == 2


def test_an_entry_that_does_not_live_for_as_long_as_is_wanted_is_got_anew(roles: Place) -> None:
    aws(roles, CLI["PyPI's aws"], "admin")
    got(roles, "admin", "--min-left", "30m")
    assert roles.server.calls.count("AssumeRole") == 1
    (roles.home / ".local/state/awsenv/records/admin").unlink()
    got(roles, "admin", "--min-left", "61m")
    assert roles.server.calls.count("AssumeRole") == 2


def test_a_role_with_a_device_is_shared_where_its_code_was_given(roles: Place) -> None:
    program = pexpect.spawn(
        f"{BIN}/aws",
        ["--profile", "careful0", "sts", "get-caller-identity", "--output", "text",
         "--region", "us-east-1", "--endpoint-url", roles.server.url],
        env=clean(roles.home) | roles.endpoint, encoding="utf-8", timeout=60,
    )  # fmt: skip
    program.expect("MFA code")
    program.sendline(roles.code)
    program.expect(pexpect.EOF)
    assert program.before
    session = got(roles, "careful0")
    assert session.arn in program.before
    assert roles.server.calls == ["AssumeRole", "GetCallerIdentity"]


def test_what_needed_no_code_is_not_put_where_the_cli_looks_for_what_did(roles: Place) -> None:
    assert got(roles, "careful1", "--mfa-code", roles.code).mfa
    assert roles.server.calls == ["GetSessionToken", "AssumeRole"]
    assert not (roles.home / ".aws/cli/cache").exists()


def test_a_code_that_went_with_the_role_serves_the_cli_too(roles: Place) -> None:
    assert roles.user.device
    roles.config(
        f"[profile long]\nrole_arn = {CAREFUL}\nsource_profile = mfa\nduration_seconds = 7200\n"
        f"mfa_serial = {roles.user.device.serial}\n"
    )
    session = got(roles, "long", "--mfa-code", roles.code)
    assert aws(roles, CLI["PyPI's aws"], "long") == session.arn
    assert roles.server.calls == ["AssumeRole", "GetCallerIdentity"]


def test_a_role_whose_source_is_wrong_gets_nobody_elses_session(roles: Place) -> None:
    with open(roles.home / ".aws/config", "a") as file:
        file.write(f"[profile thief]\nrole_arn = {ADMIN}\nsource_profile = wrong\n")
    with open(roles.home / ".aws/credentials", "a") as file:
        file.write("[wrong]\naws_access_key_id = AKIAWRONG\naws_secret_access_key = x\n")
    assert ":assumed-role/admin/" in got(roles, "admin").arn
    result = roles.run("use", "thief", "--shell", "bash")
    assert (result.returncode, result.stdout) == (1, "false\n")
    assert "AWS does not know it" in result.stderr


def process(place: Place, command: str, *more: str) -> None:
    place.config(f"[profile p]\ncredential_process = {command}\n" + "".join(more))


def test_a_credential_process_is_run_once_and_its_stderr_passes(
    roles: Place, tmp_path: Path
) -> None:
    script = tmp_path / "vend"
    script.write_text(
        f"#!{sys.executable}\nimport json, sys, datetime\nopen({str(tmp_path / 'ran')!r}, 'a').write('x')\n"
        "print('from the process', file=sys.stderr)\n"
        "end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=10)\n"
        "print(json.dumps(dict(Version=1, AccessKeyId='ASIAP', SecretAccessKey='s', SessionToken='t', Expiration=end.isoformat())))\n"
    )
    script.chmod(0o755)
    process(roles, str(script))
    results = [roles.run("use", "p", "--shell", "json") for _ in range(3)]
    assert {json.loads(result.stdout)["AWS_ACCESS_KEY_ID"] for result in results} == {"ASIAP"}
    assert results[0].stderr == "from the process\n"
    assert (tmp_path / "ran").read_text() == "x"


BAD = {
    "fails": ("false", "its credential_process failed"),
    "not there": ("/nonexistent/x", "/nonexistent/x is not there, or no program"),
    "no JSON": ("echo secret", "is not JSON"),
    "version 2": ("echo '{\"Version\": 2}'", "its credential_process failed"),
}


@pytest.mark.parametrize("case", BAD.values(), ids=BAD.keys())
def test_a_credential_process_that_goes_wrong_is_one_line(
    case: tuple[str, str], roles: Place
) -> None:
    process(roles, case[0])
    result = roles.run("use", "p", "--shell", "bash")
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (1, "false\n", 1)
    assert case[1] in result.stderr
    assert "secret" not in result.stderr


def printed(**changes: str) -> str:
    """What a good one prints, with ``changes``, as JSON."""
    good = {"Version": 1, "AccessKeyId": "ASIAP", "SecretAccessKey": "secret", "SessionToken": "t"}
    return json.dumps(good | changes)


PRINTED = {
    "deep": (b"[" * 200_000, "is not JSON"),
    "a byte order mark": ("\ufeff" + printed(), "begins with a byte order mark"),
    "half of a pair": (printed(SecretAccessKey="\ud800secret"), "has no SecretAccessKey"),
    "a token of half a pair": (printed(SessionToken="\udc00"), "SessionToken"),
    "a NUL": (printed(SecretAccessKey="se\0cret"), "has no SecretAccessKey"),
    "no UTF-8": (b"\xff\xfe{", "no use"),
    "a number": ("1", "is no JSON object"),
    "an end that is past": (printed(Expiration="2001-01-01T00:00:00Z"), "had ended before, at 2001-01-01 00:00 UTC"),
    "Go's zero time": (printed(Expiration="0001-01-01T00:00:00Z"), "had ended before"),
    "Go's zero time, as it writes it": (printed(Expiration="1-01-01T00:00:00Z"), "had ended before"),
}  # fmt: skip


@pytest.mark.parametrize("case", PRINTED.values(), ids=PRINTED.keys())
def test_what_a_credential_process_prints_may_be_anything(
    case: tuple[str | bytes, str], roles: Place
) -> None:
    data, told = case
    path = roles.home / "printed"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    process(roles, f"cat {path}")
    for words in (("use", "p", "--shell", "bash"), ("credential-process", "p")):
        result = roles.run(*words)
        assert (result.returncode, result.stderr.count("\n")) == (1, 1), result.stderr
        assert told in result.stderr
        assert "internal error" not in result.stderr
        assert "secret" not in result.stderr.replace("SecretAccessKey", "") + result.stdout


def test_a_credential_process_that_is_awsenv_on_itself_ends(roles: Place) -> None:
    process(roles, f"{program_path()} credential-process p")
    result = roles.run("use", "p", "--shell", "bash")
    assert (result.returncode, result.stdout) == (1, "false\n")
    assert (
        "profile p has a credential_process that asks awsenv for itself; awsenv show p"
        in result.stderr
    )


def test_a_role_whose_source_asks_awsenv_for_it_is_told_at_once(roles: Place) -> None:
    """Not after half a minute on its own lock; at whatever depth."""
    asks = f"credential_process = {program_path()} credential-process {{}}\n"
    roles.config(
        f"[profile r]\nrole_arn = {ADMIN}\nsource_profile = p\n[profile p]\n{asks.format('r')}"
        f"[profile far]\nrole_arn = {ADMIN}\nsource_profile = near\n"
        f"[profile near]\nrole_arn = {DEPLOY}\nsource_profile = q\n[profile q]\n{asks.format('near')}"
        f"[profile x]\n{asks.format('y')}[profile y]\n{asks.format('x')}"
    )
    for name, told in (("r", "profile r has a source, far or near, whose credential_process"), ("far", "asks awsenv for near"),
                       ("p", "asks awsenv for itself"), ("x", "asks awsenv for itself")):  # fmt: skip
        start = time.monotonic()
        result = roles.run("use", name, "--shell", "bash")
        assert (result.returncode, result.stdout) == (1, "false\n")
        assert told in result.stderr, result.stderr
        assert time.monotonic() - start < 20  # a lock would be waited for for longer
    assert roles.server.calls == []


def test_a_credential_process_of_another_profile_inside_a_role(roles: Place) -> None:
    process(
        roles,
        f"{program_path()} credential-process key",
        f"[profile r]\nrole_arn = {ADMIN}\nsource_profile = p\n",
    )
    assert ":assumed-role/admin/" in got(roles, "r").arn


def test_a_login_session_without_crt_says_how_to_get_it(roles: Place) -> None:
    roles.config(LOGIN)
    words = ("use", "l", "--shell", "bash")
    program = f"""import sys
sys.modules["awscrt"] = None
sys.argv = ["awsenv", *{words!r}]
from awsenv import main
main()"""
    result = subprocess.run(
        [sys.executable, "-c", program],
        env=clean(roles.home) | roles.endpoint, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert result.stderr == (
        f"awsenv: signing in as aws login does needs the crt library; {distribution.format_install('login')}\n"
    )
    # The control: with it, what lacks is the sign-in.
    result = roles.run(*words)
    assert (result.returncode, result.stderr) == (
        3,
        "awsenv: profile l: nobody is signed in; awsenv login l\n",
    )


def test_a_login_session_gives_the_account_and_the_end_of_its_token_file(roles: Place) -> None:
    roles.config(LOGIN)
    end = int(time.time()) + 900
    user = roles.server.sts.issue(session_of(roles.plain, 900, True))
    path = Path(tokens.path(USER, {"HOME": str(roles.home)}))
    path.parent.mkdir(parents=True)
    token = {
        "accessKeyId": user.key_id,
        "secretAccessKey": user.secret,
        "sessionToken": user.token,
        "accountId": "123456789012",
        "expiresAt": f"{datetime.fromtimestamp(end, UTC):%Y-%m-%dT%H:%M:%SZ}",
    }
    rest = {"refreshToken": "r", "dpopKey": "k", "clientId": "c"}
    path.write_text(json.dumps({"accessToken": token, **rest}))
    result = roles.run("use", "l", "--shell", "json")
    assert result.returncode == 0, result.stderr
    told = json.loads(result.stdout)
    assert told["AWS_ACCOUNT_ID"] == "123456789012"
    assert datetime.fromisoformat(told["AWS_CREDENTIAL_EXPIRATION"]).timestamp() == end
    assert told["AWS_REGION"] == "l-1"
    # Before any sign-in the account is in the name of the session.
    assert "111122223333" in roles.run("show", "l").stdout.splitlines()[0]


def test_credential_process_prints_what_sdks_read(roles: Place) -> None:
    session = got(roles, "admin")
    told = json.loads(roles.run("credential-process", "admin").stdout)
    assert told["Version"] == 1
    assert (told["AccessKeyId"], told["SessionToken"]) == (session.key_id, session.token)
    assert told["Expiration"].endswith("Z")
    assert roles.server.calls == ["AssumeRole"]
    sts = json.loads(roles.run("use", "admin", "--format", "sts").stdout)["Credentials"]
    assert sts == {name: value for name, value in told.items() if name != "Version"}
    failed = roles.run("credential-process", "mfa")
    assert (failed.returncode, failed.stdout) == (3, "")


def test_save_as_a_process_needs_no_new_code_where_a_session_lives(roles: Place) -> None:
    assert roles.run("login", "mfa", "--mfa-code", roles.code).returncode == 0
    result = roles.run("login", "mfa", "--save-as", "ide", "--process")
    assert result.returncode == 0, result.stderr
    again = roles.run("login", "mfa")
    assert (again.returncode, again.stderr) == (0, "awsenv: signed in to mfa, 11h59m left\n")
    assert roles.server.calls == ["GetSessionToken"]
    # The control: anew, it asks.
    assert roles.run("login", "mfa", "--fresh").returncode == 3


def test_save_as_a_process_quotes_where_awsenv_lies(roles: Place, tmp_path: Path) -> None:
    place = tmp_path / "a place"
    place.mkdir()
    (place / "awsenv").symlink_to(program_path())
    subprocess.run(
        [place / "awsenv", "login", "mfa", "--mfa-code", roles.code, "--save-as", "ide", "--process"],
        env=clean(roles.home) | roles.endpoint, check=True,
    )  # fmt: skip
    assert got(roles, "ide").mfa


def test_save_as_a_process_serves_any_sdk(roles: Place) -> None:
    result = roles.run("login", "mfa", "--mfa-code", roles.code, "--save-as", "ide", "--process")
    assert result.returncode == 0, result.stderr
    program = "import boto3; print(boto3.Session(profile_name='ide').client('sts').get_caller_identity()['Arn'])"
    told = subprocess.run(
        [sys.executable, "-c", program],
        env=clean(roles.home) | roles.endpoint,
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == roles.user.arn
    assert roles.run("logout", "mfa").returncode == 0
    assert "ide" not in (roles.home / ".aws/config").read_text()


def test_profile_only_refuses_what_no_sdk_can_ask_for(roles: Place) -> None:
    for name in ("mfa", "careful0"):
        result = roles.run("use", "--profile-only", name, "--shell", "bash")
        assert (result.returncode, result.stdout) == (1, "false\n")
        assert f"awsenv login {name} --save-as NAME --process" in result.stderr
