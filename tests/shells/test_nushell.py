"""nushell: use, off, folders and trust in a real one, at a prompt and in a script."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsenv.hook import start_file
from tests.program import until
from tests.shells.real import clean, missing

NU = next(iter((Path(sys.prefix) / "node/node_modules/@nushell").glob("*/bin/nu")), None)
KEYS = "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\n[prod]\naws_access_key_id = AKIAPROD\naws_secret_access_key = t\n"
# What nushell tells a terminal (OSC 133): a command begins, and the prompt is drawn.
_RUNS, _DRAWN = "\x1b]133;C", "\x1b]133;B"
NASTY = "a b\t'\"`$(touch ran)(touch ran)$env.HOME;|#\\~*?[]{}<>\u00e9\u4e16 \u001b[31m"


def nu() -> str:
    """The program; without it the test is skipped, in CI it fails."""
    if NU is None:
        missing("nushell (npm install --prefix .venv/node nushell)")
    return str(NU)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(KEYS)
    (tmp_path / ".aws/config").write_text("[profile dev]\nregion = eu-west-1\n")
    (tmp_path / "hook.nu").write_text(start_file.render("nushell"))
    (tmp_path / "org/repo").mkdir(parents=True)
    (tmp_path / "org/.envrc").write_text("use_aws dev\n")
    return tmp_path


def script(home: Path, text: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """``text`` run as a script that has the hook."""
    (home / "script.nu").write_text(f"source {home}/hook.nu\n{text}\n")
    return subprocess.run(
        [nu(), "--no-config-file", "script.nu"], cwd=home, env=clean(home, **more),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


class Prompt:
    """A nushell at a prompt of a real terminal; ``typed`` gives what a line printed."""

    def __init__(self, home: Path, **more: str) -> None:
        environ = clean(home, TERM="xterm", NO_COLOR="1", **more)
        self.program = pexpect.spawn(
            nu(), ["--no-config-file"], env=environ, cwd=str(home), encoding="utf-8",
            timeout=60, dimensions=(50, 300),
        )  # fmt: skip
        self._until(_DRAWN)
        self.typed("$env.PROMPT_COMMAND = ''")
        self.typed(f"source {home}/hook.nu")

    def typed(self, line: str) -> str:
        """Type ``line``; what was on the screen until it and the prompt behind it were done."""
        self.program.send(f"{line}\r")
        self._until(_RUNS)
        told = self._until(_DRAWN)
        return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(\x07|\x1b\\)|\r", "", told)

    def _until(self, mark: str) -> str:
        """What comes before ``mark``."""
        told = ""
        # The line editor asks the terminal where its cursor is.
        while self.program.expect_exact([mark, "\x1b[6n"]):
            told += str(self.program.before)
            self.program.send("\x1b[1;1R")
        return told + str(self.program.before)

    def get(self, name: str) -> str:
        """What a child has in ``name``; empty for nothing."""
        told = self.typed(
            f"print $\"HAS<(^/usr/bin/env -0 | split row (char nul) | where ($it starts-with '{name}=') | str join)>\""
        )
        found = re.findall(r"HAS<(.*?)>", told)
        return str(found[-1]).removeprefix(f"{name}=") if found else "?"


@pytest.fixture
def prompt(home: Path) -> Iterator[Prompt]:
    it = Prompt(home)
    yield it
    it.program.close(force=True)


def test_use_off_and_the_one_before(home: Path) -> None:
    result = script(
        home,
        """
        awsenv use dev
        print ($env | select AWS_ACCESS_KEY_ID AWS_REGION AWSENV_PROFILE | to json -r)
        awsenv use prod
        print ($env | select AWS_ACCESS_KEY_ID AWS_REGION | to json -r)
        awsenv use -
        print $env.AWS_ACCESS_KEY_ID
        awsenv off
        print ($env.AWS_ACCESS_KEY_ID? | default nobody) $env.AWS_REGION
        """,
        AWS_REGION="mine",
    )
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert json.loads(lines[0]) == {
        "AWS_ACCESS_KEY_ID": "AKIADEV", "AWS_REGION": "eu-west-1", "AWSENV_PROFILE": "dev"
    }  # fmt: skip
    assert json.loads(lines[1]) == {"AWS_ACCESS_KEY_ID": "AKIAPROD", "AWS_REGION": "mine"}
    assert lines[2:] == ["AKIADEV", "nobody", "mine"]


def test_a_failure_ends_a_script_and_changes_nothing(home: Path) -> None:
    result = script(home, "awsenv use dev\nawsenv use nobody\nprint $env.AWS_ACCESS_KEY_ID")
    assert result.returncode != 0
    assert result.stdout == ""
    assert "awsenv: no profile named nobody; awsenv list" in result.stderr
    result = script(home, "awsenv use dev\ntry { awsenv use nobody }\nprint $env.AWS_ACCESS_KEY_ID")
    assert result.stdout == "AKIADEV\n"


def test_no_child_sees_what_is_kept_for_awsenv(home: Path) -> None:
    result = script(home, "awsenv use dev\n^/usr/bin/env", AWS_SECRET_ACCESS_KEY="before")
    names = {line.partition("=")[0] for line in result.stdout.splitlines()}
    assert {"AWSENV_PROFILE", "AWSENV_SET", "AWS_ACCESS_KEY_ID"} <= names
    assert not [name for name in names if name.lower().startswith(("__awsenv", "_awsenv"))]
    assert "before" not in result.stdout


@pytest.mark.parametrize("name", [NASTY, "ordinary"])
def test_a_value_passes_as_it_is_and_nothing_runs(home: Path, name: str) -> None:
    profile = "x"
    value = name.replace("\u001b", "").replace("\t", " ").strip()
    (home / ".aws/credentials").write_text(
        f"[{profile}]\naws_access_key_id = AKIAX\naws_secret_access_key = {value}\n"
    )
    result = script(home, "awsenv use x\nprint ($env.AWS_SECRET_ACCESS_KEY | to json -r)")
    assert json.loads(result.stdout) == value, result.stderr
    assert not (home / "ran").exists()


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40))
def test_any_text_of_an_answer_is_data(text: str) -> None:
    told = json.dumps({"set": {"X": text}})
    done = subprocess.run(
        [nu(), "--no-config-file", "-c", "load-env ($env.TOLD | from json).set; $env.X | to json -r"],
        env={"TOLD": told, "HOME": "/nonexistent"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == text


def test_an_answer_that_is_cut_anywhere_sets_nothing(home: Path) -> None:
    program = home / "program"
    whole = json.dumps(
        {"set": {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "x"}, "unset": ["HOME"],
         "keep": {"state": "", "due": 9999999999, "limit": 9999999999, "again": False, "prompt": "",
                  "stamp": "", "files": [], "there": [], "absent": []}}
    )  # fmt: skip
    hook = start_file.render("nushell").split("\n", 1)[1]
    (home / "hook.nu").write_text(f'const __awsenv_program = ["{program}"]\n{hook}')
    for cut in (*range(0, len(whole), 9), len(whole)):
        program.write_text(f"#!/bin/sh\nprintf %s '{whole[:cut]}'\n")
        program.chmod(0o755)
        text = "try { awsenv use x }\nprint ($env.AWS_ACCESS_KEY_ID? | default nobody)"
        told = script(home, text).stdout.strip()
        assert told == ("AKIAX" if cut == len(whole) else "nobody"), cut


def test_a_folder_is_loaded_once_it_is_allowed_and_left_again(prompt: Prompt) -> None:
    told = prompt.typed("cd org/repo")
    assert "is not allowed, so nothing is loaded; awsenv allow" in told + prompt.typed("1")
    assert prompt.get("AWS_ACCESS_KEY_ID") == ""
    prompt.typed("awsenv allow")
    assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
    prompt.typed("cd ../..")
    assert prompt.get("AWS_ACCESS_KEY_ID") == ""
    # What was chosen by hand outside comes back.
    prompt.typed("awsenv use prod")
    prompt.typed("cd org")
    assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
    prompt.typed("cd ..")
    assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIAPROD"
    prompt.typed("awsenv off")
    assert prompt.get("AWS_ACCESS_KEY_ID") == ""


def test_an_edit_of_what_was_allowed_takes_it_away_at_the_next_prompt(
    prompt: Prompt, home: Path
) -> None:
    prompt.typed("cd org")
    prompt.typed("awsenv allow")
    assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
    (home / "org/.envrc").write_text("use_aws prod\n")
    assert prompt.get("AWS_ACCESS_KEY_ID") in ("", "AKIADEV")
    assert prompt.get("AWS_ACCESS_KEY_ID") == ""


def test_a_key_that_is_changed_in_the_files_is_taken_over(prompt: Prompt, home: Path) -> None:
    prompt.typed("awsenv use dev")
    assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
    (home / ".aws/credentials").write_text(KEYS.replace("AKIADEV", "AKIANEW"))
    until(lambda: prompt.get("AWS_ACCESS_KEY_ID") == "AKIANEW")


def test_at_a_prompt_where_nothing_changed_no_process_is_started(home: Path) -> None:
    # A program that notes each call of it.
    program, calls = home / "program", home / "calls"
    words = json.loads(start_file.render("nushell").split("\n")[0].partition("= ")[2])
    quoted = " ".join(f"'{word}'" for word in words)
    program.write_text(f'#!/bin/sh\necho "$@" >>{calls}\nexec {quoted} "$@"\n')
    program.chmod(0o755)
    hook = start_file.render("nushell").split("\n", 1)[1]
    (home / "hook.nu").write_text(f'const __awsenv_program = ["{program}"]\n{hook}')
    it = Prompt(home)
    try:
        it.typed("cd org")
        it.typed("awsenv allow")
        assert it.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
        settled = time.time() + 2.1  # what was written just now is looked at again
        until(lambda: time.time() > settled and bool(it.typed("1")))
        before = calls.read_text()
        for _ in range(3):
            it.typed("1")
        it.typed("cd repo")
        it.typed("cd ..")
        assert calls.read_text() == before
        it.typed("cd /")
        it.typed("1")
        assert calls.read_text() != before  # the control
    finally:
        it.program.close(force=True)


def test_without_the_hook_it_takes_data(home: Path) -> None:
    program = Path(sys.executable).parent / "awsenv"
    text = f"{program} use dev | from json | load-env; print $env.AWS_ACCESS_KEY_ID"
    done = subprocess.run(
        [nu(), "--no-config-file", "-c", text], env=clean(home), cwd=home, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.stdout == "AKIADEV\n", done.stderr
    failed = subprocess.run(
        [nu(), "--no-config-file", "-c", text.replace("use dev", "use nobody")],
        env=clean(home), cwd=home, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert failed.returncode != 0
    assert failed.stdout == ""


def test_doctor_and_uninstall_know_it(home: Path) -> None:
    result = script(home, "awsenv doctor")
    assert "nushell, current" in result.stdout
    place = home / ".local/share/nushell/vendor/autoload"
    place.mkdir(parents=True)
    os.link(home / "hook.nu", place / "awsenv.nu")
    assert "autoload/awsenv.nu, line 1" in script(home, "awsenv uninstall").stderr
