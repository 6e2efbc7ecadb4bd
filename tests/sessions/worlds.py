"""Worlds of AWS files, and what botocore and awsenv make of a profile in them.

Differences by intent, each with its reason, are in ``INTENT`` and nowhere else.
"""

import getpass
import itertools
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from unittest.mock import patch

import botocore.loaders
import botocore.session
from botocore.credentials import AssumeRoleProvider, SSOProvider
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError
from botocore.tokens import SSOTokenProvider

from awsenv.aws.options import Prompter, SessionOptions
from awsenv.demo.server import Server
from awsenv.demo.signature import RefusedError
from awsenv.demo.sts import Role
from awsenv.demo.users import User, new_user
from awsenv.errors import AwsenvError
from awsenv.profiles import client_settings, read
from awsenv.request import Request
from awsenv.sessions.resolve import resolve
from awsenv.variables import REGIONS, apply_change, enter_session
from tests.identity_center.center import sign_in

INTENT = {
    "no Region": "without one anywhere STS is asked in us-east-1, or where the role's partition has it; "
    "botocore gives up",
    "own Region": "the Region of a profile counts before the shell's: who switches means the profile",
    "a device": "a code is asked for a plain key and for a process's, which SDKs give out as they are; "
    "a role over them is assumed with that session, and no code goes with a session, which AWS refuses",
    "[default]": "what stands there and not in the profile reaches programs where no variable keeps it "
    "away; `show` names it",
    "services that are not there": "refused, where botocore gives the key and refuses each client",
    "a stored session": "one of the same role and source serves in any partition's Region, as in the AWS "
    "CLI's cache",
    "an ended sign-in": "a session that is stored serves to its own end though the sign-in has ended by itself; "
    "botocore, with none stored, asks for a new one",
    "include_profile, session_tags": "aws-vault's settings, which SDKs do not read",
}

# What of a call counts: a session's name is ours to choose where the profile has none.
COUNTED = ("Action", "RoleArn", "ExternalId", "DurationSeconds", "SerialNumber", "Policy")
# Whose endpoints are compared: one that every call of ours goes to, one that has buckets.
SERVICES = ("sts", "s3", "dynamodb")
# What a process may say of its session's end: one that is to come, one that has been, Go's zero of time.
ENDS = (
    "2999-01-01T00:00:00Z",
    "2999-01-01T00:00:00+09:00",
    "2020-01-01T00:00:00Z",
    "0001-01-01T00:00:00Z",
)
_LOADER = botocore.loaders.Loader()


