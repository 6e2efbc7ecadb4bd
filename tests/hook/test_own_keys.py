"""A ``.env`` with a person's own keys is loaded as direnv reads it: whole, by a word of its own, and kept nowhere."""

from pathlib import Path

import pytest

from awsenv.envrc import trust_check
from tests.hook.model import Ground, Shell
from tests.program import awsenv

OWN = {"AWS_ACCESS_KEY_ID": "AKIAOWN", "AWS_SECRET_ACCESS_KEY": "own/+="}
TEXT = "STAGE=own\nAWS_ACCESS_KEY_ID=AKIAOWN\nexport AWS_SECRET_ACCESS_KEY='own/+='\n"


@pytest.fixture
def ground(tmp_path: Path) -> Ground:
    return Ground(tmp_path)


def write(ground: Ground, text: str, envrc: str = "dotenv\n") -> Path:
    folder = ground.home / "mine"
    folder.mkdir(exist_ok=True)
    (folder / ".envrc").write_text(envrc)
    (folder / ".env").write_text(text)
    return folder


def visible(shell: Shell) -> dict[str, str]:
    names = (
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWSENV_PROFILE",
    )
    return {name: shell.environ[name] for name in names if name in shell.environ}


def test_it_is_allowed_by_a_word_of_its_own_and_no_secret_is_kept(ground: Ground) -> None:
    folder = write(ground, TEXT)
    refused = awsenv(ground.home, "allow", str(folder))
    assert refused.returncode == 1
    assert "AWS_ACCESS_KEY_ID=AKIAOWN" in refused.stderr
    assert "awsenv allow --unsafe" in refused.stderr
    assert "own/+=" not in refused.stderr
    assert awsenv(ground.home, "allow", str(folder), "--unsafe").returncode == 0
    place = Path(trust_check.mirror(f"{folder}/.envrc", ground.environ))
    assert "own/" not in place.read_text()
    assert "own%" not in place.read_text()


def test_one_acts_as_them_whoever_one_was_outside(ground: Ground) -> None:
    write(ground, TEXT)
    ground.allow("mine")
    shell = Shell(ground, ground.environ | {"AWS_SESSION_TOKEN": "mine", "AWS_PROFILE": "mine"})
    shell.look()
    outside = visible(shell)
    shell.cd("mine")
    assert visible(shell) == OWN
    shell.cd("out")
    assert visible(shell) == outside
    # Over a session that was chosen by hand, too, which comes back behind it.
    shell.use("a")
    by_hand = visible(shell)
    shell.cd("mine")
    assert visible(shell) == OWN
    shell.use("b")
    assert shell.environ["AWS_ACCESS_KEY_ID"] == "ASIAB"
    shell.off()
    assert visible(shell) == OWN
    shell.cd("out")
    assert visible(shell) == by_hand


def test_a_child_acts_as_them_and_a_change_is_not_loaded(ground: Ground) -> None:
    folder = write(ground, TEXT)
    ground.allow("mine")
    shell = Shell(ground, dict(ground.environ))
    shell.cd("mine")
    child = Shell(ground, dict(shell.environ), "mine")
    child.look()
    assert visible(child) == OWN
    child.cd("out")
    assert visible(child) == {}
    (folder / ".env").write_text(TEXT.replace("OWN", "BAD"))
    shell.look()
    assert visible(shell) == {}
    assert "is not allowed" in shell.says[0]


def test_a_profile_of_ones_own_hides_keys_from_outside(ground: Ground) -> None:
    write(ground, "AWS_PROFILE=other\n")
    ground.allow("mine")
    shell = Shell(ground, ground.environ | OWN)
    shell.cd("mine")
    assert visible(shell) == {"AWS_PROFILE": "other"}
    shell.cd("out")
    assert visible(shell) == OWN


