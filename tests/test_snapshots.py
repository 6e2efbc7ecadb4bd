"""Every text that a shell or a person's tool gets, as it stands in ``tests/snapshots/`` for a reviewer to read.

`make snapshots` writes them anew: what differs then is what a change does to every shell. What another
machine, place or moment makes of a text is named there: HOME, PROGRAM, NOW, a DIGEST.
"""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from awsenv import distribution, paths
from tests.program import awsenv, until
from tests.shells.real import BIN

FOLDER = Path(__file__).parent / "snapshots"
SHIPPED = Path(__file__).parents[1] / "shell"
RENEWS = os.environ.get("AWSENV_SNAPSHOTS") == "renew"
FORMS = ("bash", "zsh", "fish", "posix", "direnv", "json", "nushell", "elvish", "xonsh", "tcsh", "sts", "credential-process")  # fmt: skip
HOOKS = ("bash", "zsh", "fish", "nushell", "elvish", "xonsh", "tcsh", "posix")
ODD = 'it\'s 50% "off"! é'
ENDS = "2099-01-01T00:00:00Z"
CONFIG = f"""\
[profile dev]
region = us-east-1
output = json
endpoint_url = http://127.0.0.1:4566
[profile admin]
credential_process = cat {{home}}/session.json
region = eu-west-1
aws_account_id = 111122223333
[profile broken]
credential_process = false
[profile lines]
credential_process = cat {{home}}/lines.json
[profile {ODD}]
region = us-west-2
"""
CREDENTIALS = f"""\
[dev]
aws_access_key_id = AKIADEV
aws_secret_access_key = s$(touch x)`'\\!"
[{ODD}]
aws_access_key_id = AKIAODD
aws_secret_access_key = odd
"""
SESSION = f"""\
{{"Version": 1, "AccessKeyId": "ASIAADMIN", "SecretAccessKey": "admin", "SessionToken": "token==", "Expiration": "{ENDS}"}}
"""
# What a shell has that acts as `admin`, and as another that has an endpoint for one service.
AS_ADMIN = {"AWS_ACCESS_KEY_ID": "ASIAADMIN", "AWS_SECRET_ACCESS_KEY": "admin", "AWS_SESSION_TOKEN": "token==",
            "AWS_REGION": "eu-west-1", "AWS_DEFAULT_REGION": "eu-west-1", "AWS_CREDENTIAL_EXPIRATION": ENDS,
            "AWS_ACCOUNT_ID": "111122223333", "AWSENV_PROFILE": "admin"}  # fmt: skip
AS_ADMIN["AWSENV_SET"] = " ".join(name for name in AS_ADMIN if name.startswith("AWS_"))
AS_OTHER = {"AWS_ACCESS_KEY_ID": "AKIAOTHER", "AWS_SECRET_ACCESS_KEY": "other", "AWS_ENDPOINT_URL_S3": "http://x",
            "AWSENV_PROFILE": "other", "AWSENV_SET": "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_ENDPOINT_URL_S3"}  # fmt: skip

# How `use` and `off` may be asked: title → words, and what is exported before.
USES: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "use": (("use", "admin"), {}),
    "use, a plain key with settings": (("use", "dev"), {"AWS_REGION": "mine", "AWS_PROFILE": "mine"}),
    "use, again": (("use", "admin"), AS_ADMIN),
    "use, over another": (("use", "admin"), AS_OTHER),
    "use --profile-only": (("use", "dev", "--profile-only"), {}),
    "use, a newline in a value": (("use", "lines"), {}),
    "off": (("off",), AS_OTHER),
    "use, failing": (("use", "nobody"), {}),
}  # fmt: skip


