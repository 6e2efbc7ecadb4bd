"""Every program that awsenv starts: what it sees, what a repo can have run, how long it has."""

import ast
import os
import signal
import subprocess
from pathlib import Path

import pytest

from awsenv import programs
from awsenv.errors import AwsenvError
from tests.program import awsenv, until
from tests.shells.real import BIN, clean, installed

PACKAGE = Path(__file__).parents[1] / "awsenv"
# What runs a program; ``fork`` and ``execvpe`` are where no helper is meant.
_STARTS = {"subprocess", "system", "popen", "posix_spawn", "posix_spawnp", "spawnv", "execv",
           "execve", "execvp", "execvpe", "execl", "execlp", "pty"}  # fmt: skip
_MAY = {
    "programs.py",
    "cli/execute.py",  # becomes the person's command
    "shells/detection.py",  # ps, without what subprocess costs
    "hook_env.py",  # awsenv itself, in the background
    "cli/demo.py",  # the sandbox's shell
    "demo/tour.py",
}


def _starting(source: str) -> set[str]:
    """The names in ``source`` that start a program."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.name for alias in node.names} | {node.module or ""}
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
    return found & _STARTS


def test_one_place_starts_programs() -> None:
    files = {p.relative_to(PACKAGE).as_posix(): p.read_text() for p in PACKAGE.rglob("*.py")}
    assert {name for name, source in files.items() if _starting(source)} == _MAY
    assert _starting(files["programs.py"])  # the control
    assert _starting("from subprocess import run") == {"subprocess"}


# A process that tells what it was given, and a session.
TELLS = """#!/bin/sh
env >> {out}
echo '{{"Version":1,"AccessKeyId":"ASIAPROCESS","SecretAccessKey":"s","SessionToken":"t","Expiration":"2999-01-01T00:00:00Z"}}'
"""
OURS = {
    "AWS_ACCESS_KEY_ID": "ASIAOTHER",
    "AWS_SECRET_ACCESS_KEY": "other secret",
    "AWS_SESSION_TOKEN": "other token",
    "AWS_REGION": "other-1",
    "AWS_DEFAULT_REGION": "other-1",
    "AWSENV_PROFILE": "other",
    "AWSENV_SET": "AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_REGION "
    "AWS_DEFAULT_REGION PATH HOME MINE",
}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose profile ``p`` has a program that writes its environment to ``seen``."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    program = home / "tells"
    program.write_text(TELLS.format(out=home / "seen"))
    program.chmod(0o755)
    (home / ".aws/config").write_text(f"[profile p]\ncredential_process = {program}\n")
    return home


def seen(home: Path) -> dict[str, str]:
    """The last environment that ``tells`` saw."""
    return dict(line.split("=", 1) for line in (home / "seen").read_text().splitlines())


@pytest.mark.parametrize(
    "command",
    [("use", "p", "--shell", "json"), ("exec", "p", "--", "true"), ("credential-process", "p"), ("renew", "p"), ("login", "p")],
    ids=lambda words: words[0],
)  # fmt: skip
def test_a_credential_process_sees_nothing_of_an_earlier_use(
    command: tuple[str, ...], home: Path
) -> None:
    result = awsenv(home, *command, MINE="1", AWS_CONFIG_FILE=f"{home}/.aws/config", **OURS)
    assert result.returncode == 0, result.stderr
    given = seen(home)
    assert not set(OURS) & given.keys()
    # Not ours, whatever a hostile AWSENV_SET says.
    assert (given["MINE"], given["HOME"]) == ("1", str(home))
    assert "AWS_CONFIG_FILE" in given
    # The control: what a person exports by hand is the program's to see.
    (home / "seen").unlink()
    awsenv(home, "use", "p", "--fresh", "--shell", "json", AWS_ACCESS_KEY_ID="AKIAMINE")
    assert seen(home)["AWS_ACCESS_KEY_ID"] == "AKIAMINE"


def test_a_process_behind_a_closed_door_does_not_see_its_profile(home: Path) -> None:
    closed = {"AWS_PROFILE": "awsenv-no-session:org"}
    assert awsenv(home, "use", "p", "--shell", "json", **closed).returncode == 0
    assert "AWS_PROFILE" not in seen(home)


def state(pid: int) -> str:
    """The letter of its state, empty when it is gone (proc(5))."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return ""


