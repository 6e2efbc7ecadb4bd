"""A home of its own to play in: AWS files, an environment, and nothing of the caller's."""

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from awsenv.demo import organization
from awsenv.demo.server import Server
from awsenv.demo.sso import START_URL
from awsenv.demo.sts import Role
from awsenv.demo.users import User, new_user

ROLE = "arn:aws:iam::777788889999:role/admin"
CENTER = "888899990000"
PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy"}

_CALLER_IDENTITY = """\
#!{python}
import boto3
print(boto3.client("sts").get_caller_identity()["Arn"])
"""


# A browser with a person in front who clicks Allow. As a browser that is open already it ends at
# once: the AWS CLI serves its callback only then.
_PERSON = """\
#!{python}
import os, sys, urllib.request
if os.fork():
    os._exit(0)
os.setsid()
quiet = os.open(os.devnull, os.O_RDWR)
for descriptor in (0, 1, 2):
    os.dup2(quiet, descriptor)
page = urllib.request.urlopen(sys.argv[1], timeout=30).geturl()
urllib.request.urlopen(page, data=b"answer=allow", timeout=30).read()
"""

_MFA_CODE = """\
#!{python}
from awsenv.demo.users import Device
print(Device({serial!r}, {secret!r}).code())
"""


@dataclass(frozen=True)
class Sandbox:
    """``environ`` is what a program in it is started with; ``users`` go by profile."""

    home: Path
    users: dict[str, User]
    server: Server
    environ: dict[str, str]


@contextmanager
def sandbox(caller: dict[str, str], program: Path | None = None) -> Iterator[Sandbox]:
    """A sandbox whose stand-in answers as long as the context lasts.

    ``caller`` is the caller's environment; ``program`` an awsenv other than this one.
    """
    users = {
        "xxx-dev": new_user("dev-user", "111122223333"),
        "prod": new_user("prod-user", "444455556666"),
        "careful": new_user("careful", "777788889999", mfa=True),
        "default": new_user("everyday", "111122223333"),
    }
    with tempfile.TemporaryDirectory(prefix="awsenv-demo-") as folder, Server(users.values()) as it:
        home = Path(folder)
        it.sts.roles[ROLE] = Role(ROLE, needs_mfa=True)
        organization.found(it.portal, CENTER)
        it.signin.person = users["xxx-dev"]
        _write_files(home, users)
        # The console script stands beside the interpreter that it was installed for.
        awsenv = program.parent if program else Path(sys.executable).parent
        environ = {
            name: value
            for name, value in caller.items()
            if not name.startswith(("AWS_", "AWSENV_", "XDG_", "DIRENV_"))
            and name.lower() not in PROXIES
        }
        environ["HOME"] = folder
        environ["PATH"] = f"{home / 'bin'}:{awsenv}:{caller.get('PATH', os.defpath)}"
        environ.update(it.endpoints)
        environ["PYTHON_KEYRING_BACKEND"] = "awsenv.demo.keychain.Keychain"
        environ["AWS_EC2_METADATA_DISABLED"] = "true"  # nothing here leaves the machine
        yield Sandbox(home, users, it, environ)


def _write_files(home: Path, users: dict[str, User]) -> None:
    aws = home / ".aws"
    aws.mkdir(mode=0o700)
    _write(
        aws / "credentials",
        "\n".join(
            f"[{profile}]\naws_access_key_id = {user.key_id}\n"
            f"aws_secret_access_key = {user.secret}\n"
            for profile, user in users.items()
        ),
        0o600,
    )
    _write(
        aws / "config",
        "[default]\nregion = ap-northeast-1\noutput = json\n\n"
        "[profile xxx-dev]\nregion = ap-northeast-1\noutput = json\n\n"
        "[profile prod]\nregion = us-east-1\noutput = table\n\n"
        "[profile careful]\nregion = eu-west-1\n"
        f"mfa_serial = {users['careful'].device.serial if users['careful'].device else ''}\n\n"
        f"[sso-session demo]\nsso_start_url = {START_URL}\nsso_region = us-east-1\n\n"
        f"[profile xxx-admin]\nsso_session = demo\nsso_account_id = {CENTER}\n"
        "sso_role_name = AdministratorAccess\nregion = us-east-1\n\n"
        f"[profile careful-admin]\nregion = eu-west-1\nrole_arn = {ROLE}\nsource_profile = careful\n",
        0o600,
    )
    (home / "bin").mkdir()
    device = users["careful"].device
    if device is not None:
        # The phone that a person would look at.
        script = _MFA_CODE.format(python=sys.executable, serial=device.serial, secret=device.secret)
        _write(home / "bin/mfa-code", script, 0o700)
    _write(home / "bin/person", _PERSON.format(python=sys.executable), 0o700)
    script = _CALLER_IDENTITY.format(python=sys.executable)
    _write(home / "bin/caller-identity", script, 0o700)


def _write(path: Path, text: str, mode: int) -> None:
    path.touch(mode=mode)
    path.write_text(text)
