"""``use_aws`` under a real direnv in real interactive shells."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.shells.real import BIN, SHELLS, clean, installed
from tests.shells.terminal import Terminal
from tests.shells.test_switch import words_of

HOOKED = [shell for shell in SHELLS if shell.name in ("bash", "zsh", "fish")]
HOOK = {"bash": 'eval "$(direnv hook bash)"', "zsh": 'eval "$(direnv hook zsh)"',
        "fish": "direnv hook fish | source"}  # fmt: skip
PROD = {
    "AWS_ACCESS_KEY_ID": "AKIAPROD",
    "AWS_SECRET_ACCESS_KEY": "prod secret",
    "AWS_SESSION_TOKEN": "prod token",
    "AWS_REGION": "prod-1",
    "AWS_PROFILE": "prod",
}


# direnv compares whole seconds: an edit within the same second is seen when the next one is over.
LATER = (2e9, 2e9)


def key(name: str) -> dict[bytes, bytes]:
    """What ``use_aws`` sets for the profile ``name`` of ``home``."""
    session = {
        b"AWS_ACCESS_KEY_ID": f"AKIA{name.upper()}".encode(),
        b"AWS_SECRET_ACCESS_KEY": f"secret '{name}'".encode(),
        b"AWS_REGION": f"{name}-1".encode(),
        b"AWS_DEFAULT_REGION": f"{name}-1".encode(),
    }
    return session | {b"AWSENV_PROFILE": name.encode(), b"AWSENV_SET": words_of(session)}


def without_aws(environ: dict[bytes, bytes]) -> dict[bytes, bytes]:
    return {name: value for name, value in environ.items() if name[:3] != b"AWS"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with two organizations' profiles, direnv's library, and folders for both."""
    home = tmp_path / "home"
    (home / ".aws").mkdir(parents=True)
    credentials, config = "", ""
    for name in ("one", "two"):
        credentials += f"[{name}]\naws_access_key_id = AKIA{name.upper()}\n"
        credentials += f"aws_secret_access_key = secret '{name}'\n"
        config += f"[profile {name}]\nregion = {name}-1\n"
        (home / f"ghq/github.com/org {name}/repo").mkdir(parents=True)
    credentials += "[default]\naws_access_key_id = AKIADEFAULT\naws_secret_access_key = d\n"
    (home / ".aws/credentials").write_text(credentials)
    (home / ".aws/config").write_text(config)
    (tmp_path / "link").symlink_to(home / "ghq/github.com/org one/repo")
    installed("direnv")
    run(home, "awsenv", "direnv", "install")
    return home


