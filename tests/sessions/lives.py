"""What happens to one home over time: somebody signs in, uses, signs out, with either tool, and somebody else comes.

Each sign-in is somebody of another name, so whom a session names is the sign-in that it came from; what botocore makes of
the home with nothing remembered is who it ought to be.
"""

import json
import os
import random
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from botocore.utils import JSONFileCache

from awsenv import replay
from awsenv.actions import logout
from awsenv.aws.context import Context
from awsenv.aws.options import Prompter, SessionOptions
from awsenv.aws_login import sign_in as console
from awsenv.aws_login import tokens
from awsenv.demo.portal import OidcError
from awsenv.demo.sso import START_URL
from awsenv.demo.users import User, new_user
from awsenv.errors import AwsenvError
from awsenv.identity_center import sign_in as center
from awsenv.identity_center import token
from awsenv.profiles import read
from awsenv.request import Request
from awsenv.sessions.resolve import resolve
from tests.sessions.worlds import Aws, World, botocore_session

ACCOUNT = "111122223333"
LOGIN = f"arn:aws:iam::{ACCOUNT}:user/me"
# A profile of each kind that a sign-in is behind, and one over each.
PROFILES = ("new", "old", "login", "over-new", "over-old", "over-login")


@dataclass
class Life:
    """One home. ``told`` is what happened, for whoever reads of a difference; ``ended`` are the profiles whose sign-in has
    ended by itself."""

    here: Aws
    choose: random.Random
    told: list[str] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    count: int = 0

    def begin(self) -> None:
        """Nobody has ever signed in."""
        center_of = {"sso_account_id": ACCOUNT, "sso_role_name": "Reader", "region": "eu-west-1"}
        old = {"sso_start_url": START_URL, "sso_region": "us-east-1"}
        config = {
            "sso-session corp": {**old, "sso_registration_scopes": "sso:account:access"},
            "profile new": {"sso_session": "corp", **center_of},
            "profile old": {**old, **center_of},
            "profile login": {"login_session": LOGIN, "region": "eu-west-1"},
        }
        for name in ("new", "old", "login"):
            over = {"role_arn": self.here.arn("one"), "source_profile": name}
            config[f"profile over-{name}"] = {**over, "region": "eu-west-1"}
        World(config).write(self.here.home)

    def step(self) -> str:
        """Let something happen; what differs then, empty for nothing."""
        happen = self.choose.choice(STEPS)
        profile = self.choose.choice(PROFILES)
        self.told.append(f"{happen.__name__} {profile}")
        with self.here.inside(World()) as environ:
            return happen(self, profile, environ) or ""

    def newcomer(self) -> str:
        """The name of somebody who has never been here."""
        self.count += 1
        return f"person-{self.count}"

    def person(self, key: str) -> str:
        """Whose the session with the ``key`` is."""
        return self.here.server.sts.users[key].name

    def where(self, profile: str, environ: dict[str, str]) -> token.SsoSession:
        """The sign-in that is behind ``profile``, of those of Identity Center."""
        return token.of_profile(read.profile(base(profile), environ), environ)


def base(profile: str) -> str:
    """The profile that ``profile`` stands on."""
    return profile.removeprefix("over-")


def path_of(life: Life, profile: str, environ: dict[str, str]) -> Path:
    """Where its sign-in lies."""
    if base(profile) == "login":
        return Path(tokens.path(LOGIN, environ))
    return Path(life.where(profile, environ).token_path(environ))


def sign_in_by_ours(life: Life, profile: str, environ: dict[str, str]) -> None:
    """``awsenv login``."""
    found = read.profile(base(profile), environ)
    if base(profile) == "login":
        sign_in_to_console(life, found, environ)
        return
    life.here.server.sso.person = life.newcomer()

    def allow(_: str) -> None:
        for device in life.here.server.sso.devices.values():
            device.state = "allowed"

    context = Context(found, environ, Prompter(show=allow, by_code=True))
    center.sign_in(life.where(profile, environ), found, context)
    life.ended.discard(base(profile))


def sign_in_by_cli(life: Life, profile: str, environ: dict[str, str]) -> None:
    """``aws sso login`` or ``aws login``: what these leave at the same place."""
    if base(profile) == "login":
        sign_in_to_console(life, read.profile("login", environ), environ)
        return
    sso, where = life.here.server.sso, life.where(profile, environ)
    sso.clients["cli"] = "cli's"
    given = sso.issue("cli", life.newcomer())
    left = life.choose.choice([600, 8 * 3600])
    fields = {
        "startUrl": START_URL,
        "region": "us-east-1",
        "accessToken": given["accessToken"],
        "expiresAt": format_time(time.time() + left),
    }
    if where.name and life.choose.random() < 0.7:
        fields |= {
            "clientId": "cli",
            "clientSecret": "cli's",
            "registrationExpiresAt": format_time(time.time() + 86_400),
            "refreshToken": given["refreshToken"],
        }
    path = path_of(life, profile, environ)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(fields))
    life.ended.discard(base(profile))


