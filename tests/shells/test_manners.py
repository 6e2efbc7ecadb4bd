"""The hook in somebody's shell: seen by nobody but where it acts, and without a process."""

import re
import subprocess
import time
from pathlib import Path

import pytest

from awsenv.demo.sandbox import sandbox
from tests.program import until
from tests.shells.ground import Ground
from tests.shells.real import HOOKED, Shell, clean, installed
from tests.shells.terminal import Terminal

# What a person looks at on a line of its own, behind a command.
LOOKS = {
    "bash": [
        ("(exit 3)", 'echo "$?"'),
        ("echo one two", 'echo "$_"'),
        ("true | (exit 4) | true", 'echo "${PIPESTATUS[*]}"'),
        ("false", "echo $?"),
        ("history -c; echo a", "history"),
    ],
    "zsh": [
        ("(exit 3)", 'echo "$?"'),
        ("echo one two", 'echo "$_"'),
        ("true | (exit 4) | true", 'echo "${pipestatus[*]}"'),
        ("false", "echo $?"),
    ],
    "fish": [
        ("sh -c 'exit 3'", "echo $status"),
        ("true | sh -c 'exit 4' | true", "echo $pipestatus"),
        ("false", "echo $status"),
    ],
}


def said(text: str) -> list[str]:
    """What a line printed, without the typing that a shell echoes."""
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if line and "END''" not in line and "echo" not in line]


@pytest.mark.parametrize("where", ["home", "folder"])
def test_status_and_the_last_word_are_as_without_it(
    where: str, ground: Ground, hooked: Shell
) -> None:
    ground.settle()  # of files of this second it asks at each prompt, and a terminal shows what is typed meanwhile
    plain = Terminal(hooked, ground.environ, ground.home)
    shell = ground.shell(hooked)
    folder = ground.home if where == "home" else ground.a
    for each in (plain, shell):
        each.typed(f"cd {folder}")
    for command, look in LOOKS[hooked.name]:
        if hooked.version == "3.2" and "PIPESTATUS" in look:
            continue  # there, whatever runs as a trap changes it
        seen = []
        for each in (plain, shell):
            each.typed_on(command)
            # What is typed ahead of a prompt the terminal may show, or not yet.
            seen.append([line for line in said(each.typed(look)) if not line.endswith(command)])
        assert seen[0] == seen[1], (command, look)
        assert seen[0]
    plain.close()


def test_jobs_are_announced_as_without_it(ground: Ground) -> None:
    bash = HOOKED[0]
    shell = ground.shell(bash, cwd=ground.a)
    told = shell.typed("sleep 0.1 &") + shell.typed("sleep 0.3")
    assert re.search(r"\[1\] \d+", told)
    assert "Done" in told + shell.typed("true")
    plain = Terminal(bash, ground.environ, ground.home)
    plain.typed("true")
    assert shell.typed("stty -a").strip() == plain.typed("stty -a").strip()
    plain.close()


def test_a_trap_of_a_persons_goes_on(ground: Ground) -> None:
    bash = HOOKED[0]
    shell = ground.shell(bash)
    shell.typed("seen=; trap 'seen=\"$seen<$?>\"' DEBUG")
    shell.typed(f"cd {ground.a}")
    shell.typed("seen=")
    shell.typed("(exit 5)")
    assert "<5>" in shell.typed('true; echo "$seen"')
    assert "__awsenv_limit" in shell.typed("trap -p DEBUG")
    shell.typed("cd")
    assert "seen" in shell.typed("trap -p DEBUG")


@pytest.mark.parametrize(
    "own", ["PROMPT_COMMAND='mine=$((mine + 1))'", "PROMPT_COMMAND=('mine=$((mine + 1))' true)"]
)
def test_a_prompt_command_of_a_persons_goes_on(own: str, ground: Ground) -> None:
    bash = HOOKED[0]
    shell = ground.shell(bash, before=own)
    shell.typed("mine=0")
    shell.typed(f"cd {ground.a}")
    assert ground.who(shell.environment()) == "a"
    assert not re.search(r"mine=0\b", shell.typed("declare -p mine"))


