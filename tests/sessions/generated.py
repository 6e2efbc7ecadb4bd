"""Random worlds: profiles of every kind, in odd spellings, with what else may stand around them."""

import random

from awsenv.demo.sso import START_URL
from tests.sessions.worlds import Aws, World, key

REGIONS = ["us-west-2", "eu-central-1", "ap-northeast-1", "us-gov-west-1"]
HEADERS = ["profile {}"] * 6 + ["profile  {}", "profile {} ", "profile\t{}"]
KINDS = ["key", "key", "temporary", "role", "role", "role", "process", "web", "both", "sso", "old sso",
         "around", "gov", "empty", "mess"]  # fmt: skip


def generate(choose: random.Random, here: Aws) -> World:
    """A world of one to eight profiles."""
    world = World()
    names = [f"p{number}" for number in range(choose.randint(1, 8))]
    for name in names:
        body = _body(choose, here, names)
        _add_settings(choose, here, body)
        _place(choose, world, name, body)
    if choose.random() < 0.4:
        body = {} if choose.random() < 0.5 else key(here.users[0])
        body["region"] = "sa-east-1"
        _add_settings(choose, here, body)
        _place(
            choose, world, "default", body, choose.choice(["default", "default", "profile default"])
        )
    if choose.random() < 0.1:
        world.config["DEFAULT"] = {"region": "ca-central-1"}
    world.config["sso-session corp"] = {"sso_start_url": START_URL, "sso_region": "us-east-1"}
    for name in ("mine", "theirs"):
        world.config[f"services {name}"] = _services(choose)
    _add_environ(choose, here, world, names)
    return world


def _place(
    choose: random.Random, world: World, name: str, body: dict[str, str], header: str = ""
) -> None:
    header = header or choose.choice(HEADERS).format(name)
    split = choose.random()
    secret = {k: v for k, v in body.items() if k.startswith("aws_")}
    rest = {k: v for k, v in body.items() if k not in secret}
    if split < 0.5:
        if secret:
            world.credentials[name] = secret
        world.config[header] = rest
    elif split < 0.9:
        world.config[header] = body
    else:
        world.credentials[name] = body


def _body(choose: random.Random, here: Aws, names: list[str]) -> dict[str, str]:
    kind = choose.choice(KINDS)
    body: dict[str, str] = {}
    if kind in ("key", "both"):
        body |= key(choose.choice(here.users[:2]))
    if kind == "temporary":
        body |= key(here.users[2])
    if kind in ("role", "both", "around"):
        body["role_arn"] = here.arn(choose.choice(["one", "two", "three"]))
        if choose.random() < 0.3:
            body["external_id"] = "x-1"
        if choose.random() < 0.4:
            body["duration_seconds"] = choose.choice(["900", "3600", "+3600", "7200", "1h"])
        if choose.random() < 0.2:
            body["role_session_name"] = "mine"
    if kind in ("role", "both"):
        body["source_profile"] = choose.choice([*names, "gone"])
    if kind == "around":
        body["credential_source"] = choose.choice(["Environment", "Environment", "Elsewhere"])
    if kind == "process":
        body["credential_process"] = choose.choice(here.processes)
    if kind == "web":
        body |= {"role_arn": here.arn("web"), "web_identity_token_file": str(here.token)}
        if choose.random() < 0.3:
            body["duration_seconds"] = "7200"
    if kind in ("sso", "old sso"):
        body |= {"sso_account_id": "111122223333", "sso_role_name": "Reader"}
        if kind == "sso":
            body["sso_session"] = choose.choice(["corp", "corp", "corp", "gone"])
        else:
            body |= {"sso_start_url": START_URL, "sso_region": "us-east-1"}
        if choose.random() < 0.1:
            del body[choose.choice(["sso_role_name", "sso_account_id"])]
    if kind == "gov":
        body |= key(here.users[3])
        if choose.random() < 0.5:
            body |= {"role_arn": here.gov, "source_profile": names[0]}
    if kind == "mess":
        # Whatever may stand there at once.
        for other in choose.sample(["role", "process", "key", "around", "sso"], 2):
            body |= {
                "role": {"role_arn": here.arn("one"), "source_profile": choose.choice(names)},
                "process": {"credential_process": choose.choice(here.processes)},
                "key": key(here.users[0]),
                "around": {"credential_source": "Environment"},
                "sso": {
                    "sso_session": "corp",
                    "sso_account_id": "111122223333",
                    "sso_role_name": "Reader",
                },
            }[other]
    device = here.users[1].device
    assert device
    if choose.random() < 0.1:
        body["mfa_serial"] = device.serial
    return body


def _add_settings(choose: random.Random, here: Aws, body: dict[str, str]) -> None:
    if choose.random() < 0.5:
        body.setdefault("region", choose.choice(REGIONS))
    if choose.random() < 0.15:
        body["services"] = choose.choice(["mine", "mine", "theirs", "gone"])
    if choose.random() < 0.1:
        body["endpoint_url"] = f"http://{choose.choice(['x', 'y'])}.example:1"
    if choose.random() < 0.1:
        body[choose.choice(["use_dualstack_endpoint", "use_fips_endpoint"])] = choose.choice(["true", "false"])  # fmt: skip
    if choose.random() < 0.07:
        # Never true where AWS is asked: it would be AWS itself.
        asks = "role_arn" in body or "sso_role_name" in body or "mfa_serial" in body
        body["ignore_configured_endpoint_urls"] = (
            "false" if asks else choose.choice(["true", "false"])
        )


def _services(choose: random.Random) -> dict[str, str]:
    names = choose.sample(["s3", "dynamodb", "elastic_beanstalk"], choose.randint(1, 2))
    return {
        name: f"\n  endpoint_url = http://{name}.example:{choose.randint(1, 9)}" for name in names
    }


def _add_environ(choose: random.Random, here: Aws, world: World, names: list[str]) -> None:
    if choose.random() < 0.3:
        region = choose.choice(REGIONS)
        world.environ |= {"AWS_REGION": region, "AWS_DEFAULT_REGION": region}
    if choose.random() < 0.4:
        user = here.users[0]
        world.environ |= {"AWS_ACCESS_KEY_ID": user.key_id, "AWS_SECRET_ACCESS_KEY": user.secret}
    if choose.random() < 0.15:
        world.environ |= {"AWS_ROLE_ARN": here.arn("web"), "AWS_WEB_IDENTITY_TOKEN_FILE": str(here.token)}  # fmt: skip
    if choose.random() < 0.15:
        world.environ["AWS_ENDPOINT_URL"] = "http://own.example:1"
    if choose.random() < 0.1:
        world.environ["AWS_ENDPOINT_URL_S3"] = "http://own-s3.example:1"
    if choose.random() < 0.1:
        world.environ["AWS_PROFILE"] = choose.choice([*names, "gone"])
    if choose.random() < 0.1:
        world.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:1/"
