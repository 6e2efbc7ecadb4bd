"""However awsenv was installed, its hook finds it and its libraries, and nothing of a project's."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import awsenv
from tests.shells.real import SHELLS, Shell, clean

pytestmark = pytest.mark.real_program
SITE = Path(next(p for p in sys.path if p.endswith("site-packages")))
BASE = os.path.realpath(sys.executable)
SCRIPT = "import sys\nfrom awsenv import main\nsys.exit(main())\n"


def fill(folder: Path, own: bool = True) -> Path:
    """``folder`` with the tests' own site-packages, and with awsenv in it, for real."""
    folder.mkdir(parents=True)
    for path in SITE.iterdir():
        if path.suffix != ".pth" and not path.name.startswith("awsenv"):
            (folder / path.name).symlink_to(path)
    if own:
        install_awsenv(folder)
    return folder


def install_awsenv(folder: Path) -> None:
    package = Path(awsenv.__file__).parent
    shutil.copytree(package, folder / "awsenv", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(package.parent / "shell", folder / "awsenv/shell")


def write_script(path: Path, interpreter: str, text: str = SCRIPT) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{interpreter}\n{text}")
    path.chmod(0o755)


def install_for_user(home: Path) -> dict[str, str]:
    """pip install --user."""
    fill(home / f".local/lib/python{sys.version_info[0]}.{sys.version_info[1]}/site-packages")
    write_script(home / ".local/bin/awsenv", BASE)
    return {"PATH": f"{home}/.local/bin:/usr/bin:/bin"}


def install_to_target(home: Path) -> dict[str, str]:
    """pip install --target, and PYTHONPATH."""
    target = fill(home / "target")
    write_script(home / "target/bin/awsenv", BASE)
    return {"PATH": f"{home}/target/bin:/usr/bin:/bin", "PYTHONPATH": str(target)}


def install_with_wrapper(home: Path) -> dict[str, str]:
    """As nixpkgs does: each library in a folder of its own, which the script names."""
    libraries = fill(home / "store/libraries", own=False)
    (home / "store/awsenv").mkdir()
    install_awsenv(home / "store/awsenv")
    folders = [str(home / "store/awsenv"), str(libraries)]
    text = f"import site, sys\nsys.argv[0] = {str(home / 'store/bin/awsenv')!r}\nfor each in {folders!r}: site.addsitedir(each)\n"
    write_script(home / "store/bin/awsenv", f"{BASE}", text + SCRIPT)
    return {"PATH": f"{home}/store/bin:/usr/bin:/bin"}


def make_venv(folder: Path) -> None:
    subprocess.run([BASE, "-m", "venv", "--without-pip", folder], check=True)
    site = next(folder.glob("lib/python*/site-packages"))
    (site / "libraries.pth").write_text(f"{SITE}\n")
    install_awsenv(site)


def install_by_uv_tool(home: Path) -> dict[str, str]:
    """uv tool, pipx: a venv, and a link to its script."""
    make_venv(home / "tools/awsenv")
    write_script(home / "tools/awsenv/bin/awsenv", str(home / "tools/awsenv/bin/python"))
    (home / "bin").mkdir()
    (home / "bin/awsenv").symlink_to(home / "tools/awsenv/bin/awsenv")
    return {"PATH": f"{home}/bin:/usr/bin:/bin"}


def move_venv(home: Path) -> dict[str, str]:
    """A venv that was moved, and python -m awsenv: its scripts name a Python that is not there."""
    make_venv(home / "old")
    (home / "old").rename(home / "new")
    (home / "bin").mkdir()
    write_script(home / "bin/awsenv", "/bin/sh", f'exec "{home}/new/bin/python" -m awsenv "$@"\n')
    return {"PATH": f"{home}/bin:/usr/bin:/bin"}


INSTALLATIONS = [
    install_for_user,
    install_to_target,
    install_with_wrapper,
    install_by_uv_tool,
    move_venv,
]
# A project whose folder would take the place of Python's own modules, and of a library.
STRANGE = ("typing.py", "botocore.py", "dotenv.py", "awsenv_strange.py")


def start_bash(
    home: Path, environ: dict[str, str], script: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "--norc", "--noprofile", "-c", script],
        cwd=home / "project",
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        "[dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = s\n"
    )
    (tmp_path / "project").mkdir()
    for name in STRANGE:
        (tmp_path / "project" / name).write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    return tmp_path


@pytest.mark.parametrize("install", INSTALLATIONS, ids=lambda each: each.__name__)
def test_the_hook_and_what_it_starts_find_it(
    install: Callable[[Path], dict[str, str]], home: Path
) -> None:
    environ = clean(home) | install(home)
    # The hook is loaded first, and what a project says comes later.
    script = (
        'eval "$(awsenv hook bash)" || exit 9\n'
        f"export PYTHONPATH={home}/project\n"
        "awsenv use dev && echo $AWS_ACCESS_KEY_ID\nawsenv list\n"
        # What renewal and the server run.
        '"${__awsenv_program[@]}" use dev --shell json --min-left 1m\n'
    )
    done = start_bash(home, environ, script)
    assert done.stderr.count("awsenv: ") == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "AKIADEV"
    assert lines[1].startswith("dev")
    assert '"AWS_ACCESS_KEY_ID": "AKIADEV"' in lines[-1]
    assert not (home / "ran").exists()


def test_a_hook_whose_words_would_not_run_is_refused(home: Path) -> None:
    """A library that only this call can see: a folder in PYTHONPATH beside that of awsenv itself."""
    fill(home / "libraries", own=False)
    make_venv(home / "venv")
    next((home / "venv").glob("lib/python*/site-packages/libraries.pth")).unlink()
    environ = clean(home) | {"PYTHONPATH": str(home / "libraries")}
    done = subprocess.run(
        [home / "venv/bin/python", "-m", "awsenv", "hook", "bash"],
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "false\n")
    assert (
        done.stderr
        == "awsenv: no hook can start this awsenv: its library boto3 is in none of Python's own folders; "
        f"{home}/venv/bin/python -m pip install -e {Path(__file__).parents[1]}\n"
    )


@pytest.mark.parametrize("shell", [each for each in SHELLS if each.name != "fish"], ids=str)
def test_a_script_stops_where_python_itself_does_not_start(shell: Shell, home: Path) -> None:
    """PYTHONHOME is a project's, or an upgrade has removed the interpreter: the text is empty, which is a success."""
    environ = clean(home, PYTHONHOME="/nowhere")
    done = shell.run('eval "$(awsenv use dev || echo false)" || exit 7; exit 0', environ, home)
    assert done.returncode == 7
    assert (
        shell.run('eval "$(awsenv use dev)" || exit 7; exit 0', environ, home).returncode == 0
    )  # the control
    assert (
        shell.run(
            'eval "$(awsenv use dev || echo false)" || exit 7; exit 0', clean(home), home
        ).returncode
        == 0
    )
