"""Every command's help says what it does and shows an example."""

from pathlib import Path

import pytest

from awsenv.cli.app import COMMANDS
from tests.program import awsenv

GROUPS = {
    "direnv": ["direnv install"],
    "sso": ["sso setup", "sso sync"],
    "team": [f"team {name}" for name in ("add", "sync", "diff", "remove", "list")],
    "keychain": [f"keychain {name}" for name in ("import", "export", "list", "remove")],
}


@pytest.mark.parametrize(
    "command", [each for name in COMMANDS for each in GROUPS.get(name, [name])]
)
def test_help_has_an_example(command: str, tmp_path: Path) -> None:
    result = awsenv(tmp_path, *command.split(), "--help", COLUMNS="100")
    assert result.returncode == 0
    assert "Example: " in result.stdout + result.stderr


def test_completion_knows_every_command(tmp_path: Path) -> None:
    told = awsenv(tmp_path, "complete", "bash", "--", "").stdout
    assert {line.partition("\t")[0] for line in told.splitlines()} == set(COMMANDS)
