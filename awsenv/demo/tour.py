"""The tour: real commands in a real shell against the stand-in, each looked at."""

import secrets
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

from awsenv.demo.sandbox import Sandbox


@dataclass(frozen=True)
class Step:
    """``command`` is typed; its output must hold each of ``expected``, and its exit code be 0 or,
    where ``fails``, not 0. ``about``: a heading and a sentence, where a part begins with it."""

    command: str
    expected: tuple[str, ...] = ()
    fails: bool = False
    about: tuple[str, str] = ("", "")


def steps(box: Sandbox) -> list[Step]:
    """What the tour shows."""
    arn = {profile: user.arn for profile, user in box.users.items()}
    key = 'echo "${AWS_ACCESS_KEY_ID:-no key}"'
    return [
        Step(
            "export AWS_ACCESS_KEY_ID=AKIAMINE AWS_SECRET_ACCESS_KEY=mine",
            about=("A shell", "It has a key of somebody's; in the end that is back."),
        ),
        Step("awsenv list", tuple(box.users)),
        Step(
            'eval "$(awsenv use xxx-dev)"',
            about=(
                "A switch",
                "One line, and the shell acts as the profile; with the hook it is awsenv use xxx-dev.",
            ),
        ),
        Step('echo "$AWSENV_PROFILE in $AWS_REGION"', ("xxx-dev in ap-northeast-1",)),
        Step("caller-identity", (arn["xxx-dev"],)),
        Step('eval "$(awsenv use prod)"'),
        Step("caller-identity", (arn["prod"],)),
        Step(
            'eval "$(awsenv use pord)"',
            ("no profile named pord", "prod"),
            fails=True,
            about=(
                "A mistake",
                "One line says what to type, the command fails, and the shell stays who it was.",
            ),
        ),
        Step("caller-identity", (arn["prod"],)),
        Step('eval "$(awsenv use -)"'),
        Step("caller-identity", (arn["xxx-dev"],)),
        Step(
            'eval "$(awsenv use careful)"',
            ("needs an MFA code", "awsenv login careful"),
            fails=True,
            about=(
                "MFA",
                "A code is asked for where there is a terminal, once, for 12 hours and every shell.",
            ),
        ),
        Step('eval "$(awsenv use careful --mfa-code $(mfa-code))"'),
        Step("caller-identity", (arn["careful"],)),
        Step('eval "$(awsenv use prod)"; eval "$(awsenv use careful)"'),
        Step("awsenv status", ("careful", "777788889999", "11h")),
        Step(
            'eval "$(awsenv use careful-admin)"',
            about=("A role", "Over the session that is there: no second code."),
        ),
        Step("caller-identity", ("arn:aws:sts::777788889999:assumed-role/admin/awsenv-",)),
        Step(
            "awsenv console careful-admin --service s3 --print",
            ("/federation?Action=login", "s3%2Fhome"),
            about=("The console", "In a browser, as the profile; here only the address."),
        ),
        Step(
            "BROWSER=person awsenv login xxx-admin",
            ("signed in to demo",),
            about=(
                "IAM Identity Center",
                "Signing in with a browser, which a person of ours does here.",
            ),
        ),
        Step('eval "$(awsenv use xxx-admin)"'),
        Step("caller-identity", ("assumed-role/AWSReservedSSO_AdministratorAccess",)),
        *(_console_user(arn["xxx-dev"]) if find_spec("awscrt") else ()),
        Step(
            "awsenv sso setup --session demo --account search-prod --region eu-west-1",
            ("2 profiles added", "search-prod-readonly"),
            about=("All its profiles", "One command makes a profile of each account and role."),
        ),
        Step("awsenv sso sync", ("up to date",)),
        Step('eval "$(awsenv use search-prod-readonly)"'),
        Step("caller-identity", ("assumed-role/AWSReservedSSO_ReadOnlyAccess",)),
        Step(
            "awsenv exec prod -- caller-identity",
            (arn["prod"],),
            about=("One command", "As another profile; this shell stays who it is."),
        ),
        Step(
            "awsenv dotenv prod --live -o .env && cat .env",
            (".env acts as prod", "/profiles/prod"),
            about=("Containers", "A .env without a key: what reads it asks, and renews by itself."),
        ),
        Step("awsenv exec prod --live --server -- caller-identity", (arn["prod"],)),
        Step("awsenv serve --status", ("prod",)),
        Step("awsenv dotenv --revoke", ("holds no session any more",)),
        Step("awsenv serve --stop"),
        Step(
            'eval "$(awsenv off)"',
            about=("Off", "Every variable is as it was before the first use."),
        ),
        Step(key, ("AKIAMINE",)),
        Step("unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY; caller-identity", (arn["default"],)),
        Step(
            "awsenv rotate prod",
            ("prod: key AKIA", "is deleted"),
            about=("A new key", "Made, tried, stored, and the one before deleted."),
        ),
        Step("AWS_PROFILE=prod caller-identity", (arn["prod"],)),
        *(_keychain(arn["prod"]) if find_spec("keyring") else ()),
    ]


