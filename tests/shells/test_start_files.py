"""``hook SHELL --install``: the line comes into the file that the shell reads, once, and goes again."""

import subprocess
from pathlib import Path

import pytest

from awsenv.errors import UsageError
from awsenv.shells import start_file_edits, start_files
from awsenv.shells.table import SHELLS as TABLE
from awsenv.shells.table import load_shell
from tests.program import awsenv, program_path
from tests.shells.real import BIN, HOOKED, SHELLS, Shell, clean, installed

PLACES = {"bash": ".bashrc", "zsh": ".zshrc", "fish": ".config/fish/config.fish"}


@pytest.mark.parametrize(
    ("shell", "before"),
    [*((HOOKED[0], text) for text in ("", "x=1\n", "x=1")), *((shell, "\xff\r\nx") for shell in HOOKED)],
    ids=str,
)  # fmt: skip
def test_the_line_is_shown_comes_once_and_goes_again(
    shell: Shell, before: str, tmp_path: Path
) -> None:
    path = tmp_path / PLACES[shell.name]
    path.parent.mkdir(parents=True, exist_ok=True)
    if before:
        (tmp_path / "dotfiles").write_bytes(before.encode("latin-1"))
        path.symlink_to(tmp_path / "dotfiles")
    words = ("hook", shell.name, "--install")
    shown = awsenv(tmp_path, *words)
    assert (shown.returncode, shown.stdout) == (0, "")
    line = load_shell(shell.name).format_installed_line(str(BIN))
    assert f"would put into ~/{PLACES[shell.name]}: {line}\n" in shown.stderr
    assert f"awsenv:   +{line}\n" in shown.stderr
    assert (path.read_bytes() if before else b"") == before.encode("latin-1")
    assert awsenv(tmp_path, *words, "--yes").returncode == 0
    done = path.read_bytes()
    assert done.endswith(line.encode() + b"\n")
    assert path.is_symlink() == bool(before)
    copy = path.with_name(f"{path.name}.before-awsenv")
    assert copy.exists() == bool(before)
    assert not before or copy.read_bytes() == before.encode("latin-1")
    assert "has it already" in awsenv(tmp_path, *words, "--yes").stderr
    assert path.read_bytes() == done
    # A login bash reads one file alone, which has to be there; no other shell gets it.
    profile = tmp_path / ".bash_profile"
    assert profile.exists() == (shell.name == "bash")
    # A real one reads it there.
    if shell.name != "fish":
        told = shell.run(f". {path} 2>/dev/null; awsenv doctor", clean(tmp_path), tmp_path)
        assert f"hook         {shell.name}, current".encode() in told.stdout
    assert "would take the awsenv hook out of" in awsenv(tmp_path, "uninstall").stderr
    awsenv(tmp_path, "uninstall", "--yes")
    assert path.read_bytes() == before.encode("latin-1")
    assert not copy.exists()
    assert not profile.exists()


def test_a_line_of_a_person_s_own_stays(tmp_path: Path) -> None:
    mine = '[ -t 0 ] && eval "$(awsenv hook bash)"\n# eval "$(awsenv hook bash)"\n'
    (tmp_path / ".bashrc").write_text(mine)
    assert "has it already" in awsenv(tmp_path, "hook", "bash", "--install", "--yes").stderr
    told = awsenv(tmp_path, "uninstall", "--yes").stderr
    assert "~/.bashrc, line 1: take the awsenv hook out by hand" in told
    assert (tmp_path / ".bashrc").read_text() == mine


