"""Values are data: whatever they hold, they pass unchanged and nothing runs."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsenv.shells.table import load
from awsenv.variables import enter_session, leave_session
from tests.program import is_long
from tests.shells.real import SHELLS, Shell, clean, environment, snapshot

# Any bytes but NUL; those that a careless quote trips over come often.
BYTES = st.one_of(
    st.lists(
        st.sampled_from(
            [b"'", b'"', b"\\", b"$(touch pwned)", b"`touch pwned`", b";touch pwned;", b"\n", b"\r",
             b"!x", b"$HOME", b"${IFS}", b"*", b"%s", b"\x1b", b"\x81", b"\xff", b"\xe9", b" ",
             b"\t", b"~", b"#", b"=", b"{a,b}", b"[a]", b"a", "é本".encode(), b"-n", b"''", b"\\'",
             b"\x7f"]
        ),
        max_size=8,
    ).map(b"".join),
    st.binary(max_size=30).map(lambda value: value.replace(b"\0", b"")),
)  # fmt: skip


def text(value: bytes) -> str:
    """As Python's environment holds it."""
    return value.decode("utf-8", "surrogateescape")


@pytest.mark.parametrize("shell", SHELLS, ids=str)
@pytest.mark.parametrize("locale", ["C.UTF-8", "C"])
@settings(max_examples=20_000 if is_long() else 40)
@given(secret=BYTES, before=BYTES, profile=BYTES)
def test_any_bytes_pass_unchanged_and_come_back(
    shell: Shell, locale: str, secret: bytes, before: bytes, profile: bytes
) -> None:
    if locale == "C" and not shell.can("bytes in C"):
        secret, before, profile = (
            bytes(b & 0x7F or 1 for b in v) for v in (secret, before, profile)
        )
    with TemporaryDirectory() as folder:
        cwd = Path(folder)
        environ = clean(cwd, LC_ALL=locale, AWS_SECRET_ACCESS_KEY=text(before))
        variables = {"AWS_SECRET_ACCESS_KEY": text(secret), "AWS_REGION": "r"}
        form = shell.form
        texts = {
            "use": load(form).render(enter_session(text(profile), variables, environ)),
            "off": load(form).render(leave_session(environ)),
        }
        for name, code in texts.items():
            (cwd / name).write_bytes(os.fsencode(code))
        script = "\n".join(
            line
            for name in texts
            for line in (shell.evaluate(f"cat {name}"), snapshot(cwd / f"{name}.env"))
        )
        result = shell.run(script, environ, cwd)
        assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
        used, after = environment(cwd / "use.env"), environment(cwd / "off.env")
        assert used[b"AWS_SECRET_ACCESS_KEY"] == secret
        assert used[b"AWSENV_PROFILE"] == profile
        assert after[b"AWS_SECRET_ACCESS_KEY"] == before
        assert b"AWS_REGION" not in after
        assert not list(cwd.glob("pwned"))


def test_a_careless_quote_would_be_caught(tmp_path: Path) -> None:
    result = SHELLS[0].run("eval \"export A='$V'\"", clean(tmp_path, V="';touch pwned;'"), tmp_path)
    assert result.returncode == 127
    assert list(tmp_path.glob("pwned"))
