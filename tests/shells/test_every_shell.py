"""What a person does in any shell with the hook: each scenario once, in a real one of each at a prompt."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from awsenv import paths
from awsenv.hook import state
from awsenv.hook.answer import build_answer
from awsenv.hook.decide import choose, decide
from awsenv.hook.outcome import FIRST
from awsenv.shells import hook_text, start_files
from awsenv.shells.table import load, load_shell
from awsenv.variables import enter_session
from tests.forkserver import client
from tests.program import program_path, until
from tests.shells.ground import Ground, forget, ground
from tests.shells.real import EVERY, HOOKED, OTHERS, Shell, clean, environment, installed
from tests.shells.terminal import Terminal, at_home

__all__ = ["ground"]

KEYS = "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\n[prod]\naws_access_key_id = AKIAPROD\naws_secret_access_key = t\n"
NASTY = "a  b\t'\"`touch ran`$(touch ran)(touch ran)$env.HOME;|&#\\~*?[]{}<>!!!x^a^b %s {RED} é世 \x1b[31m"
ALL_BYTES = os.fsdecode(bytes(set(range(1, 256)) - {10}))


def can(*words: str) -> pytest.MarkDecorator:
    """Every shell with the hook but those that cannot do one of ``words``."""
    shells = [shell for shell in EVERY if shell.can(*words)]
    return pytest.mark.parametrize("shell", shells, ids=str)


every = can()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(KEYS)
    (tmp_path / ".aws/config").write_text("[profile dev]\nregion = eu-west-1\n")
    (tmp_path / "org/repo").mkdir(parents=True)
    (tmp_path / "org/.envrc").write_text("use_aws dev\n")
    return tmp_path


@pytest.fixture
def prompt(shell: Shell, home: Path) -> Iterator[Terminal]:
    it = at_home(shell, home)
    yield it
    it.close()


def script(shell: Shell, home: Path, *lines: str, **more: str) -> "subprocess.CompletedProcess[str]":  # fmt: skip
    """``lines`` run as a script of ``shell``'s."""
    path = home / f"script{shell.suffix}"
    path.write_text("\n".join([*lines, ""]))
    return subprocess.run(
        [shell.program, *shell.plain, str(path)], cwd=home, env=clean(home, **more),
        capture_output=True, text=True, errors="replace", timeout=60, check=False,
    )  # fmt: skip


