"""Where a role's credentials come from, whose code goes with which call, and what is refused by name."""

import json
import time

import pytest

from awsenv.demo.sts import Role
from awsenv.demo.users import User, new_user
from tests.place import Place

ROLE = "arn:aws:iam::111122223333:role/long"
OTHER = "arn:aws:iam::444455556666:role/other"


@pytest.fixture
def here(place: Place) -> Place:
    """The place with roles in both accounts, and a process that prints the key of ``mfa``."""
    place.server.sts.roles[ROLE] = Role(ROLE)
    place.server.sts.roles[OTHER] = Role(OTHER)
    key = place.user
    answer = {"Version": 1, "AccessKeyId": key.key_id, "SecretAccessKey": key.secret}
    (place.home / "key.json").write_text(json.dumps(answer))
    return place


def serial(place: Place) -> str:
    assert place.user.device
    return f"mfa_serial = {place.user.device.serial}\n"


def got(place: Place, *arguments: str, **environ: str) -> User:
    """The session that ``use`` gives, as the stand-in knows it."""
    result = place.run("use", *arguments, "--format", "json", **environ)
    assert result.returncode == 0, result.stderr
    return place.server.sts.users[json.loads(result.stdout)["AWS_ACCESS_KEY_ID"]]


SOURCES = {
    "a process": "source_profile = p\n[profile p]\ncredential_process = /bin/cat {home}/key.json\n",
    "the environment": "credential_source = Environment\n",
}


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_the_code_of_a_role_goes_with_it_where_its_source_is_a_key(
    source: str, here: Place
) -> None:
    here.server.sts.roles[ROLE] = Role(ROLE, needs_mfa=True)
    own = {"AWS_ACCESS_KEY_ID": here.user.key_id, "AWS_SECRET_ACCESS_KEY": here.user.secret}
    here.config(f"[profile r]\nrole_arn = {ROLE}\n{serial(here)}" + source.format(home=here.home))
    result = here.run("use", "r", "--format", "json", **own)
    assert (result.returncode, result.stdout) == (3, "false\n")
    assert "profile r needs an MFA code and there is no terminal; awsenv login r" in result.stderr
    assert ":assumed-role/long/" in got(here, "r", "--mfa-code", here.code, **own).arn
    assert here.server.calls == ["AssumeRole"]


def test_a_role_with_the_device_of_its_source_goes_over_the_session_that_the_source_has(
    here: Place,
) -> None:
    here.config(
        f"[profile mfa]\n{serial(here)}region = r-1\n"
        f"[profile r]\nrole_arn = {ROLE}\nsource_profile = mfa\n{serial(here)}"
    )
    code = here.code
    assert here.run("login", "mfa", "--mfa-code", code).returncode == 0
    # No second code: one of a device counts once.
    assert ":assumed-role/long/" in got(here, "r").arn
    assert here.server.calls == ["GetSessionToken", "AssumeRole"]


def test_a_process_with_a_device_has_a_session_with_its_code(here: Place) -> None:
    here.config(
        f"[profile p]\ncredential_process = /bin/cat {here.home}/key.json\n{serial(here)}"
        f"[profile r]\nrole_arn = {ROLE}\nsource_profile = p\n"
    )
    here.server.sts.roles[ROLE] = Role(ROLE, needs_mfa=True)
    session = got(here, "p", "--mfa-code", here.code)
    assert session.mfa
    assert got(here, "p") == session
    assert ":assumed-role/long/" in got(here, "r").arn
    assert here.server.calls == ["GetSessionToken", "AssumeRole"]


def test_a_role_of_more_than_an_hour_over_a_key_with_a_device(here: Place) -> None:
    here.config(
        f"[profile mfa]\n{serial(here)}"
        f"[profile r]\nrole_arn = {ROLE}\nsource_profile = mfa\nduration_seconds = 7200\n"
    )
    session = got(here, "r", "--mfa-code", here.code)
    assert session.expires
    assert session.expires > time.time() + 7000
    assert here.server.calls == ["AssumeRole"]


def test_a_role_by_its_arn_of_more_than_an_hour(here: Place) -> None:
    session = got(here, "mfa", "--role-arn", ROLE, "--duration", "2h", "--mfa-code", here.code)
    assert ":assumed-role/long/" in session.arn
    assert here.server.calls == ["AssumeRole"]