def sign_in_to_console(life: Life, profile: Any, environ: dict[str, str]) -> None:
    """Both tools leave the same file."""
    person: User = replace(new_user(life.newcomer(), ACCOUNT), arn_end="user/me")
    life.here.server.signin.person = person
    page: list[str] = []

    def paste(_: str) -> str:
        shown = urlopen(page[-1], data=b"answer=allow").read().decode()
        return str(shown.partition('id="code">')[2].partition("<")[0])

    context = Context(profile, environ, Prompter(ask=paste, show=page.append))
    console.sign_in_as(profile, context)


def sign_out_by_ours(life: Life, profile: str, environ: dict[str, str]) -> None:
    logout.logout(life.choose.choice([profile, base(profile), ""]), False, environ, lambda _: None)


def sign_out_by_cli(life: Life, profile: str, environ: dict[str, str]) -> None:
    """``aws logout`` takes its file; ``aws sso logout`` every token and what it has stored of Identity Center's roles,
    and leaves what it has stored of roles over them."""
    if base(profile) == "login":
        path_of(life, profile, environ).unlink(missing_ok=True)
        return
    for path in (life.here.home / ".aws/sso/cache").glob("*.json"):
        given = json.loads(path.read_text())
        if "startUrl" in given:
            with suppress(OidcError):  # it has been signed out, or has ended
                life.here.server.sso.answer("POST", "/logout", {}, given["accessToken"], b"")
            path.unlink()
    for path in (life.here.home / ".aws/cli/cache").glob("*.json"):
        if json.loads(path.read_text()).get("ProviderType") == "sso":
            path.unlink()


def use_by_cli(life: Life, profile: str, environ: dict[str, str]) -> None:
    """``aws sts get-caller-identity``, which stores what it got, and believes what is stored."""
    session = botocore_session(profile)
    cache = JSONFileCache(str(life.here.home / ".aws/cli/cache"))
    for name in ("assume-role", "sso"):
        session.get_component("credential_provider").get_provider(name).cache = cache
    by_botocore(life, session)


def end_soon(life: Life, profile: str, environ: dict[str, str]) -> None:
    """The token is so near its end that whoever looks renews it."""
    age(life, profile, environ, 200)


def end(life: Life, profile: str, environ: dict[str, str]) -> None:
    """It is at its end, and can be renewed by nobody."""
    if base(profile) != "login" and age(life, profile, environ, -1):
        life.ended.add(base(profile))


def age(life: Life, profile: str, environ: dict[str, str], left: int) -> bool:
    path = path_of(life, profile, environ)
    if not path.exists():
        return False
    found = json.loads(path.read_text())
    place = found["accessToken"] if base(profile) == "login" else found
    place["expiresAt"] = format_time(time.time() + left)
    if left < 0:
        found.pop("refreshToken", None)
    path.write_text(json.dumps(found))
    return True


def restore(life: Life, profile: str, environ: dict[str, str]) -> None:
    """The file that lay there at first comes back, with its old times: a backup."""
    path = path_of(life, profile, environ)
    kept = life.here.home / f"backup-{base(profile)}"
    if kept.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(kept.read_bytes())
        os.utime(path, (1_700_000_000, 1_700_000_000))
    elif path.exists():
        kept.write_bytes(path.read_bytes())


def use(life: Life, profile: str, environ: dict[str, str]) -> str:
    """``awsenv use``: a difference, if it is not who botocore says."""
    if life.choose.random() < 0.5:
        ours, theirs = (
            by_awsenv(life, profile, environ),
            by_botocore(life, botocore_session(profile)),
        )
    else:
        theirs, ours = (
            by_botocore(life, botocore_session(profile)),
            by_awsenv(life, profile, environ),
        )
    if ours == theirs or (not theirs and base(profile) in life.ended):
        return ""  # by intent: "an ended sign-in"
    return f"{profile}: {ours or 'nobody'}, and botocore says {theirs or 'nobody'}"


def by_awsenv(life: Life, profile: str, environ: dict[str, str]) -> str:
    request = Request("use", profile)
    found = replay.find_session(request, environ)
    if found is not None:
        return life.person(found.variables["AWS_ACCESS_KEY_ID"])
    try:
        chosen = resolve(request, SessionOptions(), Prompter(), environ)
    except AwsenvError:
        return ""
    return life.person(chosen.variables["AWS_ACCESS_KEY_ID"])


def by_botocore(life: Life, session: Any) -> str:
    try:
        credentials = session.get_credentials()
        return life.person(credentials.get_frozen_credentials().access_key) if credentials else ""
    except Exception as error:
        life.told.append(f"botocore: {error}"[:100])
        return ""


def format_time(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


# Uses among them are as many as all else.
STEPS: list[Callable[[Life, str, dict[str, str]], str | None]] = [
    sign_in_by_ours, sign_in_by_cli, sign_in_by_cli, sign_out_by_ours, sign_out_by_cli, use_by_cli, use_by_cli,
    end_soon, end, restore, use, use, use, use, use, use, use,
]  # fmt: skip
