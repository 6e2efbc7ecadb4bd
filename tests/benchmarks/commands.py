"""Each command beside what its time is held against, run in turn."""

import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from awsenv.demo.server import Server
from awsenv.demo.sso import START_URL
from awsenv.demo.users import User, new_user
from awsenv.profiles import read
from tests.benchmarks.measure import HEAD, Command, compare, environ, make_organization
from tests.identity_center.center import crowd, sign_in

_TYPER = "import typer\napp = typer.Typer()\n@app.command()\ndef main(): print('x')\napp()\n"
_KEY = """
import botocore.session
session = botocore.session.Session(profile="p9")
print(session.create_client("sts").get_session_token(DurationSeconds=3600)["Credentials"]["AccessKeyId"])
"""
_SSO = """
import botocore.session
session = botocore.session.Session(profile="role")
print(session.get_credentials().get_frozen_credentials().access_key)
"""
# What asks AWS nothing, and Typer has to understand.
_ASK_NOTHING = ("--help", "help use", "orgs", "link p9 org", "allow org", "logout p9", "serve --status", "list --kind key")  # fmt: skip
_PEERS = {
    "aws configure export-credentials": ["aws", "configure", "export-credentials", "--profile", "p9", "--format", "env"],
    "aws-vault": ["aws-vault", "export", "--no-session", "p9"],
    "granted": ["granted", "credential-process", "--profile", "p9"],
    "aws-sso-cli": ["aws-sso", "list-sso-roles"],
    "awsume": ["awsume", "p9", "-s"],
}  # fmt: skip


def run(python: Path, homes: dict[int, Path], runs: int) -> Iterator[str]:
    """The lines of the table, for the awsenv that is installed beside ``python``."""
    few, many = homes[10], homes[10_000]
    (few / "org").mkdir()
    program, bare = str(python.parent / "awsenv"), Command([str(python), "-c", "pass"], few)
    module = next(python.parent.parent.glob("lib/python*/site-packages/awsenv/__main__.py"))
    inner = [str(python), "-I", "-S", str(module)]
    use = ["use", "p9", "--shell", "bash"]
    replayed = Command([program, *use], few)
    yield HEAD
    yield compare("`use`, replayed", replayed, "bare Python", bare, "≤ 0.95", runs)
    yield compare("the same, as the hook calls it", Command([*inner, *use], few), "bare Python", bare, "≤ 0.95", runs)  # fmt: skip
    yield compare("`use`, replayed, 10,000 + 10,000 profiles", Command([program, *use], many), "10 + 10 profiles", replayed, "≤ 1.05", runs)  # fmt: skip
    short = Command([program, "use", "short", "--shell", "bash"], many)
    yield compare("by an alias, 10,000 + 10,000 profiles", short, "by its name", Command([program, *use], many), "≤ 1.1", runs)  # fmt: skip
    yield from _compare_marked(program, inner, many, replayed, bare, runs)
    yield compare("`use` without a record, 10,000 + 10,000", Command([program, *use], many, is_first=True), "a replay", replayed, "≤ 10", runs)  # fmt: skip
    yield from _compare_calls(python, few, runs)
    complete = Command([*inner, "complete", "bash", "--", "use", "p99"], many)
    yield compare("completion, 10,000 + 10,000 profiles", complete, "bare Python", bare, "≤ 1.5", runs)  # fmt: skip
    yield compare("`hook bash`", Command([program, "hook", "bash"], few), "bare Python", bare, "≤ 1.0", runs)  # fmt: skip
    for words in ("list", "show p9", "status"):
        command = Command([program, *words.split()], few)
        yield compare(f"`{words}`, by the processor", command, "bare Python", bare, "≤ 8", runs, True)  # fmt: skip
    yield compare("`list`, 10,000 + 10,000, by the processor", Command([program, "list"], many), "bare Python", bare, "≤ 25", runs, True)  # fmt: skip
    typer = Command([str(python), "-c", _TYPER], few)
    for words in _ASK_NOTHING:
        command = Command([program, *words.split()], few)
        yield compare(f"`{words}`, by the processor", command, "a one-line Typer command", typer, "≤ 1.4", runs // 3, True)  # fmt: skip
    for name, words_ in _PEERS.items():
        if _works(Command(words_, few)):
            yield compare("`use`, replayed", replayed, name, Command(words_, few), "—", runs // 3)


def _compare_marked(
    program: str, inner: list[str], many: Path, replayed: Command, bare: Command, runs: int
) -> Iterator[str]:
    """What a profile costs that is meant by its account, or marked by settings that name 1,000 of them."""
    size, home = "20,000 profiles, 1,000 accounts", make_organization(many.parent / "org", 1000, 20)
    use = ["use", "mine", "--shell", "bash"]
    by_name, by_number = Command([program, *use], home), [program, "use", "111122223333", *use[2:]]
    yield compare(f"`use` of a marked profile, {size}", by_name, "10 + 10 profiles", replayed, "≤ 1.05", runs)  # fmt: skip
    yield compare(f"by its account's number, {size}", Command(by_number, home), "by its name", by_name, "≤ 1.1", runs)  # fmt: skip
    complete = Command([*inner, "complete", "bash", "--", "use", "00000000099"], home)
    yield compare(f"completion of a number, {size}", complete, "bare Python", bare, "≤ 1.5", runs)
    yield compare(f"`list`, {size}, by the processor", Command([program, "list"], home), "bare Python", bare, "—", runs, True)  # fmt: skip


def _works(peer: Command) -> bool:
    """Whether it is installed, in a version that knows these words."""
    if not shutil.which(peer.words[0]):
        return False
    done = subprocess.run(peer.words, env=environ(peer.home), capture_output=True, check=False)
    return done.returncode == 0


def _compare_calls(python: Path, home: Path, runs: int) -> Iterator[str]:
    """A session of a plain key (one GetSessionToken), and one of a role of Identity Center (one GetRoleCredentials)."""
    program, other = str(python.parent / "awsenv"), "a botocore script"
    key = read.profiles({"HOME": str(home)})["p9"].key()
    with Server([User("x", "111122223333", key[0], key[1])]) as server:
        more = {"AWS_ENDPOINT_URL": server.url}
        words = [program, "use", "p9", "--session", "--fresh", "--shell", "bash"]
        script = Command([str(python), "-c", _KEY], home, more)
        yield compare("`use`, one call of STS", Command(words, home, more), other, script, "≤ 1.05", runs)  # fmt: skip
    signed_in = home.parent / "sso"
    with Server([new_user("x", "111122223333")]) as server:
        sign_in(server, signed_in, "corp")
        crowd(server, 1)
        account, (role, *_) = next(iter(server.portal.assignments.items()))
        (signed_in / ".aws/config").write_text(
            f"[sso-session corp]\nsso_start_url = {START_URL}\nsso_region = us-east-1\n"
            f"[profile role]\nsso_session = corp\nsso_account_id = {account}\nsso_role_name = {role}\nregion = us-east-1\n"
        )
        time.sleep(1.1)
        script = Command([str(python), "-c", _SSO], signed_in, server.endpoints)
        words = [program, "use", "role", "--fresh", "--shell", "bash"]
        yield compare("`use`, a role of Identity Center", Command(words, signed_in, server.endpoints), other, script, "≤ 1.05", runs)  # fmt: skip