NOBODYS = {
    "AWS_ACCESS_KEY_ID=\nAWS_SECRET_ACCESS_KEY=\n": "AWS_ACCESS_KEY_ID is empty, so it is nobody's and left out",
    "AWS_PROFILE=\n": "AWS_PROFILE is empty",
    "AWS_SECRET_ACCESS_KEY=s\n": "AWS_SECRET_ACCESS_KEY is there without AWS_ACCESS_KEY_ID",
    "AWS_ACCESS_KEY_ID=AKIAX\nAWS_SECRET_ACCESS_KEY=\n": "AWS_ACCESS_KEY_ID is there without AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN=t\n": "AWS_SESSION_TOKEN is there without AWS_ACCESS_KEY_ID",
}


@pytest.mark.parametrize("text", NOBODYS)
def test_what_is_empty_or_half_is_nobodys_and_said_once(text: str, ground: Ground) -> None:
    folder = write(ground, f"STAGE=own\n{text}")
    said = awsenv(ground.home, "allow", str(folder))
    assert said.returncode == 0, said.stderr
    assert said.stderr.count(NOBODYS[text]) == 1
    shell = Shell(ground, ground.environ | OWN)
    shell.cd("mine")
    assert visible(shell) == OWN
    assert shell.environ["STAGE"] == "own"


@pytest.mark.parametrize(
    ("envrc", "key"), [("use_aws a\ndotenv\n", "AKIAOWN"), ("dotenv\nuse_aws a\n", "ASIAA")]
)
def test_beside_use_aws_the_last_one_counts_as_in_direnv(
    envrc: str, key: str, ground: Ground
) -> None:
    write(ground, TEXT, envrc)
    ground.allow("mine")
    shell = Shell(ground, dict(ground.environ))
    shell.cd("mine")
    assert shell.environ["AWS_ACCESS_KEY_ID"] == key
    assert ("AWSENV_PROFILE" in shell.environ) == (key == "ASIAA")
    assert shell.environ["STAGE"] == "own"


def test_what_awsenv_wrote_there_is_left_out(ground: Ground) -> None:
    ours = "# awsenv: a AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY\n"
    folder = write(
        ground, ours + "AWS_ACCESS_KEY_ID=ASIAOLD\nAWS_SECRET_ACCESS_KEY=s\n", "use_aws a\ndotenv\n"
    )
    assert awsenv(ground.home, "allow", str(folder)).returncode == 0
    shell = Shell(ground, dict(ground.environ))
    shell.cd("mine")
    assert shell.environ["AWS_ACCESS_KEY_ID"] == "ASIAA"


@pytest.mark.parametrize("text", ["V=b c\n", 'V="a\rb"\n', "V='a\rb'\n", "V=a\rW=b\n"])
def test_a_line_that_direnv_refuses_is_not_taken(text: str, ground: Ground) -> None:
    folder = write(ground, text)
    refused = awsenv(ground.home, "allow", str(folder))
    assert refused.returncode == 1
    assert "line 1: V would have another value in direnv" in refused.stderr


@pytest.mark.parametrize("what", ["a broken link", "a loop", "a folder", "a socket"])
def test_what_is_no_file_is_no_envrc_and_no_env(what: str, ground: Ground) -> None:
    """As direnv: the one above counts, and ``dotenv_if_exists`` goes past it."""
    repo = ground.home / "a/other"
    repo.mkdir()
    for name in (".envrc", ".env"):
        make(repo / name, what)
    shell = Shell(ground, dict(ground.environ))
    shell.cd("a/other")
    assert shell.environ["AWSENV_PROFILE"] == "a"
    folder = write(ground, "", "dotenv_if_exists\n")
    (folder / ".env").unlink()
    make(folder / ".env", what)
    assert awsenv(ground.home, "allow", str(folder)).returncode == 0
    shell.cd("mine")
    assert shell.environ["AWSENV_DIR"] == str(folder)


def make(path: Path, what: str) -> None:
    if what == "a broken link":
        path.symlink_to("nowhere")
    elif what == "a loop":
        path.symlink_to(path.name)
    elif what == "a folder":
        path.mkdir()
    else:
        import socket

        with socket.socket(socket.AF_UNIX) as one:
            one.bind(str(path))