def test_a_file_that_is_there_is_taken_and_none_is_hidden_by_a_new_one(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path)}
    assert start_file_edits.plan("tcsh", environ)[0] == str(tmp_path / ".tcshrc")
    (tmp_path / ".cshrc").write_text("")
    # tcsh reads this one only where there is no .tcshrc.
    assert start_file_edits.plan("tcsh", environ)[0] == str(tmp_path / ".cshrc")
    (tmp_path / ".profile").write_text("")
    assert start_file_edits.plan("bash", environ)[0] == str(tmp_path / ".bashrc")
    places = {"ZDOTDIR": str(tmp_path / "z"), "XDG_CONFIG_HOME": str(tmp_path / "c")}
    assert start_file_edits.plan("zsh", environ | places)[0] == str(tmp_path / "z/.zshrc")
    assert start_file_edits.plan("elvish", environ | places)[0] == str(tmp_path / "c/elvish/rc.elv")


def test_where_there_is_no_such_file_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="posix has no start file"):
        start_file_edits.plan("posix", {"HOME": str(tmp_path)})
    result = awsenv(tmp_path, "hook", "bash", "--yes")
    assert (result.returncode, result.stdout) == (2, "false\n")
    (tmp_path / ".bashrc").mkdir()
    failed = awsenv(tmp_path, "hook", "bash", "--install", "--yes")
    assert failed.returncode != 0
    assert "~/.bashrc" in failed.stderr


def test_every_shell_with_a_hook_is_known() -> None:
    known = {name for name in TABLE if start_files.list_paths(name, {"HOME": "/h"})}
    assert known == {*TABLE} - {"posix"}
    assert {shell.name for shell in SHELLS} - known == {"dash", "mksh", "ksh"}


def test_of_a_file_with_a_persons_own_lines_the_hook_alone_is_taken(tmp_path: Path) -> None:
    """nushell's hook is a text, which people append to their configuration."""
    config = tmp_path / ".config/nushell/config.nu"
    config.parent.mkdir(parents=True)
    hook = awsenv(tmp_path, "hook", "nushell").stdout
    mine = "$env.config.show_banner = false\n"
    for text, left in ((mine + hook + mine, mine + mine), (mine + hook[:-200] + mine, None)):
        config.write_text(text)
        told = awsenv(tmp_path, "uninstall", "--yes").stderr
        assert config.read_text() == (text if left is None else left)
        assert ("line 2: take the awsenv hook out by hand" in told) == (left is None)


def test_the_copy_is_the_first_one_and_there_is_none_of_a_file_that_may_hold_a_secret(
    tmp_path: Path,
) -> None:
    path, copy = tmp_path / ".bashrc", tmp_path / ".bashrc.before-awsenv"
    install, uninstall = ("hook", "bash", "--install", "--yes"), ("uninstall", "--yes")
    path.write_text("x=1\n")
    assert "~/.bashrc.before-awsenv is as it was" in awsenv(tmp_path, *install).stderr
    path.write_text("y=1\n" + path.read_text())
    told = awsenv(tmp_path, *uninstall).stderr
    assert "~/.bashrc.before-awsenv is as it was before awsenv came; rm it" in told
    assert (path.read_text(), copy.read_text()) == ("y=1\nx=1\n", "x=1\n")
    awsenv(tmp_path, *install)
    assert copy.read_text() == "x=1\n"
    copy.unlink()
    for secret in ("export GITHUB_TOKEN=x", "export K=AKIAIOSFODNN7EXAMPLE", "curl -u me:passw0rd"):
        path.write_text(f"{secret}\n")
        told = awsenv(tmp_path, *install).stderr
        assert not copy.exists()
        assert secret not in told


def test_a_file_that_cannot_be_read_is_never_written(tmp_path: Path) -> None:
    path = tmp_path / ".zshrc"
    with path.open("wb") as file:
        file.write(b"mine\n")
        file.truncate(17 << 20)
    told = awsenv(tmp_path, "hook", "zsh", "--install", "--yes")
    assert (told.returncode, told.stdout) == (1, "false\n")
    assert "~/.zshrc is over 16 MiB" in told.stderr
    told = awsenv(tmp_path, "uninstall", "--yes")
    assert "~/.zshrc is over 16 MiB: look there by hand for awsenv hook" in told.stderr
    assert path.stat().st_size == 17 << 20
    assert awsenv(tmp_path, "doctor").returncode in (0, 1)


