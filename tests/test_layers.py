"""The import law: a room imports from rooms below it, never upward and never from its strangers."""

import ast
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "awsenv"

# Top to bottom, as in CONTRIBUTING.md; rooms on one line are strangers.
LAW = [
    ["__main__"],
    ["__init__"],
    ["cli"],
    ["hook"],
    ["refresh", "folders", "demo", "live"],
    ["sessions"],
    ["records"],
    ["profiles"],
    ["trusted"],
    ["replay"],
    ["programs"],
    ["environment"],
    ["files"],
    ["paths"],
    ["errors"],
]
LEVEL = {room: level for level, rooms in enumerate(LAW) for room in rooms}

# What `python -S` may load for the fast half, beyond what the bare interpreter has.
FAST = {"awsenv", "awsenv.replay", "awsenv.environment"}
# Loaded with `os`, by `site` else.
OS = {
    "os",
    "os.path",
    "posixpath",
    "genericpath",
    "stat",
    "_stat",
    "_collections_abc",
    "abc",
    "_abc",
}


def _imports(source: str) -> set[str]:
    """The rooms of awsenv that ``source`` imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name.split(".")[1] for name in names if name.startswith("awsenv.")} - {
        "__version__",
        "main",
    }


def _violations(files: dict[str, str]) -> list[str]:
    found = []
    for path, source in files.items():
        room = path.split("/")[0].removesuffix(".py")
        for other in _imports(source) - {room}:
            if LEVEL[other] <= LEVEL[room]:
                found.append(f"{path} imports {other}")
    return found


def _sources() -> dict[str, str]:
    return {p.relative_to(PACKAGE).as_posix(): p.read_text() for p in PACKAGE.rglob("*.py")}


def test_every_room_imports_downward_only() -> None:
    files = _sources()
    assert len(files) > 10
    assert _violations(files) == []


def test_an_upward_import_would_be_seen() -> None:
    upward = {"profiles/read.py": "def f():\n    from awsenv import cli, errors\n"}
    assert _violations(upward) == ["profiles/read.py imports cli"]
    strangers = {"folders/trust.py": "import awsenv.demo.sts"}
    assert _violations(strangers) == ["folders/trust.py imports demo"]


def test_replay_imports_nothing_but_itself() -> None:
    program = (
        "import sys; before = set(sys.modules); import awsenv.replay;"
        "print(*sorted(set(sys.modules) - before))"
    )
    result = subprocess.run(
        [sys.executable, "-S", "-c", program],
        cwd=PACKAGE.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(result.stdout.split()) - OS == FAST
