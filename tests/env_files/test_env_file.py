"""Our variables in somebody's ``.env``: every other key and every other byte stay as they are."""

import io

import pytest
from dotenv import dotenv_values
from hypothesis import given
from hypothesis import strategies as st

from awsenv.env_files.env_file import read_profile, update
from awsenv.errors import AwsenvError

SESSION = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s/+=", "AWS_REGION": "r-1"}
OURS = (
    "# awsenv: dev AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_REGION\n"
    "AWS_ACCESS_KEY_ID=AKIA\nAWS_SECRET_ACCESS_KEY=s/+=\nAWS_REGION=r-1\n"
)
COMMENT = OURS.split("\n")[0] + "\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", OURS),
        ("A=1\n", "A=1\n" + OURS),
        ("A=1", "A=1\n" + OURS),
        ("A=1\r\n", "A=1\r\n" + OURS.replace("\n", "\r\n")),
        ("\ufeffA=1\n", "\ufeffA=1\n" + OURS),
        ("\ufeff", "\ufeff" + OURS),
        # Where they stand, in their form.
        (
            "AWS_REGION = 'old'\n\n#\nexport AWS_ACCESS_KEY_ID=\"old\"\nAWS_SECRET_ACCESS_KEY\nB=2",
            "AWS_REGION=r-1\n\n#\nexport AWS_ACCESS_KEY_ID=AKIA\nAWS_SECRET_ACCESS_KEY=s/+=\nB=2\n"
            + COMMENT,
        ),
        # A comment behind a value would be a part of it for some readers.
        (
            "AWS_REGION=old # why\nX=1\n",
            "# why\nAWS_REGION=r-1\nX=1\n" + OURS.replace("AWS_REGION=r-1\n", ""),
        ),
        # What an earlier session left, and what would be in the way.
        (
            "AWS_SESSION_TOKEN=t\nA=1\nAWS_PROFILE=p\nAWS_CREDENTIAL_EXPIRATION=x\n",
            "A=1\n" + OURS,
        ),
        ("# awsenv: prod AWS_ENDPOINT_URL\nAWS_ENDPOINT_URL=x\nA=1\n", OURS + "A=1\n"),
        # A person's own stays.
        ("AWS_ENDPOINT_URL=x\n", "AWS_ENDPOINT_URL=x\n" + OURS),
        ("A='x\ny'\nB=2 # c\n", "A='x\ny'\nB=2 # c\n" + OURS),
    ],
)
def test_update_changes_our_lines_and_no_other(before: str, after: str) -> None:
    assert update(before, SESSION, "dev", ".env").text == after
    assert update(after, SESSION, "dev", ".env").text == after


def test_of_duplicates_the_last_counts_and_the_others_go_and_are_named() -> None:
    done = update("AWS_REGION=1\nA=1\nAWS_REGION=2\nB=2\n", SESSION, "dev", ".env")
    assert done.text.startswith("A=1\nAWS_REGION=r-1\nB=2\n")
    assert done.duplicates == ["AWS_REGION"]


def test_a_profile_that_is_only_named_takes_the_keys_away() -> None:
    text = update("A=1\n" + OURS, {"AWS_PROFILE": "dev"}, "dev", ".env").text
    assert text == "A=1\n# awsenv: dev AWS_PROFILE\nAWS_PROFILE=dev\n"


def test_keys_that_awsenv_did_not_write_go_too_where_a_profile_is_named() -> None:
    theirs = "AWS_ACCESS_KEY_ID=A\nAWS_SECRET_ACCESS_KEY=s\nA=1\n"
    named = update(theirs, {"AWS_PROFILE": "dev"}, "dev", ".env").text
    assert named == "A=1\n# awsenv: dev AWS_PROFILE\nAWS_PROFILE=dev\n"


