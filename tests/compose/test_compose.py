"""awsenv compose: the services that were named act as the profile, and every other stays who it is."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from dotenv import dotenv_values

from awsenv.compose import override
from awsenv.compose.project import parse_project
from awsenv.server import grants
from tests.place import Place
from tests.server.test_serve import role

BASE = """\
services:
  web:
    image: a
    environment: {LOG: debug}
  worker:
    image: b
    environment:
      AWS_REGION: eu-west-1
  db: {image: postgres}
"""
READ = "awsenv: no docker compose, docker-compose or podman compose is here: the files are read by awsenv itself, without includes and variables\n"  # fmt: skip
TOKEN = "AWS_CONTAINER_AUTHORIZATION_TOKEN"


class Project:
    """A folder with compose files, in a home with the role ``admin``; ``engine``: whether docker-compose is on PATH."""

    def __init__(self, place: Place, engine: bool = False) -> None:
        self.place = place
        self.folder = place.home / "app"
        self.folder.mkdir()
        self.path = f"{place.home}/bin:/usr/bin:/bin" if engine else f"{place.home}/bin"
        if engine:
            # Whatever engine this machine has, it is not asked.
            (place.home / "bin").mkdir()
            (place.home / "bin/docker").symlink_to("/usr/bin/false")
        for name in ("sh", "git"):
            (place.home / "bin").mkdir(exist_ok=True)
            (place.home / "bin" / name).symlink_to(f"/usr/bin/{name}")

    def write(self, text: str, name: str = "compose.yaml") -> None:
        (self.folder / name).write_text(text)

    def run(self, *words: str, **more: str) -> "subprocess.CompletedProcess[str]":
        return self.place.run(
            *words, PATH=self.path, prefix=("/usr/bin/env", "-C", str(self.folder)), **more
        )

    def check(self, *words: str) -> tuple[int, dict[str, list[str]]]:
        """The exit code, and whom each service acts as: once, or SDK by SDK."""
        done = self.run("compose", "--check", "--json", *words)
        found: dict[str, list[str]] = {}
        for row in json.loads(done.stdout):
            who = found.setdefault(row["service"], [])
            who += [] if row["acts_as"] in who else [row["acts_as"]]
        return done.returncode, found

    @property
    def private(self) -> dict[str, str | None]:
        [path] = (self.place.home / ".local/state/awsenv/compose").glob("*.env")
        assert path.stat().st_mode & 0o777 == 0o600
        return dotenv_values(path, interpolate=False)

    @property
    def override(self) -> dict[str, Any]:
        return dict(yaml.safe_load((self.folder / "compose.awsenv.yaml").read_text()))


@pytest.fixture
def project(place: Place) -> Iterator[Project]:
    role(place)
    yield Project(place)
    place.run("serve", "--stop")


@pytest.fixture
def real(place: Place) -> Iterator[Project]:
    role(place)
    yield Project(place, engine=True)
    place.run("serve", "--stop")


def test_the_named_services_act_as_it_and_no_other_gets_the_token(project: Project) -> None:
    project.write(BASE)
    before = project.check()
    assert before == (0, {"web": ["nobody"], "worker": ["nobody"], "db": ["nobody"]})
    done = project.run("compose", "admin", "web", "worker")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("web\tevery SDK\tadmin\ta-1\t")
    assert project.check() == (0, {"web": ["admin"], "worker": ["admin"], "db": ["nobody"]})
    assert set(project.override["services"]) == {"web", "worker"}
    # No token in the project, and a Region of one's own stays, as a pair.
    token = project.private[TOKEN] or ""
    assert not any(token in p.read_text() for p in project.folder.iterdir())
    assert project.override["services"]["worker"]["environment"] == {
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
    }
    assert (project.private["AWS_REGION"], project.private["AWS_DEFAULT_REGION"]) == ("a-1", "a-1")
    assert project.private["AWS_CONFIG_FILE"] == "/awsenv/none"
    assert "COMPOSE_FILE=compose.yaml:compose.awsenv.yaml" in (project.folder / ".env").read_text()
    # Once more changes nothing: containers go on with their token.
    assert project.run("compose", "admin", "web", "worker").returncode == 0
    assert project.private[TOKEN] == token
    assert project.run("compose", "--revoke").returncode == 0
    assert grants.find(token, {"HOME": str(project.place.home)}) is None
    assert not (project.folder / "compose.awsenv.yaml").exists()
    assert project.check() == before


BEATS = [
    ("environment: {AWS_ACCESS_KEY_ID: AKIAX, AWS_SECRET_ACCESS_KEY: s}", "key AKIAX, by AWS_ACCESS_KEY_ID (~/app/compose.yaml, line 3)"),
    ("environment: [AWS_PROFILE=key]\n    volumes: [\"HOME/.aws:/root/.aws:ro\"]", "nobody: there is no profile key to boto3 and go, by AWS_PROFILE (~/app/compose.yaml, line 3)"),
    ("env_file: keys.env", "key AKIAY, by AWS_ACCESS_KEY_ID (~/app/keys.env, line 2)"),
    ("environment: {AWS_ROLE_ARN: r, AWS_WEB_IDENTITY_TOKEN_FILE: /t}", "role r by a web identity, by AWS_WEB_IDENTITY_TOKEN_FILE"),
    ("environment: {AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: /x}", "whoever answers at 169.254.170.2, by AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "told"), BEATS)
def test_what_goes_before_it_is_refused_by_file_and_line_or_overcome(
    said: str, told: str, project: Project
) -> None:
    """A service with keys of its own was brought to the relay, and went on acting as those."""
    (project.folder / "keys.env").write_text(
        "A=1\nAWS_ACCESS_KEY_ID=AKIAY\nAWS_SECRET_ACCESS_KEY=s\n"
    )
    project.write(
        f"services:\n  web:\n    {said.replace('HOME', str(project.place.home))}\n  db: {{image: x}}\n"
    )
    refused = project.run("compose", "admin", "web")
    assert (refused.returncode, refused.stdout, refused.stderr.count("\n")) == (1, "", 2)
    assert refused.stderr.startswith(READ)
    assert f"service web would be {told}" in refused.stderr
    assert refused.stderr.endswith("; take it out there, or --force to overcome it\n")
    assert {p.name for p in project.folder.iterdir()} == {"compose.yaml", "keys.env"}
    assert not list(grants.list_grants({"HOME": str(project.place.home)}))
    done = project.run("compose", "admin", "web", "--force")
    assert done.returncode == 0, done.stderr
    assert project.check() == (0, {"web": ["admin"], "db": ["nobody"]})


def test_two_profiles_in_one_project(project: Project) -> None:
    """A second call took the first one's services with it."""
    role(project.place, "other")
    project.write(BASE)
    assert project.run("compose", "admin", "web").returncode == 0
    second = project.run("compose", "other", "worker")
    assert [line.split("\t")[2] for line in second.stdout.splitlines()] == ["admin", "other", "nobody"]  # fmt: skip
    assert project.check() == (0, {"web": ["admin"], "worker": ["other"], "db": ["nobody"]})
    assert project.run("logout", "other").returncode == 0
    code, found = project.check()
    assert (code, found["web"], found["worker"]) == (1, ["admin"], ["nobody: its token opens nothing"])  # fmt: skip
    assert project.run("compose", "--revoke").returncode == 0
    assert not list((project.place.home / ".local/state/awsenv/compose").glob("*.env"))


