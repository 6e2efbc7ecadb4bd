"""Where a shell, its neighbours and a person's hands meet the hook: no command ever runs as another
account than the prompt says."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.program import until
from tests.shells.ground import HOUR, ROLES, Ground, forget
from tests.shells.real import HOOKED, SHELLS, Shell, installed
from tests.shells.test_folders import visible


def test_ctrl_c_while_a_folder_is_entered_leaves_the_door_shut(
    ground: Ground, hooked: Shell
) -> None:
    shell = ground.shell(hooked)
    shell.typed("awsenv use key")
    outside = shell.environment()
    forget(ground)
    ground.server.faults += ["hang"] * 3
    shell.typed_on(f"cd {ground.a}")
    until(lambda: ground.server.calls)
    shell.interrupt()
    inside = shell.environment()
    assert ground.who(inside) == ""
    assert inside[b"AWS_PROFILE"] == b"awsenv-no-session:org-a"
    # A person who does not want to wait has a prompt: nobody is asked again at once.
    shell.typed("true")
    assert len(ground.server.calls) == 1
    # Signed in elsewhere, the door opens; and what was outside comes back.
    ground.server.faults.clear()
    ground.settle()  # what was written in the last second is not recorded
    assert ground.run("login", "org-a").returncode == 0
    shell.typed("true")
    assert ground.who(shell.environment()) == "a"
    shell.typed("cd")
    assert shell.environment() == outside


def test_a_kill_while_a_folder_is_entered_leaves_the_door_shut(
    ground: Ground, hooked: Shell
) -> None:
    shell = ground.shell(hooked)
    shell.typed("awsenv use key")
    forget(ground)
    ground.server.faults += ["hang"] * 3
    shell.typed_on(f"cd {ground.a}")
    until(lambda: ground.server.calls)
    [child] = Path(f"/proc/{shell.pid}/task/{shell.pid}/children").read_text().split()[-1:]
    os.kill(int(child), 9)
    assert ground.who(shell.environment()) == ""


def test_an_edit_of_the_config_is_the_next_prompts_session(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked, cwd=ground.a)
    assert ground.who(shell.environment()) == "a"
    config = ground.home / ".aws/config"
    config.write_text(config.read_text().replace(ROLES["a"], ROLES["b"]))
    shell.typed("true")
    assert ground.who(shell.environment()) == "b"


def test_an_edit_and_an_allow_between_two_prompts_are_both_seen(
    ground: Ground, hooked: Shell
) -> None:
    shell = ground.shell(hooked, cwd=ground.a)
    assert ground.who(shell.environment()) == "a"
    ground.envrc(ground.a, "use_aws org-b\n")
    shell.typed("true")
    assert ground.who(shell.environment()) == "b"


def test_a_shell_that_starts_from_an_older_environment_has_the_newer_session(
    timed: Ground, hooked: Shell
) -> None:
    first = timed.shell(hooked)
    first.typed("awsenv use org-a")
    old = {n.decode(): v.decode() for n, v in first.environment().items()}
    assert timed.clock
    timed.clock.leap(HOUR + 1)
    assert timed.run("login", "org-a", prefix=timed.clock.words).returncode == 0
    for folder in (timed.home, timed.a):
        shell = timed.shell(hooked, cwd=folder, **old)
        now = shell.environment()
        assert timed.who(now) == "a"
        assert now[b"AWS_ACCESS_KEY_ID"] != old["AWS_ACCESS_KEY_ID"].encode()


@pytest.mark.parametrize("array", [False, True])
def test_the_status_goes_on_to_what_stands_behind_us(array: bool, ground: Ground) -> None:
    own = "PROMPT_COMMAND=('seen=$?' true)" if array else "PROMPT_COMMAND='seen=$?'"
    shell = ground.shell(HOOKED[0], before=own)
    for folder in (ground.home, ground.a):
        shell.typed(f"cd {folder}")
        shell.typed_on("(exit 7)")
        assert "seen 7" in shell.typed('echo "seen $seen"')


def test_a_framework_that_calls_us_from_a_function_keeps_its_trap(ground: Ground) -> None:
    """As VS Code's shell integration does."""
    shell = ground.shell(HOOKED[0])
    shell.typed("before() { :; }; trap 'before' DEBUG; theirs=$PROMPT_COMMAND")
    shell.typed('wrapped() { eval "$theirs"; }; PROMPT_COMMAND=wrapped')
    shell.typed(f"cd {ground.a}")
    assert ground.who(shell.environment()) == "a"
    assert shell.typed("trap -p DEBUG").count("trap -- 'before' DEBUG") == 1