def stand_in(shell: Shell, home: Path, text: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program in awsenv's place in the hook that is ``text``, a script."""
    program = home / "program"
    program.write_text(f"#!/bin/sh\n{text}\n")
    program.chmod(0o755)
    monkeypatch.setattr(paths, "program_words", lambda: [str(program)])
    (home / f"hook{shell.suffix}").write_text(hook_text.render_hook(shell.name))
    return program


def real_words() -> str:
    """The program as a line of a script."""
    return " ".join(f"'{word}'" for word in paths.program_words())


@every
def test_use_off_and_the_one_before(shell: Shell, home: Path) -> None:
    with closing(at_home(shell, home, AWS_REGION="mine")) as prompt:
        prompt.typed("awsenv use dev")
        assert [prompt.get(n) for n in ("AWS_ACCESS_KEY_ID", "AWS_REGION", "AWSENV_PROFILE")] == [
            "AKIADEV", "eu-west-1", "dev"
        ]  # fmt: skip
        prompt.typed("awsenv use prod")
        assert [prompt.get(n) for n in ("AWS_ACCESS_KEY_ID", "AWS_REGION")] == ["AKIAPROD", "mine"]
        prompt.typed("awsenv use -")
        assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
        prompt.typed("awsenv off")
        assert [prompt.get(n) for n in ("AWS_ACCESS_KEY_ID", "AWS_REGION")] == ["", "mine"]


@every
def test_a_failure_says_so_and_changes_nothing(prompt: Terminal) -> None:
    prompt.typed("awsenv use dev")
    assert "awsenv: no profile named nobody; awsenv list" in prompt.typed("awsenv use nobody")
    assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
    assert "No such option" in prompt.typed("awsenv use dev --nonsense")
    assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"


@can("a script that ends")
def test_in_a_script_a_failure_of_the_hook_s_command_is_one(shell: Shell, home: Path) -> None:
    hook = home / f"hook{shell.suffix}"
    hook.write_text(hook_text.render_hook(shell.name))
    load = shell.load_hook(hook)
    # xonsh ends; a POSIX shell goes on behind any failure, and fish and tcsh do.
    line = f"awsenv use nobody{chr(10) if shell.name == 'xonsh' else ' && '}/usr/bin/touch went"
    result = script(shell, home, load, line)
    assert "awsenv: no profile named nobody; awsenv list" in result.stderr
    assert not (home / "went").exists()
    script(shell, home, load, line.replace("nobody", "dev"))
    assert (home / "went").exists()  # the control


@every
def test_no_child_sees_what_is_kept_for_awsenv(shell: Shell, home: Path) -> None:
    with closing(at_home(shell, home, AWS_SECRET_ACCESS_KEY="before")) as prompt:
        prompt.typed("awsenv use dev")
        names = {name.decode() for name in prompt.environ}
        assert {"AWSENV_PROFILE", "AWSENV_SET", "AWS_ACCESS_KEY_ID"} <= names
        assert not [n for n in names if n.lower().startswith(("__awsenv", "_awsenv"))]
        assert b"before" not in prompt.environ.values()
        prompt.typed("awsenv off")
        assert prompt.get("AWS_SECRET_ACCESS_KEY") == "before"


@every
def test_a_value_passes_as_it_is_and_nothing_runs(shell: Shell, prompt: Terminal, home: Path) -> None:  # fmt: skip
    value = NASTY.replace("\x1b", "").strip()
    (home / ".aws/credentials").write_text(
        f"[x]\naws_access_key_id = AKIAX\naws_secret_access_key = {value}\n"
    )
    prompt.typed("awsenv use x")
    assert prompt.get("AWS_SECRET_ACCESS_KEY") == value
    assert not (home / "ran").exists()


@every
def test_a_profile_s_name_is_data(shell: Shell, home: Path) -> None:
    name = "a 'b\"`touch ran`$(touch ran)(touch ran);|&#\\~*?{}<>!!!x%s{RED}é"
    (home / ".aws/credentials").write_text(f"[{name}]\naws_access_key_id = AKIAX\naws_secret_access_key = s\n")  # fmt: skip
    with closing(at_home(shell, home, AWSENV_PREVIOUS=name)) as prompt:
        prompt.typed("awsenv use -")
        assert prompt.get("AWSENV_PROFILE") == name
        assert prompt.look("AWSENV_PROFILE") == name  # a look back at it at the prompt
        prompt.typed("awsenv off")
        assert prompt.get("AWSENV_PREVIOUS") == name
        assert not (home / "ran").exists()


@every
def test_without_the_hook_it_takes_text_that_holds_every_byte(shell: Shell, home: Path) -> None:  # fmt: skip
    values = {"AWS_SECRET_ACCESS_KEY": NASTY, "AWS_SESSION_TOKEN": "x" * 5000}
    if shell.can("bytes that are no UTF-8"):
        values["AWS_REGION"] = ALL_BYTES
    if shell.can("a newline"):
        values["AWS_PROFILE"] = "a\n\nb\n"
    (home / "text").write_bytes(
        os.fsencode(load(shell.name).render(enter_session("x", values, {})))
    )
    take = shell.evaluate(f"{'^' * (shell.name == 'nushell')}/bin/cat text")
    result = script(shell, home, take, shell.snapshot(home / "environ"))
    assert (result.stderr, result.stdout) == ("", "")
    got = environment(home / "environ")
    assert {name: os.fsdecode(got[name.encode()]) for name in values} == values
    assert not (home / "ran").exists()


@pytest.mark.parametrize("setting", ["set backslash_quote", "unset backslash_quote"])
def test_a_backslash_is_one_in_tcsh_whatever_it_quotes_there(setting: str, home: Path) -> None:
    shell = next(each for each in OTHERS if each.name == "tcsh")
    values = {"AWS_SECRET_ACCESS_KEY": "a\\b\\'c\\\\"}
    (home / "text").write_text(load(shell.name).render(enter_session("x", values, {})))
    save = shell.snapshot(home / "environ")
    result = script(shell, home, setting, shell.evaluate("/bin/cat text"), save)
    assert (result.stderr, result.stdout) == ("", "")
    assert environment(home / "environ")[b"AWS_SECRET_ACCESS_KEY"] == os.fsencode(
        values["AWS_SECRET_ACCESS_KEY"]
    )


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([*NASTY, "\n", "\r", "''", "\\'", "\udcff", "$(touch ran)"])))
@pytest.mark.parametrize("shell", [s for s in EVERY if s.can("bytes that are no UTF-8")], ids=str)
def test_any_text_of_a_form_is_data(shell: Shell, parts: list[str]) -> None:
    from tempfile import TemporaryDirectory

    value = "".join(parts)
    if not shell.can("a newline"):
        value = value.replace("\n", "")
    with TemporaryDirectory() as folder:
        home = Path(folder)
        text = load(shell.name).render(enter_session("x", {"AWS_SECRET_ACCESS_KEY": value}, {}))
        (home / "text").write_bytes(os.fsencode(text))
        take = shell.evaluate("/bin/cat text")
        result = script(shell, home, take, shell.snapshot(home / "environ"))
        assert (result.stderr, result.stdout) == ("", "")
        assert os.fsdecode(environment(home / "environ")[b"AWS_SECRET_ACCESS_KEY"]) == value
        assert not (home / "ran").exists()


