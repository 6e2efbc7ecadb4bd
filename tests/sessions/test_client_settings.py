"""What acts as a profile asks where the profile says, and nowhere that another one says."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from awsenv.aws import client
from awsenv.demo.sts import Role
from awsenv.profiles.read import Profiles
from tests.place import Place
from tests.shells.real import HOOKED, SHELLS, Shell, clean, environment, snapshot

ROLE = "arn:aws:iam::444455556666:role/r"
SERVICES = "[services local]\ns3 =\n  endpoint_url = http://s3.local:1\nelastic beanstalk =\n  endpoint_url = http://eb.local:1\n"
# What a program is told by its SDK: a client's endpoint for each service.
ASK = (
    "import boto3, sys\n"
    "for name in sys.argv[1:]:\n"
    "    print(boto3.client(name, region_name='us-east-1').meta.endpoint_url)\n"
)


def asked(place: Place, profile: str, *services: str, **environ: str) -> list[str]:
    """Where a program under ``exec`` asks ``services``."""
    command = (sys.executable, "-c", ASK, *services)
    result = place.run("exec", profile, "--", *command, **environ)
    assert result.returncode == 0, result.stderr
    return result.stdout.split()


@pytest.fixture
def alone(place: Place) -> Place:
    """The place in a shell that names no endpoint of its own."""
    place.points = False
    return place


def use(place: Place, profile: str, **environ: str) -> dict[str, Any]:
    result = place.run("use", profile, "--format", "json", **environ)
    assert result.returncode == 0, result.stderr
    values: dict[str, Any] = json.loads(result.stdout)
    return {n: v for n, v in values.items() if n.startswith("AWS_") and v is not None}


def test_each_service_has_its_endpoint(alone: Place) -> None:
    alone.config(f"[profile key]\nservices = local\nendpoint_url = http://all.local:1\n{SERVICES}")
    found = asked(alone, "key", "s3", "elasticbeanstalk", "dynamodb")
    assert found == ["http://s3.local:1", "http://eb.local:1", "http://all.local:1"]
    # A record of it says the same.
    assert use(alone, "key") == use(alone, "key")
    assert use(alone, "key")["AWS_ENDPOINT_URL_ELASTIC_BEANSTALK"] == "http://eb.local:1"


def test_our_own_call_goes_where_the_services_say(alone: Place, tmp_path: Path) -> None:
    alone.server.sts.roles[ROLE] = Role(ROLE)
    alone.config(
        f"[profile r]\nrole_arn = {ROLE}\nsource_profile = key\nservices = here\n"
        f"[services here]\nsts =\n  endpoint_url = {alone.server.url}\n"
    )
    assert use(alone, "r")["AWS_ENDPOINT_URL_STS"] == alone.server.url
    assert alone.server.calls == ["AssumeRole"]


def test_an_endpoint_of_the_persons_own_counts_for_our_call_and_for_programs(place: Place) -> None:
    """Our call went by the shell's and the programs by the profile's."""
    place.server.sts.roles[ROLE] = Role(ROLE)
    place.config(
        f"[profile r]\nrole_arn = {ROLE}\nsource_profile = key\nendpoint_url = http://127.0.0.1:1\nservices = local\n{SERVICES}"
    )
    own = place.server.url
    assert asked(place, "r", "s3", "sts") == [own, own]
    values = use(place, "r")
    assert not {"AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"} & values.keys()


DEFAULTS = {
    "an endpoint": ("endpoint_url = http://local:1\n", "s3", "https://s3.amazonaws.com"),
    "services": ("services = local\n", "s3", "https://s3.amazonaws.com"),
    "services that are not there": ("services = gone\n", "s3", "https://s3.amazonaws.com"),
    "FIPS": ("use_fips_endpoint = true\n", "dynamodb", "https://dynamodb.us-east-1.amazonaws.com"),
    "dual-stack": ("use_dualstack_endpoint = true\n", "dynamodb", "https://dynamodb.us-east-1.amazonaws.com"),
}  # fmt: skip


@pytest.mark.parametrize("case", DEFAULTS.values(), ids=DEFAULTS)
def test_what_default_says_does_not_reach_another_profile(
    case: tuple[str, str, str], alone: Place
) -> None:
    text, service, endpoint = case
    alone.config(f"[default]\n{text}[profile key]\nregion = us-east-1\n{SERVICES}")
    assert asked(alone, "key", service) == [endpoint]
    # The control: it is said of [default] itself.
    found = alone.run("use", "default", "--profile-only", "--format", "json")
    assert found.returncode == 0, found.stderr


def test_an_endpoint_of_the_persons_own_is_not_ignored_with_those_of_default(place: Place) -> None:
    place.config("[default]\nendpoint_url = http://local:1\n[profile key]\nregion = us-east-1\n")
    assert asked(place, "key", "s3") == [place.server.url]
    assert use(place, "key")["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] == "false"


def test_a_profiles_own_endpoint_counts_beside_default(alone: Place) -> None:
    alone.config(
        "[default]\nignore_configured_endpoint_urls = true\nservices = local\n"
        f"[profile key]\nendpoint_url = http://mine:1\n{SERVICES}"
    )
    assert asked(alone, "key", "s3", "dynamodb") == ["http://mine:1", "http://mine:1"]


def test_what_no_variable_keeps_away_is_named(alone: Place) -> None:
    alone.config("[default]\nregion = d-1\nca_bundle = /x\noutput = table\n[profile key]\n")
    line = "programs read ca_bundle, region of [default], since key says nothing of it"
    assert line in alone.run("show", "key").stderr
    assert line in alone.run("status", AWSENV_PROFILE="key", AWS_ACCESS_KEY_ID="x").stderr
    assert use(alone, "key")["AWS_DEFAULT_OUTPUT"] == "json"
    assert "programs read" not in alone.run("show", "default").stderr


def test_default_away_is_for_shells_and_not_for_a_file(alone: Place) -> None:
    alone.config("[default]\nendpoint_url = http://local:1\n[profile key]\nregion = us-east-1\n")
    result = alone.run("dotenv", "key", "--allow-long-lived")
    assert result.returncode == 0, result.stderr
    assert "ENDPOINT" not in result.stdout
    # The control.
    assert use(alone, "key")["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"] == "true"


def test_a_named_profile_acts_though_the_pod_has_an_identity(place: Place, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("web-token")
    place.server.sts.roles[ROLE] = Role(ROLE, web_token="web-token")
    pod = {"AWS_ROLE_ARN": ROLE, "AWS_WEB_IDENTITY_TOKEN_FILE": str(tmp_path / "token")}
    place.config("[profile key]\nregion = us-east-1\n")
    names = "env | grep -c '^AWS_ROLE_ARN=\\|^AWS_WEB_IDENTITY_TOKEN_FILE='"
    for words in (("exec", "--live", "key", "--"),):
        result = place.run(*words, "sh", "-c", names, **pod)
        assert result.stdout == "0\n", result.stderr
    for _ in range(2):  # got, and replayed
        told = place.run("use", "key", "--profile-only", "--format", "json", **pod)
        values = json.loads(told.stdout)
        assert values["AWS_PROFILE"] == "key"
        assert [values.get(name, "kept") for name in pod] == [None, None]
    # The control: keys go before them in every SDK, and they stay.
    assert (
        not pod.keys()
        & json.loads(place.run("use", "key", "--format", "json", **pod).stdout).keys()
    )


@pytest.mark.parametrize(
    ("shell", "hook"),
    [*((shell, False) for shell in SHELLS), *((shell, True) for shell in HOOKED)],
    ids=lambda value: str(value),
)
def test_a_services_endpoint_is_set_switched_and_put_back(
    shell: Shell, hook: bool, alone: Place, tmp_path: Path
) -> None:
    alone.config(
        f"[profile key]\nservices = local\n{SERVICES}[profile other]\naws_access_key_id = AKIAO\naws_secret_access_key = x\n"
    )
    own = {"AWS_ENDPOINT_URL_DYNAMODB": "http://mine:1"}
    steps = ["awsenv use key", "awsenv use other", "awsenv use key", "awsenv off"]
    program = "".join(
        f"{step if hook else shell.evaluate(step)}\n{snapshot(tmp_path / str(number))}\n"
        for number, step in enumerate(steps)
    )
    if hook:
        program = f"{shell.evaluate(f'awsenv hook {shell.name}')}\n{program}"
    result = shell.run(program, clean(alone.home) | own, tmp_path)
    assert result.returncode == 0, result.stderr
    found = [environment(tmp_path / str(number)) for number in range(len(steps))]
    told = [values.get(b"AWS_ENDPOINT_URL_S3") for values in found]
    assert told == [b"http://s3.local:1", None, b"http://s3.local:1", None]
    assert {values[b"AWS_ENDPOINT_URL_DYNAMODB"] for values in found} == {b"http://mine:1"}


FOREIGN = "role_arn = arn:aws-cn:iam::111122223333:role/x\nsource_profile = y\n"
DEVICE = "mfa_serial = arn:aws-us-gov:iam::111122223333:mfa/x\n"
# What the profile says, what the shell has, and where AWS is asked.
REGIONS = [
    ("region = own-1\n", {"AWS_REGION": "shell-1", "AWS_DEFAULT_REGION": "shell-2"}, "own-1"),
    ("", {"AWS_REGION": "shell-1", "AWS_DEFAULT_REGION": "shell-2"}, "shell-1"),
    ("", {"AWS_DEFAULT_REGION": "shell-2"}, "shell-2"),
    # Not what an earlier use has put there.
    ("", {"AWS_REGION": "used-1", "AWSENV_SET": "AWS_REGION", "AWSENV_PROFILE": "z"}, "us-east-1"),
    ("", {}, "us-east-1"),
    (FOREIGN, {}, "cn-north-1"),
    (DEVICE, {}, "us-gov-west-1"),
]


@pytest.mark.parametrize(("text", "shell", "region"), REGIONS)
def test_where_a_region_is_found(
    text: str, shell: dict[str, str], region: str, tmp_path: Path
) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(f"[profile x]\n{text}")
    environ = {"HOME": str(tmp_path)} | shell
    assert client.find_region(Profiles(environ).find("x"), environ) == region
