"""A real container engine, in folders of its own: podman with runc, driven by docker-compose.

Its image is made from what is installed here; programs of this machine are mounted into it read-only.
"""

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.program import until
from tests.shells.real import installed, missing

IMAGE = "awsenv-test:1"
_PREFIX = "awsenv-engine-"
_CONF = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_config_dir = "{folder}/networks"
"""
_STORAGE = """\
[storage]
driver = "vfs"
graphroot = "{folder}/graph"
runroot = "{folder}/run"
"""


class Engine:
    """The engine that keeps its things in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "networks").mkdir(exist_ok=True)
        (folder / "containers.conf").write_text(_CONF.format(folder=folder))
        (folder / "storage.conf").write_text(_STORAGE.format(folder=folder))
        self.environ = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(folder),
            "CONTAINERS_CONF": str(folder / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(folder / "storage.conf"),
            "DOCKER_HOST": f"unix://{folder}/docker.sock",
            "AWSENV_RELAY_IMAGE": IMAGE,
            "LC_ALL": "C.UTF-8",
        }
        self.driver = ["docker-compose"]

    def add_plugin(self, home: Path, program: str) -> None:
        """``docker compose`` is ``program`` for whoever has this ``home``."""
        place = home / ".docker/cli-plugins/docker-compose"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.unlink(missing_ok=True)
        place.symlink_to(program)

    def podman(self, *words: str) -> str:
        """What it prints."""
        done = _run(["podman", *words], self.environ)
        return done.stdout + done.stderr

    def told(self) -> str:
        """The containers and what they printed."""
        names = self.podman("ps", "-a", "--format", "{{.Names}}").split()
        logs = [f"{name}: {self.podman('logs', name)}" for name in names]
        return "\n".join([self.podman("ps", "-a"), *logs])

    def compose(self, *words: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
        """docker-compose in ``cwd``, or the driver that was chosen."""
        done = _run([*self.driver, *words], self.environ | more, cwd)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    def remove(self) -> None:
        """Its containers, its networks with the bridges they made here, its folder."""
        self.podman("rm", "--all", "--force", "--time=0")
        self.podman("network", "prune", "--force")
        for path in (self.folder / "networks").glob("*.conflist"):  # what the engine did not get to
            for plugin in json.loads(path.read_text())["plugins"]:
                if bridge := plugin.get("bridge"):
                    _run(["ip", "link", "delete", bridge], self.environ)
        self.podman("system", "reset", "--force")
        shutil.rmtree(self.folder, ignore_errors=True)

    def make_image(self) -> None:
        """One with busybox and socat, and with the libraries that socat names."""
        root = self.folder / "root"
        (root / "bin").mkdir(parents=True)
        (root / "tmp").mkdir()
        shutil.copy(installed("busybox"), root / "bin/busybox")
        for name in ("sh", "sleep", "true", "env", "ip"):
            (root / "bin" / name).symlink_to("busybox")
        socat = installed("socat")
        shutil.copy(socat, root / "bin/socat")
        told = subprocess.run(["ldd", socat], capture_output=True, text=True, check=True).stdout
        for library in re.findall(r"/\S+", told):
            target = root / library[1:]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(library, target)
        tar = subprocess.run(["tar", "-C", root, "-c", "."], capture_output=True, check=True)
        done = subprocess.run(
            ["podman", "import", "-", IMAGE], input=tar.stdout, env=self.environ,
            capture_output=True, check=False,
        )  # fmt: skip
        done = done if done.returncode else _run(["podman", "run", "--rm", IMAGE, "/bin/true"], self.environ)  # type: ignore[assignment]  # fmt: skip
        if done.returncode:
            missing(f"a container engine that works here ({done.stderr!r})")


def mounts() -> list[str]:
    """This machine's programs for a container, read-only: volumes in compose's short form."""
    places = {"/usr", "/lib", "/lib64", sys.base_prefix, sys.prefix}
    found = sorted(place for place in places if os.path.exists(place))
    return [f"{os.path.realpath(place)}:{place}:ro" for place in found]


def _run(
    words: list[str], environ: dict[str, str], cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, env=environ, cwd=cwd, capture_output=True, text=True, timeout=300, check=False
    )


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Networks and addresses are the machine's: no two tests have them at once."""
    path = Path(tempfile.gettempdir()) / f"{_PREFIX}{os.getuid()}.lock"
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def remove_left(where: Path) -> None:
    """What runs that were killed left in ``where``: their networks hold addresses that are the machine's."""
    for folder in where.glob(f"{_PREFIX}*/"):
        Engine(folder).remove()


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    for name in ("podman", "runc", "docker-compose", "socat", "busybox", "iptables"):
        installed(name)
    with one_at_a_time():
        remove_left(Path(tempfile.gettempdir()))
        # Not pytest's folder: its path is too long for a socket.
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        it = Engine(folder)
        it.make_image()
        service = subprocess.Popen(
            ["podman", "system", "service", "--time=0", it.environ["DOCKER_HOST"]],
            env=it.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until((folder / "docker.sock").exists)
        try:
            yield it
        finally:
            it.podman("rm", "--all", "--force", "--time=0")
            service.terminate()
            service.wait()
            it.remove()