@every
def test_without_the_hook_a_failure_is_one_and_a_switch_a_switch(shell: Shell, home: Path) -> None:  # fmt: skip
    def take(profile: str) -> str:
        return shell.evaluate(f"{program_path()} use {profile}")

    save = shell.snapshot(home / "environ")
    stop = {"tcsh": "if ( $status ) exit 1", "fish": "test $status = 0; or exit 1"}.get(
        shell.name, ""
    )
    stop = "test $? = 0 || exit 1" if shell.name in ("bash", "zsh") else stop
    failed = script(shell, home, take("nobody"), stop, save)
    assert "awsenv: no profile named nobody; awsenv list" in failed.stderr
    assert not (home / "environ").exists()
    assert script(shell, home, take("dev"), stop, save).returncode == 0
    assert environment(home / "environ")[b"AWS_ACCESS_KEY_ID"] == b"AKIADEV"


def answer(shell: Shell, home: Path) -> str:
    """What the program tells a hooked ``shell`` that is to act as somebody."""
    outcome = decide({"HOME": str(home)}, state.parse(""), str(home), 1.0, phase=FIRST)
    values = {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "it's\\!"}
    choose(outcome, enter_session("x", values, {"HOME": str(home)}), 1.0)
    own = load_shell(shell.name)
    return own.render_answer(build_answer(outcome, own, ""))


