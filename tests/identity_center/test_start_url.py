"""A start URL of one's own domain leads to the portal, and to nothing else."""

import json
from pathlib import Path

import pytest

from awsenv.aws.context import Context
from awsenv.aws.options import Prompter
from awsenv.demo.sso import START_URL
from awsenv.identity_center.start_url import resolve
from awsenv.profiles.profile import Profile
from tests.identity_center.test_sign_in import ACCOUNT, CONFIG, USE, login, token_file, values
from tests.place import Place
from tests.shells.real import installed
from tests.tls import redirecting


def corp(place: Place, url: str, tmp_path: Path) -> None:
    place.server.portal.assignments[ACCOUNT] = ["AdministratorAccess"]
    bundle = f"[profile xxx-admin]\nca_bundle = {tmp_path}/c\n"
    place.config(CONFIG.replace(START_URL, url).replace("[profile xxx-admin]\n", bundle))


@pytest.mark.parametrize("without_head", [False, True])
def test_one_request_tells_the_portal(without_head: bool, place: Place, tmp_path: Path) -> None:
    with redirecting(tmp_path, f"{START_URL}#/", without_head) as (url, asked):
        corp(place, url, tmp_path)
        code, told = login(place)
        assert code == 0, told
        assert asked == (["HEAD", "GET"] if without_head else ["HEAD"])
    # The files are those of the URL that stands in the config.
    assert json.loads(token_file(place).read_text())["startUrl"] == url
    assert values(place.run(*USE).stdout)["AWS_ACCOUNT_ID"] == ACCOUNT


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/start",
        "http://demo.awsapps.com/start",
        "https://awsapps.com.evil.example/start",
        "https://demo.awsapps.com@evil.example/start",
        "https://evilawsapps.com/start",
        "",
    ],
)
def test_nobody_signs_in_where_it_is_no_portal(target: str, place: Place, tmp_path: Path) -> None:
    with redirecting(tmp_path, target) as (url, asked):
        corp(place, url, tmp_path)
        result = place.run(
            "login", "xxx-admin", "--device-code", prefix=(installed("setsid"), "--wait")
        )
    assert asked
    assert result.returncode == 1
    where = f"{url} leads to {target}, which is" if target else f"{url} is"
    told = f"{where} no access portal of AWS; sso_start_url = https://….awsapps.com/start"
    assert result.stderr == f"awsenv: {told}\n"
    assert place.server.calls == []


def test_a_domain_that_does_not_answer_is_named(place: Place, tmp_path: Path) -> None:
    corp(place, "https://127.0.0.1:1/login", tmp_path)
    (tmp_path / "c").touch()
    place.config(
        (place.home / ".aws/config").read_text().replace(f"ca_bundle = {tmp_path}/c\n", "")
    )
    result = place.run(
        "login", "xxx-admin", "--device-code", prefix=(installed("setsid"), "--wait")
    )
    assert (result.returncode, result.stderr.count("\n")) == (1, 1)
    assert "https://127.0.0.1:1/login cannot be asked: EndpointConnectionError" in result.stderr


@pytest.mark.parametrize(
    "host",
    [
        "d-1.awsapps.com", "d-1.awsapps.com.cn", "d-1.portal.eu-west-1.app.aws", "ssoins-1.eusc-de-east-1.portal.amazonaws.eu",
        "portal.amazonaws.eu", "x.api.amazonwebservices.eu", "identitycenter.amazonaws.com", "identitycenter.amazonaws.eu",
        "identitycenter.us-gov.amazonaws.com",
    ],
)  # fmt: skip
def test_every_host_of_aws_is_a_portal_without_being_asked(host: str) -> None:
    context = Context(Profile("x", None, None), {}, Prompter())
    assert resolve(f"https://{host}/start", context) == f"https://{host}/start"


def test_the_region_that_the_portal_names_is_asked_and_written(
    place: Place, tmp_path: Path
) -> None:
    portal = "https://d-1.portal.eu-west-1.app.aws/start"
    with redirecting(tmp_path, portal) as (url, _):
        corp(place, url, tmp_path)
        place.server.sso.start_url = portal
        code, told = login(place)
    assert code == 0, told
    assert "sso_region is eu-west-1 by now, as its portal says" in told
    assert "sso_region = eu-west-1\n" in (place.home / ".aws/config").read_text()
    assert json.loads(token_file(place).read_text())["region"] == "eu-west-1"
    assert values(place.run(*USE).stdout)["AWS_ACCOUNT_ID"] == ACCOUNT


def test_without_a_terminal_and_a_browser_it_ends_at_once(place: Place) -> None:
    place.config(CONFIG)
    result = place.run("login", "xxx-admin", prefix=(installed("setsid"), "--wait"))
    assert (result.returncode, result.stderr.count("\n")) == (3, 1)
    assert "neither a terminal nor a browser" in result.stderr
    assert "awsenv login demo --device-code" in result.stderr
    assert place.server.calls == []