def run(home: Path, *command: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """A command with ``home`` as its home; it succeeds."""
    return subprocess.run(
        command,
        env=clean(home) | environ,
        cwd=home,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


def envrc(home: Path, folder: Path, text: str) -> Path:
    """An allowed ``.envrc`` in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".envrc").write_text(text)
    run(home, "direnv", "allow", str(folder / ".envrc"))
    return folder


Start = Callable[..., Terminal]


@pytest.fixture(params=HOOKED, ids=lambda shell: shell.name)
def start(request: pytest.FixtureRequest, home: Path, tmp_path: Path) -> Iterator[Start]:
    """Starts each of the shells with direnv's hook."""
    shells: list[Terminal] = []

    def start(**environ: str) -> Terminal:
        shells.append(Terminal(request.param, clean(home) | environ, tmp_path))
        shells[0].typed(HOOK[request.param.name])
        return shells[0]

    yield start
    for each in shells:
        each.close()


def test_a_repo_acts_as_its_organization_and_home_as_before(start: Start, home: Path) -> None:
    for name in ("one", "two"):
        run(home, "awsenv", "link", name, "--org", f"org {name}")
    shell = start(**PROD, ONE=f"{home}/ghq/github.com/org one/repo",
                  TWO=f"{home}/ghq/github.com/org two/repo")  # fmt: skip
    outside = shell.environment()
    assert outside[b"AWS_ACCESS_KEY_ID"] == b"AKIAPROD"

    screen = shell.typed('cd "$ONE"')
    assert "awsenv: one, one-1\n" in screen
    assert shell.environment() == without_aws(outside) | key("one")
    shell.typed('cd "$TWO"')
    assert shell.environment() == without_aws(outside) | key("two")
    shell.typed("cd -")
    assert shell.environment() == without_aws(outside) | key("one")
    shell.typed("cd ~")
    assert shell.environment() == outside


def test_an_edit_of_the_credentials_is_seen_at_the_next_prompt(start: Start, home: Path) -> None:
    run(home, "awsenv", "link", "one", "--org", "org one")
    shell = start(ONE=f"{home}/ghq/github.com/org one/repo")
    shell.typed('cd "$ONE"')
    assert shell.environment()[b"AWS_ACCESS_KEY_ID"] == b"AKIAONE"
    credentials = home / ".aws/credentials"
    credentials.write_text(credentials.read_text().replace("AKIAONE", "AKIANEW"))
    os.utime(credentials, LATER)
    shell.typed("true")
    assert shell.environment()[b"AWS_ACCESS_KEY_ID"] == b"AKIANEW"


def test_a_nested_envrc_wins_and_source_up_brings_the_outer_one(start: Start, home: Path) -> None:
    top = envrc(home, home / "top", "use_aws one\nexport OUTER=1\n")
    inner = envrc(home, top / "inner", "source_up\nuse aws two --region=here-1\n")
    shell = start()
    outside = shell.environment()
    shell.typed(f"cd {inner}")
    expected = key("two") | {b"AWS_REGION": b"here-1", b"AWS_DEFAULT_REGION": b"here-1"}
    expected |= {b"AWSENV_PREVIOUS": b"one", b"OUTER": b"1"}
    assert shell.environment() == without_aws(outside) | expected
    shell.typed("cd ..")
    assert shell.environment() == without_aws(outside) | key("one") | {b"OUTER": b"1"}


@pytest.mark.parametrize("name", ["a b", "it's so", "日本語", "new\nline"])
# Not `"` or `$`: direnv 2.32 loads no .envrc below such a folder, whatever it holds.
def test_any_folder_name_will_do(name: str, start: Start, home: Path) -> None:
    folder = home / name
    folder.mkdir()
    run(home, "awsenv", "link", "one", str(folder))
    shell = start(FOLDER=str(folder))
    outside = shell.environment()
    shell.typed('cd "$FOLDER"')
    assert shell.environment() == without_aws(outside) | key("one")


def test_a_symlinked_repo_acts_as_the_organization_it_lies_in(
    start: Start, home: Path, tmp_path: Path
) -> None:
    # Bound by the link's name: direnv goes by the physical one, so both are allowed.
    (tmp_path / "ghq").symlink_to(home / "ghq")
    run(home, "awsenv", "link", "one", str(tmp_path / "ghq/github.com/org one"))
    shell = start()
    shell.typed(f"cd {tmp_path}/link")
    assert shell.environment()[b"AWSENV_PROFILE"] == b"one"
    shell.typed(f"cd '{tmp_path}/ghq/github.com/org one/repo'")
    assert shell.environment()[b"AWSENV_PROFILE"] == b"one"


CLOSED = {
    "unknown profile": ("use_aws nope\n", "awsenv: no profile named nope"),
    "strict": ("strict_env\nuse_aws nope\n", "awsenv: no profile named nope"),
    "options first": ("use_aws --region r nope --account 1\n", "awsenv: no profile named nope"),
    "wrong account": ("use_aws nope2 --account 123456789012\n", "awsenv: no profile named nope2"),
}


@pytest.mark.parametrize("case", CLOSED.values(), ids=CLOSED.keys())
@pytest.mark.parametrize("gone", [False, True], ids=["awsenv", "no awsenv"])
def test_nothing_of_the_outer_account_stays_where_there_is_no_session(
    case: tuple[str, str], gone: bool, start: Start, home: Path
) -> None:
    text, message = case
    folder = envrc(home, home / "closed", text)
    if gone:
        library = home / ".config/direnv/lib/awsenv.sh"
        library.write_text(library.read_text().replace(str(BIN / "awsenv"), "/gone/awsenv"))
    path = os.pathsep.join(p for p in ("/usr/bin", "/bin"))
    more = {"PATH": path} if gone else {}
    shell = start(**PROD, **more, AWS_ROLE_ARN="r", AWS_WEB_IDENTITY_TOKEN_FILE="f",
                  AWS_CONTAINER_CREDENTIALS_FULL_URI="http://127.0.0.1:1/")  # fmt: skip
    outside = shell.environment()
    screen = shell.typed(f"cd {folder}")
    assert ("awsenv: not installed" if gone else message) in screen
    name = "nope2" if "nope2" in text else "nope"
    inside = shell.environment()
    assert inside == without_aws(outside) | {
        b"AWS_REGION": b"prod-1",
        b"AWS_PROFILE": f"awsenv-no-session:{name}".encode(),
    }
    client = f"{BIN}/python -c 'import boto3; boto3.client(\"sts\").get_caller_identity()'"
    assert f"awsenv-no-session:{name}" in shell.typed(client)
    shell.typed("cd ~")
    assert shell.environment() == outside


def test_a_session_of_another_account_closes_the_door(start: Start, home: Path) -> None:
    with open(home / ".aws/credentials", "a") as file:
        file.write("[real]\naws_access_key_id = AKIAQNZGKIQY56JQ7WML\naws_secret_access_key = s\n")
    folder = envrc(home, home / "closed", "use_aws real --account 123456789012\n")
    shell = start(**PROD)
    screen = shell.typed(f"cd {folder}")
    assert "profile real is of account 029608264753, not 123456789012" in screen
    assert shell.environment()[b"AWS_PROFILE"] == b"awsenv-no-session:real"
    envrc(home, folder, "use_aws real --account 029608264753 --region r\n")
    os.utime(folder / ".envrc", LATER)
    assert "awsenv: real, account 029608264753, r\n" in shell.typed("true")


def test_profile_only_leaves_the_credentials_to_the_programs(start: Start, home: Path) -> None:
    folder = envrc(home, home / "only", "use_aws one --profile-only\n")
    shell = start(**PROD)
    outside = shell.environment()
    shell.typed(f"cd {folder}")
    session = {b"AWS_PROFILE": b"one", b"AWS_REGION": b"one-1", b"AWS_DEFAULT_REGION": b"one-1"}
    assert shell.environment() == without_aws(outside) | session | {
        b"AWSENV_PROFILE": b"one",
        b"AWSENV_SET": b" ".join(session),
    }


def test_an_upgrade_that_moved_awsenv_is_survived(start: Start, home: Path) -> None:
    library = home / ".config/direnv/lib/awsenv.sh"
    assert str(BIN / "awsenv") in library.read_text()
    library.write_text(library.read_text().replace(str(BIN / "awsenv"), "/gone/awsenv"))
    folder = envrc(home, home / "moved", "use_aws one\n")
    shell = start()
    shell.typed(f"cd {folder}")
    assert shell.environment()[b"AWSENV_PROFILE"] == b"one"


def test_install_is_idempotent_and_leaves_a_strangers_file(home: Path) -> None:
    library = home / ".config/direnv/lib/awsenv.sh"
    before = library.read_bytes()
    assert "is up to date" in run(home, "awsenv", "direnv", "install").stderr
    assert library.read_bytes() == before
    library.write_text("# mine\n")
    with pytest.raises(subprocess.CalledProcessError) as caught:
        run(home, "awsenv", "direnv", "install")
    assert "is not awsenv's" in caught.value.stderr
    assert library.read_text() == "# mine\n"


def test_shellcheck_finds_nothing(home: Path) -> None:
    installed("shellcheck")
    assert shutil.which("shellcheck")
    run(home, "shellcheck", "-s", "bash", str(home / ".config/direnv/lib/awsenv.sh"))