class Ground:
    """A home with profiles whose sessions are recorded, and two folders of an organization: one allowed,
    one not."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / ".aws").mkdir()
        (home / ".aws/config").write_text(CONFIG.format(home=home))
        (home / ".aws/credentials").write_text(CREDENTIALS)
        (home / "session.json").write_text(SESSION)
        (home / "lines.json").write_text(SESSION.replace("token==", "two\\nlines"))
        for folder, profile in (("org", "admin"), ("broken", "broken"), ("not", "admin")):
            (home / folder).mkdir()
            (home / folder / ".envrc").write_text(f"use_aws {profile}\ndotenv\n")
            (home / folder / ".env").write_text(f"STAGE={folder}\n")
        for folder in ("org", "broken"):
            assert self.run("allow", str(home / folder))
        self._states: dict[str, str] = {}
        self._settle()
        for profile in ("admin", "dev", ODD):
            self.run("use", profile, "--shell", "json")
        self._settle()  # the records, too: of one of this very second tcsh asks at the next prompt

    def _settle(self) -> None:
        """Wait until nothing is of this moment: the youngest of all, for a slow machine allows later than it writes."""
        until(lambda: time.time() - max(p.stat().st_ctime for p in self.home.rglob("*")) > 1.1)

    def run(self, *words: str, cwd: str = "", **environ: str) -> str:
        """What awsenv prints to both, with names for what is another elsewhere."""
        result = awsenv(self.home, *words, cwd=self.home / cwd, **environ)
        text = result.stdout + "".join(f"stderr: {line}\n" for line in result.stderr.splitlines())
        return self.name(text + (f"exit: {result.returncode}\n" if result.returncode else ""))

    def find_state(self, folder: str) -> str:
        """What a shell keeps that stands in ``folder``, where it had a STAGE of its own."""
        if folder not in self._states:
            asked = awsenv(self.home, "hook-env", "bash", "", cwd=self.home / folder, STAGE="mine")
            [self._states[folder]] = re.findall(r"__awsenv_state='([^']*)'", asked.stdout)
        return self._states[folder]

    def name(self, text: str) -> str:
        """``text`` as it is on every machine."""
        program = paths.program_words()
        text = text.replace(distribution.format_install(), "uv tool install awsenv-shell")
        text = text.replace(str(BIN), "BIN")
        known = {program[-1]: "PROGRAM", program[0]: "BIN/python", str(SHIPPED): "SHIPPED", str(self.home): "HOME"}  # fmt: skip
        for value, word in known.items():
            text = text.replace(value, word).replace(value.replace("/", "%2F"), word)
        for pattern, word in (
            (r"= \d+:\d+", "= DEVICE:INODE"),  # before a digest, which it may look like
            (r"\b(\w+):[0-9a-f]{8}\b", r"\1:DIGEST"),
            (r"\b(loaded|files|key_files)=\d+", r"\1=DIGEST"),
            (r"looked/(l?)\d+", r"looked/\1NUMBER"),
            (r"\b1[789]\d{8}\.\d{9}\b|\b1[789]\d{17}\b", "TIME"),
            # What zsh, nushell, xonsh and tcsh compare of a file beside its times.
            (r'(?<=\. \.\)found\}" != )\d[^|\]]*', "NUMBERS "),
            (r'"(inode|size)": \d+', r'"\1": NUMBER'),
            (r"\[TIME, TIME, \d+, \d+, \d+\]", "[TIME, TIME, NUMBERS]"),
            (r"(-Z [^|]*?= )\d+", r"\1SIZE"),
            (r"\b1[789]\d{8}\b", "NOW"),
            (r"admin \d+h\d+m", "admin TIME"),
        ):
            text = re.sub(pattern, word, text)
        return text


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    with TemporaryDirectory(dir="/tmp") as folder:  # whose depth says where an .envrc may come
        yield Path(folder).resolve()


@pytest.fixture
def ground(place: Path, grounds: list[Ground]) -> Ground:
    if not grounds:
        grounds.append(Ground(place))
    return grounds[0]


@pytest.fixture(scope="module")
def grounds() -> list[Ground]:
    """The one ground, made by the first test that stands on it."""
    return []


def compare(name: str, texts: dict[str, str]) -> None:
    """``texts``, by title, are what the file ``name`` of snapshots holds."""
    path = FOLDER / f"{name}.txt"
    found = "\n".join(f"=== {title}\n{text}" for title, text in texts.items())
    if RENEWS:
        path.write_text(found)
    assert found == path.read_text(), "make snapshots writes it anew"


@pytest.mark.parametrize("form", FORMS)
def test_use_and_off_print_what_was_read(form: str, ground: Ground) -> None:
    if form in ("sts", "credential-process"):
        words = ("--shell", "sts") if form == "sts" else ()
        command = "use" if form == "sts" else form
        found = {f"{command} {p}": ground.run(command, p, *words) for p in ("admin", "dev", ODD, "broken")}  # fmt: skip
    else:
        found = {
            title: ground.run(*words, "--shell", form, **environ)
            for title, (words, environ) in USES.items()
        }
    compare(f"use.{form}", found)


@pytest.mark.parametrize("shell", HOOKS)
def test_a_hook_is_the_shipped_text_with_the_program_in_front(shell: str, ground: Ground) -> None:
    text = ground.run("hook", shell)
    for shipped in sorted(SHIPPED.iterdir()):
        body = shipped.read_text()
        text = text.replace(body, f"<shell/{shipped.name}>\n")
        text = text.replace(body.replace("'", "'\\''"), f"<shell/{shipped.name}, quoted>\n")
    install = ground.run("hook", shell, "--install")
    compare(f"hook.{shell}", {"hook": text, "hook --install": install})


# What a hook asks: title → where, with which words, and what the shell has. ``after`` is the folder that it was
# answered in before, whose state it hands back.
OLD = AS_ADMIN | {"AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z"}
IN_ORG = AS_ADMIN | {"STAGE": "org", "AWSENV_DIR": "HOME/org", "AWSENV_VARS": "STAGE"}
IN_BROKEN = {"AWS_PROFILE": "awsenv-no-session:broken", "AWSENV_SET": "AWS_PROFILE", "STAGE": "broken",
             "AWSENV_DIR": "HOME/broken", "AWSENV_VARS": "STAGE"}  # fmt: skip
SITUATIONS: dict[str, dict[str, Any]] = {
    "outside": {},
    "into a bound folder": {"cwd": "org", "has": {"STAGE": "mine", "AWS_PROFILE": "mine"}},
    "in it, nothing changed": {"cwd": "org", "after": "org", "has": IN_ORG},
    "out of it": {"after": "org", "has": IN_ORG},
    "off in it": {"cwd": "org", "words": ("off",), "after": "org", "has": IN_ORG},
    "use in it": {"cwd": "org", "words": ("use", ODD), "after": "org", "has": IN_ORG},
    "into one that is not allowed": {"cwd": "not", "after": "org", "has": IN_ORG},
    "into one whose session must be got: nobody at first": {"cwd": "broken"},
    "then it cannot be had": {"cwd": "broken", "flags": "a", "after": "broken", "has": IN_BROKEN},
    "use outside": {"words": ("use", ODD), "has": {"AWS_REGION": "mine", "AWS_PROFILE": "mine"}},
    "use outside, failing": {"words": ("use", "nobody")},
    "use where the prompt shows it": {"words": ("use", ODD), "flags": "p"},
    "a child of a shell that acts as admin": {"flags": "p", "has": AS_ADMIN},
    "its session has ended: first that": {"has": OLD},
    "then it is another": {"flags": "a", "has": OLD | {"AWS_ACCESS_KEY_ID": "ASIAOLD"}},
    "out of a folder, to a newline": {"after": "org", "has": IN_ORG, "was": ("STAGE=xmine", "STAGE=xtwo%0Alines")},
}  # fmt: skip


@pytest.mark.parametrize("shell", [shell for shell in HOOKS if shell != "posix"])
def test_a_hook_is_answered_in_its_shells_words(shell: str, ground: Ground) -> None:
    compare(f"answer.{shell}", {title: _ask(ground, shell, **SITUATIONS[title]) for title in SITUATIONS})  # fmt: skip


def _ask(
    ground: Ground,
    shell: str,
    cwd: str = "",
    words: tuple[str, ...] = (),
    flags: str = "",
    after: str = "",
    has: dict[str, str] | None = None,
    was: tuple[str, str] = ("", ""),
) -> str:
    environ = {n: v.replace("HOME", str(ground.home)) for n, v in (has or {}).items()}
    environ["_AWSENV_STATE"] = ground.find_state(after).replace(*was) if after else ""
    asked = [*words]
    if shell == "tcsh":  # which says its words in variables
        environ |= {f"_AWSENV_{n + 1}": word for n, word in enumerate(words)}
        asked = [str(len(words))]
    return ground.run("hook-env", shell, flags, *asked, cwd=cwd, **environ)


def test_completion_names_what_may_come(ground: Ground) -> None:
    lines = (("",), ("use", ""), ("use", "adm"), ("use", "--"), ("use", "--region", "eu-w"), ("hook", ""), ("sso", ""),
             ("exec", "admin", "--", "ls", ""), ("use", "--shell", ""), ("allow", ""), ("use", "--account", ""))  # fmt: skip
    compare("complete", {" ".join(words): ground.run("complete", "bash", "--", *words) for words in lines})  # fmt: skip
