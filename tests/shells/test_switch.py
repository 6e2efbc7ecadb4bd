"""What ``use`` and ``off`` do to a real shell's whole environment."""

from pathlib import Path

import pytest

from tests.shells.conftest import NASTY
from tests.shells.real import SHELLS, Shell, clean, environment, snapshot

# In the order of AWSENV_SET.
DEV = {
    b"AWS_ACCESS_KEY_ID": b"AKIADEV",
    b"AWS_SECRET_ACCESS_KEY": NASTY.encode(),
    b"AWS_ACCOUNT_ID": b"123456789012",
    b"AWS_REGION": b"us-west-2",
    b"AWS_DEFAULT_REGION": b"us-west-2",
    b"AWS_DEFAULT_OUTPUT": b"table",
    b"AWS_ENDPOINT_URL": b"http://localhost:4566",
}
TEMPORARY = {
    b"AWS_ACCESS_KEY_ID": b"ASIATMP",
    b"AWS_SECRET_ACCESS_KEY": b"tmpsecret",
    b"AWS_SESSION_TOKEN": b"token==",
    b"AWS_REGION": b"eu-central-1",
    b"AWS_DEFAULT_REGION": b"eu-central-1",
    b"AWS_MAX_ATTEMPTS": b"7",
}
BARE = {b"AWS_ACCESS_KEY_ID": b"AKIABARE", b"AWS_SECRET_ACCESS_KEY": b"baresecret"}
# Exported before the first `use`: kept out of every session, and back after `off`.
BEFORE = {
    "AWS_ACCESS_KEY_ID": "AKIAMINE",
    "AWS_SECRET_ACCESS_KEY": "mine'$(touch pwned)\n\\ ",
    "AWS_SESSION_TOKEN": "my token",
    "AWS_SECURITY_TOKEN": "",
    "AWS_PROFILE": "mine",
    "AWS_REGION": "mine-1",
    "AWS_ACCOUNT_ID": "999999999999",
    "AWS_CREDENTIAL_EXPIRATION": "2020-01-01T00:00:00Z",
    "AWS_DEFAULT_OUTPUT": "text",
    "UNRELATED": "x",
}
# What no session may leave from before, whatever the session sets.
TAKEN = {
    b"AWS_ACCESS_KEY_ID", b"AWS_SECRET_ACCESS_KEY", b"AWS_SESSION_TOKEN", b"AWS_SECURITY_TOKEN",
    b"AWS_PROFILE", b"AWS_DEFAULT_PROFILE", b"AWS_CREDENTIAL_EXPIRATION", b"AWS_ACCOUNT_ID",
}  # fmt: skip


def words_of(session: dict[bytes, bytes]) -> bytes:
    """What AWSENV_SET says of ``session``: what it set, and whose key it is."""
    key_id = session.get(b"AWS_ACCESS_KEY_ID")
    return b" ".join([*session, *([b"key:" + key_id] if key_id else [])])


def acting(before: dict[bytes, bytes], profile: bytes, session: dict[bytes, bytes],
           previous: bytes = b"") -> dict[bytes, bytes]:  # fmt: skip
    """The whole environment that ``use`` must make of ``before``."""
    after = {name: value for name, value in before.items() if name not in TAKEN}
    after |= session | {b"AWSENV_PROFILE": profile, b"AWSENV_SET": words_of(session)}
    if previous:
        after[b"AWSENV_PREVIOUS"] = previous
    return after


def walk(shell: Shell, tmp_path: Path, commands: list[str], environ: dict[str, str],
         start: str = "") -> list[dict[bytes, bytes]]:  # fmt: skip
    """The environments before the first and after each of ``commands``."""
    files = [tmp_path / f"env{i}" for i in range(len(commands) + 1)]
    lines = [start, snapshot(files[0])]
    for command, file in zip(commands, files[1:], strict=True):
        lines += [shell.evaluate(command), snapshot(file)]
    result = shell.run("\n".join(lines), environ, tmp_path)
    assert (result.returncode, result.stderr) == (0, b"")
    assert not list(tmp_path.rglob("pwned"))
    return [environment(file) for file in files]


OPTIONS = [(shell, option) for shell in SHELLS for option in ("", *shell.options)]


@pytest.mark.parametrize(
    ("shell", "option"), OPTIONS, ids=[f"{s.name}-{o or 'plain'}" for s, o in OPTIONS]
)
def test_every_switch_is_clean_and_off_puts_everything_back(
    shell: Shell, option: str, home: Path, tmp_path: Path
) -> None:
    commands = [f"awsenv use {name}" for name in ("dev", "temporary", "bare", "-")] + ["awsenv off"]
    before, dev, temporary, bare, again, after = walk(
        shell, tmp_path, commands, clean(home, **BEFORE), option
    )
    assert dev == acting(before, b"dev", DEV)
    assert temporary == acting(before, b"temporary", TEMPORARY, b"dev")
    assert bare == acting(before, b"bare", BARE, b"temporary")
    assert again == acting(before, b"temporary", TEMPORARY, b"bare")
    assert after == before | {b"AWSENV_PREVIOUS": b"temporary"}