HOSTILE = {
    "a subscript": {"AWSENV_VARS": "a[$(touch pwned)]", "AWSENV_SET": "b[$(touch pwned)]"},
    "names that are not ours": {"AWSENV_VARS": "PATH HOME", "AWSENV_SET": "PATH HOME"},
    "our own variables": {
        "__awsenv_due": "a[$(touch pwned)]",
        "__awsenv_limit": "a[$(touch pwned)]",
        "__awsenv_clock": "a[$(touch pwned)]",
        "__awsenv_state": "$(touch pwned)",
        "__awsenv_arm": "touch pwned",
        "__awsenv_again": "1",
        "__awsenv_key": "x",
        "__awsenv_load": "touch pwned",
        "_AWSENV_STATE": "$(touch pwned)",
    },
    "a folder": {"AWSENV_DIR": "/$(touch pwned)", "AWSENV_VARS": "PATH"},
    "an end": {
        "AWS_CREDENTIAL_EXPIRATION": "a[$(touch pwned)]",
        "AWSENV_PROFILE": "x[$(touch pwned)]",
    },
}


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_parent_runs_nothing_and_unsets_nothing(
    hostile: Any, ground: Ground, hooked: Shell
) -> None:
    shell = ground.shell(hooked, **hostile)
    for line in ("true", f"cd {ground.a}", "true", "cd", "awsenv use key", "awsenv off", "true"):
        shell.typed(line)
    after = shell.environment()
    assert not list(ground.home.rglob("pwned"))
    assert {b"PATH", b"HOME"} <= after.keys()
    assert "hi" in shell.typed("ls >/dev/null && echo h''i")
    shell.typed(f"cd {ground.a}")
    assert ground.who(shell.environment()) == "a"
    assert not {n for n in shell.environment() if n.startswith(b"__awsenv_s")}


@pytest.mark.parametrize(
    "field", ["was.", "name.", "set.", "hand.", "away.0=k away.0.was.", "away.0=k away.0.took."]
)
def test_a_state_that_a_hostile_parent_wrote_runs_nothing(
    field: str, ground: Ground, hooked: Shell
) -> None:
    """The process's number says whose it is, and ``exec`` keeps that."""
    state = f"awsenv-1= folder=%2Fx how=loaded {field}a[$(>pwned)]=u key=x"
    prompt = ground.bare(hooked)
    if hooked.name == "fish":
        prompt.typed(f"set -g __awsenv_shell $fish_pid; set -g __awsenv_state '{state}'")
    else:
        prompt.typed(f"__awsenv_shell=$$ __awsenv_state='{state}'")
    prompt.load_hook()
    for line in ("true", f"cd {ground.a}", "awsenv use key", "awsenv off", "cd"):
        prompt.typed(line)
    assert not list(ground.home.rglob("pwned"))
    prompt.typed(f"cd {ground.a}")
    assert ground.who(prompt.environment()) == "a"


def test_a_child_that_leaves_keeps_its_path(ground: Ground, hooked: Shell) -> None:
    (ground.a / ".env").write_text(f"PATH={ground.environ['PATH']}:/opt/x\nSTAGE=dev\n")
    ground.envrc(ground.a, "use_aws org-a\ndotenv\n", "--unsafe")
    shell = ground.shell(hooked, cwd=ground.a)
    inside = {n.decode(): v.decode() for n, v in shell.environment().items()}
    assert inside["PATH"].endswith("/opt/x")
    child = ground.shell(hooked, cwd=ground.home, **inside)
    outside = child.environment()
    assert b"PATH" in outside
    assert b"STAGE" not in outside


