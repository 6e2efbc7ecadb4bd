"""Who a container will be: what compose gives it, by the order in which each SDK looks."""

from pathlib import Path
from typing import Any

import pytest

from awsenv.compose import prediction
from awsenv.compose.project import parse_project
from awsenv.server import grants

KEY = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = s\n"
KEYS = {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "s"}
OURS = {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://169.254.170.2/profiles/prod"}
MOUNT = ["HOME/.aws:/root/.aws:ro"]
WEB = {"AWS_ROLE_ARN": "arn", "AWS_WEB_IDENTITY_TOKEN_FILE": "/t"}


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(f"[profile x]\n{KEY}region = us-west-2\n[profile bare]\noutput = json\n")  # fmt: skip
    return {"HOME": str(tmp_path)}


def predict(said: dict[str, Any], environ: dict[str, str], **shell: str) -> dict[str, str]:
    """Who it is to each SDK; all in one where they agree."""
    home = environ["HOME"]
    said = {**said, "volumes": [v.replace("HOME", home) for v in said.get("volumes", [])]}
    project = parse_project({"services": {"web": said}}, home, ["compose.yaml"], "")
    found = {
        family: prediction.predict(project.services["web"], family, shell, environ, {}).who.replace(home, "~")
        for family in prediction.FAMILIES
    }  # fmt: skip
    return found if len(set(found.values())) > 1 else {"all": found["go"]}


@pytest.mark.parametrize(
    ("said", "who"),
    [
        ({}, {"all": "nobody"}),
        ({"environment": KEYS}, {"all": "key AKIAX"}),
        ({"environment": ["AWS_ACCESS_KEY_ID=AKIAX", "AWS_SECRET_ACCESS_KEY=s"]}, {"all": "key AKIAX"}),
        ({"environment": {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""} | OURS}, {"all": "prod"}),
        ({"environment": OURS}, {"all": "prod"}),
        ({"environment": OURS | KEYS}, {"all": "key AKIAX"}),
        ({"environment": OURS | WEB}, {"all": "role arn by a web identity"}),
        # A profile in a mounted folder goes before a container's address, the default one too.
        ({"environment": OURS | {"AWS_PROFILE": "x"}, "volumes": MOUNT}, {"all": "profile x of ~/.aws"}),
        ({"environment": OURS, "volumes": MOUNT}, {"all": "prod"}),
        ({"environment": OURS | {"AWS_PROFILE": "bare"}, "volumes": MOUNT}, {"all": "prod"}),
        ({"environment": OURS | {"AWS_PROFILE": "x"}, "volumes": ["HOME/.aws/config:/home/app/.aws/config"]}, {"all": "profile x of ~/.aws"}),
        ({"environment": OURS | {"AWS_PROFILE": "x", "AWS_CONFIG_FILE": "/cfg/config"}, "volumes": ["HOME/.aws:/cfg"]}, {"all": "profile x of ~/.aws"}),
        # One service, two identities.
        ({"environment": KEYS | {"AWS_PROFILE": "x"}, "volumes": MOUNT}, {"boto3": "key AKIAX", "go": "key AKIAX", "js": "profile x of ~/.aws"}),
        ({"environment": OURS | {"AWS_PROFILE": "x"}}, {"boto3": "nobody: there is no profile x", "go": "nobody: there is no profile x", "js": "prod"}),
        ({"environment": OURS | {"AWS_PROFILE": ""}}, {"boto3": "nobody: AWS_PROFILE is empty, which boto3 refuses", "go": "prod", "js": "prod"}),
        # What makes a file not win.
        ({"environment": OURS | {"AWS_CONFIG_FILE": "/awsenv/none", "AWS_SHARED_CREDENTIALS_FILE": "/awsenv/none"}, "volumes": MOUNT}, {"all": "prod"}),
        ({"environment": {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x"}}, {"all": "whoever answers at 169.254.170.2"}),
        ({"environment": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/x"}}, {"all": "whoever answers at http://localhost/x"}),
    ],
)  # fmt: skip
def test_who_it_is(said: dict[str, Any], who: dict[str, str], environ: dict[str, str]) -> None:
    env = Path(environ["HOME"], ".env")
    env.touch()
    token = grants.grant("prod", False, environ, file=str(env))
    if isinstance(given := said.get("environment"), dict) and "prod" in str(given):
        said = {**said, "environment": given | {"AWS_CONTAINER_AUTHORIZATION_TOKEN": token}}
    assert predict(said, environ) == who


def test_a_mounted_default_goes_before_us(environ: dict[str, str]) -> None:
    Path(environ["HOME"], ".aws/config").write_text(f"[default]\n{KEY}")
    said = {"environment": OURS | {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "x"}, "volumes": MOUNT}
    assert predict(said, environ) == {"all": "profile default of ~/.aws"}


def test_a_token_that_opens_nothing_is_nobody(environ: dict[str, str]) -> None:
    said = {"environment": OURS | {"AWS_CONTAINER_AUTHORIZATION_TOKEN": "x"}}
    assert predict(said, environ) == {"all": "nobody: its token opens nothing"}


def test_a_bare_name_is_the_shells_own(environ: dict[str, str]) -> None:
    said = {"environment": [*KEYS]}
    assert predict(said, environ) == {"all": "nobody"}
    assert predict(said, environ, **KEYS) == {"all": "key AKIAX"}


@pytest.mark.parametrize(
    ("said", "regions"),
    [
        ({}, ("", "", "")),
        ({"AWS_REGION": "a"}, ("", "a", "a")),
        ({"AWS_DEFAULT_REGION": "b"}, ("b", "b", "")),
        ({"AWS_REGION": "a", "AWS_DEFAULT_REGION": "b"}, ("b", "a", "a")),
    ],
)
def test_sdks_read_another_region_each(
    said: dict[str, str], regions: tuple[str, ...], environ: dict[str, str]
) -> None:
    project = parse_project({"services": {"web": {"environment": said}}}, "/", ["c"], "")
    found = [prediction.predict(project.services["web"], f, {}, environ, {}).region for f in prediction.FAMILIES]  # fmt: skip
    assert found == list(regions)


@pytest.mark.parametrize(
    ("said", "uses"),
    [
        ({"environment": {"AWS_REGION": "a"}}, True),
        ({"volumes": ["/h/.aws:/root/.aws"]}, True),
        ({"volumes": ["/h/.aws/config:/x/.aws/config"]}, True),
        ({"environment": {"S3_BUCKET": "b"}, "volumes": ["/data:/data"]}, False),
        ({"environment": {**KEYS, "AWS_ENDPOINT_URL": "http://localstack:4566"}}, False),
    ],
)
def test_which_services_use_aws(said: dict[str, Any], uses: bool) -> None:
    project = parse_project({"services": {"web": said}}, "/", ["c"], "")
    assert prediction.uses_aws(project.services["web"]) is uses