def cut(prompt: Terminal, whole: bytes, file: Path, line: str) -> None:
    """Type ``line``, which takes what is in ``file``, with ever more of ``whole`` there."""
    for end in (*range(0, len(whole) - 1, max(1, len(whole) // 12)), len(whole)):
        file.write_bytes(whole[:end])
        prompt.typed(line)
        keys = prompt.get("AWS_ACCESS_KEY_ID"), prompt.get("AWS_SECRET_ACCESS_KEY")
        assert keys in (("", ""), ("AKIAX", "it's\\!")), whole[:end]
        if end < len(whole) - 40:
            assert keys == ("", ""), whole[:end]
    assert keys[0]


@every
def test_an_answer_that_is_cut_anywhere_sets_nothing(shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    whole = os.fsencode(answer(shell, home))
    (home / "answer").write_bytes(b"")
    stand_in(shell, home, f"exec /bin/cat {home}/answer", monkeypatch)
    with closing(at_home(shell, home)) as prompt:
        cut(prompt, whole, home / "answer", "awsenv use x")


@every
def test_a_text_that_is_cut_anywhere_sets_nothing(shell: Shell, home: Path) -> None:
    values = {"AWS_ACCESS_KEY_ID": "AKIAX", "AWS_SECRET_ACCESS_KEY": "it's\\!"}
    whole = os.fsencode(load(shell.name).render(enter_session("x", values, {})))
    cat = f"{'^' * (shell.name == 'nushell')}/bin/cat text"
    with closing(at_home(shell, home)) as prompt:
        cut(prompt, whole, home / "text", shell.evaluate(cat))


@every
def test_a_folder_is_loaded_once_it_is_allowed_and_left_again(prompt: Terminal) -> None:
    told = prompt.typed("cd org/repo")
    assert "is not allowed, so nothing is loaded; awsenv allow" in told + prompt.typed("echo 1")
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


@can("a folder for the rest of the line")
def test_a_cd_counts_for_the_rest_of_its_line(prompt: Terminal, home: Path) -> None:
    prompt.typed("cd org")
    prompt.typed("awsenv allow")
    prompt.typed("cd ..")
    there, back = home / "there", home / "back"
    prompt.typed(f"cd org; /usr/bin/env -0 > {there}; cd ..; /usr/bin/env -0 > {back}")
    assert environment(there)[b"AWS_ACCESS_KEY_ID"] == b"AKIADEV"
    assert b"AWS_ACCESS_KEY_ID" not in environment(back)


@every
def test_an_edit_of_what_was_allowed_takes_it_away_at_the_next_prompt(prompt: Terminal, home: Path) -> None:  # fmt: skip
    prompt.typed("cd org")
    prompt.typed("awsenv allow")
    assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
    (home / "org/.envrc").write_text("use_aws prod\n")
    assert prompt.look("AWS_ACCESS_KEY_ID") == ""
    (home / "org/.envrc").unlink()
    assert prompt.look("AWSENV_DIR") == ""


@every
def test_a_folder_s_own_variables_come_and_go(prompt: Terminal, home: Path) -> None:
    (home / "org/.envrc").write_text("use_aws dev\ndotenv\n")
    (home / "org/.env").write_text('NICE="it\'s \\\\ {RED} !x é"\n')
    prompt.typed("cd org")
    prompt.typed("awsenv allow")
    assert prompt.get("NICE") == "it's \\ {RED} !x é"
    prompt.typed("cd ..")
    assert b"NICE" not in prompt.environ


@pytest.mark.parametrize("shell", [s for s in EVERY if not s.can("a newline")], ids=str)
def test_what_a_shell_cannot_take_is_said(prompt: Terminal, home: Path) -> None:
    token = home / "token"
    token.write_text(json.dumps({"Version": 1, "AccessKeyId": "AKIAX", "SecretAccessKey": "s", "SessionToken": "a\nb"}))  # fmt: skip
    with (home / ".aws/config").open("a") as config:
        config.write(f"[profile odd]\ncredential_process = cat {token}\n")
    prompt.typed("awsenv use dev")
    told = prompt.typed("awsenv use odd")
    assert "AWS_SESSION_TOKEN holds a newline, which tcsh cannot take" in told
    assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
    (home / "org/.envrc").write_text("use_aws dev\ndotenv\n")
    (home / "org/.env").write_text('TWO="a\\nb"\nONE=c\n')
    prompt.typed("cd org")
    assert "TWO holds a newline, which tcsh cannot take; it is left out" in prompt.typed("awsenv allow")  # fmt: skip
    assert (prompt.get("ONE"), prompt.get("TWO")) == ("c", "")
    told = prompt.typed(f'eval "`{program_path()} use odd`" && touch went')
    assert "holds a newline" in told
    assert not (home / "org/went").exists()


@every
def test_a_key_that_is_changed_in_the_files_is_taken_over(prompt: Terminal, home: Path) -> None:
    prompt.typed("awsenv use dev")
    assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
    (home / ".aws/credentials").write_text(KEYS.replace("AKIADEV", "AKIANEW"))
    until(lambda: prompt.look("AWS_ACCESS_KEY_ID") == "AKIANEW")


@every
def test_at_a_prompt_where_nothing_changed_awsenv_is_not_started(shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    calls = home / "calls"
    stand_in(shell, home, f'echo "$@" >>{calls}\nexec {real_words()} "$@"', monkeypatch)
    with closing(at_home(shell, home)) as it:
        it.typed("cd org")
        it.typed("awsenv allow")
        assert it.get("AWS_ACCESS_KEY_ID") == "AKIADEV"

        def is_settled() -> bool:
            """What was written just now is looked at again."""
            before = calls.read_text()
            it.typed("echo 1")
            return calls.read_text() == before

        until(is_settled)
        before = calls.read_text()
        for _ in range(3):
            it.typed("echo 1")
        it.typed("cd repo")
        it.typed("cd ..")
        assert calls.read_text() == before
        it.typed("cd /")
        it.typed("echo 1")
        assert calls.read_text() != before  # the control


DIRENV = {
    "tcsh": 'eval "`direnv hook tcsh`"',
    # Debian's direnv writes for an older elvish.
    "elvish": "eval (e:direnv hook elvish | e:sed 's/except e/catch e/' | slurp)",
    # direnv prints no hook for nushell: its documentation has such a one.
    "nushell": "$env.config.hooks.pre_prompt = ($env.config.hooks.pre_prompt | append {|| direnv export json | from json | default {} | load-env })",
}


@pytest.mark.parametrize("ours_first", [False, True])
@pytest.mark.parametrize("shell", [s for s in OTHERS if s.name in DIRENV], ids=str)
def test_beside_direnv_a_folder_is_direnv_s(shell: Shell, ours_first: bool, ground: Ground) -> None:  # fmt: skip
    if ours_first and shell.name == "tcsh":
        pytest.skip("direnv's hook takes the place of every other one in tcsh; doctor says so")
    installed("direnv")
    ground.run("direnv", "install")
    subprocess.run(["direnv", "allow", str(ground.a)], env=ground.environ, check=True)
    load = shell if ours_first else replace(shell, load=f"{DIRENV[shell.name]}; {shell.load}")
    with closing(at_home(load, ground.home, AWS_ENDPOINT_URL=ground.server.url)) as it:
        if ours_first:
            it.typed(DIRENV[shell.name])
        it.typed(f"cd {ground.a}/repo")
        it.typed("echo 1")
        assert ground.who(it.environ) == "a"
        assert not it.get("AWSENV_DIR")
        if shell.name != "elvish":  # where direnv's hook leaves all as it is when direnv fails
            # What only our hook allowed, direnv does not load.
            it.typed(f"cd {ground.b}")
            it.typed("echo 1")
            assert ground.who(it.environ) == ""
        it.typed(f"cd {ground.a}")
        it.typed("awsenv use key")
        assert ground.who(it.environ) == "key"
        it.typed(f"cd {ground.home}")
        it.typed("echo 1")
        assert ground.who(it.environ) == ""


@can("a look before a command")
def test_a_session_that_has_ended_is_renewed_before_a_command(shell: Shell, ground: Ground) -> None:  # fmt: skip
    forget(ground)
    ground.server.sts.lifetime = 2
    with closing(at_home(shell, ground.home, AWS_ENDPOINT_URL=ground.server.url)) as it:
        it.typed("awsenv use org-a")
        first = it.get("AWS_ACCESS_KEY_ID")
        end = ground.server.sts.users[first].expires
        assert end
        until(lambda: time.time() > end)
        ground.server.sts.lifetime = 0  # the next one lasts
        it.typed("echo 1")
        assert ground.who(it.environ) == "a"
        last = it.look("AWS_ACCESS_KEY_ID")
        assert last != first
        ground.server.calls.clear()
        assert it.look("AWS_ACCESS_KEY_ID") == last
        assert ground.server.calls == []


@every
def test_a_shell_that_lost_its_program_goes_on(shell: Shell, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    program = stand_in(shell, home, f'exec {real_words()} "$@"', monkeypatch)
    with closing(at_home(shell, home, PATH="/usr/bin:/bin")) as it:
        it.typed("awsenv use dev")
        program.unlink()
        it.typed("cd org")
        it.typed("cd ..")
        it.typed("awsenv use prod")
        assert it.get("AWS_ACCESS_KEY_ID") == "AKIADEV"


@every
def test_an_envrc_that_comes_where_one_stands_is_seen_at_the_next_prompt(prompt: Terminal, home: Path) -> None:  # fmt: skip
    repo = home / "org/repo"
    prompt.typed("cd org")
    prompt.typed("awsenv allow")
    prompt.typed("cd repo")
    assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
    (repo / ".envrc").write_text("use_aws prod\n")  # as a git pull does
    assert prompt.look("AWS_ACCESS_KEY_ID") == ""
    (repo / ".envrc").unlink()
    assert prompt.look("AWS_ACCESS_KEY_ID") == "AKIADEV"
    # Where a repo is moved away below one's feet nothing breaks.
    repo.rename(home / "away")
    prompt.typed(f"cd {home}")
    assert prompt.look("AWS_ACCESS_KEY_ID") == ""


@pytest.mark.parametrize("comes", [True, False])
@every
def test_an_envrc_that_comes_or_goes_while_the_hook_asks(shell: Shell, comes: bool, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    envrc, aside = home / "org/repo/.envrc", home / "aside"
    envrc.write_text("use_aws prod\n")
    subprocess.run([program_path(), "allow", "org/.envrc"], cwd=home, env=clean(home), check=True)
    there, gone = f"mv {aside} {envrc}", f"mv {envrc} {aside}"
    # Once, the program sees another .envrc than the shell around it.
    first, then = (there, ":") if comes else (gone, there)
    stand_in(shell, home, f'''[ -e {home}/now ] || exec {real_words()} "$@"
rm {home}/now
{first}
{real_words()} "$@"
code=$?
{then}
exit $code''', monkeypatch)  # fmt: skip
    if comes:
        envrc.rename(aside)
    with closing(at_home(shell, home)) as it:
        it.typed("cd org")
        assert it.look("AWS_ACCESS_KEY_ID") == "AKIADEV"
        (home / "now").touch()
        it.typed("cd repo")
        it.typed("awsenv list")  # which has it look at the next prompt, whatever it has seen
        assert not (home / "now").exists()
        assert it.look("AWS_ACCESS_KEY_ID") == ""
        it.typed("cd ..")
        assert it.look("AWS_ACCESS_KEY_ID") == "AKIADEV"


@every
def test_a_hostile_environment_is_not_believed(shell: Shell, home: Path) -> None:
    names = ("__awsenv", "_AWSENV_STATE", "__awsenv_state", "__awsenv_watch", "_AWSENV_1", "AWSENV_DIR")  # fmt: skip
    hostile: Any = dict.fromkeys(names, "1) then; touch ran; `touch ran`")
    with closing(
        at_home(shell, home, **hostile, AWSENV_SET="PATH HOME", AWSENV_VARS="PATH HOME")
    ) as prompt:
        prompt.typed("awsenv use dev")
        assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
        prompt.typed("awsenv off")
        assert prompt.get("AWS_ACCESS_KEY_ID") == ""
        assert prompt.get("HOME") == str(home)
        assert prompt.get("PATH")
        assert not list(home.rglob("ran"))


@every
def test_a_question_is_asked_on_the_terminal(shell: Shell, ground: Ground) -> None:
    attended = {client.UNATTENDED: "", "AWS_ENDPOINT_URL": ground.server.url}
    with closing(at_home(shell, ground.home, **attended)) as it:  # type: ignore[arg-type]
        assert ground.careful.device
        it.press("awsenv use mfa\r", "MFA code")
        it.answer(ground.careful.device.code())
        assert ground.who(it.environ) == "mfa"
        it.typed("awsenv off")
        assert ground.who(it.environ) == ""


OPTIONS = [(shell, option) for shell in EVERY for option in shell.habits]


@pytest.mark.parametrize(("shell", "option"), OPTIONS, ids=lambda each: str(each)[:30])
def test_with_a_person_s_own_settings(shell: Shell, option: str, home: Path) -> None:
    (home / "org/.envrc").write_text("use_aws dev\ndotenv\n")
    (home / "org/.env").write_text("STAGE=dev\n")
    (home / "other").mkdir()
    (home / "other/.envrc").write_text("use_aws prod\n")
    for folder in ("org", "other"):
        subprocess.run([program_path(), "allow", folder], cwd=home, env=clean(home), check=True)
    with closing(at_home(shell, home, hook=False)) as prompt:
        prompt.typed(option)
        prompt.load_hook()
        outside = but_for_the_hook(prompt.environment())
        prompt.typed("awsenv use prod")
        assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIAPROD"
        prompt.typed(f"cd {home}/org/repo")
        assert (prompt.look("AWS_ACCESS_KEY_ID"), prompt.get("STAGE")) == ("AKIADEV", "dev")
        if "all" not in option and "set -a" not in option:
            names = {name.decode().lower() for name in prompt.environ}
            assert not [name for name in names if name.startswith(("__awsenv", "_awsenv"))]
        prompt.typed(f"cd {home}/other")
        assert (prompt.look("AWS_ACCESS_KEY_ID"), prompt.get("STAGE")) == ("AKIAPROD", "")
        assert prompt.get("AWSENV_DIR") == f"{home}/other"
        prompt.typed(f"cd {home}")
        assert (prompt.look("AWS_ACCESS_KEY_ID"), prompt.get("AWSENV_DIR")) == ("AKIAPROD", "")
        prompt.typed("awsenv use nobody")
        prompt.typed("awsenv off")
        assert but_for_the_hook(prompt.environment()) == outside
        assert "Faulty" not in prompt.screen


def but_for_the_hook(values: dict[bytes, bytes]) -> dict[bytes, bytes]:
    """``values`` without the name of the profile before, and what is the hook's where a person has all
    variables exported; the window's size is bash's."""
    own = (b"__", b"COLUMNS", b"LINES", b"PROMPT_COMMAND", b"AWSENV_PROMPT", b"AWSENV_PREVIOUS")
    return {name: value for name, value in values.items() if not name.startswith(own)}


@every
def test_a_person_who_presses_ctrl_c_has_the_shell_as_it_was(shell: Shell, home: Path) -> None:  # fmt: skip
    waits = home / "waits"
    program = home / "waiting"
    program.write_text(f"#!/bin/sh\ntouch {waits}\nexec sleep 1000\n")
    program.chmod(0o755)
    with (home / ".aws/config").open("a") as config:
        config.write(f"[profile slow]\ncredential_process = {program}\n")
    (home / "slow").mkdir()
    (home / "slow/.envrc").write_text("use_aws slow\n")
    subprocess.run([program_path(), "allow", "slow/.envrc"], cwd=home, env=clean(home), check=True)
    with closing(at_home(shell, home)) as it:
        it.typed("awsenv use dev")
        settled = time.time() + 2.1  # what was written in this second may be looked at again
        until(lambda: time.time() > settled)
        for line, key in (("awsenv use slow", "AKIADEV"), ("cd slow", "")):
            it.interrupted(line, waits.exists)
            assert it.look("AWS_ACCESS_KEY_ID") == key, line
            assert "Faulty" not in it.screen  # what tcsh says of an alias that it takes away
            names = {name.decode() for name in it.environ}
            assert not [n for n in names if n.lower().startswith(("__awsenv", "_awsenv"))]
            waits.unlink()
        # Nobody's, and there is a prompt; its hook is still there.
        assert it.get("AWS_PROFILE") == "awsenv-no-session:slow"
        it.typed("cd ..")
        assert it.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
        it.typed("cd org")
        it.typed("awsenv allow")
        it.typed("awsenv use prod")
        it.typed("cd ..")
        it.typed("cd org")
        assert it.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
        assert it.get("AWSENV_DIR")


@every
def test_tab_says_what_may_stand_there_and_runs_nothing(shell: Shell, home: Path) -> None:
    with (home / ".aws/credentials").open("a") as file:
        # Without a blank, at which tcsh cuts what is offered.
        nasty = "q'`>ran`$(>ran)\";>ran;$PATH*?[a]}"
        names = ["developer"]
        if shell.name == "tcsh":  # it expands braces: these would be other names, and an error
            names += ["devel{}", "devel{a,b}", "devel{"]
        else:
            nasty += "{}{a,b}"
        for name in (*names, nasty):
            file.write(f"[{name}]\naws_access_key_id = AKIAQ\naws_secret_access_key = s\n")
    with closing(at_home(shell, home, hook=False)) as prompt:
        if shell.name == "zsh":  # as in anybody's start file
            prompt.typed("autoload -Uz compinit; compinit -u -D")
        if shell in HOOKED:
            prompt.typed("stty echo")
        prompt.load_hook()
        prompt.typed(shell.shows)
        if shell in OTHERS:  # lose what is typed while they ask, as they do of files of this second
            until(lambda: time.time() - (home / ".aws/credentials").stat().st_ctime > 1.1)
        prompt.typed("awsenv use dev")
        prompt.press("\r", "dev")  # a prompt that waits
        prompt.write("awsenv us")
        prompt.press("\t", "e")
        prompt.rest()
        prompt.typed(" prod")
        assert prompt.get("AWSENV_PROFILE") == "prod"
        prompt.press("\r", "prod")
        prompt.write("awsenv use devel")
        prompt.press("\t", "oper")
        prompt.rest()
        prompt.typed("")
        assert prompt.get("AWSENV_PROFILE") == "developer"
        prompt.press("\r", "developer")
        prompt.write("awsenv use q")
        prompt.press("\t", "ran")
        prompt.rest()
        if shell.name in ("elvish", "xonsh"):  # it is still in a menu
            prompt.send("\r")
        prompt.typed("")  # the shell has quoted what it put in
        assert prompt.get("AWSENV_PROFILE") == nasty
        assert not list(home.rglob("ran"))


@every
def test_a_prompt_shows_who_one_is_as_text(shell: Shell, home: Path) -> None:
    name = "a'b\"`touch ran`$(touch ran)(touch ran){RED}$PATH!!"
    (home / ".aws/credentials").write_text(f"[{name}]\naws_access_key_id = AKIAX\naws_secret_access_key = s\nawsenv_production = true\n")  # fmt: skip
    with closing(at_home(shell, home, AWSENV_PREVIOUS=name, NO_COLOR="", TERM="xterm")) as prompt:
        prompt.typed(shell.shows)
        prompt.typed("awsenv use -")
        shown = prompt.press("\r", f"production {name}")
        in_red = re.search(r"\x1b\[[0-9;]*31[0-9;]*m[^a-z]*production", shown) is not None
        assert in_red == shell.can("a color in a prompt")
        assert not list(home.rglob("ran"))


@every
def test_a_second_load_of_the_hook_changes_nothing(prompt: Terminal, home: Path) -> None:
    prompt.typed("awsenv use dev")
    prompt.load_hook()
    assert prompt.look("AWS_ACCESS_KEY_ID") == "AKIADEV"
    prompt.typed("awsenv off")
    assert prompt.look("AWS_ACCESS_KEY_ID") == ""


@every
def test_doctor_and_uninstall_know_it(shell: Shell, prompt: Terminal, home: Path) -> None:
    assert f"{shell.name}, current" in prompt.typed("awsenv doctor")
    told = prompt.typed(f"awsenv hook {shell.name} --install")
    assert "would put into" in told
    assert "nothing was done yet" in told
    path = Path(start_files.list_paths(shell.name, clean(home))[0])
    assert not path.exists()
    prompt.typed(f"awsenv hook {shell.name} --install --yes")
    assert "has it already" in prompt.typed(f"awsenv hook {shell.name} --install")
    # A shell with its start file, as a person's is started.
    with closing(at_home(replace(shell, at_prompt=()), home, hook=False)) as other:
        other.typed("awsenv use dev")
        assert other.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
    assert "would take the awsenv hook out of" in prompt.typed("awsenv uninstall")
    prompt.typed("awsenv uninstall --yes")
    assert not path.exists() or path.read_text() == ""


def test_json_of_nushell_holds_any_text(home: Path) -> None:
    shell = OTHERS[0]
    text = "".join(map(chr, range(1, 0x250))) + "世😀"
    done = subprocess.run(
        [shell.program, "--no-config-file", "-c", "load-env ($env.TOLD | from json).set; $env.X | to json -r"],
        env={"TOLD": json.dumps({"set": {"X": text}}), "HOME": "/nonexistent"}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == text