def test_a_refusal_is_said_though_quiet(ground: Ground, hooked: Shell) -> None:
    (ground.a / "repo/.envrc").write_text("use_aws key\n")
    shell = ground.shell(hooked, AWSENV_QUIET="1")
    assert visible(shell.typed(f"cd {ground.a}")) == []
    assert len(visible(shell.typed("cd repo"))) == 1


def test_no_other_switchers_name_stays(ground: Ground, hooked: Shell) -> None:
    others: Any = {"AWS_VAULT": "other", "AWSUME_PROFILE": "other", "AWS_SSO_PROFILE": "other"}
    shell = ground.shell(hooked, **others)
    outside = shell.environment()
    for line in ("awsenv use key", f"cd {ground.a}"):
        shell.typed(line)
        assert not {name.encode() for name in others} & shell.environment().keys()
    shell.typed("cd")
    shell.typed("awsenv off")
    assert {n: v for n, v in shell.environment().items() if n != b"AWSENV_PREVIOUS"} == outside


def test_keys_chosen_by_hand_come_back_through_a_folder_without_use_aws(
    ground: Ground, hooked: Shell
) -> None:
    (ground.home / "plain").mkdir()
    ground.envrc(ground.home / "plain", "# nothing\n")
    shell = ground.shell(hooked)
    shell.typed("awsenv use key")
    by_hand = shell.environment()
    for folder in (ground.home / "plain", ground.a, ground.home / "plain", ground.home):
        shell.typed(f"cd {folder}")
    assert shell.environment() == by_hand


def test_off_inside_a_folder_leaves_no_region_behind(ground: Ground, hooked: Shell) -> None:
    (ground.a / ".env").write_text("AWS_REGION=env-1\n")
    ground.envrc(ground.a, "use_aws org-a\ndotenv\n")
    shell = ground.shell(hooked)
    outside = shell.environment()
    shell.typed(f"cd {ground.a}")
    shell.typed("awsenv off")
    shell.typed("cd")
    assert {n: v for n, v in shell.environment().items() if n != b"AWSENV_PREVIOUS"} == outside


def test_a_rotated_key_is_taken_over(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked)
    shell.typed("awsenv use key --region mine-1")
    credentials = ground.home / ".aws/credentials"
    text = credentials.read_text()
    credentials.write_text(text.replace(ground.plain.key_id, "AKIAROTATED000000001"))
    shell.typed("true")
    now = shell.environment()
    assert now[b"AWS_ACCESS_KEY_ID"] == b"AKIAROTATED000000001"
    assert now[b"AWS_REGION"] == b"mine-1"


def without_proc(shell: Shell, script: str, ground: Ground) -> subprocess.CompletedProcess[str]:
    """``script`` where /proc is empty, as it is missing on macOS and the BSDs."""
    (ground.home / "empty").mkdir(exist_ok=True)
    (ground.home / "script").write_text(script)
    line = f"mount --bind {ground.home}/empty /proc && exec {shell.program} {' '.join(shell.plain)}"
    return subprocess.run(
        [installed("unshare"), "-m", "sh", "-c", f"{line} {ground.home}/script"],
        env=ground.environ, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts")
def test_without_proc_the_hook_works(ground: Ground, hooked: Shell) -> None:
    script = hooked.evaluate(f"awsenv hook {hooked.name}")
    command = f"cd {ground.a}; __awsenv_prompt; env | grep ^AWSENV_PROFILE"
    told = without_proc(hooked, f"{script}\n{command}\n", ground)
    assert "AWSENV_PROFILE=org-a" in told.stdout, told.stderr


@pytest.mark.skipif(os.getuid() != 0, reason="only root mounts")
@pytest.mark.parametrize("name", ["dash", "mksh", "ksh"])
def test_without_proc_the_posix_hook_works(name: str, ground: Ground) -> None:
    shell = next(each for each in SHELLS if each.name == name)
    for line in ("awsenv use key", 'eval "$(awsenv use key)"'):
        script = f'eval "$(awsenv hook posix)"\n{line}\nenv | grep ^AWSENV_PROFILE\n'
        told = without_proc(shell, script, ground)
        assert "AWSENV_PROFILE=key" in told.stdout, (line, told.stderr)
