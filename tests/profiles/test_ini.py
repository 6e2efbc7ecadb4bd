"""The reader accepts, refuses and reads what botocore does; its errors name file and line."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import botocore.configloader
import pytest
from botocore.exceptions import ConfigParseError
from hypothesis import given
from hypothesis import strategies as st

from awsenv.errors import AwsenvError
from awsenv.profiles import ini, read

NAMES = ["default", "dev", "profile dev", 'profile "a b"', "profile 'x", "DEFAULT", "profile", "ü"]
OPTIONS = ["aws_access_key_id", "Region", "s3", "a b", "x", "key:", ""]
VALUES = [
    "v",
    "",
    "a = b",
    "a:b",
    "  padded\t",
    "# no comment",
    "ü\u2028x",
    "\x1c",
    "[x]",
    "\ufeff",
]


def _line() -> st.SearchStrategy[str]:
    indent = st.sampled_from(["", "", "", " ", "\t", "    ", "\x0b", "\u3000"])
    header = st.sampled_from(NAMES).map(lambda name: f"[{name}]")
    odd = st.sampled_from(
        ["[]", "[", "]", "[a] b]", "[]]", "[x]y", "[profilex y]", "[ dev ]", "\ufeff"]
    )
    setting = st.tuples(
        st.sampled_from(OPTIONS), st.sampled_from([" = ", "=", ":", " : "]), st.sampled_from(VALUES)
    ).map("".join)
    comment = st.sampled_from(["# c", ";c", "#", "", "", " "])
    noise = st.text(alphabet='a=:#;[]" \t\x0c\x85', max_size=6)
    return st.tuples(indent, st.one_of(header, setting, setting, comment, odd, noise)).map("".join)


def _text() -> st.SearchStrategy[str]:
    ends = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", ""])
    lines = st.lists(st.tuples(_line(), ends).map("".join), max_size=10)
    return lines.map("".join)


def _blocks(value: str) -> object:
    if not value.startswith("\n"):
        return value
    return botocore.configloader._parse_nested(value)  # type: ignore[attr-defined]


def _theirs(path: Path) -> object:
    try:
        return botocore.configloader.raw_config_parse(str(path))
    except ConfigParseError:
        return "refused"


def _ours(path: Path) -> object:
    try:
        return {
            name: {option: _blocks(value) for option, (value, _, _) in section.options.items()}
            for name, section in ini.read(str(path)).items()
        }
    except ini.MalformedError:
        return "refused"


@given(_text())
def test_any_file_is_read_as_botocore_reads_it(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "config")
        path.write_bytes(text.encode())
        assert _ours(path) == _theirs(path)


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_as_botocore_does(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "config")
        path.write_bytes(data)
        assert _ours(path) == _theirs(path)


@given(_text(), _text())
def test_profiles_are_those_of_botocore(config: str, credentials: str) -> None:
    with TemporaryDirectory() as folder:
        environ = {}
        for name, text in (
            ("AWS_CONFIG_FILE", config),
            ("AWS_SHARED_CREDENTIALS_FILE", credentials),
        ):
            environ[name] = os.path.join(folder, name)
            Path(environ[name]).write_bytes(text.encode())
        try:
            theirs = botocore.configloader.load_config(environ["AWS_CONFIG_FILE"])["profiles"]
            for name, values in botocore.configloader.raw_config_parse(
                environ["AWS_SHARED_CREDENTIALS_FILE"]
            ).items():
                theirs.setdefault(name, {}).update(values)
        except ConfigParseError:
            with pytest.raises(ini.MalformedError):
                read.profiles(environ)
            return
        ours = read.profiles(environ)
        assert set(ours) == set(theirs)
        assert list(read.Profiles(environ).names) == list(ours)
        for name, profile in ours.items():
            for option, value in theirs[name].items():
                assert _blocks(profile.get(option) or "") == value
            # One alone is read by the same rule as all.
            alone = read.profile(name, environ)
            assert (alone.settings(), alone.kind) == (profile.settings(), profile.kind)
        for name in {*NAMES, "dev", "a", "x y"} - set(theirs):
            with pytest.raises(AwsenvError):
                read.profile(name, environ)


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[a]\nx = 1\n[b]\n[a]\n", 4, "line 1"),
        ("[a]\nx = 1\n\n# c\nX = 2\n", 5, "line 2"),
        ("# c\nx = 1\n", 2, "before any [section]"),
        ("\ufeff[a]\n", 1, "byte order mark"),
        ("[a]\nthis is my secret\n", 2, "neither"),
        ("[a]\ns3 =\n  my secret\n", 2, "s3"),
    ],
)
def test_an_error_names_file_and_line_and_never_the_text(text: str, line: int, words: str) -> None:
    with pytest.raises(ini.MalformedError) as caught:
        ini.parse(text, "/somewhere/config")
    assert caught.value.message.startswith(f"/somewhere/config, line {line}: ")
    assert words in caught.value.message
    assert "secret" not in caught.value.message + caught.value.fix


def test_bytes_that_are_not_utf8_are_named_by_line(tmp_path: Path) -> None:
    path = tmp_path / "config"
    path.write_bytes(b"[a]\n\nx = \xff\n")
    with pytest.raises(ini.MalformedError, match="line 3: not UTF-8"):
        ini.read(str(path))


def test_each_value_knows_its_lines() -> None:
    sections = ini.parse("[a]\nx = 1\n# c\ns3 =\n  y = 2\n\n  z = 3\n[b]\nx = 4", "config")
    assert sections["a"].line == 1
    assert sections["a"].options["x"] == ("1", 2, 2)
    assert sections["a"].options["s3"] == ("\ny = 2\n\nz = 3", 4, 7)
    assert sections["b"].options["x"] == ("4", 9, 9)


def test_a_directory_in_the_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AwsenvError, match="is a directory"):
        ini.read(str(tmp_path))


def test_no_file_and_a_device_are_no_profiles(tmp_path: Path) -> None:
    assert ini.read(str(tmp_path / "none")) == {}
    assert ini.read("/dev/null") == {}
    os.mkfifo(tmp_path / "fifo")
    assert ini.read(str(tmp_path / "fifo")) == {}
