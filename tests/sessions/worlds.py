"""Worlds of AWS files, and what botocore and awsenv make of a profile in them."""

import json
import os
import random
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError
from botocore.loaders import Loader

from awsenv.demo.server import Server
from awsenv.demo.sts import Role
from awsenv.demo.users import User, new_user
from awsenv.errors import AwsenvError
from awsenv.replay import Request
from awsenv.sessions.chosen import choose
from awsenv.sessions.options import Interaction, SessionOptions

# What of a call counts: a session's name is ours to choose where the profile has none.
COUNTED = ("Action", "RoleArn", "ExternalId", "DurationSeconds", "SerialNumber", "Policy")
_LOADER = Loader()


@dataclass
class World:
    """``config`` and ``credentials`` are the sections of the two files, by their whole headers."""

    config: dict[str, dict[str, str]] = field(default_factory=dict)
    credentials: dict[str, dict[str, str]] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The profiles, each once."""
        found = [header.removeprefix("profile ").strip() for header in self.config]
        return sorted({*found, *self.credentials})

    def write(self, home: Path) -> None:
        """Make it the one below ``home``, and nothing else."""
        shutil.rmtree(home, ignore_errors=True)
        (home / ".aws").mkdir(parents=True)
        for name, sections in (("config", self.config), ("credentials", self.credentials)):
            text = "".join(
                f"[{header}]\n" + "".join(f"{key} = {value}\n" for key, value in body.items())
                for header, body in sections.items()
            )
            (home / ".aws" / name).write_text(text)


@dataclass(frozen=True)
class Told:
    """Who a profile is, where, and with which calls; ``who`` is empty for an error."""

    who: str = ""
    region: str | None = None
    calls: tuple[tuple[str, ...], ...] = ()


class Aws:
    """A stand-in with two users and four roles, and a home; what both sides ask is noted."""

    def __init__(self, home: Path, server: Server, users: list[User]) -> None:
        self.home, self.server, self.users = home, server, users
        self.token = home.parent / "token"
        self.token.write_text("web-token")
        self.process = home.parent / "process.json"
        key = users[1]
        answer = {"Version": 1, "AccessKeyId": key.key_id, "SecretAccessKey": key.secret}
        self.process.write_text(json.dumps(answer))
        for name in ("one", "two", "three"):
            arn = self.arn(name)
            server.sts.roles[arn] = Role(arn)
        web = self.arn("web")
        server.sts.roles[web] = Role(web, web_token="web-token")
        self.asked: list[tuple[str, ...]] = []
        self._note(server)

    def arn(self, role: str) -> str:
        return f"arn:aws:iam::{self.users[0].account}:role/{role}"

    def _note(self, server: Server) -> None:
        answer, web = server.sts.answer, server.sts.with_web_identity

        def noted(user: User, parameters: Mapping[str, str]) -> str:
            self.asked.append((_named(user.arn), *(parameters.get(name, "") for name in COUNTED)))
            return answer(user, parameters)

        def noted_web(parameters: Mapping[str, str]) -> str:
            self.asked.append(("", *(parameters.get(name, "") for name in COUNTED)))
            return web(parameters)

        server.sts.answer = noted  # type: ignore[method-assign]
        server.sts.with_web_identity = noted_web  # type: ignore[method-assign]

    @contextmanager
    def _inside(self, world: World) -> Iterator[None]:
        """The person's environment as this process's own, and nobody asked yet."""
        environ = {
            "HOME": str(self.home),
            "PATH": "/usr/bin:/bin",
            "AWS_ENDPOINT_URL": self.server.url,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        self.asked.clear()
        with patch.dict(os.environ, environ | world.environ, clear=True):
            yield

    def botocores(self, world: World, profile: str) -> Told:
        """What botocore makes of it, with nothing remembered."""
        try:
            return self._botocores(world, profile)
        except NoRegionError:
            # By intent: without a Region anywhere awsenv asks STS in us-east-1, as it always did.
            there = replace(world, environ=world.environ | {"AWS_DEFAULT_REGION": "us-east-1"})
            return replace(self._botocores(there, profile), region=None)

    def _botocores(self, world: World, profile: str) -> Told:
        world.write(self.home)
        with self._inside(world):
            try:
                session = botocore.session.Session(profile=profile)
                session.register_component("data_loader", _LOADER)
                credentials = session.get_credentials()
                if credentials is None:
                    return Told()
                key = credentials.get_frozen_credentials()
                region = session.get_config_variable("region")
            except NoRegionError:
                raise
            except (BotoCoreError, ClientError, ValueError):
                return Told()
            return Told(self._arn(key.access_key), region, tuple(self.asked))

    def awsenvs(self, world: World, profile: str) -> Told:
        """What awsenv makes of it, with nothing remembered."""
        world.write(self.home)
        with self._inside(world):
            try:
                request, options = Request("use", profile), SessionOptions()
                chosen = choose(request, options, Interaction(), dict(os.environ))
            except AwsenvError:
                return Told()
            key = chosen.variables["AWS_ACCESS_KEY_ID"]
            return Told(self._arn(key), chosen.variables.get("AWS_REGION"), tuple(self.asked))

    def _arn(self, key: str | None) -> str:
        user = self.server.sts.users.get(key or "")
        return _named(user.arn) if user else key or ""


def _named(arn: str) -> str:
    """``arn`` without a session's name that nobody chose."""
    return re.sub(r"/(awsenv|botocore-session)-[^/]*$", "/…", arn)


