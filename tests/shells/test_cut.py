"""A text cut off anywhere leaves the shell wholly as it was, or wholly switched."""

import os
import random
from pathlib import Path

import pytest
from hypothesis import settings

from awsenv.shells.table import load
from awsenv.variables import enter_session
from tests.shells.real import Shell, clean, environment, snapshot

LONG = settings().max_examples > 1000


@pytest.mark.parametrize("switch", ["first use", "from another"])
def test_cut_anywhere_the_switch_is_whole_or_not_at_all(
    shell: Shell, switch: str, tmp_path: Path
) -> None:
    environ = clean(tmp_path, AWS_REGION="old", AWS_SESSION_TOKEN="old")
    form = shell.form
    script = []
    if switch == "from another":
        first = load(form).render(
            enter_session("a", {"AWS_ACCESS_KEY_ID": "A", "AWS_PROFILE": "x"}, environ)
        )
        (tmp_path / "first").write_text(first)
        script = [shell.evaluate("cat first")]
        environ_then = environ | {"AWSENV_PROFILE": "a", "AWSENV_SET": "AWS_ACCESS_KEY_ID"}
    else:
        environ_then = environ
    variables = {"AWS_ACCESS_KEY_ID": "B", "AWS_SECRET_ACCESS_KEY": "b\n'c", "AWS_REGION": "new"}
    text = os.fsencode(load(form).render(enter_session("b", variables, environ_then)))

    (tmp_path / "whole").write_bytes(text)
    ends = {}
    for name, more in (("old", []), ("new", [shell.evaluate("cat whole")])):
        shell.run("\n".join([*script, *more, snapshot(tmp_path / name)]), environ, tmp_path)
        ends[name] = environment(tmp_path / name)
    assert ends["old"] != ends["new"]

    # Every byte in the long form; else every seventh near both ends, and between them every 89th. Where they
    # begin is another byte in each run, and is printed.
    start = random.randrange(89)
    print(f"cuts begin at {start}")
    edge, near, step = 150, 1 if LONG else 7, 1 if LONG else 89
    cuts = [
        cut
        for cut in range(len(text) + 1)
        if cut > len(text) - 6
        or (cut + start) % (near if cut < edge or cut > len(text) - edge else step) == 0
    ]
    seen = set()
    for cut in cuts:
        (tmp_path / "cut").write_bytes(text[:cut])
        # A syntax error ends some shells' script: what they would have told a child is told then.
        trap = [] if shell.form == "fish" else [f"trap '{_quoted(tmp_path)}' EXIT"]
        end = [snapshot(tmp_path / "env")] if shell.form == "fish" else []
        (tmp_path / "env").write_bytes(b"")
        shell.run("\n".join([*trap, *script, shell.evaluate("cat cut"), *end]), environ, tmp_path)
        found = environment(tmp_path / "env")
        assert found in ends.values(), f"cut after {cut} bytes: {text[max(0, cut - 40) : cut]!r}"
        seen.add(found == ends["new"])
    assert seen == {True, False}


def _quoted(folder: Path) -> str:
    return snapshot(folder / "env").replace("'", '"')
