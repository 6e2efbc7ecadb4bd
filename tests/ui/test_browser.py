"""Which browser a page is opened in: what a person has said, else what there is on this machine."""

from pathlib import Path

import pytest

from awsenv.ui import browser


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"PATH": str(tmp_path), "HOME": str(tmp_path)}


def put(environ: dict[str, str], *names: str) -> None:
    for name in names:
        path = Path(environ["PATH"], name)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)


def test_a_browser_that_is_not_there_ends_no_search(environ: dict[str, str]) -> None:
    assert browser.find_command(environ | {"BROWSER": "gone"}) is None
    put(environ, "mine", "xdg-open")
    assert browser.find_command(environ | {"BROWSER": "gone:mine --new"}) == ["mine", "--new"]
    assert browser.find_command(environ | {"BROWSER": "gone", "DISPLAY": ":0"}) == ["xdg-open"]
    assert browser.find_command(environ | {"BROWSER": "'", "DISPLAY": ":0"}) == ["xdg-open"]
    assert browser.find_command(environ | {"DISPLAY": ":0", "SSH_CONNECTION": "1"}) is None


def test_wsl_has_windows_own_with_a_display_and_without(environ: dict[str, str]) -> None:
    wsl = environ | {"WSL_DISTRO_NAME": "Debian"}
    put(environ, "explorer.exe")
    assert browser.find_command(wsl | {"DISPLAY": ":0"}) == ["explorer.exe"]
    assert browser.find_command(wsl) == ["explorer.exe"]
    assert browser.find_command(environ) is None
    put(environ, "wslview")
    assert browser.find_command(wsl) == ["wslview"]


CHROMIUMS = (
    "google-chrome-stable",
    "chromium-browser",
    "microsoft-edge-stable",
    "brave",
    "vivaldi",
)
FIREFOXES = ("firefox", "firefox-esr", "librewolf", "waterfox", "floorp", "zen-browser")


@pytest.mark.parametrize("name", [*CHROMIUMS, *FIREFOXES])
def test_each_keeps_profiles_apart_by_its_own_flag(name: str, environ: dict[str, str]) -> None:
    assert browser.find_isolated("", "/place", environ) is None
    put(environ, name)
    flags = ["--no-remote", "--profile", "/place"] if name in FIREFOXES else ["--user-data-dir=/place", "--no-first-run"]  # fmt: skip
    assert browser.find_isolated("", "/place", environ) == [name, *flags]
    assert browser.find_isolated(f"{name} --x", "/place", environ) == [name, "--x", *flags]


@pytest.mark.parametrize("app", [p for p in browser._MACOS if "Firefox" in p or "Google" in p])
def test_those_of_macos_lie_in_their_folders(app: str, environ: dict[str, str]) -> None:
    assert browser.split_command(f"'{app}'", environ) is None  # not on this machine
    assert app.count("/") == 5
