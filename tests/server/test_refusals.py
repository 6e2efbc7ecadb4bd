"""Where containers get nothing the host says so, with what to type, until they get something again."""

import contextlib
import json
from collections.abc import Iterator

import pytest

from awsenv.demo.sso import START_URL
from tests.identity_center.center import sign_in
from tests.place import Place
from tests.program import until
from tests.served import Served
from tests.shells.real import SHELLS, Shell, clean
from tests.shells.terminal import Terminal

SSO = f"""
[sso-session demo]
sso_start_url = {START_URL}
sso_region = us-east-1
[profile sso]
sso_session = demo
sso_account_id = 777788889999
sso_role_name = Reader
region = eu-west-1
[profile other]
role_arn = arn:aws:iam::777788889999:role/x
source_profile = key
"""
WHAT = "the sign-in of demo has ended and there is no terminal"
LINE = f"~/org/app/.env: containers get nothing: {WHAT}; awsenv login demo"


class Asked(Served):
    """A server that a container asks with ``token``."""

    token = ""


@pytest.fixture
def refused(place: Place) -> Iterator[Asked]:
    """A project whose sign-in has ended, and a container that asked."""
    it = Asked(place)
    place.config(SSO)
    place.server.portal.assignments["777788889999"] = ["Reader"]
    sign_in(place.server, place.home)
    (place.home / "org/app").mkdir(parents=True)
    assert place.run("dotenv", "sso", "--live", "-o", "org/app/.env").returncode == 0
    text = (place.home / "org/app/.env").read_text()
    it.token = text.partition("AUTHORIZATION_TOKEN=")[2].split("\n")[0].strip("'\"")
    (place.home / ".aws/sso/cache").rename(place.home / "kept")
    assert it.ask(it.token, "/profiles/sso")[0] == 403
    yield it
    place.run("serve", "--stop")


def list_doors(served: Served) -> dict[str, str]:
    """What each command says."""
    run = served.place.run
    return {
        "serve": run("serve", "--status").stderr,
        "status": run("status").stderr,
        "doctor": run("doctor").stdout.replace("\n               → ", "; "),
        "dotenv": run("dotenv", "--check", "-o", "org/app/.env").stderr.replace("/.env is not answered", "/.env: containers get nothing"),
    }  # fmt: skip


def test_every_door_says_it_until_it_is_answered_again(refused: Asked) -> None:
    for door, told in list_doors(refused).items():
        assert LINE in told, door
    assert refused.status()["refused_profiles"] == {"sso": WHAT}
    # Somebody signs in: it may well be answered now.
    (refused.place.home / "kept").rename(refused.place.home / ".aws/sso/cache")
    sign_in(refused.place.server, refused.place.home)
    for door, told in list_doors(refused).items():
        assert WHAT not in told, door
    until(lambda: refused.ask(refused.token, "/profiles/sso")[0] == 200)
    assert not list((refused.place.home / ".local/state/awsenv/server/refused").iterdir())


def test_a_compose_project_is_named_by_its_folder(refused: Asked) -> None:
    home = refused.place.home
    (home / "kept").rename(home / ".aws/sso/cache")
    (home / "org/app/compose.yaml").write_text("services: {web: {image: a}}\n")
    stand = ("/usr/bin/env", "-C", str(home / "org/app"))
    done = refused.place.run("compose", "sso", "web", prefix=stand, PATH="/bin")
    assert done.returncode == 0, done.stderr
    assert str(home / "org/app") in [each["where"] for each in refused.status()["grants"]]
    (home / ".aws/sso/cache").rename(home / "kept")

    def is_named() -> bool:
        assert refused.ask(refused.token, "/profiles/sso")[0] == 403
        return "~/org/app" in refused.place.run("status").stderr

    until(is_named)
    files = ("-f", "compose.yaml", "-f", "compose.awsenv.yaml")
    checked = refused.place.run("compose", "--check", *files, prefix=stand, PATH="/bin")
    assert checked.returncode == 1
    assert "~/org/app: containers get nothing" in checked.stderr.replace("~/org/app/.env, ", "")


def test_a_file_that_is_gone_is_no_news(refused: Asked) -> None:
    (refused.place.home / "org/app/.env").unlink()
    assert WHAT not in refused.place.run("status").stderr
    assert (
        json.loads(refused.place.run("serve", "--status", "--json").stdout)["refused_profiles"]
        == {}
    )


@pytest.mark.parametrize(
    "shell", [s for s in SHELLS if s.name in ("bash", "fish")], ids=lambda shell: shell.name
)
def test_a_bound_folder_above_is_told_once(shell: Shell, refused: Asked) -> None:
    home = refused.place.home
    refused.ask(refused.token, "/profiles/sso")
    state = home / ".local/state/awsenv/server/refused"
    for path in state.iterdir():
        path.rename(home / path.name)
    state.rmdir()
    for folder in ("org", "elsewhere"):
        (home / folder).mkdir(exist_ok=True)
        (home / folder / ".envrc").write_text("use_aws key\n")
        assert refused.place.run("allow", folder).returncode == 0
    environ = clean(home) | refused.place.endpoint
    with (
        contextlib.closing(Terminal(shell, environ, home / "org")) as there,
        contextlib.closing(Terminal(shell, environ, home / "elsewhere")) as other,
    ):
        for each in (there, other):
            each.load_hook()
            assert "get nothing" not in each.typed("true")
        state.mkdir(0o700)
        for path in home.glob("?" * 64):
            path.rename(state / path.name)
        told = there.typed("true") + there.typed("true")
        assert told.count(f"containers of {home}/org/app/.env get nothing: {WHAT}; awsenv login demo") == 1  # fmt: skip
        assert "get nothing" not in there.typed("true")
        assert "get nothing" not in other.typed("true") + other.typed("true")