@contextmanager
def aws(folder: Path) -> Iterator[Aws]:
    """A stand-in that runs meanwhile."""
    users = [new_user("first", "111122223333"), new_user("second", "111122223333")]
    with Server(users) as server:
        yield Aws(folder / "home", server, users)


def key(user: User) -> dict[str, str]:
    """The lines of its key."""
    return {"aws_access_key_id": user.key_id, "aws_secret_access_key": user.secret}


def generate(choose: random.Random, here: Aws) -> World:
    """A world of one to six profiles, of every kind that needs no person."""
    world = World()
    names = [f"p{number}" for number in range(choose.randint(1, 6))]
    for name in names:
        body = _body(choose, here, names)
        if choose.random() < 0.4:
            body["region"] = choose.choice(["us-west-2", "eu-central-1", "ap-northeast-1"])
        split = choose.random()
        secret = {k: v for k, v in body.items() if k.startswith("aws_")}
        rest = {k: v for k, v in body.items() if k not in secret}
        header = choose.choice(["profile {}"] * 6 + ["profile  {}", "profile {} ", "profile\t{}"])
        if split < 0.5:
            if secret:
                world.credentials[name] = secret
            world.config[header.format(name)] = rest
        elif split < 0.9:
            world.config[header.format(name)] = body
        else:
            world.credentials[name] = body
    if choose.random() < 0.3:
        world.config["default"] = {"region": "sa-east-1"}
        if choose.random() < 0.5:
            world.credentials["default"] = key(here.users[0])
    return world


def _body(choose: random.Random, here: Aws, names: list[str]) -> dict[str, str]:
    kind = choose.choice(["key", "key", "role", "role", "role", "process", "web", "both", "empty"])
    body: dict[str, str] = {}
    if kind in ("key", "both"):
        body |= key(choose.choice(here.users))
    if kind in ("role", "both"):
        body["role_arn"] = here.arn(choose.choice(["one", "two", "three"]))
        body["source_profile"] = choose.choice([*names, "gone"])
        if choose.random() < 0.3:
            body["external_id"] = "x-1"
        if choose.random() < 0.3:
            body["duration_seconds"] = choose.choice(["900", "3600", "7200"])
        if choose.random() < 0.2:
            body["role_session_name"] = "mine"
    if kind == "process":
        body["credential_process"] = f"/bin/cat {here.process}"
    if kind == "web":
        body |= {"role_arn": here.arn("web"), "web_identity_token_file": str(here.token)}
    return body
