"""The keychain's library, and what it says when a keychain is not there."""

from pathlib import Path

import keyring
import pytest
from keyring.errors import InitError

from awsenv.aws import keychain
from awsenv.errors import AwsenvError
from awsenv.profiles.read import Profiles


@pytest.mark.parametrize("times", [1, 5])
def test_one_that_is_not_there_for_a_moment_is_asked_once_more(
    times: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text("[profile kept]\nawsenv_keychain = AKIAX\n")
    profile = Profiles({"HOME": str(tmp_path)}).find("kept")
    asked: list[str] = []

    def get_password(service: str, name: str) -> str:
        asked.append(name)
        if len(asked) <= times:
            raise InitError("Failed to create the collection")
        return "Secr3t"

    monkeypatch.setattr(keyring, "get_password", get_password)
    monkeypatch.setattr(keychain, "_MOMENT", 0.0)
    if times == 1:
        assert keychain.load(profile) == "Secr3t"
    else:
        with pytest.raises(AwsenvError, match="the keychain cannot be used"):
            keychain.load(profile)
    assert len(asked) == 2