@pytest.mark.parametrize("first", [True, False])
def test_beside_zoxides_hook(first: bool, ground: Ground, hooked: Shell) -> None:
    installed("zoxide")
    theirs = hooked.evaluate(f"zoxide init {hooked.name}")
    shell = ground.shell(hooked, before=theirs if first else "")
    if not first:
        shell.typed(theirs)
    shell.typed(f"cd {ground.a}/repo")
    assert ground.who(shell.environment()) == "a"
    shell.typed("cd")
    shell.typed("z repo")
    assert ground.who(shell.environment()) == "a"
    shell.typed("cd")
    assert ground.who(shell.environment()) == ""


def traced(ground: Ground, shell: Shell, lines: list[str], log: Path, *before: str) -> list[str]:
    """The processes that ``shell`` starts while ``lines`` are typed, behind those ``before``."""
    installed("strace")
    # fish's own prompt asks git.
    own = "function fish_prompt; end" if shell.name == "fish" else ""
    program = ground.shell(shell, before=own)
    ground.settle()
    for folder in (ground.a, ground.b, ""):  # whatever is done once is done
        program.typed(f"cd {folder}")
    for line in before:
        program.typed(line)
    tracer = subprocess.Popen(
        [
            "strace",
            "-f",
            "-qq",
            "-e",
            "trace=clone,clone3,fork,vfork,execve",
            "-o",
            str(log),
            "-p",
            str(program.pid),
        ]
    )
    until(log.exists)
    program.typed("true")
    for line in lines:
        program.typed(line)
    tracer.terminate()
    tracer.wait()
    return [
        line
        for line in log.read_text().splitlines()
        if re.search(r"(clone3?|v?fork|execve)\(", line) and "CLONE_THREAD" not in line
    ]


@pytest.mark.real_program
def test_a_prompt_and_a_cd_start_no_process(ground: Ground, hooked: Shell, tmp_path: Path) -> None:
    (ground.a / "repo/.env").write_text("STAGE=dev\n")
    ground.envrc(ground.a / "repo", "source_up\ndotenv\n")
    inside = ground.a / "repo/deep"
    inside.mkdir()
    (ground.home / "x/y").mkdir(parents=True)
    if (
        hooked.name == "zsh" or hooked.version
    ):  # they compare whole seconds, and ask while one is not over
        until(lambda: time.time() - (ground.a / "repo/.envrc").stat().st_ctime > 1.1)
    lines = [f"cd {ground.a}", "cd repo", f"cd {ground.b}", "cd"]
    for number, line in enumerate(lines):
        # Started and become awsenv: once for another binding.
        log = tmp_path / f"log-{number}"
        assert len(traced(ground, hooked, [line], log, *lines[:number])) == 2, line
    within = [f"cd {ground.a}/repo", "true", "cd deep", "cd ../deep", "true", "cd ..", "true"]
    assert traced(ground, hooked, within[1:], tmp_path / "within", within[0]) == []
    outside = ["cd", "true", "cd x", "true", "cd y", "cd /", "true"]
    assert traced(ground, hooked, outside, tmp_path / "outside") == []
    # The control: a plain key is one process.
    folder = ground.home / "keys"
    folder.mkdir()
    ground.run("link", "key", str(folder))
    assert len(traced(ground, hooked, [f"cd {folder}"], tmp_path / "log2")) >= 1


@pytest.mark.parametrize("options", ["set -e", "set -eu"])
@pytest.mark.parametrize("shell", [each for each in HOOKED if each.name != "fish"], ids=str)
def test_a_person_who_sets_errexit_keeps_the_shell(
    shell: Shell, options: str, tmp_path: Path
) -> None:
    with sandbox(clean(tmp_path)) as box:
        (box.home / "org").mkdir()
        lines = [
            shell.evaluate(f"awsenv hook {shell.name}"), options, "echo ALIVE", "true", "cd /", "cd",
            "awsenv link prod org", "cd org", "true", "awsenv use xxx-dev", "awsenv off", "cd ..",
            "touch org/.envrc", "true", "awsenv use nobody || true", "echo STILL",
        ]  # fmt: skip
        done = subprocess.run(
            [shell.program, *shell.plain, "-i"], env=box.environ | {"ZDOTDIR": str(box.home)},
            cwd=box.home, input="\n".join([*lines, "exit", ""]), capture_output=True, text=True,
            timeout=60, check=False, start_new_session=True,
        )  # fmt: skip
        assert "\nSTILL" in "\n" + done.stdout, done.stdout + done.stderr
        assert done.returncode == 0
