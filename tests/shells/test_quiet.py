"""The hook shows nothing of a session, and a person's traps, statuses and functions see nothing of the hook."""

import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from awsenv.envrc import trust
from tests.shells.real import EVERY, HOOKED, Shell, clean, installed
from tests.shells.terminal import at_home, write_hook

KEYS = "[dev]\naws_access_key_id = ASIADEV\naws_secret_access_key = Secr3t\naws_session_token = T0ken\n"
TRACES = {
    "bash": ("set -x", "set -v", "set -xv"),
    "zsh": ("set -x", "set -v", "set -xv"),
    "fish": ("set -g fish_trace 1",),
    "tcsh": ("set echo", "set verbose", "set echo verbose"),
    "xonsh": ("$XONSH_TRACE_SUBPROC = True", "trace on"),
}
BASH, ZSH, FISH = HOOKED[:3]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(KEYS)
    (tmp_path / "org").mkdir()
    path = tmp_path / "org/.envrc"
    path.write_text("use_aws dev\n")
    trust.allow(str(path), trust.derive(str(path)), clean(tmp_path))
    return tmp_path


@pytest.mark.parametrize("shell", [each for each in EVERY if each.name in TRACES], ids=str)
def test_no_trace_shows_a_session(shell: Shell, home: Path) -> None:
    with closing(at_home(shell, home)) as prompt:
        for trace in TRACES[shell.name]:
            seen = prompt.typed(trace)
            lines = (
                f"cd {home}/org",
                "echo 1",
                f"cd {home}",
                "awsenv use dev",
                "echo 1",
                "awsenv off",
            )
            seen += "".join(map(prompt.typed, lines))
            assert "echo 1" in seen
            for word in ("Secr3t", "T0ken", "ASIADEV"):
                assert word not in seen, seen


def count(shell: Shell, home: Path, trap: str, hook: str) -> int:
    """How often a person's ``trap``, which counts, has run after some prompts with ``hook``."""
    with closing(at_home(shell, home, hook=hook == "awsenv", DIRENV_LOG_FORMAT="")) as prompt:
        if hook == "direnv":
            prompt.typed(f'eval "$(direnv hook {shell.name})"')
        prompt.typed(f"cd {home}/org")
        prompt.typed(f"n=0; {trap}")
        for line in ("true", "cd ..", "true"):
            prompt.typed(line)
        file = home / f"{hook}.count"
        prompt.typed(f"echo $n > {file}")
        return int(file.read_text())


TRAPS = [
    (BASH, "set -E; trap 'n=$((n + 1))' ERR"),
    (BASH, "set -E; set -T; trap 'n=$((n + 1))' ERR"),
    (BASH, "trap 'n=$((n + 1))' EXIT"),
    (ZSH, "TRAPZERR() { n=$((n + 1)) }"),
    (ZSH, "TRAPEXIT() { n=$((n + 1)) }"),
]


@pytest.mark.parametrize(("shell", "trap"), TRAPS, ids=str)
def test_a_persons_trap_sees_no_more_than_of_direnv(shell: Shell, trap: str, home: Path) -> None:
    installed("direnv")
    assert count(shell, home, trap, "awsenv") <= count(shell, home, trap, "direnv")


@pytest.mark.parametrize("shell", [BASH, ZSH], ids=str)
def test_errexit_at_a_prompt_ends_no_shell(shell: Shell, home: Path) -> None:
    with closing(at_home(shell, home)) as prompt:
        prompt.typed("set -e")
        prompt.typed("false && true")
        prompt.typed(f"cd {home}/org")
        assert prompt.get("AWS_ACCESS_KEY_ID") == "ASIADEV"


@pytest.mark.skipif(bool(BASH.version), reason="an element of an array, from bash 5.1 on")
@pytest.mark.parametrize(
    "theirs", ["PROMPT_COMMAND='s=${PIPESTATUS[*]}'", "PROMPT_COMMAND=('s=${PIPESTATUS[*]}' true)"]
)
def test_what_stands_behind_it_sees_the_status_of_each_part(theirs: str, home: Path) -> None:
    with closing(at_home(BASH, home, hook=False)) as prompt:
        prompt.typed(theirs)
        prompt.load_hook()
        prompt.typed_on("true | (exit 1) | (exit 3)")
        prompt.typed_on("t=$s")
        prompt.typed(f'echo "$t" > {home}/seen')
        assert (home / "seen").read_text() == "0 1 3\n"


@pytest.mark.parametrize(
    "theirs",
    ["export PROMPT_COMMAND='true'", "export PROMPT_COMMAND", "set -a; PROMPT_COMMAND=true"],
)
def test_a_child_without_the_hook_hears_nothing_of_it(theirs: str, home: Path) -> None:
    with closing(at_home(BASH, home, hook=False)) as prompt:
        prompt.typed(theirs)
        prompt.load_hook()
        said = (
            prompt.typed("bash --norc --noprofile -i")
            + prompt.typed("PS1=; echo 1")
            + prompt.typed("echo 2")
        )
        assert "not found" not in said
        assert "__awsenv" not in said


def test_a_persons_own_functions_are_not_called(home: Path) -> None:
    with closing(at_home(FISH, home, hook=False)) as prompt:
        for name in ("path", "math", "contains", "printf", "source"):
            prompt.typed(f"function {name}; return 3; end")
        prompt.typed(f"builtin source {write_hook(FISH, home)}")
        for line in (f"cd {home}/org", "awsenv use dev; awsenv off; awsenv use dev"):
            assert "rror" not in prompt.typed(line)
        assert prompt.get("AWS_ACCESS_KEY_ID") == "ASIADEV"


def test_a_text_in_a_child_of_an_older_bash_goes_past_itself(home: Path) -> None:
    """Below bash 5.1 it is a string, which a person may export: as the hook writes it, in a shell without one."""
    text = (Path(__file__).parents[2] / "shell/awsenv.bash").read_text()
    line = next(line for line in text.splitlines() if "builtin exit" in line)
    assert 'if [[ ${__awsenv_shell-} == "$$" ]]' in line
    script = "__awsenv_text='x'\n" + line.strip() + '\neval "(exit 3); $__awsenv_text; echo \\$?"\n'
    done = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("3\n", "")
