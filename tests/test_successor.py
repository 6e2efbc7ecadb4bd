"""A server that outlives its own program starts the one on PATH."""

from pathlib import Path

import pytest

from awsenv import distribution, paths, successor
from awsenv.errors import AwsenvError
from tests.program import program_path
from tests.shells.real import clean


def install(folder: Path, text: str = "") -> Path:
    folder.mkdir()
    file = folder / "awsenv"
    file.write_text(text or f'#!/bin/sh\nexec "{program_path()}" "$@"\n')
    file.chmod(0o755)
    return file


@pytest.fixture
def gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "program_words", lambda: ["/gone/python", "/gone/main.py"])


def test_its_own_is_there() -> None:
    assert successor.find_program_words({"PATH": "/nowhere"}) == paths.program_words()


@pytest.mark.usefixtures("gone")
def test_the_one_on_path_takes_its_place(tmp_path: Path) -> None:
    install(tmp_path / "bin")
    found = successor.find_program_words(clean(tmp_path, PATH=f"{tmp_path}/bin:/usr/bin:/bin"))
    assert found[1:3] == ["-I", "-S"]
    assert Path(found[-1]).exists()


@pytest.mark.usefixtures("gone")
@pytest.mark.parametrize("unsafe", ["none", "writable", "folder", "another program"])
def test_not_one_that_may_be_anybodys(unsafe: str, tmp_path: Path) -> None:
    environ = clean(tmp_path, PATH=f"{tmp_path}/bin:/usr/bin:/bin")
    if unsafe != "none":
        text = "#!/bin/sh\necho hello\n" if unsafe == "another program" else ""
        file = install(tmp_path / "bin", text)
        file.chmod(0o777 if unsafe == "writable" else 0o755)
        file.parent.chmod(0o777 if unsafe == "folder" else 0o755)
    with pytest.raises(AwsenvError) as raised:
        successor.find_program_words(environ)
    assert (
        f"is gone, and PATH has no other awsenv; {distribution.format_install()}"
        in raised.value.format_line()
    )
