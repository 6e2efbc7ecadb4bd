"""A path in a message is one that can be typed."""

import subprocess
from pathlib import Path

import pytest

from awsenv import paths


@pytest.mark.parametrize(
    "name", ["app", "my app", "it's", "a$b", "日本", "~x", "-n", "tab\there", "a;b", "*"]
)
def test_a_shell_reads_it_as_the_path_again(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in (f"{tmp_path}/{name}", f"/srv/{name}", str(tmp_path)):
        word = paths.write_word(path)
        done = subprocess.run(
            ["sh", "-c", f"printf %s {word}"], env={"HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stdout == path
