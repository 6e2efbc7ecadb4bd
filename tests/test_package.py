"""What is installed: hooks found in a checkout and in a wheel alike, and the doors that open."""

import subprocess
import sys
from pathlib import Path

from awsenv import __version__, paths
from tests.shells.real import BIN, clean

CHECKOUT = Path(__file__).parent.parent


def test_in_a_checkout_the_hooks_are_read_from_it() -> None:
    assert Path(paths.shipped_path("direnv.bash")) == CHECKOUT / "shell/direnv.bash"


def test_in_a_wheel_the_hooks_are_part_of_the_package(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run([*pip, tmp_path / "site", CHECKOUT], check=True)
    program = "from awsenv import paths; print(paths.shipped_path('direnv.bash'))"
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path / "site",
        capture_output=True,
        text=True,
        check=True,
    )
    shipped = Path(result.stdout.strip())
    assert shipped == tmp_path / "site/awsenv/shell/direnv.bash"
    assert shipped.read_text() == (CHECKOUT / "shell/direnv.bash").read_text()


def test_every_door_tells_the_version(tmp_path: Path) -> None:
    for command in ([BIN / "awsenv"], [BIN / "python", "-m", "awsenv"]):
        result = subprocess.run(
            [*command, "--version"], env=clean(tmp_path), capture_output=True, text=True, check=True
        )
        assert result.stdout == f"awsenv {__version__}\n"