def _console_user(arn: str) -> list[Step]:
    """Its part on signing in as the console's user, which is an extra."""
    return [
        Step(
            "BROWSER=person awsenv login mine --new --region eu-west-1",
            ("profile mine in ~/.aws/config is", arn),
            about=("The console's user", "A sign-in without a key, as aws login does it."),
        ),
        Step('eval "$(awsenv use mine)"'),
        Step("caller-identity", (arn,)),
        Step("awsenv logout mine"),
    ]


def _keychain(arn: str) -> list[Step]:
    """Its part on the keychain, which is an extra."""
    return [
        Step(
            "awsenv keychain import prod",
            ("no longer in a file",),
            about=("The keychain", "The key leaves the file, and everything goes on."),
        ),
        Step("! grep -A2 '^.prod.$' ~/.aws/credentials"),
        Step("awsenv keychain list", ("prod",)),
        Step("AWS_PROFILE=prod caller-identity", (arn,)),
    ]


def run(box: Sandbox, walk: list[Step], say: Callable[[str], None]) -> int:
    """Type each step of ``walk`` into one bash in ``box``; how many failed.

    ``say`` is called with each line: the command, what it printed, what came of it. The first
    failure ends the tour: what follows would build on it.
    """
    # Long and random: nothing that a command prints ends its step by chance.
    marker = f"--{secrets.token_hex(16)}--"
    with subprocess.Popen(
        ["bash", "--noprofile", "--norc"],
        env=box.environ,
        cwd=box.home,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        start_new_session=True,  # no terminal: nobody is asked
    ) as shell:
        assert shell.stdin
        assert shell.stdout
        for step in walk:
            heading, sentence = step.about
            if heading:
                say(f"\n== {heading} ==\n{sentence}\n")
            say(f"$ {step.command}")
            # Its own stdin is nothing: the shell's holds the steps to come.
            shell.stdin.write(f"{{ {step.command}\n}} </dev/null; echo {marker} $?\n")
            shell.stdin.flush()
            output: list[str] = []
            status = ""
            for line in shell.stdout:
                text, found, rest = line.rstrip("\n").partition(marker)
                if text:
                    say(f"  {text}")
                    output.append(text)
                if found:
                    status = rest.strip()
                    break
            if problem := _problem(step, status, "\n".join(output)):
                say(f"  ✗ {problem}")
                shell.stdin.close()
                return 1
            say(f"  ✓ {'refused, as it must be' if step.fails else 'ok'}")
        shell.stdin.close()
    return 0


def _problem(step: Step, status: str, output: str) -> str:
    if not status:
        return "the shell ended"
    if (status != "0") != step.fails:
        return f"exit code {status}"
    missing = [text for text in step.expected if text not in output]
    return f"expected to see: {', '.join(missing)}" if missing else ""