def test_a_temporary_key_goes_out_as_it_is_whatever_device_stands_beside_it(here: Place) -> None:
    key = new_user("temporary", "111122223333", temporary=True)
    here.server.sts.issue(key)
    here.config(
        f"[profile t]\naws_access_key_id = {key.key_id}\naws_secret_access_key = {key.secret}\n"
        f"aws_session_token = {key.token}\n{serial(here)}"
    )
    assert got(here, "t") == key
    assert here.server.calls == []


def test_a_profile_that_is_its_own_source_does_not_wait_for_itself(here: Place) -> None:
    here.config(
        f"[profile r]\nrole_arn = {ROLE}\nsource_profile = r\n"
        f"credential_process = /bin/cat {here.home}/key.json\n"
        f"aws_access_key_id = {here.plain.key_id}\naws_secret_access_key = {here.plain.secret}\n"
    )
    # A lock of its own would be in its way for a minute, and then it fails.
    assert ":assumed-role/long/" in got(here, "r").arn


def test_seconds_as_botocore_reads_them(here: Place) -> None:
    here.config(
        f"[profile r]\nrole_arn = {OTHER}\nsource_profile = key\nduration_seconds = +7200\n"
    )
    session = got(here, "r")
    assert session.expires
    assert session.expires > time.time() + 7000


