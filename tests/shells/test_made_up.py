"""A shell that is added as CONTRIBUTING.md says, a module, a hook and a line, has everything that the others have."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.shells.real import BIN, clean

TOP = Path(__file__).parents[2]
MODULE = """
from awsenv.shells import Shell


class Ysh(Shell):
    name = "ysh"
    hook_file = "awsenv.ysh"
    failing_text = "fail\\n"
    evaluates = ("ysh-eval (", ")")
    start_files = (".yshrc",)
    cannot = "ysh cannot whistle"

    def quote(self, value):
        return f"<{value}>"

    def find_fault(self, value):
        return "is loud, which ysh cannot take" if "!" in value else ""

    def render(self, change):
        return "".join(f"{n}={self.quote(v)}\\n" for n, v in change.variables.items() if v is not None)

    def render_hook(self, program, version, body, path):
        return f"program {version}\\n{body}"

    def render_answer(self, answer):
        return "".join(f"{n}:={self.quote(v)}\\n" for n, v in answer.variables.items() if v is not None)


SHELL = Ysh()
"""
CREDENTIALS = "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = secret\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """awsenv with ysh added, and nothing else touched."""
    for folder in ("awsenv", "shell"):
        shutil.copytree(TOP / folder, tmp_path / folder)
    (tmp_path / "awsenv/shells/ysh.py").write_text(MODULE)
    (tmp_path / "shell/awsenv.ysh").write_text("hook of ysh\n")
    table = tmp_path / "awsenv/shells/table.py"
    line = 'SHELLS = {\n    "bash"'
    assert line in table.read_text()
    table.write_text(
        table.read_text().replace(line, 'SHELLS = {\n    "ysh": ("ysh",),\n    "bash"')
    )
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    (home / ".aws/credentials").write_text(CREDENTIALS)
    return tmp_path


def run(checkout: Path, *words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-I", "-S", str(checkout / "awsenv/__main__.py"), *words]
    return subprocess.run(program, env=clean(checkout / "home", **environ), cwd=checkout / "home",
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)  # fmt: skip


def test_a_shell_is_a_module_a_hook_and_a_line(checkout: Path) -> None:
    assert "AWS_ACCESS_KEY_ID=<AKIADEV>\n" in run(checkout, "use", "dev", "--shell", "ysh").stdout
    assert run(checkout, "use", "nobody", "--shell", "ysh").stdout == "fail\n"
    hook = run(checkout, "hook", "ysh").stdout
    assert hook.startswith("program ysh:")
    assert hook.endswith("\nhook of ysh\n")
    assert (
        "AWS_ACCESS_KEY_ID:=<AKIADEV>\n"
        in run(checkout, "hook-env", "ysh", "", "use", "dev").stdout
    )
    assert run(checkout, "hook-env", "ysh", "", "use", "nobody").stdout == "fail\n"
    credentials = checkout / "home/.aws/credentials"
    credentials.write_text(f"{CREDENTIALS}output = loud!\n")
    loud = run(checkout, "hook-env", "ysh", "", "use", "dev")
    credentials.write_text(CREDENTIALS)
    assert "AWS_DEFAULT_OUTPUT is loud, which ysh cannot take" in loud.stderr
    assert run(checkout, "complete", "bash", "--", "hook", "y").stdout == "ysh\n"
    assert run(checkout, "complete", "ysh", "--", "use", "").stdout == "dev\n"
    assert "ysh|bash|zsh" in run(checkout, "use", "--help").stdout


def test_its_start_file_and_what_it_cannot_do_are_known(checkout: Path) -> None:
    search = (
        f"PATH=$PATH:~/.local/bin:{BIN}; if command -v awsenv >/dev/null; then awsenv hook ysh; fi"
    )
    line = f"ysh-eval (sh -c <{search}>)"
    assert line in run(checkout, "hook", "ysh", "--install", "--yes").stderr
    assert (checkout / "home/.yshrc").read_text() == f"{line}\n"
    # A program of that name above it is that shell.
    program = checkout / "ysh"
    program.symlink_to(shutil.which("bash") or "")
    shutil.copy(os.path.realpath(program), checkout / "real")
    program.unlink()
    (checkout / "real").rename(program)
    words = f"{sys.executable} -I -S {checkout}/awsenv/__main__.py doctor; :"
    told = subprocess.run([program, "-c", words], env=clean(checkout / "home"), cwd=checkout / "home",
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False).stdout  # fmt: skip
    assert "ysh: ysh cannot whistle" in told
    assert "~/.yshrc has it" in told
    assert "the awsenv hook out of ~/.yshrc" in run(checkout, "uninstall", "--yes").stderr
    assert (checkout / "home/.yshrc").read_text() == ""
