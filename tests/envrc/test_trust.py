"""Trust comes from what a person saw: never from what lies on the disk by now."""

import shutil
from pathlib import Path

import pytest

from awsenv import record_file
from awsenv.envrc import trust, trust_check
from tests.program import awsenv

EVIL = "LD_PRELOAD=/tmp/x.so\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        "[dev]\naws_access_key_id = ASIADEV\naws_secret_access_key = s\naws_session_token = t\n"
    )
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo/.envrc").write_text("use_aws dev\ndotenv\n")
    (tmp_path / "repo/.env").write_text("STAGE=one\n# PASSWORD=in a comment\n")
    assert awsenv(tmp_path, "allow", "repo").returncode == 0
    return tmp_path


def state(home: Path) -> str:
    return trust.find_state(str(home / "repo/.envrc"), {"HOME": str(home)})


def test_what_awsenv_writes_itself_stays_allowed(home: Path) -> None:
    assert awsenv(home, "dotenv", "dev", "-o", "repo/.env").returncode == 0
    assert "ASIADEV" in (home / "repo/.env").read_text()
    assert state(home) == "allowed"


@pytest.mark.parametrize("changed", [".envrc", ".env"])
def test_what_changes_while_awsenv_writes_is_not_allowed(changed: str, home: Path) -> None:
    environ, env = {"HOME": str(home)}, home / "repo/.env"
    old = env.read_bytes()
    if changed == ".envrc":  # a `git pull` between the reading and the writing
        (home / "repo/.envrc").write_text("use_aws prod\ndotenv\n")
    else:
        old += EVIL.encode()
        env.write_bytes(old)
    new = old + b"# awsenv: dev AWS_REGION\nAWS_REGION=r-1\n"
    env.write_bytes(new)
    trust.follow(str(env), old, new, environ)
    assert state(home) == "changed"


def found(home: Path) -> bool:
    """What a hook asks."""
    return trust_check.find_allowed(str(home / "repo/.envrc"), {"HOME": str(home)}) is not None


def test_every_file_that_takes_part_is_as_it_was_allowed(home: Path) -> None:
    assert found(home)
    for name in (".envrc", ".env"):
        path = home / "repo" / name
        text = path.read_text()
        for other in (text + "OTHER=1\n", ""):
            path.write_text(other)
            assert not found(home), (name, other)
        path.unlink()
        assert not found(home), name
        path.write_text(text)
        assert found(home)


def test_a_file_that_was_not_there_is_still_not_there(home: Path) -> None:
    (home / "repo/.envrc").write_text("use_aws dev\ndotenv_if_exists .env.local\n")
    assert awsenv(home, "allow", "repo").returncode == 0
    assert found(home)
    (home / "repo/.env.local").write_text("")
    assert not found(home)
    (home / "repo/.env.local").unlink()
    assert found(home)


def test_a_record_is_of_the_path_that_it_names(home: Path) -> None:
    record = Path(trust_check.mirror(str(home / "repo/.envrc"), {"HOME": str(home)}))
    other = home / "other"
    other.mkdir()
    for name in (".envrc", ".env"):
        (other / name).write_text((home / "repo" / name).read_text())
    place = Path(trust_check.mirror(str(other / ".envrc"), {"HOME": str(home)}))
    place.parent.mkdir(parents=True)
    shutil.copy(record, place)  # with its mode
    assert trust_check.find_allowed(str(other / ".envrc"), {"HOME": str(home)}) is None


def test_a_link_changes_the_record_by_its_line_alone(home: Path) -> None:
    assert awsenv(home, "link", "dev", "repo").returncode == 0
    assert state(home) == "allowed"
    (home / "repo/.env").write_text("STAGE=one\n" + EVIL)
    (home / ".aws/config").write_text("[profile prod]\nregion = r\n")
    assert awsenv(home, "link", "prod", "repo").returncode == 0
    assert state(home) == "changed"


def test_no_other_secret_of_a_dotenv_is_kept(home: Path) -> None:
    (home / "repo/.env").write_text(
        "STAGE=one\n#OLD_KEY=commented\n  # indented secret\nAWS_SECRET_ACCESS_KEY=own\n"
        "STAGE=twice-one\n"
    )
    assert awsenv(home, "allow", "repo").returncode == 0
    record = Path(trust_check.mirror(str(home / "repo/.envrc"), {"HOME": str(home)})).read_text()
    assert "twice-one" in record  # the control: what is loaded
    assert not [
        word
        for word in ("commented", "indented", "own%", "=own", "assignment", "=one")
        if word in record
    ]


def test_nothing_outlasts_its_repo(home: Path) -> None:
    environ = {"HOME": str(home)}
    (home / "other").mkdir()
    (home / "other/.envrc").write_text("use_aws dev\n")
    (home / "repo").rename(home / "gone")
    assert awsenv(home, "allow", "other").returncode == 0
    assert record_file.read(trust_check.mirror(str(home / "repo/.envrc"), environ)) is None
    assert record_file.read(trust_check.mirror(str(home / "other/.envrc"), environ))


@pytest.mark.parametrize(
    "options", ["--account", "--region", "--account=", "--region --account 1", "--account --profile-only"]
)  # fmt: skip
def test_an_option_without_its_value_is_refused(options: str, home: Path) -> None:
    (home / "repo/.envrc").write_text(f"# one\nuse_aws dev {options}\n")
    result = awsenv(home, "allow", "repo")
    assert result.returncode == 1
    assert "~/repo/.envrc, line 2: --" in result.stderr
    assert "without its value" in result.stderr


def test_allow_shows_names_and_values_and_the_unsafe_apart(home: Path) -> None:
    (home / "repo/.env").write_text("STAGE=one\nAPI_TOKEN=abcdefghijkl\n" + EVIL)
    refused = awsenv(home, "allow", "repo")
    assert refused.returncode == 1
    assert "sets LD_PRELOAD=/tmp/x.so: that can change" in refused.stderr
    told = awsenv(home, "allow", "repo", "--unsafe").stderr
    assert "awsenv:   sets STAGE=one\n" in told
    assert "awsenv:   sets LD_PRELOAD=/tmp/x.so, which is unsafe\n" in told
    assert "abcdefgh" not in told