REFUSED = {
    "two sources": (
        f"[profile r]\nrole_arn = {OTHER}\nsource_profile = key\ncredential_source = Environment\n",
        "profile r has both source_profile and credential_source; awsenv show r",
    ),
    "no source": (
        f"[profile r]\nrole_arn = {OTHER}\n",
        "profile r assumes a role and says with whose credentials nowhere; source_profile = NAME",
    ),
    "a source that is not there": (
        f"[profile r]\nrole_arn = {OTHER}\nsource_profile = kee\n",
        "profile r: its source_profile kee does not exist; did you mean key?",
    ),
    "an sso-session that is not there": (
        "[profile r]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = x\n",
        "profile r: its sso_session corp does not exist; awsenv sso setup",
    ),
    "SSO without a role": (
        "[profile r]\nsso_start_url = https://x\nsso_region = us-east-1\nsso_account_id = 1\n",
        "profile r lacks sso_role_name; awsenv show r",
    ),
    "two start URLs": (
        "[profile r]\nsso_session = s\nsso_start_url = https://y\nsso_account_id = 1\nsso_role_name = x\n"
        "[sso-session s]\nsso_start_url = https://x\nsso_region = us-east-1\n",
        "line 6 say two things of sso_start_url; awsenv show r",
    ),
    "a Region that is no name": (
        f"[profile r]\nrole_arn = {OTHER}\nsource_profile = key\nregion = us east\n",
        "profile r: us east is no name of a Region; awsenv show r",
    ),
    "SSO in such a Region": (
        "[profile r]\nsso_start_url = https://x\nsso_region = us east\nsso_account_id = 1\nsso_role_name = x\n",
        "",
    ),
    "services that are not there": (
        f"[profile r]\nrole_arn = {OTHER}\nsource_profile = key\nservices = gone\n",
        "profile r: its services gone does not exist; awsenv show r",
    ),
    "an include that is not there": (
        f"[profile r]\nrole_arn = {OTHER}\nsource_profile = key\ninclude_profile = gone\n",
        "profile r: its include_profile gone does not exist; awsenv show r",
    ),
    "no word profile": (
        "[r]\nregion = us-east-1\n",
        "line 1: [r] is no profile there; write: [profile r]",
    ),
    "a tag that is none": (
        f"[profile r]\nrole_arn = {OTHER}\nsource_profile = key\nsession_tags = team\n",
        "profile r: session_tags holds team, which is not KEY=VALUE",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED.values(), ids=REFUSED)
def test_what_contradicts_itself_is_refused_by_name(case: tuple[str, str], here: Place) -> None:
    here.config(case[0])
    result = here.run("use", "r", "--shell", "bash")
    assert result.returncode in (1, 3)
    assert (result.stdout, result.stderr.count("\n")) == ("false\n", 1)
    assert case[1] in result.stderr
    assert "internal error" not in result.stderr
    assert here.server.calls == []


def test_a_region_that_nobody_knows_is_named_where_nothing_answers(here: Place) -> None:
    here.config(f"[profile r]\nrole_arn = {OTHER}\nsource_profile = key\nregion = eu-moon-1\n")
    result = here.run("use", "r", "--shell", "bash", AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert "eu-moon-1 is no Region that is known; awsenv show r" in result.stderr
    # The control: of one that is known nothing is said.
    here.config(f"[profile r]\nrole_arn = {OTHER}\nsource_profile = key\nregion = eu-west-1\n")
    result = here.run("use", "r", "--shell", "bash", AWS_ENDPOINT_URL="http://127.0.0.1:1")
    assert "look at the network, and try again" in result.stderr


def test_aws_vaults_tags_and_source_identity_go_into_the_call(here: Place) -> None:
    config = f"[profile r]\nrole_arn = {OTHER}\nsource_profile = key\n"
    tagged = (
        "session_tags = team=web, stage=dev\ntransitive_session_tags = team\nsource_identity = me\n"
    )
    here.config(config + tagged)
    refused = here.run("use", "r", "--shell", "bash")
    assert "is not authorized to perform: sts:TagSession" in refused.stderr
    here.server.sts.roles[OTHER] = Role(OTHER, tags=True)
    session = got(here, "r")
    assert session.tags == {"team"}  # of these the next role in the chain knows
    # An edit of them is another session.
    here.config(config)
    assert got(here, "r") != session


def test_what_a_profile_includes_stands_in_for_what_it_lacks(here: Place) -> None:
    here.config(
        f"[profile base]\nregion = b-1\nrole_arn = {OTHER}\nsource_profile = key\ninclude_profile = root\n"
        "[profile root]\nregion = r-1\noutput = table\naws_access_key_id = AKIAX\naws_secret_access_key = x\n"
        "[profile r]\ninclude_profile = base\nregion = mine-1\n"
    )
    result = here.run("use", "r", "--format", "json")
    assert result.returncode == 0, result.stderr
    values = json.loads(result.stdout)
    assert ":assumed-role/other/" in here.server.sts.users[values["AWS_ACCESS_KEY_ID"]].arn
    assert (values["AWS_REGION"], values["AWS_DEFAULT_OUTPUT"]) == ("mine-1", "table")


def test_own_calls_go_by_the_region_of_the_profile_that_was_named(here: Place) -> None:
    here.config(
        f"[profile mid]\nrole_arn = {OTHER}\nsource_profile = key\nregion = eu-west-1\n"
        f"[profile r]\nrole_arn = {OTHER}2\nsource_profile = mid\nregion = us-west-2\n"
    )
    here.server.sts.roles[f"{OTHER}2"] = Role(f"{OTHER}2")
    got(here, "r")
    assert here.server.regions == ["us-west-2", "us-west-2"]
    got(here, "mid", "--fresh", "--region", "eu-central-1")
    assert here.server.regions[2:] == ["eu-central-1"]


def test_own_calls_without_a_region_go_by_the_shell_and_else_by_the_partition(
    here: Place,
) -> None:
    user = new_user("gov", "222233334444", partition="aws-us-gov")
    here.server.sts.issue(user)
    arn = "arn:aws-us-gov:iam::222233334444:role/gov"
    here.server.sts.roles[arn] = Role(arn)
    here.config(
        f"[profile g]\naws_access_key_id = {user.key_id}\naws_secret_access_key = {user.secret}\n"
        f"[profile r]\nrole_arn = {arn}\nsource_profile = g\n"
    )
    assert got(here, "r").arn.startswith("arn:aws-us-gov:sts::")
    assert got(here, "r", "--fresh", AWS_REGION="us-gov-east-1").arn
    assert here.server.regions == ["us-gov-west-1", "us-gov-east-1"]
    # The control: STS of another partition does not know the key.
    refused = here.run("use", "r", "--fresh", "--shell", "bash", AWS_REGION="us-east-1")
    assert "AWS does not know it" in refused.stderr
