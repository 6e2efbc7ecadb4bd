"""An AWS file changed in place: only the lines asked for differ, and every profile reads as before."""

import difflib
from pathlib import Path
from tempfile import TemporaryDirectory

import botocore.configloader
import pytest
from hypothesis import given
from hypothesis import strategies as st

from awsenv.errors import AwsenvError
from awsenv.profiles import edit, headers, ini
from tests.profiles.test_ini import _text

KEY = {"aws_access_key_id": "AKIA", "aws_secret_access_key": "s"}

REAL_LIFE = {
    "nested blocks": "[default]\ns3 =\n  max_concurrent_requests = 20\n\n  addressing_style = path\nregion = r\n",
    "CRLF": "[default]\r\nregion = r\r\n",
    "tabs": "[default]\n\tregion\t=\tr\n\toutput\t=\tjson\n",
    "comments": "# mine\n[default]\n; why\nregion = r\n# after\n\n# of other\n[other]\nregion = x # no comment\n",
    "no final newline": "[default]\nregion = r",
    "indented as in the wild": " [default]\n region =r\n\n [other]\n region = x\n",
    "empty": "",
    "only a header": "[default]",
}


def changed(before: str, after: str) -> tuple[list[str], list[str]]:
    """The lines taken out and put in."""
    diff = list(difflib.ndiff(before.splitlines(keepends=True), after.splitlines(keepends=True)))
    return [d[2:] for d in diff if d[0] == "-"], [d[2:] for d in diff if d[0] == "+"]


@pytest.mark.parametrize("before", REAL_LIFE.values(), ids=REAL_LIFE.keys())
@pytest.mark.parametrize("header", ["default", "new"])
def test_put_adds_only_the_new_lines(before: str, header: str) -> None:
    after = edit.put(before, "config", header, KEY)
    out, put_in = changed(before, after)
    assert [line.rstrip() for line in out] == [
        line.rstrip() for line in put_in if line.rstrip("\r\n") in out
    ]
    fresh = [line.strip() for line in put_in if line.strip() and line.rstrip("\r\n") not in out]
    assert [line for line in fresh if line[0] != "["] == [f"{n} = {v}" for n, v in KEY.items()]
    assert after.count("\r\n") in (0, after.count("\n"))
    assert edit.put(after, "config", header, KEY) == after
    assert (
        edit.take_section(edit.put(before, "config", "new", KEY), "config", "new").strip()
        == before.strip()
    )


def test_put_replaces_a_value_where_it_stands() -> None:
    before = "[a]\n# c\nRegion:old\nx =\n  y = 1\n  z = 2\nw = 3\n"
    after = edit.put(before, "config", "a", {"region": "new", "x": "flat"})
    assert after == "[a]\n# c\nRegion: new\nx = flat\nw = 3\n"


def test_take_options_and_sections() -> None:
    text = "[a]\nx = 1\n  2\ny = 3\n# of b\n\n[b]\ny = 4\n"
    assert edit.take_options(text, "config", "a", {"x"}) == "[a]\ny = 3\n# of b\n\n[b]\ny = 4\n"
    assert edit.take_section(text, "config", "a") == "# of b\n\n[b]\ny = 4\n"
    assert edit.take_section(text, "config", "b") == "[a]\nx = 1\n  2\ny = 3\n# of b\n\n"
    assert edit.take_section(text, "config", "zzz") == text


@pytest.mark.parametrize("header", ["DEFAULT", "a\nb", "a]\n[b"])
def test_what_would_read_otherwise_is_refused(header: str) -> None:
    with pytest.raises(AwsenvError):
        edit.put("[x]\ny = 1\n", "config", header, KEY)
    with pytest.raises(AwsenvError):
        edit.put("[x]\ny = 1\n", "config", "b", {"y": "1\n[z]"})


def test_a_malformed_file_is_named_and_not_changed() -> None:
    with pytest.raises(ini.MalformedError, match="line 3"):
        edit.put("[a]\nx = 1\n[a]\n", "config", "b", KEY)


def theirs(text: str) -> dict[str, dict[str, str]]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "config")
        path.write_bytes(text.encode())
        parsed: dict[str, dict[str, str]] = botocore.configloader.raw_config_parse(str(path))
        return parsed


@given(_text(), st.sampled_from(["dev", "default", "new", "profile dev", "a b"]))
def test_whatever_the_file_botocore_reads_all_else_as_before(text: str, header: str) -> None:
    try:
        after = edit.put(text, "config", header, KEY)
    except AwsenvError:
        return
    before, now = theirs(text), theirs(after)
    for name, value in KEY.items():
        assert now[header][name] == value
    expected = {name: value for name, value in before.items() if name != header}
    assert {name: value for name, value in now.items() if name != header} == expected
    for name, value in before.get(header, {}).items():
        assert now[header][name] == KEY.get(name, value)
    assert edit.put(after, "config", header, KEY) == after
    # What was there is there still, line by line.
    kept = [
        line
        for line in text.splitlines()
        if line.strip() and "aws_access_key_id" not in line.lower()
    ]
    if not any(name.lower() in text.lower() for name in KEY):
        assert [line for line in after.splitlines() if line in kept][: len(kept)] == kept


@given(st.text(st.characters(codec="utf-8", exclude_characters="\n\r\0"), min_size=1, max_size=8))
def test_a_name_survives_its_way_into_the_config_file_or_is_refused(name: str) -> None:
    header = headers.header(name)
    try:
        text = edit.put("", "config", header, {"region": "r"})
    except AwsenvError:
        return
    assert headers.profile_name(next(iter(ini.parse(text, "config")))) == name
    assert botocore.configloader.build_profile_map(theirs(text))["profiles"] == {
        name: {"region": "r"}
    }