def test_a_process_that_nobody_attends_to_is_ended_with_all_it_started(home: Path) -> None:
    (home / "hangs").write_text(f"#!/bin/sh\nsleep 1000 & echo $! > {home}/child\nwait\n")
    (home / "hangs").chmod(0o755)
    with pytest.raises(AwsenvError, match=r"^hangs took over 1 s and was ended$"):
        programs.run([str(home / "hangs")], clean(home), seconds=1)
    child = int((home / "child").read_text())
    until(lambda: state(child) in ("", "Z"))  # it dies by the same signal; nobody waits for it


def test_a_process_that_prints_without_end_is_ended(home: Path) -> None:
    with pytest.raises(AwsenvError, match="printed over 1 MiB"):
        programs.run(["cat", "/dev/zero"], clean(home))


def test_a_process_that_nobody_attends_to_has_no_terminal(home: Path) -> None:
    done = programs.run(["sh", "-c", "(: </dev/tty) 2>/dev/null || echo none"], clean(home))
    assert done.out == b"none\n"


def test_no_program_is_taken_from_the_folder_one_stands_in(home: Path) -> None:
    (home / "git").write_text(f"#!/bin/sh\ntouch {home}/pwned\n")
    (home / "git").chmod(0o755)
    (home / ".git").mkdir()
    for path in (".", "", "./", "x/../"):
        environ = {"PATH": f"{path}:{BIN}:/usr/bin:/bin"}
        awsenv(home, "dotenv", "p", "-o", ".env", **environ)
        awsenv(home, "orgs", **environ)
    assert not (home / "pwned").exists()
    awsenv(home, "dotenv", "p", "-o", ".env", PATH=f"{home}:/usr/bin:/bin")  # the control
    assert (home / "pwned").exists()


