"""What stands in front of `awsenv use`, behind it, and around it."""

from contextlib import closing
from pathlib import Path

import pytest

from tests.shells.real import HOOKED, Shell, clean, snapshot
from tests.shells.terminal import at_home, write_hook

KEYS = "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(KEYS)
    (tmp_path / ".aws/config").write_text("[profile dev]\nregion = eu-west-1\n")
    return tmp_path


IN_FRONT = {
    "AWS_REGION=x awsenv use dev": "awsenv: AWS_REGION in front of awsenv is lost as that returns, so nothing was changed; awsenv use dev --region x",
    "AWS_PROFILE=dev awsenv use dev": "awsenv: AWS_PROFILE in front of awsenv is lost as that returns, so nothing was changed; awsenv use dev",
    "AWS_ACCESS_KEY_ID= awsenv off": "awsenv: AWS_ACCESS_KEY_ID in front of awsenv is lost as that returns, so nothing was changed; awsenv off",
    "true && X=1 AWS_PROFILE='a b' awsenv use dev": "awsenv: AWS_PROFILE in front",
}


@pytest.mark.parametrize("shell", [each for each in HOOKED if each.name != "fish"], ids=str)
def test_a_variable_of_that_call_alone_would_make_half_a_session(shell: Shell, home: Path) -> None:
    with closing(at_home(shell, home, AWS_PROFILE="mine")) as prompt:
        before = prompt.environment()
        for line, said in IN_FRONT.items():
            assert said in prompt.typed(line)
            assert prompt.environment() == before
        # What no session sets may stand there.
        prompt.typed("AWSENV_QUIET=1 awsenv use dev")
        assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
        assert prompt.get("AWS_REGION") == "eu-west-1"


@pytest.mark.parametrize("shell", [each for each in HOOKED if each.name != "fish"], ids=str)
def test_behind_a_wrapper_it_is_seen_at_the_prompt_at_the_latest(shell: Shell, home: Path) -> None:
    with closing(at_home(shell, home)) as prompt:
        prompt.typed("mine() { AWS_ACCESS_KEY_ID=x awsenv use dev; }; mine")
        prompt.typed("echo 1")
        assert (prompt.get("AWS_ACCESS_KEY_ID"), prompt.get("AWSENV_PROFILE")) == ("", "")


@pytest.mark.parametrize(
    "line",
    [
        "awsenv use dev >/dev/null",
        "awsenv use dev | cat",
        "awsenv use dev | source",
        "function mine; awsenv use dev; end; mine >/dev/null",
        "begin; awsenv use dev; end | cat",
        "echo $(awsenv use dev)",
        "echo (awsenv use dev)",
        "awsenv use dev >/dev/null &",
        "awsenv use dev 2>/dev/null >/dev/null; and true",
    ],
)
@pytest.mark.parametrize("at_prompt", [True, False])
def test_in_fish_it_acts_wherever_it_stands(line: str, at_prompt: bool, home: Path) -> None:
    shell = next(each for each in HOOKED if each.name == "fish")
    if at_prompt:
        with closing(at_home(shell, home)) as prompt:
            prompt.typed(line)
            assert prompt.get("AWS_ACCESS_KEY_ID") == "AKIADEV"
        return
    file = home / "environ"
    done = shell.run(
        f"source {write_hook(shell, home)}; {line}; {snapshot(file)}", clean(home), home
    )
    assert b"AWS_ACCESS_KEY_ID=AKIADEV" in file.read_bytes(), done.stderr


def test_in_fish_a_failure_is_one_wherever_it_stands(home: Path) -> None:
    shell = next(each for each in HOOKED if each.name == "fish")
    load = f"source {write_hook(shell, home)}"
    for line in ("awsenv use nobody >/dev/null", "awsenv use nobody | source"):
        done = shell.run(f"{load}; {line}; or exit 7", clean(home), home)
        assert (done.returncode, done.stdout) == (7, b"")
        assert b"awsenv: no profile named nobody" in done.stderr


def test_an_editor_that_reads_fishs_environment_has_the_session(home: Path) -> None:
    """They start it as a login shell at a prompt, with one command and no terminal."""
    shell = next(each for each in HOOKED if each.name == "fish")
    (home / ".config/fish").mkdir(parents=True)
    (home / ".config/fish/config.fish").write_text(f"source {write_hook(shell, home)}\n")
    from subprocess import run

    done = run(
        [shell.program, "-l", "-i", "-c", "awsenv use dev && env"],
        env=clean(home),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"AWS_ACCESS_KEY_ID=AKIADEV" in done.stdout