def test_check_says_where_nobody_answers(project: Project) -> None:
    project.write(BASE)
    assert project.run("compose", "admin", "web").returncode == 0
    assert project.check()[0] == 0
    assert project.run("serve", "--stop").returncode == 0
    told = project.run("compose", "--check")
    assert told.returncode == 1
    assert told.stderr.endswith("awsenv: awsenv serve does not run; awsenv serve --start\n")
    # Whoever leaves hears of the project, and of the relay.
    told = project.run("uninstall")
    assert "cd ~/app && awsenv compose --revoke, first" in told.stderr
    assert "would end the relay of containers" in told.stderr
    # And of a .env that was granted by itself, beside it.
    assert project.run("dotenv", "admin", "--live", "-o", "../other.env").returncode == 0
    told = project.run("uninstall")
    assert "cd ~/app && awsenv compose --revoke, first" in told.stderr
    assert "~/other.env holds lines of awsenv's" in told.stderr


def test_in_a_folder_below_it_is_the_project_above(project: Project) -> None:
    project.write(BASE)
    (project.folder / "src/deep").mkdir(parents=True)
    deep = ("/usr/bin/env", "-C", str(project.folder / "src/deep"))
    done = project.place.run("compose", "admin", "web", prefix=deep, PATH=project.path)
    assert done.returncode == 0, done.stderr
    assert (project.folder / "compose.awsenv.yaml").exists()
    assert project.check()[1]["web"] == ["admin"]
    assert project.place.run("compose", "--revoke", prefix=deep, PATH=project.path).returncode == 0
    assert project.check()[1]["web"] == ["nobody"]


