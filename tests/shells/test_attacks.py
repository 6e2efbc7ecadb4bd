"""A cloned repo loads nothing, runs nothing and holds nothing up, whatever lies in it."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.shells.ground import Ground
from tests.shells.real import Shell, clean
from tests.shells.terminal import Terminal


def closed_in(shell: Terminal, folder: Path, ground: Ground) -> str:
    """Go there from the organization's folder; what was said. Nobody's session may be there."""
    told = shell.typed(f"cd {ground.a}")
    inside = shell.environment()
    # The control: what is allowed loads.
    assert ground.who(inside) == "a", (
        " ".join(told.split()),
        inside.get(b"AWS_PROFILE"),
        ground.server.calls,
    )
    told = shell.typed(f"cd {folder}")  # which waits for a minute at most, and not for ever
    inside = shell.environment()
    assert ground.who(inside) == ""
    assert not {b"LD_PRELOAD", b"STAGE", b"EVIL"} & inside.keys()
    assert not list(ground.home.rglob("pwned"))
    return told


TEXTS = {
    "another profile": "use_aws key\n",
    "a command": "touch pwned\n",
    "a substitution": 'use_aws "$(touch pwned)"\n',
    "backticks": "use_aws `touch pwned`\n",
    "the organization's, twice": "use_aws org-a\nuse_aws org-a\n",
    "a byte more": "use_aws org-a\n\n",
    "dotenv": "dotenv\n",
    "source_up": "source_up\n",
    "empty": "",
}


def test_an_envrc_of_a_cloned_repo(ground: Ground, hooked: Shell) -> None:
    (ground.a / "repo/.env").write_text("LD_PRELOAD=/tmp/x.so\nEVIL=$(touch pwned)`touch pwned`\n")
    shell = ground.shell(hooked)
    for name, text in TEXTS.items():
        (ground.a / "repo/.envrc").write_text(text)
        assert "is not allowed" in closed_in(shell, ground.a / "repo", ground), name


def test_what_is_no_plain_file(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked)
    path = ground.a / "repo/.envrc"
    os.mkfifo(path)
    assert "is not allowed" in closed_in(shell, ground.a / "repo", ground)
    path.unlink()
    for target in ("/dev/zero", "/dev/stdin", "/proc/self/environ", str(ground.a / ".envrc")):
        path.symlink_to(target)
        closed_in(shell, ground.a / "repo", ground)
        path.unlink()


def test_a_file_of_100_megabytes(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked)
    env = ground.a / "repo/.env"
    env.write_text("STAGE=dev\n")
    ground.envrc(ground.a / "repo", "use_aws org-a\ndotenv\n")
    with env.open("ab") as file:
        file.truncate(100 << 20)
    closed_in(shell, ground.a / "repo", ground)
    env.write_bytes(b"A=" + b"a" * (100 << 20))
    closed_in(shell, ground.a / "repo", ground)
    (ground.a / "repo/.envrc").write_bytes(b"#" * (100 << 20))
    closed_in(shell, ground.a / "repo", ground)
    assert "is over 128 KiB" in ground.run("allow", str(ground.a / "repo")).stderr


def test_an_allowed_dotenv_that_becomes_a_fifo(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked)
    env = ground.a / "repo/.env"
    env.write_text("STAGE=dev\n")
    ground.envrc(ground.a / "repo", "use_aws org-a\ndotenv\n")
    env.unlink()
    os.mkfifo(env)
    closed_in(shell, ground.a / "repo", ground)


def test_a_restored_time_a_hard_link_and_a_renamed_folder(ground: Ground, hooked: Shell) -> None:
    shell = ground.shell(hooked)
    repo = ground.a / "repo"
    path = ground.envrc(repo, "use_aws org-a\n# one\n")
    before = path.stat()
    path.write_text("use_aws org-a\n# two\n")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    closed_in(shell, repo, ground)
    path.unlink()
    os.link(ground.a / ".envrc", path)
    closed_in(shell, repo, ground)
    path.unlink()
    ground.envrc(repo, "use_aws org-a\n# one\n")
    repo.rename(ground.a / "other")
    closed_in(shell, ground.a / "other", ground)


def test_a_file_that_is_swapped_all_the_time(ground: Ground, hooked: Shell) -> None:
    repo = ground.a / "repo"
    ground.envrc(repo, "use_aws org-b\n")
    (repo / "evil").write_text("use_aws key\n")
    (repo / "good").write_text("use_aws org-b\n")
    swap = (
        f"cd {repo}; while :; do cp evil .new; mv .new .envrc; cp good .new; mv .new .envrc; done"
    )
    shell = ground.shell(hooked)
    swapper = subprocess.Popen(["sh", "-c", swap], stderr=subprocess.DEVNULL)
    try:
        for _ in range(10):
            shell.typed(f"cd {repo}")
            assert ground.who(shell.environment()) in ("b", "")
            shell.typed("cd")
    finally:
        swapper.kill()


def test_what_stands_in_our_state_folder_and_is_not_ours(ground: Ground, hooked: Shell) -> None:
    kept = ground.home / ".local/state/awsenv/trust"
    repo = ground.a / "repo"
    ground.envrc(repo, "use_aws org-b\n")
    record = Path(f"{kept}{repo}/.envrc")
    text = record.read_text()
    shell = ground.shell(hooked)
    for broken in (
        text.rpartition("end=")[0],
        text.replace("awsenv=1", "awsenv=2"),
        text.replace(str(repo), "/x"),
        "",
    ):
        record.write_text(broken)
        closed_in(shell, repo, ground)
    elsewhere = ground.home / "elsewhere"
    elsewhere.write_text(text)
    record.unlink()
    record.symlink_to(elsewhere)
    closed_in(shell, repo, ground)
    record.unlink()
    record.touch(0o600)
    record.write_text(text)
    shell.typed(f"cd {ground.a}")
    shell.typed(f"cd {repo}")
    assert ground.who(shell.environment()) == "b"


def test_unsafe_variables_need_a_word_of_their_own(ground: Ground) -> None:
    names = ("PATH", "LD_PRELOAD", "DYLD_X", "BASH_ENV", "ENV", "PYTHONPATH", "NODE_OPTIONS", "GIT_SSH", "PROMPT_COMMAND",
             "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_CA_BUNDLE",
             "HTTPS_PROXY", "no_proxy", "AWSENV_SET", "HOME", "XDG_STATE_HOME", "BROWSER", "DOCKER_HOST", "path")  # fmt: skip
    repo = ground.a / "repo"
    (repo / ".envrc").write_text("dotenv\n")
    for name in names:
        (repo / ".env").write_text(f"STAGE=dev\n{name}=/x\n")
        result = ground.run("allow", str(repo))
        assert (result.returncode, name in result.stderr, "--unsafe" in result.stderr) == (
            1,
            True,
            True,
        )
        assert not list((ground.home / ".local/state/awsenv/trust").rglob("repo/.envrc"))
    assert ground.run("allow", str(repo), "--unsafe").returncode == 0
    # The control: an ordinary one does not.
    (repo / ".env").write_text("STAGE=dev\nDATABASE_URL=x\nPORT=1\nPATHS=x\nMANAGER=x\n")
    assert ground.run("allow", str(repo)).returncode == 0


@pytest.mark.parametrize(
    "line",
    [
        "export A=1",
        "use_aws $PROFILE",
        "use_aws a b",
        "use_aws org-a --role-arn x",
        "PATH_add bin",
        "source_up ..",
        "dotenv a b",
        "if true; then",
        "use_aws org-a; id",
        "eval x",
    ],
)
def test_what_needs_direnv_is_named_by_its_line(line: str, ground: Ground) -> None:
    repo = ground.a / "repo"
    (repo / ".envrc").write_text(f"# one\n{line}\n")
    result = ground.run("allow", str(repo))
    assert result.returncode == 1
    assert result.stderr == (
        "awsenv: ~/ghq/github.com/a/repo/.envrc, line 2: awsenv's own hook does not read this; "
        "load it with direnv, or take it out\n"
    )


def test_no_command_that_a_folders_variables_chose_is_run(ground: Ground) -> None:
    """A renewal in the background, in a folder that says where the profiles lie."""
    (ground.home / "config").write_text(
        f"[profile org-a]\ncredential_process = touch {ground.home}/pwned\n"
    )
    chosen = {"AWS_CONFIG_FILE": str(ground.home / "config")}
    result = ground.run("renew", "org-a", AWSENV_VARS="STAGE AWS_CONFIG_FILE", **chosen)
    assert result.returncode == 1
    assert "runs a command, and this folder sets AWS_CONFIG_FILE" in result.stderr
    assert not (ground.home / "pwned").exists()
    # The control: a person's own choice is run.
    ground.run("renew", "org-a", AWSENV_VARS="STAGE", **chosen)
    assert (ground.home / "pwned").exists()


def test_a_repo_with_everything_in_it_runs_nothing(ground: Ground, hooked: Shell) -> None:
    repo, pwn = ground.a / "repo", f"touch {ground.home}/pwned"
    for folder, more in ((repo, ()), (repo / "sub", ("--bare",))):
        command = ["git", "init", "--quiet", *more, str(folder)]
        subprocess.run(command, env=clean(ground.home), check=True)
    config = (
        f'[core]\n\tbare = false\n\tworktree = .\n\tfsmonitor = "{pwn}; false"\n\tpager = {pwn}\n'
    )
    for place in (repo / "sub/config", repo / ".git/config"):
        place.write_text(f"{config}\thooksPath = {repo}/hooks\n[alias]\n\tls-files = !{pwn}\n")
    programs = ("git", "direnv", "ghq", "hooks/post-index-change", "bin/git", "fzf")
    for name in programs:
        path = repo / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{pwn}\n")
        path.chmod(0o755)
    for name in ("typing.py", "sitecustomize.py", "usercustomize.py", "typer.py", "fcntl.py"):
        (repo / name).write_text(f"import os; os.system('{pwn}')\n")
    evil = "".join(
        f"{name}=$({pwn})`{pwn}`\n"
        for name in ("RPS1", "PROMPT2", "PS4", "AWS_PAGER", "FZF_DEFAULT_OPTS", "LD_PRELOAD")
    )
    (repo / ".env").write_text(evil)
    (repo / ".envrc").write_text("use_aws org-a\ndotenv\n")
    (repo / "sub/.envrc").write_text(f"use_aws $({pwn})\n{pwn}\n")
    os.mkfifo(repo / "sub/.env")
    shell = ground.shell(hooked)
    for line in (
        f"cd {ground.a}", f"cd {repo}", "awsenv status", "awsenv allow", "awsenv dotenv org-a -o .env",
        "awsenv dotenv org-a -o new.env --ignore", "awsenv renew org-a", "awsenv list", "awsenv orgs",
        "cd sub", "awsenv status", "awsenv allow", "awsenv dotenv org-a -o .env", "awsenv deny", "cd ..", "cd",
    ):  # fmt: skip
        shell.typed(line)
        assert not (ground.home / "pwned").exists(), line
    assert ground.who(shell.environment()) == ""
    # The control: the same runs where somebody lets it.
    shell.typed(f"{repo}/git")
    assert (ground.home / "pwned").exists()
