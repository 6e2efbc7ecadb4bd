"""Compose projects as people write them, each with what they then do: bring services to a profile, and start it."""

from typing import NamedTuple


class Written(NamedTuple):
    """``files`` by path; ``IMAGE``, ``ASK`` (what a service asks who it is with), ``HOME`` and ``KEYS`` (two variables of
    a key that AWS knows) stand for what a test has. ``brings``: the words of ``awsenv compose``; ``up`` those of the engine
    before ``up``, from ``folder``. ``newer``: for docker compose 2 alone."""

    files: dict[str, str]
    brings: tuple[str, ...]
    up: tuple[str, ...] = ()
    folder: str = "."
    checks: tuple[str, ...] = ()
    newer: bool = False


_WEB = "services:\n  web: {ASK}\n  db: {ASK}\n"
PROJECTS = {
    "a single file": Written({"compose.yaml": _WEB}, ("org-a", "web")),
    "an override of one's own": Written(
        {
            "docker-compose.yml": _WEB,
            "docker-compose.override.yml": "services: {db: {environment: {KEYS, AWS_REGION: b-1}}}\n",
        },
        ("org-a", "web"),
    ),
    "an include": Written(
        {
            "compose.yaml": "include: [more/compose.yaml]\nservices: {web: {ASK}}\n",
            "more/compose.yaml": "services: {worker: {ASK, environment: {AWS_REGION: c-1}}}\n",
        },
        ("org-a", "worker"),
        newer=True,
    ),
    "extends": Written(
        {
            "common.yaml": "services: {base: {image: IMAGE, environment: {AWS_DEFAULT_REGION: d-1}}}\n",
            "compose.yaml": "services:\n  web: {ASK, extends: {file: common.yaml, service: base}}\n  db: {ASK}\n",
        },
        ("org-a", "web"),
    ),
    "profiles": Written(
        {"compose.yaml": "services:\n  web: {ASK}\n  tool: {ASK, profiles: [tools]}\n"},
        ("org-b", "tool"),
        ("--profile", "tools"),
    ),
    "anchors": Written(
        {
            "compose.yaml": "x-aws: &aws\n  AWS_REGION: e-1\n  AWS_DEFAULT_REGION: e-2\n"
            "services:\n  web: {ASK, environment: {<<: *aws}}\n  db: {ASK, environment: {<<: *aws, KEYS}}\n",
        },
        ("org-a", "web"),
    ),
    "an env_file with keys": Written(
        {"compose.yaml": "services:\n  web: {ASK, env_file: [web.env]}\n  db: {ASK, env_file: web.env}\n", "web.env": "KEYLINES\nAWS_REGION=f-1\n"},
        ("org-a", "web", "--force"),
    ),
    "a mounted ~/.aws": Written(
        {
            "compose.yaml": "services:\n"
            "  web: {ASK, environment: {AWS_PROFILE: plain, HOME: /root}, more: ['HOME/.aws:/root/.aws:ro']}\n"
            "  job: {ASK, environment: {AWS_PROFILE: plain, HOME: /root, AWS_REGION: g-1}, more: ['HOME/.aws:/root/.aws:ro']}\n"
            "  both: {ASK, environment: {AWS_PROFILE: plain, HOME: /root, OTHERKEYS}, more: ['HOME/.aws:/root/.aws:ro']}\n",
        },
        ("org-b", "web", "--force"),
    ),
    "dummy keys for an emulator": Written(
        {
            "compose.yaml": "services:\n"
            "  web: {ASK}\n  emulated: {ASK, environment: {AWS_ACCESS_KEY_ID: test, AWS_SECRET_ACCESS_KEY: test, "
            "AWS_REGION: us-east-1, AWS_ENDPOINT_URL: 'http://localstack:4566'}}\n",
        },
        ("org-a", "web"),
    ),
    "a dev container": Written(
        {
            "docker-compose.yml": _WEB,
            ".devcontainer/docker-compose.yml": "services: {web: {environment: {AWS_REGION: h-1}}}\n",
        },
        ("org-a", "web", "-f", "docker-compose.yml", "-f", ".devcontainer/docker-compose.yml"),
        ("-f", "docker-compose.yml", "-f", ".devcontainer/docker-compose.yml", "-f", "compose.awsenv.yaml"),
        checks=("-f", "docker-compose.yml", "-f", ".devcontainer/docker-compose.yml", "-f", "compose.awsenv.yaml"),
    ),
    "a Makefile with -f": Written(
        {"deploy/compose.yaml": _WEB},
        ("org-b", "web", "-f", "deploy/compose.yaml"),
        ("-f", "deploy/compose.yaml", "-f", "deploy/compose.awsenv.yaml"),
        checks=("-f", "deploy/compose.yaml", "-f", "deploy/compose.awsenv.yaml"),
    ),
    "a monorepo's subfolder": Written(
        {"compose.yaml": _WEB, "services/api/README": ""},
        ("org-a", "db"),
        ("-f", "../../compose.yaml", "-f", "../../compose.awsenv.yaml"),
        folder="services/api",
        checks=("-f", "../../compose.yaml", "-f", "../../compose.awsenv.yaml"),
    ),
    "names without a value": Written(
        {
            "compose.yaml": "services:\n  web: {ASK, environment: NAMES}\n  db: {ASK}\n",
        },
        ("dotenv", "org-a", "--live", "-o", ".env"),
    ),
    "names without a value, from a subfolder": Written(
        {
            "compose.yaml": "services:\n  web: {ASK, environment: NAMES}\n  db: {ASK}\n",
            "services/api/README": "",
        },
        ("dotenv", "org-a", "--live", "-o", "../../.env"),
        folder="services/api",
    ),
}  # fmt: skip