def test_without_a_compose_file_it_says_where_it_looked(project: Project) -> None:
    done = project.run("compose", "admin", "web")
    assert done.returncode == 1
    assert (
        "there is no compose file in ~/app, nor above; cd to the project, or -f FILE" in done.stderr
    )


def test_a_session_that_stands_in_the_env_stays(project: Project) -> None:
    project.write(BASE)
    assert project.run("dotenv", "admin", "-o", ".env").returncode == 0
    before = (project.folder / ".env").read_text()
    done = project.run("compose", "admin", "web")
    assert done.returncode == 0
    assert (project.folder / ".env").read_text() == before
    assert "compose does not find compose.awsenv.yaml by itself here" in done.stderr


def test_a_mounted_default_does_not_win(project: Project) -> None:
    home = project.place.home
    with (home / ".aws/credentials").open("a") as file:
        file.write(
            "[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = s\n"
        )
    project.write(f"services:\n  web:\n    image: a\n    volumes: ['{home}/.aws:/root/.aws:ro']\n")
    assert project.check()[1] == {"web": ["profile default of ~/.aws"]}
    assert project.run("compose", "admin", "web").returncode == 0
    assert project.check() == (0, {"web": ["admin"]})


def test_where_the_override_is_left_out_it_is_said_and_check_counts_it(project: Project) -> None:
    project.write(BASE, "other.yaml")
    done = project.run("compose", "admin", "web", "-f", "other.yaml")
    assert done.returncode == 0, done.stderr
    assert "compose does not find compose.awsenv.yaml by itself here: docker compose -f other.yaml -f compose.awsenv.yaml up" in done.stderr  # fmt: skip
    code, found = project.check("-f", "other.yaml")
    assert (code, found["web"]) == (1, ["nobody"])
    assert project.check("-f", "other.yaml", "-f", "compose.awsenv.yaml")[0] == 0


def test_a_grant_that_ended_is_wrong(project: Project) -> None:
    project.write(BASE)
    assert project.run("compose", "admin", "web").returncode == 0
    assert project.run("logout", "admin").returncode == 0
    told = project.run("compose", "--check")
    assert told.returncode == 1
    assert "! nobody: its token opens nothing" in told.stdout


def test_without_names_it_asks_which_or_ends_with_3(project: Project) -> None:
    project.write(BASE)
    done = project.run("compose", "admin")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == READ + "awsenv: services that use AWS: worker; and there is no terminal to ask whether these; awsenv compose admin worker\n"  # fmt: skip
    assert {p.name for p in project.folder.iterdir()} == {"compose.yaml"}


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("compose", "admin", "wbe"), 1, "there is no service wbe; one of web, worker, db"),
        (("compose", "nobody", "web"), 1, "no profile named nobody"),
        (("compose", "mfa", "web"), 3, "needs an MFA code"),
        (("compose", "--check", "admin"), 2, "--check goes by the project alone"),
        (("compose",), 2, "no profile is named"),
        (("compose", "admin", "web", "-f", "gone.yaml"), 1, "gone.yaml: No such file or directory"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    words: tuple[str, ...], code: int, told: str, project: Project
) -> None:
    project.write(BASE)
    done = project.run(*words)
    assert done.returncode == code, done.stderr
    assert told in done.stderr
    assert {p.name for p in project.folder.iterdir()} == {"compose.yaml"}
    assert not list(grants.list_grants({"HOME": str(project.place.home)}))


def test_a_persons_own_file_of_that_name_stays(project: Project) -> None:
    project.write(BASE)
    project.write("services: {}\n", "compose.awsenv.yaml")
    done = project.run("compose", "admin", "web")
    assert done.returncode == 1
    assert "compose.awsenv.yaml is not awsenv's" in done.stderr
    assert (project.folder / "compose.awsenv.yaml").read_text() == "services: {}\n"