def repo(home: Path) -> Path:
    """A clone of a repo in which a bare one lies among the files, with a config that runs things."""
    installed("git")
    clone = home / "clone"
    for folder, more in ((clone, ()), (clone / "sub", ("--bare",))):
        subprocess.run(["git", "init", "--quiet", *more, str(folder)], env=clean(home), check=True)
    (clone / "sub/config").write_text(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n"
        f'\tfsmonitor = "touch {home}/pwned; false"\n\thooksPath = {clone}/sub\n'
        f"\tpager = touch {home}/pwned\n\texcludesFile = {clone}/sub/all\n"
        f'[alias]\n\tls-files = "!touch {home}/pwned"\n[ghq]\n\troot = {clone}/evil\n'
    )
    (clone / "sub/all").write_text("*\n")
    (clone / "evil/host/org/repo/.git").mkdir(parents=True)
    # An index, without which git asks no monitor.
    subprocess.run(
        ["git", "-c", "core.fsmonitor=", "-C", str(clone / "sub"), "add", "-f", "all"],
        env=clean(home), check=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return clone


def test_a_bare_repo_among_the_files_runs_nothing_and_says_nothing(home: Path) -> None:
    clone = repo(home)
    # The control: git itself runs it there.
    subprocess.run(["git", "ls-files", "."], cwd=clone / "sub", env=clean(home), check=False,
                   capture_output=True)  # fmt: skip
    assert (home / "pwned").exists()
    (home / "pwned").unlink()
    refused = awsenv(home, "dotenv", "p", "-o", str(clone / "sub/.env"), cwd=clone / "sub")
    assert refused.returncode == 1
    assert "is not ignored by git" in refused.stderr
    assert "~/clone/.gitignore: /sub/.env" in refused.stderr
    done = awsenv(home, "dotenv", "p", "-o", ".env", "--ignore", cwd=clone / "sub")
    assert done.returncode == 0, done.stderr
    assert (clone / ".gitignore").read_text() == "/sub/.env\n"
    assert not (home / "pwned").exists()


def test_a_renewal_and_what_asks_for_ghqs_roots_run_nothing_there(home: Path) -> None:
    clone = repo(home)
    done = awsenv(home, "dotenv", "p", "-o", ".env", "--ignore", cwd=clone / "sub")
    assert done.returncode == 0, done.stderr
    (home / ".local/state/awsenv/records/p").unlink()
    text = (home / "tells").read_text()
    (home / "tells").write_text(text.replace("ASIAPROCESS", "ASIANEW"))
    assert awsenv(home, "renew", "p", cwd=clone / "sub").returncode == 0
    assert "ASIANEW" in (clone / "sub/.env").read_text()
    for command in (("orgs",), ("link", "p", "--org", "host/org"), ("status",)):
        told = awsenv(home, *command, cwd=clone / "sub")
        assert "host/org" not in told.stdout
    assert not list((clone / "evil").rglob(".envrc"))
    assert not (home / "pwned").exists()


def test_the_config_of_the_repo_itself_runs_nothing(home: Path) -> None:
    clone = repo(home)
    text = (clone / "sub/config").read_text().replace("worktree = .", f"worktree = {home}")
    (clone / ".git/config").write_text(text.replace("excludesFile", "x"))
    subprocess.run(
        ["git", "-c", "core.fsmonitor=", "--work-tree=.", "add", "-f", "sub/all"],
        cwd=clone, env=clean(home), check=True, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    (home / ".gitignore").write_text("*\n")
    refused = awsenv(home, "dotenv", "p", "-o", ".env", cwd=clone)
    assert "is not ignored by git" in refused.stderr
    tracked = awsenv(home, "dotenv", "p", "-o", "sub/all", cwd=clone)
    assert "is tracked by git" in tracked.stderr
    assert not (home / "pwned").exists()


def test_the_callers_own_git_variables_do_not_count(home: Path) -> None:
    clone = repo(home)
    other = {"GIT_DIR": str(clone / "sub"), "GIT_EXTERNAL_DIFF": "x", "GIT_CONFIG_COUNT": "1",
             "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": f"touch {home}/pwned"}  # fmt: skip
    refused = awsenv(home, "dotenv", "p", "-o", ".env", cwd=clone, **other)
    assert "is not ignored by git" in refused.stderr
    assert not (home / "pwned").exists()


def test_git_sees_nothing_of_aws(home: Path) -> None:
    tells = home / "bin/git"
    tells.parent.mkdir()
    tells.write_text(f"#!/bin/sh\nenv > {home}/seen\nexit 1\n")
    tells.chmod(0o755)
    (home / ".git").mkdir()
    more = {"AWS_ACCESS_KEY_ID": "AKIAMINE", "PATH": f"{tells.parent}:/usr/bin:/bin"}
    awsenv(home, "dotenv", "p", "-o", ".env", **more)
    assert not [name for name in seen(home) if name.startswith("AWS")]


def test_a_git_that_hangs_is_one_line(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs.run, "__defaults__", (None, 1.0, False))
    from awsenv.env_files import git

    hangs = home / "bin/git"
    hangs.parent.mkdir()
    hangs.write_text("#!/bin/sh\nsleep 1000\n")
    hangs.chmod(0o755)
    (home / ".git").mkdir()
    monkeypatch.setenv("PATH", f"{hangs.parent}:/usr/bin:/bin")
    with pytest.raises(AwsenvError, match="git took over 1 s"):
        git.check(str(home / ".env"), False)


def test_ctrl_c_in_the_middle_of_a_start_leaves_no_child(home: Path) -> None:
    program = f"""import os, signal, subprocess, sys
from awsenv import programs
class Interrupted(subprocess.Popen):
    def __init__(self, *words, **more):
        super().__init__(*words, **more)
        open({str(home / "pid")!r}, "w").write(str(self.pid))
        os.kill(os.getpid(), signal.SIGINT)
subprocess.Popen = Interrupted
programs.run(['sleep', '1000'], dict(os.environ))"""
    done = subprocess.run(
        [BIN / "python", "-c", program], env=clean(home), capture_output=True, text=True, check=False
    )  # fmt: skip
    assert "KeyboardInterrupt" in done.stderr
    with pytest.raises(ProcessLookupError):
        os.kill(int((home / "pid").read_text()), 0)


def test_ctrl_c_ends_what_was_started(home: Path) -> None:
    program = (
        "import os, sys; from awsenv import programs\n"
        f"programs.run(['sh', '-c', 'echo $$ > {home}/pid; exec sleep 1000'], dict(os.environ))"
    )
    process = subprocess.Popen(
        [BIN / "python", "-c", program], env=clean(home), stderr=subprocess.DEVNULL
    )
    until(lambda: (home / "pid").exists() and (home / "pid").read_text().endswith("\n"))
    process.send_signal(signal.SIGINT)
    process.wait(30)
    with pytest.raises(ProcessLookupError):
        os.kill(int((home / "pid").read_text()), 0)
