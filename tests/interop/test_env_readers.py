"""Every reader of ``.env`` files reads what we write alike."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path

import pytest
import yaml
from dotenv import dotenv_values
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from awsenv.env_files import env_file
from awsenv.env_files.env_file import update
from awsenv.errors import AwsenvError
from tests.shells.real import clean, installed

Values = dict[str, str]
NODE_MODULES = Path(sys.prefix) / "node/node_modules"


def run(folder: Path, *command: str, script: str = "") -> str:
    installed(command[0])
    node = (
        {"PATH": f"{Path(installed('node')).parent}:/usr/bin:/bin"} if command[0] == "node" else {}
    )
    result = subprocess.run(
        command,
        cwd=folder,
        env=clean(folder) | node,
        input=script.encode(),
        capture_output=True,
        check=True,
        timeout=120,
    )
    return result.stdout.decode()  # not text=True: that takes carriage returns away


def by_python_dotenv(folder: Path) -> Values:
    return {name: value or "" for name, value in dotenv_values(folder / ".env").items()}


def by_compose_env_file(folder: Path) -> Values:
    compose(folder, "env_file: .env")
    return environment_of(folder)


def by_compose_interpolation(folder: Path) -> Values:
    names = [line.partition("=")[0] for line in (folder / ".env").read_text().splitlines()]
    wanted = [name.removeprefix("export ") for name in names if name and name[0] != "#"]
    lines = "".join(f"\n      {name}: '${{{name}}}'" for name in wanted)
    compose(folder, "environment:" + lines)
    return environment_of(folder)


def compose(folder: Path, service: str) -> None:
    text = f"version: '3'\nservices:\n  app:\n    image: scratch\n    {service}\n"
    (folder / "docker-compose.yml").write_text(text)


def environment_of(folder: Path) -> Values:
    told = yaml.safe_load(run(folder, "docker-compose", "config"))
    values: Values = told["services"]["app"]["environment"]
    return {name: value.replace("$$", "$") for name, value in values.items()}


PRINT = "console.log(JSON.stringify(process.env))"


def by_node_dotenv(folder: Path) -> Values:
    module = NODE_MODULES / "dotenv"
    if not module.is_dir():
        missing = "Node's dotenv is not installed: npm install --prefix .venv/node dotenv"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    script = f"console.log(JSON.stringify(require({str(module)!r}).parse(fs.readFileSync('.env'))))"
    return dict(json.loads(run(folder, "node", "-e", script)))


def by_node_env_file(folder: Path) -> Values:
    return dict(json.loads(run(folder, "node", "--env-file=.env", "-e", PRINT)))


def by_direnv(folder: Path) -> Values:
    code = run(folder, "direnv", "dotenv", "bash", ".env")
    return by_child(run(folder, "bash", "-s", script=code + "\nenv -0"))


def by_sh(folder: Path) -> Values:
    return by_child(run(folder, "dash", "-s", script="set -a\n. ./.env\nenv -0"))


def by_child(dump: str) -> Values:
    return dict(entry.partition("=")[::2] for entry in dump.split("\0") if entry)


def literally(folder: Path) -> Values:
    """As ``docker run --env-file`` does: all behind the ``=``. A stand-in, there is no engine."""
    lines = (folder / ".env").read_bytes().decode().split("\n")
    pairs = [line.strip("\r").lstrip() for line in lines]
    return dict(pair.partition("=")[::2] for pair in pairs if pair and pair[0] != "#")


READERS: list[Callable[[Path], Values]] = [
    by_python_dotenv,
    by_compose_env_file,
    by_compose_interpolation,
    by_node_dotenv,
    by_node_env_file,
    by_direnv,
    by_sh,
    literally,
]
SAFE = sorted(env_file._SAFE)
# Every safe character alone, and beside every other at either end.
PAIRS = ["".join(pair) for pair in [*product(SAFE), *product(SAFE, SAFE)]]


@pytest.mark.parametrize(
    ("reader", "end"),
    [*((reader, "\n") for reader in READERS), *((reader, "\r\n") for reader in (by_sh, by_direnv, by_python_dotenv))],
    ids=lambda value: value.__name__ if callable(value) else {"\n": "LF"}.get(value, "CRLF"),
)  # fmt: skip
def test_every_pair_of_characters_is_read_as_it_is(
    reader: Callable[[Path], Values], end: str, tmp_path: Path
) -> None:
    values = {f"V{number}": value for number, value in enumerate(PAIRS)}
    before = f"A=1{end}# c{end}"
    text = update(before, values, "dev", ".env").text
    (tmp_path / ".env").write_bytes(text.encode())
    found = reader(tmp_path)
    if reader is by_sh and end == "\r\n":
        # Known, and said by `dotenv -o`: sh takes the carriage return for a part.
        found = {name: value.rstrip("\r") for name, value in found.items()}
    assert {name: found.get(name) for name in values} == values


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.__name__)
@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=200, max_size=400))
def test_no_value_slips_through_that_is_read_otherwise(
    reader: Callable[[Path], Values], tmp_path: Path, candidates: list[str]
) -> None:
    values = {"V": "v"}
    for number, value in enumerate(candidates):
        # Mostly of safe characters, or few would be accepted.
        text = "".join(c if ord(c) % 9 == 0 else SAFE[ord(c) % len(SAFE)] for c in value)
        try:
            env_file.format_line("V", text)
        except AwsenvError:
            continue
        values[f"V{number}"] = text
    (tmp_path / ".env").write_text(update("", values, "dev", ".env").text)
    found = reader(tmp_path)
    assert {name: found.get(name) for name in values} == values


@pytest.mark.parametrize(
    "value",
    ["", "a b", "$A", "a#b", "'a'", '"', "a\\b", "~/x", "é", "a\nb", "`a`", "a;b", "*", "(a)"],
)
def test_what_readers_differ_on_is_refused_by_name(value: str) -> None:
    with pytest.raises(AwsenvError, match="S3_KEY"):
        env_file.format_line("S3_KEY", value)


def test_the_readers_do_differ(tmp_path: Path) -> None:
    """The control: quotes, ``$`` and ``#`` are read in several ways, and this test sees it."""
    (tmp_path / ".env").write_text("A='x'\nB=x$HOME\nC=x #c\n")
    seen = {name: {reader(tmp_path)[name] for reader in READERS} for name in "ABC"}
    assert all(len(values) > 1 for values in seen.values()), seen


def test_the_compose_example_acts_as_the_profile(tmp_path: Path) -> None:
    example = Path(__file__).parents[2] / "examples/compose"
    for path in example.glob("*.yml"):
        shutil.copy(path, tmp_path)
    session = {"AWS_ACCESS_KEY_ID": "ASIA", "AWS_SECRET_ACCESS_KEY": "s/+=", "AWS_REGION": "r-1"}
    session |= {"AWS_SESSION_TOKEN": "t==", "AWS_DEFAULT_REGION": "r-1"}
    (tmp_path / ".env").write_text(update("", session, "dev", ".env").text)
    told = yaml.safe_load(run(tmp_path, "docker-compose", "config"))
    app, worker = (told["services"][name]["environment"] for name in ("app", "worker"))
    assert {name: app[name] for name in session} == session
    # What has no value anywhere is not there: the form with a session, and the live one beside it.
    assert {name: value for name, value in worker.items() if value is not None} == session