def test_an_endpoint_on_localhost_is_named(project: Project) -> None:
    project.write(
        "services:\n  web:\n    image: a\n    environment: {AWS_ENDPOINT_URL_S3: 'http://localhost:4566'}\n"
    )
    done = project.run("compose", "admin", "web")
    assert done.returncode == 0
    assert "service web: AWS_ENDPOINT_URL_S3 names localhost, which in a container is the container" in done.stderr  # fmt: skip


def test_git_takes_nothing_of_it(project: Project) -> None:
    subprocess.run(["git", "init", "-q", str(project.folder)], check=True)
    (project.folder / ".gitignore").write_text(".env\n")
    project.write(BASE)
    assert project.run("compose", "admin", "web").returncode == 0
    status = ["git", "-C", str(project.folder), "status", "--porcelain", "--untracked-files=all"]
    told = subprocess.run(status, capture_output=True, text=True, check=True).stdout
    assert told == "?? .gitignore\n?? compose.yaml\n"
    assert (project.folder / ".gitignore").read_text() == ".env\n"


def test_what_an_earlier_release_wrote_goes_over(project: Project) -> None:
    """It brought every service, a database too, by a ``.env`` in which the token lay."""
    project.write(BASE)
    project.write("""\
# Written by awsenv dotenv --live --compose, again each time.
services:
  web: {networks: {default: {}, awsenv: {}}, environment: {AWS_REGION: "${AWS_REGION}"}}
  db: {networks: {default: {}, awsenv: {}}, environment: {AWS_REGION: "${AWS_REGION}"}}
networks: {awsenv: {external: true, name: awsenv}}
""", "compose.awsenv.yaml")  # fmt: skip
    assert project.check()[0] == 0
    assert project.run("compose", "admin", "web").returncode == 0
    assert list(project.override["services"]) == ["web"]
    assert project.check() == (0, {"web": ["admin"], "worker": ["nobody"], "db": ["nobody"]})


@pytest.mark.parametrize(
    ("networks", "expected"),
    [
        (
            {"default": None},
            ["default", "awsenv"],
        ),  # as docker compose prints one that says nothing
        (None, ["default", "awsenv"]),
        (["default"], ["default", "awsenv"]),
        ({"back": None}, ["awsenv"]),
        (["back", "default"], ["awsenv"]),
    ],
)
def test_a_service_keeps_the_networks_that_it_has(
    networks: Any, expected: list[str], tmp_path: Path
) -> None:
    told = {"services": {"web": {"image": "a", "networks": networks}}}
    project = parse_project(told, str(tmp_path), ["compose.yaml"], "docker compose")
    change = override.Change({}, [])
    place = str(tmp_path / "state/private.env")
    override.write(project, {"web": change}, {"A": "b"}, place, in_network=True)
    found = yaml.safe_load((tmp_path / "compose.awsenv.yaml").read_text())
    assert list(found["services"]["web"]["networks"]) == expected


def test_a_service_that_the_project_has_no_more_is_not_said_either(project: Project) -> None:
    """An engine refuses one that is in an override alone."""
    project.write(BASE)
    assert project.run("compose", "admin", "web", "worker").returncode == 0
    project.write(BASE.replace("  web:", "  site:"))
    assert project.run("compose", "admin", "site").returncode == 0
    assert sorted(project.override["services"]) == ["site", "worker"]
    assert project.check()[0] == 0


def test_below_the_project_compose_reads_no_compose_file_of_its_env(project: Project) -> None:
    """Measured: docker-compose 1.29 and docker compose 5 find the project above, and not its COMPOSE_FILE."""
    project.write(BASE)
    below = project.folder / "below"
    below.mkdir()
    stand = ("/usr/bin/env", "-C", str(below))
    done = project.place.run("compose", "admin", "web", prefix=stand, PATH=project.path)
    assert done.returncode == 0
    hint = "compose does not find compose.awsenv.yaml by itself here: cd ~/app"
    assert hint in done.stderr
    assert project.check()[0] == 0
    told = project.place.run("compose", "--check", prefix=stand, PATH=project.path)
    assert told.returncode == 1
    assert hint in told.stderr
    assert "compose does not find" not in project.run("compose", "--check").stderr


