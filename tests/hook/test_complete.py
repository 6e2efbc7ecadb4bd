"""Completion: what may stand where the cursor is, and a person's Tab in real shells."""

from pathlib import Path

import pexpect
import pytest

from tests.program import awsenv
from tests.shells.conftest import home
from tests.shells.real import HOOKED, Shell, clean, installed
from tests.shells.test_hook import load

__all__ = ["home"]


def words(home: Path, *line: str) -> list[str]:
    """What may stand where the last word of ``line`` is."""
    result = awsenv(home, "complete", "bash", "--", *line)
    assert (result.returncode, result.stderr) == (0, "")
    return result.stdout.splitlines()


CASES = {
    "commands": (("us",), ["use\tMake this shell act as PROFILE."]),
    "profiles": (("use", ""), ["dev", "temporary", "role", "bare"]),
    "a second argument": (("use", "dev", ""), []),
    "options with their help": (
        ("use", "--reg"),
        ["--region\tInstead of the profile's own Region."],
    ),
    "regions": (("use", "dev", "--region", "us-gov"), ["us-gov-east-1", "us-gov-west-1"]),
    "a value behind =": (("use", "--region=eu-w"), [f"--region=eu-west-{n}" for n in (1, 2, 3)]),
    "bash's three words": (
        ("use", "--region", "=", "eu-central"),
        ["eu-central-1", "eu-central-2"],
    ),
    "accounts": (("use", "dev", "--account", ""), ["123456789012\tdev"]),
    "a profile behind an option": (("use", "--region", "x-1", "de"), ["dev"]),
    "files": (("allow", ""), ["@files"]),
    "a file of an option": (("add", "x", "--csv", ""), ["@files"]),
    "a command's own": (("exec", "dev", "--", "git", "che"), ["@command 4"]),
    "shells": (("hook", "z"), ["zsh"]),
    "commands below": (("sso", "sy"), ["sync"]),
    "nothing": (("nope", ""), []),
}


@pytest.mark.parametrize(("line", "expected"), CASES.values(), ids=CASES)
def test_what_may_stand_there(line: tuple[str, ...], expected: list[str], home: Path) -> None:
    found = words(home, *line)
    assert found[: len(expected)] == expected or [w.split("\t")[0] for w in found] == expected
    assert words(home, *line) == found  # by the table, which the first left
    assert (home / ".local/state/awsenv/completion").exists()


def test_organizations_are_those_below_ghqs_root(home: Path) -> None:
    for org in ("a", "b"):
        (home / "ghq/github.com" / org / "repo").mkdir(parents=True)
    assert words(home, "link", "dev", "--org", "github.com/b") == ["github.com/b"]


def test_what_means_a_profile_is_offered_where_it_is_typed(home: Path) -> None:
    with (home / ".aws/config").open("a") as config:
        config.write("[profile p-admin]\nsso_account_id = 444455556666\nsso_role_name = Admin\nawsenv_account = Our  Prod\nawsenv_alias = short dev\n")  # fmt: skip
    for _ in range(2):  # and as they were left
        assert words(home, "use", "s") == ["short\tp-admin"]
        assert words(home, "use", "44") == ["444455556666\tp-admin"]
        assert words(home, "use", "444455556666/") == ["444455556666/Admin\tp-admin"]
        assert words(home, "show", "Our") == ["Our Prod/Admin\tp-admin"]
        assert words(home, "exec", "Admin@4") == ["Admin@444455556666\tp-admin"]
        assert words(home, "use", "") == ["dev", "temporary", "role", "p-admin", "bare", "short\tp-admin"]  # fmt: skip
        assert words(home, "remove", "sh") == words(home, "rename", "44") == []
        assert words(home, "alias", "x", "p-") == ["p-admin"]
        assert words(home, "alias", "p-") == []
    (home / "t.toml").write_text("name = 'acme'\n")
    awsenv(home, "team", "add", "t.toml")
    assert words(home, "team", "sync", "a") == ["acme"]
    assert words(home, "team", "add", "") == ["@files"]


def test_a_damaged_table_heals(home: Path) -> None:
    expected = words(home, "use", "--re")
    table = home / ".local/state/awsenv/completion"
    for text in (b"", b"junk\n", table.read_bytes()[:200], b"\xff\xfe", b"\0" * 100):
        table.write_bytes(text)
        assert words(home, "use", "--re") == expected


def test_a_name_that_looks_like_a_word_of_ours_is_none(home: Path) -> None:
    name = "@command a[$(touch pwned)]"
    with (home / ".aws/config").open("a") as config:
        config.write(f"[profile '{name}']\nregion = r\n[profile @files]\nregion = r\n")
    assert awsenv(home, "show", name).returncode == 0  # the control: it is one
    assert not [line for line in words(home, "use", "") if line.startswith("@")]
    assert words(home, "allow", "") == ["@files"]
    # Nor does bash compute with what it is told.
    bash = HOOKED[0]
    script = (
        load(bash)
        + f"\nawsenv() {{ :; }}; _command_offset() {{ : $(($1)); }}\n__awsenv_program=(printf '%s\\n' '{name}')\n"
        "COMP_WORDS=(awsenv use @) COMP_CWORD=2; __awsenv_complete\n"
    )
    bash.run(script, clean(home), home)
    assert not list(home.rglob("pwned"))


# How a person's Tab looks: what is typed, and what stands on the screen behind it.
TABS = {
    "a profile": ("echo_ use temp\t", "use temporary"),
    "a command": ("echo_ stat\t", "status"),
    "an option": ("echo_ use dev --profile-o\t", "--profile-only"),
    "behind exec": ("echo_ exec dev -- mkfif\t", "mkfifo"),
}


@pytest.mark.parametrize("shell", HOOKED, ids=lambda shell: shell.name)
def test_a_persons_tab(shell: Shell, home: Path) -> None:
    start = {
        "bash": ("--norc", "--noprofile", "-i"),
        "zsh": ("-f", "-i"),
        "fish": ("--no-config", "-i"),
    }[shell.name]
    environ = clean(home, TERM="dumb" if shell.name != "fish" else "xterm", PS1="$ ", PROMPT="$ ")
    program = pexpect.spawn(
        installed(shell.name), list(start), env=environ, cwd=str(home), encoding="utf-8", timeout=30,
        dimensions=(50, 200),
    )  # fmt: skip
    if shell.name == "zsh":
        # The hook first, compinit behind it: whatever order a plugin manager has.
        program.sendline(load(shell))
        program.sendline("autoload -Uz compinit && compinit -u -D")
    else:
        program.sendline(load(shell))
    program.sendline("echo read''y")
    program.expect_exact("ready")
    for typed, shown in TABS.values():
        program.send(typed.replace("echo_", "awsenv"))
        program.expect_exact(shown)
        program.send("\x15")  # the line goes
    program.close(force=True)


def test_a_section_that_is_no_profile_is_offered_by_nobody(home: Path) -> None:
    config = home / ".aws/config"
    config.write_text(config.read_text() + "[profileghost]\nregion = x\n[sso-session s]\n")
    assert words(home, "use", "") == ["dev", "temporary", "role", "bare"]
    assert words(home, "use", "") == words(home, "use", "")  # as they were left, too
