"""The hook in real shells: use and off without eval, whatever else lives there."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from awsenv import record_file, records
from awsenv.shells import hook_text
from awsenv.variables import MANAGED
from tests.shells.conftest import NASTY
from tests.shells.real import HOOKED, SHELLS, Shell, clean, installed, snapshot
from tests.shells.real import environment as read_environment
from tests.shells.terminal import Terminal
from tests.shells.test_switch import BARE, BEFORE, DEV, acting

LOAD = {"fish": "awsenv hook fish | source"}


def load(shell: Shell) -> str:
    return LOAD.get(shell.name, f'eval "$(awsenv hook {shell.form})"')


SESSION = {
    "AWS_ACCESS_KEY_ID": "ASIASESSION",
    "AWS_SECRET_ACCESS_KEY": NASTY + "%41=\n\t\\",
    "AWS_SESSION_TOKEN": "t==",
    "AWS_REGION": "s-1",
    "AWS_DEFAULT_REGION": "s-1",
    "AWS_MAX_ATTEMPTS": "9",
}


def record(home: Path, seconds: int = 3600, **more: str) -> Path:
    """A record of a session as a resolved one would leave it."""
    path = home / ".local/state/awsenv/records/live"
    end = int(time.time()) + seconds
    fields = {
        "shape": record_file.SHAPE,
        "profile": "live",
        "kind": "mfa",
        "expires": str(end),
        "renew": str(end),
        "env.HOME": str(home),
        "settings.path": str(home / ".config/awsenv/config.toml"),
        "settings.stamp": "none",
    }
    for name in ("config", "credentials"):
        file = home / ".aws" / name
        file.touch()
        os.utime(file, (end - 90_000, end - 90_000))
        fields |= {
            f"{name}.path": str(file),
            f"{name}.stamp": record_file.format_stamp(file.stat()),
        }
    records.write(str(path), fields | SESSION | more)
    return path


def test_a_hook_knows_of_a_session_what_tells_it_from_another() -> None:
    for name in ("awsenv.bash", "awsenv.zsh", "awsenv.fish"):
        text = (Path(__file__).parents[2] / "shell" / name).read_text()
        known = {each for each in MANAGED if each in text}
        assert known == {"AWS_CREDENTIAL_EXPIRATION", "AWS_ACCESS_KEY_ID", "AWS_PROFILE"}


def test_use_and_off_act_without_eval(hooked: Shell, home: Path, tmp_path: Path) -> None:
    files = [tmp_path / f"env{i}" for i in range(5)]
    lines = [load(hooked), snapshot(files[0])]
    for command, file in zip(("use dev", "use bare", "use -", "off"), files[1:], strict=True):
        lines += [f"awsenv {command}", snapshot(file)]
    result = hooked.run("\n".join(lines), clean(home, **BEFORE), tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (0, b"", b"")
    before, dev, bare, again, after = map(read_environment, files)
    assert dev == acting(before, b"dev", DEV)
    assert bare == acting(before, b"bare", BARE, b"dev")
    assert again == acting(before, b"dev", DEV, b"bare")
    assert after == before | {b"AWSENV_PREVIOUS": b"dev"}


def test_a_live_record_is_replayed_in_the_shell_as_the_program_would(
    hooked: Shell, home: Path, tmp_path: Path
) -> None:
    record(home)
    (tmp_path / "gone").mkdir()
    files = [tmp_path / f"env{i}" for i in range(5)]
    lines = [
        load(hooked),
        snapshot(files[0]),
        "awsenv use temporary",
        "awsenv use live",
        snapshot(files[1]),
    ]
    lines += ["awsenv use live", snapshot(files[2])]
    result = hooked.run("\n".join(lines), clean(home, **BEFORE), tmp_path)
    assert result.stderr == b""
    before, first, second = map(read_environment, files[:3])
    assert first == second
    session = {n.encode(): v.encode() for n, v in SESSION.items()}
    assert first == acting(before, b"live", session, b"temporary")
    assert not list(tmp_path.rglob("pwned"))


def test_off_after_a_replay_puts_everything_back(hooked: Shell, home: Path, tmp_path: Path) -> None:
    record(home)
    own = "set -g AWS_MAX_ATTEMPTS 3" if hooked.name == "fish" else "AWS_MAX_ATTEMPTS=3"
    files = [tmp_path / f"env{i}" for i in range(2)]
    lines = [
        load(hooked),
        own,
        snapshot(files[0]),
        "awsenv use live",
        "awsenv use dev",
        "awsenv use live",
    ]
    lines += ["awsenv off", snapshot(files[1]), 'echo "[$AWS_MAX_ATTEMPTS]"']
    result = hooked.run("\n".join(lines), clean(home, **BEFORE), tmp_path)
    assert result.stdout == b"[3]\n"
    before, after = map(read_environment, files)
    assert after == before | {b"AWSENV_PREVIOUS": b"live"}


NOT_BELIEVED = {
    "ended": {"seconds": -5},
    "due for renewal": {"renew": "1"},
    "another profile's": {"profile": "other"},
    "another home's": {"env.HOME": "/x"},
}


@pytest.mark.parametrize("case", NOT_BELIEVED.values(), ids=NOT_BELIEVED.keys())
def test_a_record_that_is_not_true_is_left_to_the_program(
    case: dict[str, object], hooked: Shell, home: Path, tmp_path: Path
) -> None:
    record(home, **case)  # type: ignore[arg-type]
    result = hooked.run(f"{load(hooked)}\nawsenv use live", clean(home), tmp_path)
    assert b"no profile named live" in result.stderr


def test_a_cut_or_linked_record_or_an_edited_file_is_left_to_the_program(
    hooked: Shell, home: Path, tmp_path: Path
) -> None:
    path = record(home)
    text = path.read_text()
    script = f"{load(hooked)}\nawsenv use live"
    for cut in (0, 9, len(text) // 2, text.rindex("end=") - 1):
        path.write_text(text[:cut])
        assert b"no profile named live" in hooked.run(script, clean(home), tmp_path).stderr
    path = record(home)
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert b"no profile named live" in hooked.run(script, clean(home), tmp_path).stderr


@pytest.mark.real_program
def test_a_live_record_costs_one_process(hooked: Shell, home: Path, tmp_path: Path) -> None:
    record(home)
    log = tmp_path / "log"
    (tmp_path / "hook").write_text(hook_text.render_hook(hooked.form))
    source = f"source {tmp_path}/hook"

    def processes(script: str) -> int:
        command = [installed("strace"), "-f", "-o", str(log), "-e", "trace=clone,clone3,fork,vfork,execve",
                   hooked.program, *hooked.plain, "-c", script]  # fmt: skip
        subprocess.run(command, env=clean(home), cwd=tmp_path, check=True, capture_output=True)
        lines = log.read_text().splitlines()
        # fish has threads.
        return sum(
            "CLONE_THREAD" not in line and "resumed" not in line and "(" in line for line in lines
        )

    # Started and become awsenv: two calls.
    assert processes(f"{source}\nawsenv use live\ntrue") == processes(f"{source}\ntrue") + 2
    assert processes(f"{source}\nawsenv use dev\ntrue") > processes(f"{source}\ntrue")


def test_inside_eval_it_prints_a_call_and_no_secret(
    hooked: Shell, home: Path, tmp_path: Path
) -> None:
    shell = Terminal(hooked, clean(home), tmp_path)
    shell.typed(load(hooked))
    evaluate = hooked.evaluate("awsenv use dev")
    shell.typed(evaluate)
    assert shell.environment()[b"AWS_ACCESS_KEY_ID"] == b"AKIADEV"
    shell.typed(hooked.evaluate("awsenv off"))
    assert b"AWS_ACCESS_KEY_ID" not in shell.environment()
    shown = shell.typed(
        "awsenv use dev | cat" if hooked.name == "fish" else 'echo "$(awsenv use dev)"'
    )
    assert "AKIADEV" not in shown
    if hooked.name == "fish":  # a function acts on its shell wherever it stands
        assert shell.environment()[b"AWS_ACCESS_KEY_ID"] == b"AKIADEV"
    else:
        assert "__awsenv_act use dev" in shown
        assert "1\n" in shell.typed('eval "$(awsenv use nope)" 2>/dev/null; echo $?')
    shell.close()


def test_a_killed_program_is_noticed_and_changes_nothing(
    hooked: Shell, home: Path, tmp_path: Path
) -> None:
    killed = tmp_path / "killed"
    killed.write_text("#!/bin/sh\nkill -9 $$\n")
    killed.chmod(0o755)
    place = (
        f"set -g __awsenv_program {killed}"
        if hooked.name == "fish"
        else f"__awsenv_program=({killed})"
    )
    status = "$status" if hooked.name == "fish" else "$?"
    result = hooked.run(
        f"{load(hooked)}\n{place}\nawsenv use dev\necho {status}", clean(home), tmp_path
    )
    # Off a terminal it may be evaluated, and fails there.
    assert result.stdout.removeprefix(b"false\n") == b"137\n"
    assert b"awsenv: killed by signal 9; nothing was changed\n" in result.stderr


OPTIONS = {
    "bash": ["set -u", "set -e", "set -f", "IFS=_A", "set -o posix", "shopt -s extglob nullglob failglob nocasematch",
             "shopt -s expand_aliases; alias export=false command=false local=false printf=false read=false",
             "PROMPT_COMMAND='true'", "PROMPT_COMMAND=('true' 'true')", "set -a"],
    "zsh": ["setopt no_unset", "setopt err_exit", "setopt no_glob", "IFS=_A", "setopt ksh_arrays sh_word_split",
            "setopt aliases; alias export=false; alias local=false; alias print=false", "setopt all_export",
            "setopt warn_create_global", "setopt no_match null_glob"],
    "fish": ["function export; false; end"],
}  # fmt: skip
CASES = [(shell, option) for shell in HOOKED for option in OPTIONS[shell.name]]


@pytest.mark.parametrize(("shell", "option"), CASES, ids=[f"{s.name}-{o[:30]}" for s, o in CASES])
def test_it_lives_with_a_persons_options_and_aliases(
    shell: Shell, option: str, home: Path, tmp_path: Path
) -> None:
    record(home)
    files = [tmp_path / f"env{i}" for i in range(4)]
    lines = [option, load(shell), load(shell), snapshot(files[0])]
    for command, file in zip(("use dev", "use live", "off"), files[1:], strict=True):
        lines += [f"awsenv {command}", snapshot(file)]
    result = shell.run("\n".join(lines), clean(home, **BEFORE), tmp_path)
    assert result.stderr == b""
    before, dev, live, after = map(read_environment, files)
    before = {n: v for n, v in before.items() if not n.startswith((b"__awsenv", b"AWSENV_PROMPT"))}
    after = {n: v for n, v in after.items() if n in before or n == b"AWSENV_PREVIOUS"}
    assert dev.items() >= DEV.items()
    assert live.items() >= {n.encode(): v.encode() for n, v in SESSION.items()}.items()
    assert after == before | {b"AWSENV_PREVIOUS": b"live"}


def test_a_readonly_variable_refuses_by_name(hooked: Shell, home: Path, tmp_path: Path) -> None:
    if not hooked.can("a readonly variable"):
        pytest.skip("fish has no readonly variables")
    record(home)
    script = f"{load(hooked)}\nreadonly AWS_REGION\nawsenv use live\nawsenv use dev\necho $?"
    result = hooked.run(script, clean(home, **BEFORE), tmp_path)
    assert b"AWS_REGION is readonly" in result.stderr
    assert result.stdout == b"1\n"


def test_xtrace_shows_no_secret(hooked: Shell, home: Path, tmp_path: Path) -> None:
    record(home)
    if hooked.name == "fish":
        pytest.skip("fish traces to a file of its own")
    result = hooked.run(
        f"{load(hooked)}\nset -x\nawsenv use dev\nawsenv use live", clean(home), tmp_path
    )
    assert b"AKIADEV" not in result.stderr
    assert b"ASIASESSION" not in result.stderr
    assert b"awsenv use dev" in result.stderr


def test_a_hostile_folder_runs_nothing(hooked: Shell, home: Path, tmp_path: Path) -> None:
    for name in (
        "json.py",
        "awsenv/__init__.py",
        "sitecustomize.py",
        "usercustomize.py",
        "os.py",
        "re.py",
    ):
        path = tmp_path / "hostile" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("open('/tmp/awsenv-pwned', 'w')\nraise SystemExit('pwned')\n")
    script = f"{load(hooked)}\ncd hostile\nawsenv use dev\nawsenv list\nawsenv off"
    environ = clean(home, PYTHONPATH=str(tmp_path / "hostile"), PYTHONSTARTUP="json.py")
    start = f"cd '{tmp_path}'\n" + script
    # PYTHONPATH is a person's own for `awsenv hook`, which runs as any Python program; not later.
    environ.pop("PYTHONPATH")
    result = hooked.run(start, environ, tmp_path)
    assert b"pwned" not in result.stdout + result.stderr
    with_path = clean(home, PYTHONPATH=str(tmp_path / "hostile"))
    (tmp_path / "hook").write_text(hook_text.render_hook(hooked.form))
    result = hooked.run(
        f"source {tmp_path}/hook\nawsenv use dev\n{snapshot(tmp_path / 'env')}", with_path, tmp_path
    )
    assert b"pwned" not in result.stdout + result.stderr
    assert read_environment(tmp_path / "env")[b"AWS_ACCESS_KEY_ID"] == b"AKIADEV"


def test_the_prompt_says_profile_and_time_left_and_keeps_the_status(
    hooked: Shell, home: Path, tmp_path: Path
) -> None:
    end = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2 * 3600 + 330))
    record(home, AWS_CREDENTIAL_EXPIRATION=end)
    shell = Terminal(hooked, clean(home), tmp_path)
    shell.typed(load(hooked))
    shell.typed("awsenv use dev")
    assert "[dev]" in shell.typed('echo "[$AWSENV_PROMPT]"')
    shell.typed("awsenv use live")
    shown = shell.typed('echo "[$AWSENV_PROMPT]"')
    assert "[live 2h5m]" in shown
    shell.typed("awsenv off")
    assert "[]" in shell.typed('echo "[$AWSENV_PROMPT]"')
    shell.close()


def test_completion_runs_no_name(home: Path, tmp_path: Path) -> None:
    with open(home / ".aws/credentials", "a") as file:
        file.write("[x$(touch pwned)]\n[dev-two]\n")
    bash, zsh, fish = HOOKED[:3]
    script = load(bash) + (
        '\nCOMP_WORDS=(awsenv use d) COMP_CWORD=2; __awsenv_complete; printf "%s\\n" "${COMPREPLY[@]}"'
        '\nCOMP_WORDS=(awsenv use x) COMP_CWORD=2; __awsenv_complete; printf "%s\\n" "${COMPREPLY[@]}"'
        '\nCOMP_WORDS=(awsenv stat) COMP_CWORD=1; __awsenv_complete; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    result = bash.run(script, clean(home), tmp_path)
    assert set(result.stdout.decode().splitlines()) == {
        "dev",
        "dev-two",
        r"x\$\(touch\ pwned\)",
        "status",
    }
    result = fish.run(
        load(fish) + '\ncomplete -C "awsenv use d"\ncomplete -C "awsenv use x"',
        clean(home),
        tmp_path,
    )
    lines = set(result.stdout.decode().splitlines())
    assert {"dev", "dev-two"} <= lines
    assert any("touch pwned" in line for line in lines)
    assert zsh.program
    assert not list(tmp_path.rglob("pwned"))


def test_the_linters_find_nothing() -> None:
    folder = Path(__file__).parents[2] / "shell"
    subprocess.run(
        [installed("shellcheck"), *folder.glob("*.bash"), folder / "awsenv.sh"], check=True
    )
    for name in ("zsh", "fish"):
        for file in folder.glob(f"*.{name}"):
            subprocess.run([installed(name), "-n", file], check=True)


@pytest.mark.parametrize("name", ["dash", "mksh", "ksh", "bash"])
def test_the_posix_hook(name: str, home: Path, tmp_path: Path) -> None:
    shell = next(each for each in SHELLS if each.name == name)
    script = "\n".join(
        [
            'eval "$(awsenv hook posix)"',
            "awsenv use dev",
            snapshot(tmp_path / "dev"),
            'eval "$(awsenv use bare)"',
            snapshot(tmp_path / "bare"),
            "awsenv use nope || echo refused",
            "awsenv off",
            snapshot(tmp_path / "off"),
        ]
    )
    result = shell.run(script, clean(home), tmp_path)
    assert result.stdout == b"refused\n"
    assert read_environment(tmp_path / "dev")[b"AWS_ACCESS_KEY_ID"] == b"AKIADEV"
    assert read_environment(tmp_path / "bare")[b"AWS_ACCESS_KEY_ID"] == b"AKIABARE"
    assert b"AWS_ACCESS_KEY_ID" not in read_environment(tmp_path / "off")


def test_completion_follows_an_edit_of_the_files(home: Path, tmp_path: Path) -> None:
    bash = HOOKED[0]
    for path in (home / ".aws/config", home / ".aws/credentials"):
        os.utime(path, (1, 1))
    complete = (
        'COMP_WORDS=(awsenv use be) COMP_CWORD=2; __awsenv_complete; echo "${COMPREPLY[@]-}"\n'
        "echo '[better]' >>~/.aws/credentials; touch -d '1 hour' ~/.aws/credentials\n"
        '__awsenv_complete; echo "${COMPREPLY[@]-}"'
    )
    script = f"{load(bash)}\nawsenv use dev\necho best >>~/.local/state/awsenv/names\n{complete}"
    result = bash.run(script, clean(home), tmp_path)
    assert result.stdout.decode().splitlines() == ["best", "better"], result.stderr