def test_a_project_that_got_another_name_is_answered_no_more_and_can_be_taken_back(
    project: Project,
) -> None:
    project.write(BASE)
    assert project.run("compose", "admin", "web").returncode == 0
    token = str(project.private[TOKEN])
    environ = {"HOME": str(project.place.home)}
    assert grants.find(token, environ)
    project.folder.rename(project.place.home / "renamed")
    assert not grants.find(token, environ)
    assert [each.where for each in grants.list_gone(environ)] == [str(project.folder)]
    project.folder = project.place.home / "renamed"
    assert project.check()[0] == 1
    told = project.run("compose", "--revoke")
    assert told.returncode == 0
    assert "acts as admin no more" in told.stderr
    assert not grants.list_gone(environ)
    assert not list((project.place.home / ".local/state/awsenv/compose").glob("*.env"))
    assert project.check()[0] == 0


# As docker-compose reads them: an override, extends, anchors, an env_file, variables.
REAL = {
    "compose.yaml": """\
x-aws: &aws
  AWS_REGION: eu-west-1
services:
  base: {image: b, environment: {AWS_PROFILE: key}, volumes: ['~/.aws:/root/.aws:ro']}
  web:
    image: a
    environment:
      <<: *aws
      BARE:
  keys:
    image: ${IMAGE:-k}
    env_file: [keys.env]
  child:
    extends: {service: base}
""",
    "compose.override.yaml": "services: {web: {environment: {AWS_ACCESS_KEY_ID: AKIAO, AWS_SECRET_ACCESS_KEY: s}}}\n",
    "keys.env": "AWS_ACCESS_KEY_ID=AKIAE\nAWS_SECRET_ACCESS_KEY=s\n",
}


def test_what_runs_is_what_the_engine_says(real: Project) -> None:
    for name, text in REAL.items():
        real.write(text, name)
    code, found = real.check()
    assert code == 0
    assert found == {
        "base": ["profile key of ~/.aws"],
        "web": ["key AKIAO"],
        "keys": ["key AKIAE"],
        "child": ["profile key of ~/.aws"],
    }
    rows = {
        row["service"]: row for row in json.loads(real.run("compose", "--check", "--json").stdout)
    }
    assert rows["web"]["place"] == "~/app/compose.override.yaml, line 1"
    assert rows["keys"]["place"] == "~/app/keys.env, line 1"
    assert real.run("compose", "admin", "web", "child", "--force").returncode == 0
    code, found = real.check()
    assert (code, found["web"], found["child"], found["keys"]) == (0, ["admin"], ["admin"], ["key AKIAE"])  # fmt: skip
    # And docker-compose takes what was written for one project.
    told = yaml.safe_load(subprocess.run(["docker-compose", "config"], cwd=real.folder, env={"HOME": str(real.place.home), "PATH": real.path}, capture_output=True, text=True, check=True).stdout)  # fmt: skip
    environment = told["services"]["web"]["environment"]
    assert (environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]) == ("", "")
    assert environment[TOKEN] == real.private[TOKEN]
    assert TOKEN not in (told["services"]["base"].get("environment") or {})
    mounted = [
        v["target"] if isinstance(v, dict) else v.split(":")[1]
        for v in told["services"]["child"]["volumes"]
    ]
    assert sorted(mounted) == ["/awsenv/config", "/root/.aws"]


EXAMPLE = Path(__file__).parents[2] / "examples/compose/docker-compose.yml"


@pytest.mark.parametrize("live", [False, True])
def test_names_without_a_value_do_in_both_forms(live: bool, real: Project) -> None:
    """The example, which fails in neither form, and the lines that --print shows."""
    printed = real.run("compose", "--print", "worker")
    assert printed.returncode == 0, printed.stderr
    lines = yaml.safe_load(printed.stdout)["services"]["worker"]["environment"]
    example = yaml.safe_load(EXAMPLE.read_text())
    assert sorted(example["services"]["worker"]["environment"]) == sorted(lines)
    real.write(EXAMPLE.read_text(), "docker-compose.yml")
    (real.folder / ".env").touch()
    assert real.check()[1] == {"app": ["nobody"], "worker": ["nobody"]}
    words = ("dotenv", "admin", *(["--live"] if live else []), "-o", ".env")
    assert real.run(*words).returncode == 0
    code, found = real.check()
    key = dotenv_values(real.folder / ".env").get("AWS_ACCESS_KEY_ID")
    who = "admin" if live else f"key {key}"
    assert (code, found) == (0, {"app": [who], "worker": [who]})
