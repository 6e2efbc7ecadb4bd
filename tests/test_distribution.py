"""What installs awsenv again is what brought it: the tool, the place, before a release and after."""

import json
import sys
from pathlib import Path

import pytest

from awsenv import distribution, installation


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    """The folder in which the package lies, as the tool makes it."""
    folder: Path = tmp_path / request.param
    folder.mkdir(parents=True)
    monkeypatch.setattr(installation, "own_folder", lambda: str(folder))
    monkeypatch.setattr(sys, "executable", "/v/bin/python")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    (tmp_path / "pyvenv.cfg").touch()
    return folder


def record(place: Path, told: object = None, name: str = "awsenv_shell") -> Path:
    folder = place / f"{name}-0.1.0.dist-info"
    folder.mkdir()
    if told:
        (folder / "direct_url.json").write_text(json.dumps(told))
    return folder


UV, PIPX, PIP = "uv/tools/awsenv-shell/lib", "pipx/venvs/awsenv-shell/lib", "lib/site-packages"
HERE = {"url": "file:///home/me/my%20awsenv", "dir_info": {}}
GIT = {"url": "https://example.org/awsenv.git", "vcs_info": {"vcs": "git"}}


@pytest.mark.parametrize(
    ("place", "told", "plain", "more"),
    [
        (UV, None, "uv tool install --force awsenv-shell", "uv tool install --force 'awsenv-shell[keychain]'"),
        (UV, HERE, "uv tool install --force '/home/me/my awsenv'", "uv tool install --force '/home/me/my awsenv[keychain]'"),
        (UV, GIT, "uv tool install --force 'awsenv-shell @ git+https://example.org/awsenv.git'",
         "uv tool install --force 'awsenv-shell[keychain] @ git+https://example.org/awsenv.git'"),
        (PIPX, None, "pipx install --force awsenv-shell", "pipx install --force 'awsenv-shell[keychain]'"),
        (PIP, None, "/v/bin/python -m pip install awsenv-shell", "/v/bin/python -m pip install 'awsenv-shell[keychain]'"),
        (PIP, HERE, "/v/bin/python -m pip install '/home/me/my awsenv'", "/v/bin/python -m pip install '/home/me/my awsenv[keychain]'"),
    ],
    indirect=["place"],
)  # fmt: skip
def test_what_installs_it_again(place: Path, told: object, plain: str, more: str) -> None:
    record(place, told)
    assert distribution.format_install() == plain
    assert distribution.format_install("keychain") == more


@pytest.mark.parametrize("place", ["checkout"], indirect=True)
def test_a_checkout_is_installed_from_where_it_is(place: Path) -> None:
    (place / "pyproject.toml").touch()
    assert distribution.format_install() == f"/v/bin/python -m pip install -e {place}"


@pytest.mark.parametrize("place", ["Cellar/awsenv-shell/0.1/libexec"], indirect=True)
def test_homebrews_is_homebrews(place: Path) -> None:
    assert distribution.format_install("login") == "brew reinstall awsenv-shell"
    assert distribution.format_removal() == "brew uninstall awsenv-shell"


@pytest.mark.parametrize("place", [PIP], indirect=True)
def test_the_other_projects_package_in_the_same_place_is_seen(place: Path) -> None:
    ours = record(place)
    assert distribution.find_other() == ""
    other = record(place, name="awsenv")
    assert distribution.find_other() == str(other)
    assert ours.exists()


@pytest.mark.parametrize(
    ("place", "words"),
    [(UV, "uv tool uninstall"), (PIPX, "pipx uninstall"), (PIP, "/v/bin/python -m pip uninstall")],
    indirect=["place"],
)
def test_what_takes_it_away(place: Path, words: str) -> None:
    assert distribution.format_removal() == f"{words} awsenv-shell"


def test_the_wrapper_of_an_old_pip_is_known(tmp_path: Path) -> None:
    """As pip 23 and pip 26 write it for this very program."""
    end = "from awsenv import main\nif __name__ == '__main__':\n    sys.argv[0] = {}\n    sys.exit(main())\n"
    old = "#!/v/bin/python\n# -*- coding: utf-8 -*-\nimport re\nimport sys\n" + end.format(
        "re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])"
    )
    new = "#!/v/bin/python\nimport sys\n" + end.format("sys.argv[0].removesuffix('.exe')")
    path = tmp_path / "awsenv"
    for text, slow in ((old, True), (new, False), ("", False)):
        path.write_text(text)
        assert distribution.is_slow_wrapper(str(path)) is slow
    assert not distribution.is_slow_wrapper(str(tmp_path / "nowhere"))