def test_the_comment_holds_any_profile_name() -> None:
    for name in ("x y", "a\nb", "%", "# c", "日本"):
        assert read_profile(update("", SESSION, name, ".env").text) == name
    assert read_profile("A=1\n") is None


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("A=1\nB='x\nC=2\n", 2, "a quote that is not closed"),
        ('\n\nAWS_REGION="x\n', 3, "a quote that is not closed"),
        ("A=1\nB=`x\n", 2, "a quote that is not closed"),
        ("A='x\nAWS_REGION=y'\n", 2, "AWS_REGION stands inside the value of A"),
        ('\nA="1\n2\n export AWS_SESSION_TOKEN = y"\n', 4, "AWS_SESSION_TOKEN stands inside"),
        ("\ufeffAWS_REGION=y\n", 1, "a byte order mark in front of AWS_REGION"),
        ("A=1\rB=2\n", 1, "a carriage return without"),
        ("A=x\\\nAWS_REGION=y\n", 1, "a backslash at the end"),
    ],
)
def test_what_readers_would_not_agree_on_is_refused_by_line(
    text: str, line: int, words: str
) -> None:
    with pytest.raises(AwsenvError) as caught:
        update(text, SESSION, "dev", "/r/.env")
    assert caught.value.message.startswith(f"/r/.env, line {line}: {words}")


NAMES = ["A", "B", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "é", "'Q'"]
VALUES = ["1", "'x'", '"a b"', "'x\ny'", '"q\\"q\nz"', "v # c", "#v", "# c", "$A", "`", "", "a=b",
          "\\", "'x' # c", "'x' y", "\u2028", "x\\"]  # fmt: skip
OTHERS = ["# c", "", "  ", "# awsenv: p%20q AWS_REGION A_B", "no equals", "=x", "#", "\x0c"]
LINE = st.one_of(
    st.tuples(
        st.sampled_from(["", " ", "export ", "\t"]),
        st.sampled_from(NAMES),
        st.sampled_from(["=", " = ", "", "= "]),
        st.sampled_from(VALUES),
    ).map("".join),
    st.sampled_from(OTHERS),
    st.text(max_size=8),
)
FILE = st.tuples(
    st.sampled_from(["", "", "\ufeff"]),
    st.lists(st.tuples(LINE, st.sampled_from(["\n", "\n", "\r\n"])).map("".join), max_size=6),
    st.sampled_from(["", "LAST=1", "AWS_REGION=x"]),
).map(lambda parts: parts[0] + "".join(parts[1]) + parts[2])


def read(text: str) -> dict[str, str | None]:
    return dict(dotenv_values(stream=io.StringIO(text, newline=""), interpolate=False))


@given(FILE, st.text(min_size=1, max_size=5), st.booleans())
def test_any_file_keeps_its_other_keys_and_a_second_update_changes_nothing(
    text: str, profile: str, temporary: bool
) -> None:
    session = SESSION | ({"AWS_SESSION_TOKEN": "t=="} if temporary else {})
    try:
        done = update(text, session, profile, ".env")
    except AwsenvError:
        return
    before, after = read(text), read(done.text)
    for name, value in session.items():
        assert after[name] == value
    gone = {"AWS_SESSION_TOKEN"} - session.keys()
    theirs = {k: v for k, v in before.items() if k not in session and k not in gone}
    stale = {"A_B"} if "# awsenv: p%20q" in text else set()
    assert {k: v for k, v in after.items() if k not in session} == {
        k: v for k, v in theirs.items() if k not in stale or k in after
    }
    assert read_profile(done.text) == profile
    assert update(done.text, session, profile, ".env").text == done.text
    # Line by line: nothing but ours differs.
    ours = ("AWS_", "# awsenv:", "export AWS_", "# c")
    lines = done.text.removeprefix("\ufeff").splitlines()
    kept = [line for line in lines if line.strip() and not line.startswith(ours)]
    assert all(line in text for line in kept)


@pytest.mark.parametrize(
    ("text", "end"),
    [("A=1\nB=2\nC=3\r\n", "\n"), ("A=1\r\nB=2\r\nC=3\n", "\r\n"), ("A=1\r\nB=2\n", "\n")],
)
def test_new_lines_end_as_most_do(text: str, end: str) -> None:
    done = update(text, {"AWS_REGION": "r"}, "p", "/x/.env")
    assert done.text == f"{text}# awsenv: p AWS_REGION{end}AWS_REGION=r{end}"
    assert done.crlf == (end == "\r\n")