@dataclass
class World:
    """``config`` and ``credentials`` are the sections of the two files, by their whole headers."""

    config: dict[str, dict[str, str]] = field(default_factory=dict)
    credentials: dict[str, dict[str, str]] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The profiles, each once."""
        found = [h.removeprefix("profile").strip() for h in self.config if not _is_other(h)]
        return sorted({*found, *self.credentials} - {"DEFAULT"})

    def of(self, profile: str, option: str) -> str | None:
        """What the profile says of ``option``."""
        for header, body in (*self.credentials.items(), *self.config.items()):
            if header.removeprefix("profile").strip() == profile and option in body:
                return body[option]
        there = any(h.removeprefix("profile").strip() == profile for h in self.config)
        return self.config.get("DEFAULT", {}).get(option) if there else None

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


def _is_other(header: str) -> bool:
    return header.startswith(("sso-session", "services")) or header == "DEFAULT"


@dataclass(frozen=True)
class Told:
    """Who a profile is, where, with which calls (each with the Region that it is signed for), and where
    its services are asked from then on; ``who`` is empty for an error."""

    who: str = ""
    region: str | None = None
    calls: tuple[tuple[str, ...], ...] = ()
    endpoints: tuple[str, ...] = ()
    leaks: frozenset[str] = frozenset()


def agree(world: World, profile: str, ours: Told, theirs: Told) -> bool:
    """Whether the two are the same, but for what differs by intent."""
    if world.of(profile, "services") == "gone":
        return not ours.who
    if {"endpoint_url", "services"} & ours.leaks:
        ours, theirs = replace(ours, endpoints=()), replace(theirs, endpoints=())
    ours = replace(ours, leaks=frozenset())
    if not theirs.endpoints:
        ours = replace(ours, endpoints=())
    sections = (*world.config.values(), *world.credentials.values())
    if not any("mfa_serial" in body for body in sections):
        return ours == theirs
    # Other calls, and a code where SDKs ask none, or none where AWS takes none.
    return not (ours.who and theirs.who) or replace(ours, calls=()) == replace(theirs, calls=())


class Aws:
    """A stand-in with users, roles and an organization, and a home; what both sides ask is noted."""

    # What points both sides at the stand-in, and is not of the world.
    own_endpoints = tuple(
        f"AWS_ENDPOINT_URL_{name}" for name in ("STS", "SSO", "SSO_OIDC", "SIGNIN")
    )

    def __init__(self, home: Path, server: Server, users: list[User]) -> None:
        self.home, self.server, self.users = home, server, users
        self.token = home.parent / "token"
        self.token.write_text("web-token")
        self.process = home.parent / "process.json"
        key = users[1]
        answer = {"Version": 1, "AccessKeyId": key.key_id, "SecretAccessKey": key.secret}
        self.process.write_text(json.dumps(answer))
        self.processes = [f"/bin/cat {self.process}"]
        for number, end in enumerate(ENDS):
            path = home.parent / f"process-{number}.json"
            session = {"AccessKeyId": users[2].key_id, "SecretAccessKey": users[2].secret}
            session |= {"SessionToken": users[2].token or "", "Expiration": end}
            path.write_text(json.dumps({"Version": 1, **session}))
            self.processes.append(f"/bin/cat {path}")
        for name in ("one", "two", "three"):
            arn = self.arn(name)
            server.sts.roles[arn] = Role(arn)
        self.gov = f"arn:aws-us-gov:iam::{users[3].account}:role/gov"
        server.sts.roles[self.gov] = Role(self.gov)
        web = self.arn("web")
        server.sts.roles[web] = Role(web, web_token="web-token")
        server.portal.assignments["111122223333"] = ["Reader"]
        self._codes = itertools.count(100_000)
        self._given: set[str] = set()
        server.sts.check_code = self._check_code  # type: ignore[method-assign]
        self.asked: list[tuple[str, ...]] = []
        self._note(server)

    def code(self, _: str = "") -> str:
        """What the device shows now: never the same twice, as a person who waits for the next."""
        code = str(next(self._codes))
        self._given.add(code)
        return code

    def _check_code(self, user: User, parameters: Mapping[str, str]) -> None:
        serial, code = parameters.get("SerialNumber"), parameters.get("TokenCode", "")
        if not user.device or serial != user.device.serial or code not in self._given:
            raise RefusedError("AccessDenied", "MultiFactorAuthentication failed with …")
        self._given.remove(code)

    def arn(self, role: str) -> str:
        return f"arn:aws:iam::{self.users[0].account}:role/{role}"

    def _note(self, server: Server) -> None:
        answer, web = server.sts.answer, server.sts.with_web_identity

        def noted(user: User, parameters: Mapping[str, str]) -> str:
            counted = (parameters.get(name, "") for name in COUNTED)
            self.asked.append((_named(user.arn), server.regions[-1], *counted))
            return answer(user, parameters)

        def noted_web(parameters: Mapping[str, str]) -> str:
            self.asked.append(("", "", *(parameters.get(name, "") for name in COUNTED)))
            return web(parameters)

        server.sts.answer = noted  # type: ignore[method-assign]
        server.sts.with_web_identity = noted_web  # type: ignore[method-assign]

    @contextmanager
    def inside(self, world: World) -> Iterator[dict[str, str]]:
        """The person's environment as this process's own, and nobody asked yet."""
        environ = {
            "HOME": str(self.home),
            "PATH": "/usr/bin:/bin",
            **dict.fromkeys(self.own_endpoints, self.server.url),
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_LOGIN_CACHE_DIRECTORY": str(self.home / ".aws/login/cache"),
        } | world.environ
        self.asked.clear()
        cache = str(self.home / ".aws/sso/cache")
        with (
            patch.dict(os.environ, environ, clear=True),
            patch.object(getpass, "getpass", self.code),
            # botocore's own data, read once for all.
            patch.object(botocore.session, "create_loader", lambda *_: _LOADER),
            patch.object(AssumeRoleProvider.__init__, "__defaults__", (self.code, None, None)),
            # botocore looks for its cache below the HOME that there was when it was imported.
            patch.object(SSOProvider, "_SSO_TOKEN_CACHE_DIR", cache),
            patch.object(SSOTokenProvider, "_SSO_TOKEN_CACHE_DIR", cache),
        ):
            yield environ

    def write(self, world: World) -> None:
        """Make it the one at home, where somebody is signed in."""
        world.write(self.home)
        for session in ("corp", ""):
            sign_in(self.server, self.home, session)

    def botocores(self, world: World, profile: str) -> Told:
        """What botocore makes of it, with nothing remembered."""
        if world.of(profile, "region"):
            # By intent: "own Region".
            rest = {n: v for n, v in world.environ.items() if n not in REGIONS}
            world = replace(world, environ=rest)
        try:
            return self._botocores(world, profile)
        except NoRegionError:
            # By intent: "no Region".
            first = (
                "us-gov-west-1"
                if "aws-us-gov" in (world.of(profile, "role_arn") or "")
                else "us-east-1"
            )
            there = replace(world, environ=world.environ | {"AWS_DEFAULT_REGION": first})
            told = self._botocores(there, profile)
            return replace(
                told, region=None, endpoints=told.endpoints if first[:7] != "us-gov-" else ()
            )

    def _botocores(self, world: World, profile: str) -> Told:
        self.write(world)
        with self.inside(world):
            try:
                session = botocore_session(profile)
                credentials = session.get_credentials()
                if credentials is None:
                    return Told()
                key = credentials.get_frozen_credentials()
                region = session.get_config_variable("region")
                calls = tuple(self.asked)
                for name in self.own_endpoints:
                    os.environ.pop(name, None)
                return Told(self._arn(key.access_key), region, calls, _endpoints(session))
            except NoRegionError:
                raise
            except (BotoCoreError, ClientError, ValueError, RuntimeError) as error:
                self.why = repr(error)
                return Told()

    def awsenvs(self, world: World, profile: str, anew: bool = True) -> Told:
        """What awsenv makes of it, with nothing remembered; or, not ``anew``, with all that is."""
        if anew:
            self.write(world)
        with self.inside(world) as mine:
            request, options = Request("use", profile), SessionOptions()
            try:
                chosen = resolve(request, options, Prompter(ask=self.code), dict(os.environ))
            except AwsenvError as error:
                self.why = error.message
                return Told()
            calls = tuple(self.asked)
            mine = {n: v for n, v in mine.items() if n not in self.own_endpoints}
            change = enter_session(profile, chosen.variables, mine)
            os.environ.clear()
            os.environ.update(apply_change(change, mine))
            leaks = frozenset(client_settings.find_leaks(read.profile(profile, mine), mine))
            region = os.environ.get("AWS_DEFAULT_REGION")
            key = os.environ["AWS_ACCESS_KEY_ID"]
            # Where none is said [default]'s reaches it, which no variable keeps away: `show` names it.
            there = botocore_session(None, None if region else "us-east-1")
            # What is stored was looked at when it was got.
            endpoints = _endpoints(there) if anew and "services" not in leaks else ()
            return Told(self._arn(key), region, calls, endpoints, leaks)

    def _arn(self, key: str | None) -> str:
        user = self.server.sts.users.get(key or "")
        return _named(user.arn) if user else key or ""


def botocore_session(profile: str | None, region: str | None = None) -> botocore.session.Session:
    """A session of botocore's, with nothing remembered."""
    session = botocore.session.Session(profile=profile)
    if region:
        session.set_config_variable("region", region)
    return session


def _endpoints(session: botocore.session.Session) -> tuple[str, ...]:
    region = session.get_config_variable("region") or "us-east-1"
    return tuple(
        session.create_client(
            name, region_name=region, aws_access_key_id="x", aws_secret_access_key="x"
        ).meta.endpoint_url
        for name in SERVICES
    )


def _named(arn: str) -> str:
    """``arn`` without a session's name that nobody chose."""
    return re.sub(r"/(awsenv|botocore-session)-[^/]*$", "/…", arn)


@contextmanager
def aws(folder: Path) -> Iterator[Aws]:
    """A stand-in that runs meanwhile."""
    users = [
        new_user("first", "111122223333"),
        new_user("second", "111122223333", mfa=True),
        new_user("third", "111122223333", temporary=True),
        new_user("gov", "444455556666", partition="aws-us-gov"),
    ]
    with Server(users) as server:
        yield Aws(folder / "home", server, users)


def key(user: User) -> dict[str, str]:
    """The lines of its key."""
    lines = {"aws_access_key_id": user.key_id, "aws_secret_access_key": user.secret}
    return lines | ({"aws_session_token": user.token} if user.token else {})