def test_nothing_is_left_where_nothing_was(shell: Shell, home: Path, tmp_path: Path) -> None:
    before, dev, after = walk(shell, tmp_path, ["awsenv use dev", "awsenv off"], clean(home))
    assert dev == acting(before, b"dev", DEV)
    assert after == before | {b"AWSENV_PREVIOUS": b"dev"}


def test_off_with_nothing_active_does_nothing(shell: Shell, home: Path, tmp_path: Path) -> None:
    before, after = walk(shell, tmp_path, ["awsenv off"], clean(home, **BEFORE))
    assert after == before


def test_off_restores_what_was_changed_by_hand_since(
    shell: Shell, home: Path, tmp_path: Path
) -> None:
    by_hand = shell.export("AWS_REGION", "by-hand") + "\n" + shell.export("AWS_PROFILE", "by-hand")
    files = [tmp_path / "before", tmp_path / "after"]
    script = "\n".join(
        [
            snapshot(files[0]),
            shell.evaluate("awsenv use dev"),
            by_hand,
            shell.evaluate("awsenv off"),
            snapshot(files[1]),
        ]
    )
    assert shell.run(script, clean(home, **BEFORE), tmp_path).returncode == 0
    assert environment(files[1]) == environment(files[0]) | {b"AWSENV_PREVIOUS": b"dev"}


def test_a_variable_that_was_set_but_not_exported_is_so_again(
    shell: Shell, home: Path, tmp_path: Path
) -> None:
    own = "set -g AWS_REGION 'my own'" if shell.form == "fish" else "AWS_REGION='my own'"
    script = "\n".join(
        [
            own,
            shell.evaluate("awsenv use dev"),
            shell.evaluate("awsenv off"),
            'echo "[$AWS_REGION]"',
            snapshot(tmp_path / "after"),
        ]
    )
    result = shell.run(script, clean(home), tmp_path)
    assert result.stdout == b"[my own]\n"
    assert b"AWS_REGION" not in environment(tmp_path / "after")


def test_in_a_child_shell_off_takes_away_what_awsenv_set(
    shell: Shell, home: Path, tmp_path: Path
) -> None:
    inner = "\n".join(
        [
            shell.evaluate("awsenv use bare"),
            shell.evaluate("awsenv off"),
            snapshot(tmp_path / "child"),
        ]
    )
    (tmp_path / "inner").write_text(inner)
    script = "\n".join(
        [
            snapshot(tmp_path / "before"),
            shell.evaluate("awsenv use dev"),
            f"{shell.program} {' '.join(shell.plain)} '{tmp_path}/inner'",
        ]
    )
    environ = clean(home, **BEFORE)
    result = shell.run(script, environ, tmp_path)
    assert (result.returncode, result.stderr) == (0, b"")
    child = environment(tmp_path / "child")
    before = environment(tmp_path / "before")
    gone = TAKEN | DEV.keys()
    assert child == {name: value for name, value in before.items() if name not in gone} | {
        b"AWSENV_PREVIOUS": b"bare"
    }


def test_no_child_sees_the_key_from_before(shell: Shell, home: Path, tmp_path: Path) -> None:
    for option in ("", *shell.options):
        commands = ["awsenv use dev", "awsenv use bare", "awsenv off"]
        _, dev, bare, after = walk(shell, tmp_path, commands, clean(home, **BEFORE), option)
        for environ in (dev, bare):
            assert not any(b"AKIAMINE" in value for value in environ.values())
        assert after[b"AWS_ACCESS_KEY_ID"] == b"AKIAMINE"  # it was there to be seen


@pytest.mark.parametrize(
    "shell", [s for s in SHELLS if s.can("a readonly variable")], ids=lambda s: s.name
)
@pytest.mark.parametrize("option", ["", "set -u"])
def test_a_readonly_variable_makes_the_whole_switch_refuse(
    shell: Shell, option: str, home: Path, tmp_path: Path
) -> None:
    script = "\n".join(
        [
            option,
            "readonly AWS_REGION",
            snapshot(tmp_path / "before"),
            shell.evaluate("awsenv use dev") + " || echo refused",
            snapshot(tmp_path / "after"),
            shell.evaluate("awsenv off") + " && echo fine",
        ]
    )
    result = shell.run(script, clean(home, **BEFORE), tmp_path)
    assert environment(tmp_path / "after") == environment(tmp_path / "before")
    assert result.stdout == b"refused\nfine\n"
    assert result.stderr.decode().splitlines() == [
        "awsenv: AWS_REGION is readonly in this shell, so nothing was changed"
    ]


def test_profile_only_names_the_profile_and_holds_no_key(
    shell: Shell, home: Path, tmp_path: Path
) -> None:
    before, only, role, after = walk(
        shell,
        tmp_path,
        ["awsenv use --profile-only dev", "awsenv use --profile-only role", "awsenv off"],
        clean(home, **BEFORE),
    )
    session = {
        b"AWS_PROFILE": b"dev",
        b"AWS_REGION": b"us-west-2",
        b"AWS_DEFAULT_REGION": b"us-west-2",
    }
    assert only == acting(before, b"dev", session)
    assert role == acting(before, b"role", {b"AWS_PROFILE": b"role"}, b"dev")
    assert after == before | {b"AWSENV_PREVIOUS": b"role"}
