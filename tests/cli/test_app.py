"""The one place that runs a command and reports how it went."""

import pytest

from awsenv.cli import app, switch


@pytest.mark.parametrize("debug", ["", "1"])
def test_a_fault_of_ours_shows_no_secret_and_fails(
    debug: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> str:
        secret = "hush"
        raise ValueError(f"bad value {secret}")

    monkeypatch.setenv("AWSENV_DEBUG", debug)
    monkeypatch.setattr(switch, "build_text", broken)
    assert app.main(["off", "--shell", "posix"]) == 1
    out, err = capfd.readouterr()
    assert out == "false\n"
    assert "internal error (ValueError)" in err
    assert "hush" not in err
    assert ("broken" in err) == bool(debug)


def test_an_unknown_command_names_near_ones(capfd: pytest.CaptureFixture[str]) -> None:
    assert app.main(["lisst"]) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert "list" in err
    assert err.count("\n") == 1


def test_without_a_command_the_help_is_shown(capfd: pytest.CaptureFixture[str]) -> None:
    assert app.main([]) == 2
    out, err = capfd.readouterr()
    assert "use" in out + err
    assert "awsenv: ;" not in err
