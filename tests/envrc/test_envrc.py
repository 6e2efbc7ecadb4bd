"""The ``use_aws`` line of an ``.envrc`` is changed and every other byte kept."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsenv.envrc import use_aws_line
from awsenv.errors import AwsenvError
from tests.program import awsenv


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b"use_aws new\n"),
        (b"use_aws old\n", b"use_aws new\n"),
        (b"use_aws new\n", b"use_aws new\n"),
        (b"use aws old\n", b"use aws new\n"),
        (b"use_aws old", b"use_aws new"),
        (b"use_aws\n", b"use_aws new\n"),
        (b"A=1\r\nuse_aws old\r\nB=2\r\n", b"A=1\r\nuse_aws new\r\nB=2\r\n"),
        (b"use_aws old # mine\n", b"use_aws new # mine\n"),
        (b"use_aws  'o l d'  --region r\n", b"use_aws  new  --region r\n"),
        (b"use_aws --region r old\n", b"use_aws --region r new\n"),
        (b"use_aws --account=1 old\n", b"use_aws --account=1 new\n"),
        (b"\tuse_aws old\n", b"\tuse_aws new\n"),
        (b"export A=1", b"export A=1\nuse_aws new\n"),
        (b"export A=1\r\n", b"export A=1\r\nuse_aws new\r\n"),
        (b"# use_aws old\n", b"# use_aws old\nuse_aws new\n"),
        (b"if declare -F use_aws; then\n  use_aws old\nfi\n",
         b"if declare -F use_aws; then\n  use_aws new\nfi\n"),
        (b"\xff\nuse_aws old\n", b"\xff\nuse_aws new\n"),
    ],
)  # fmt: skip
def test_bind_changes_the_profile_and_nothing_else(before: bytes, after: bytes) -> None:
    assert use_aws_line.bind(before, "new", ".envrc") == after
    assert use_aws_line.bind(after, "new", ".envrc") == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"", b""),
        (b"use_aws old\n", b""),
        (b"A=1\nuse_aws old", b"A=1\n"),
        (b"A=1\r\nuse aws old # c\r\nB=2", b"A=1\r\nB=2"),
        (b"A=1", b"A=1"),
    ],
)
def test_unbind_takes_the_line_out(before: bytes, after: bytes) -> None:
    assert use_aws_line.unbind(before, ".envrc") == after


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (b"use_aws a; touch x\n", "line 1"),
        (b"A=1\nhas awsenv && use_aws a\n", "line 2"),
        (b"use_aws $PROFILE\n", "line 1"),
        (b'use_aws "$(touch x)"\n', "line 1"),
        (b"use_aws a\\\n --region r\n", "line 1"),
        (b"if true; then use_aws a; fi\n", "line 1"),
        (b"use_aws a\n\nuse aws b\n", "1, 3"),
    ],
)
def test_what_is_more_than_one_plain_command_is_refused_by_line(text: bytes, line: str) -> None:
    with pytest.raises(AwsenvError, match=line):
        use_aws_line.bind(text, "new", ".envrc")


LINES = st.sampled_from(
    [
        b"use_aws old",
        b"use aws 'a b' # c",
        b"export A=1",
        b"# c",
        b"",
        b"  x",
        b"use_awsome",
        b"\xe9",
    ]
)

# Printable, and no option.
NAMES = st.text(st.characters(categories=("L", "N", "P", "S"))).map(lambda text: f"p {text}")


@given(st.lists(LINES, max_size=5), st.sampled_from([b"\n", b"\r\n"]), st.booleans(), NAMES)
def test_bind_and_unbind_keep_every_other_line(
    lines: list[bytes], end: bytes, final: bool, profile: str
) -> None:
    text = end.join(lines) + (end if final and lines else b"")
    try:
        bound = use_aws_line.bind(text, profile, ".envrc")
    except AwsenvError:
        assert sum(line.startswith((b"use_aws ", b"use aws ")) for line in lines) > 1
        return
    found = use_aws_line.find(bound, ".envrc")
    assert found
    assert found.profile == profile
    kept = [line for number, line in enumerate(bound.split(b"\n"), 1) if number != found.number]
    ours = use_aws_line.find(text, ".envrc")
    others = [line for number, line in enumerate(text.split(b"\n"), 1)
              if ours is None or number != ours.number]  # fmt: skip
    assert [line.strip(b"\r") for line in kept if line.strip(b"\r")] == [
        line.strip(b"\r") for line in others if line.strip(b"\r")
    ]
    assert use_aws_line.bind(bound, profile, ".envrc") == bound
    if ours is None:
        assert use_aws_line.unbind(bound, ".envrc").startswith(text)


def test_a_region_that_is_a_host_is_refused_at_allow(tmp_path: Path) -> None:
    path = tmp_path / ".envrc"
    path.write_text("\nuse_aws dev --region eusc-x@example.org/?\n")
    told = awsenv(tmp_path, "allow", str(tmp_path))
    assert told.returncode == 1
    assert "line 2: eusc-x@example.org/? is no name of a Region" in told.stderr