def test_a_file_of_our_hooks_name_that_is_another_persons_work_stays(tmp_path: Path) -> None:
    path = Path(start_files.list_paths("nushell", {"HOME": str(tmp_path)})[0])
    path.parent.mkdir(parents=True)
    path.write_text("# mine\n")
    told = awsenv(tmp_path, "hook", "nushell", "--install", "--yes")
    assert told.returncode != 0
    assert "awsenv.nu is there, and is no hook of awsenv's" in told.stderr
    awsenv(tmp_path, "uninstall", "--yes")
    assert path.read_text() == "# mine\n"


# Debian's ~/.profile in two lines: it reads ~/.bashrc before its PATH has what it then adds.
PROFILE = '. "$HOME/.bashrc"\nPATH="$HOME/.local/bin:$PATH"\n'


def test_the_line_finds_its_program_before_the_path_does_and_is_proved(tmp_path: Path) -> None:
    """A shell is started as terminals do it, and asked."""
    place = tmp_path / ".local/bin/awsenv"
    place.parent.mkdir(parents=True)
    place.symlink_to(program_path())
    (tmp_path / ".bashrc").write_text("# mine\n")
    (tmp_path / ".profile").write_text(PROFILE)
    told = awsenv(tmp_path, "hook", "bash", "--install", "--yes").stderr
    assert told.endswith(
        "looked: a new shell has the hook\nawsenv: looked: a login shell has the hook\n"
    )
    # Gone: silent, and a shell like any other.
    place.unlink()
    text = (tmp_path / ".bashrc").read_text().replace(f":{BIN}", "")
    (tmp_path / ".bashrc").write_text(text)
    done = subprocess.run(["bash", "-l", "-i", "-c", "echo HERE"], env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True)  # fmt: skip
    assert "awsenv" not in done.stderr
    assert done.stdout == "HERE\n"
    # Where a login shell does not come by, that is seen.
    place.symlink_to(program_path())
    (tmp_path / ".bash_profile").write_text("true\n")
    told = awsenv(
        tmp_path, "doctor", "--shell", prefix=("bash", "-c", '"$@"; exit "$?"', "bash")
    ).stdout
    assert "a new shell (bash) has the hook" in told
    assert "a login shell (bash) has no hook" in told
    assert "~/.bash_profile has to read it: . ~/.bashrc" in told


HAS = {
    "bash": "command -v awsenv >/dev/null && echo HAS",
    "zsh": "whence awsenv >/dev/null && echo HAS",
    "posix": "command -v awsenv >/dev/null && echo HAS",
    "fish": "type -q awsenv; and echo HAS",
    "tcsh": 'if ("`alias awsenv`" != "") echo HAS',
    "xonsh": "print('HAS' if 'awsenv' in aliases else '')",
}
PLAIN = {"bash": "--norc", "zsh": "-f", "fish": "--no-config", "tcsh": "-f", "xonsh": "--no-rc"}


@pytest.mark.parametrize("name", HAS)
def test_the_line_of_every_shell_finds_a_folder_of_any_name(name: str, tmp_path: Path) -> None:
    """And is silent where nothing is there."""
    folder = tmp_path / ("it's a folder" if name == "tcsh" else "it's a $(touch x) folder")
    folder.mkdir()
    line = load_shell(name).format_installed_line(str(folder))
    (tmp_path / "start").write_text(f"{line}\n{HAS[name]}\n")
    program = f"{BIN}/xonsh" if name == "xonsh" else installed("dash" if name == "posix" else name)
    words = [program, *filter(None, [PLAIN.get(name)]), str(tmp_path / "start")]
    environ = {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TERM": "dumb"}

    def run() -> str:
        done = subprocess.run(words, env=environ, cwd=tmp_path, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)  # fmt: skip
        return (done.stdout + done.stderr).strip()

    assert run() == ""
    (folder / "awsenv").symlink_to(program_path())
    assert run() == "HAS"
    assert not (tmp_path / "x").exists()
