"""The import law: a room imports from rooms below it, never upward and never from its strangers."""

import ast
import importlib.util
import subprocess
import sys
from pathlib import Path

from awsenv.shells.table import SHELLS

PACKAGE = Path(__file__).parent.parent / "awsenv"

# Top to bottom, as in CONTRIBUTING.md; rooms on one line are strangers.
LAW = [
    ["__main__"],
    ["__init__"],
    ["cli"],
    ["hook"],
    ["folders", "demo", "exec_config", "server"],
    ["sessions"],
    ["records"],
    ["profiles"],
    ["trusted"],
    ["replay"],
    ["programs"],
    ["shells"],
    ["variables", "state"],
    ["files"],
    ["paths"],
    ["errors", "debug"],
]
LEVEL = {room: level for level, rooms in enumerate(LAW) for room in rooms}

# What `python -S` may load for the fast half, beyond what the bare interpreter has.
FAST = {
    "awsenv",
    "awsenv.replay",
    "awsenv.shells",
    "awsenv.shells.table",
    "awsenv.state",
    "awsenv.variables",
}
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


def _imported(source: str) -> set[str]:
    """Every module that ``source`` imports, and every name that it takes out of one, in full."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _imports(source: str) -> set[str]:
    """The rooms of awsenv that ``source`` imports, anywhere in it."""
    names = {name for name in _imported(source) if name.startswith("awsenv.")}
    return {name.split(".")[1] for name in names} - {"__version__", "main"}


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


def _circles(files: dict[str, str]) -> list[set[str]]:
    """The modules that import each other, anywhere in them, directly or through others."""
    names = {"awsenv." + path.removesuffix(".py").replace("/", ".").removesuffix(".__init__") for path in files}  # fmt: skip
    graph = {}
    for path, source in files.items():
        module = "awsenv." + path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        found = set()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    found.add(inner if inner in names else node.module)
        # The package itself is loaded before any of its modules, and lends them its version.
        graph[module] = (found & names) - {module, "awsenv"}

    def below(module: str) -> set[str]:
        seen: set[str] = set()
        todo = set(graph[module])
        while todo:
            each = todo.pop()
            seen.add(each)
            todo |= graph[each] - seen
        return seen

    reached = {module: below(module) for module in graph}
    return [{module, *(m for m in reached[module] if module in reached[m])} for module in sorted(graph) if module in reached[module]]  # fmt: skip


def test_no_two_modules_import_each_other() -> None:
    assert _circles(_sources()) == []


def test_a_circle_would_be_seen() -> None:
    files = {
        "a/__init__.py": "",
        "a/b.py": "from awsenv.a import c",
        "a/c.py": "def f():\n    from awsenv import d",
        "d.py": "import awsenv.a.b",
    }
    assert _circles(files) == 3 * [{"awsenv.a.b", "awsenv.a.c", "awsenv.d"}]


# What a provider may not know: where sessions are kept, who else is at it, and who is asked.
NOT_A_PROVIDERS = (
    "awsenv.records",
    "awsenv.replay",
    "awsenv.files.locks",
    "awsenv.sessions.store",
    "awsenv.sessions.session_record",
    "awsenv.sessions.resolve",
    "awsenv.sessions.mfa_codes",
    "awsenv.sessions.chain",
    "awsenv.cli",
)


def _knows(source: str) -> set[str]:
    """Those of ``NOT_A_PROVIDERS`` that ``source`` imports, or something of which."""
    return {
        law
        for law in NOT_A_PROVIDERS
        for name in _imported(source)
        if name == law or name.startswith(f"{law}.")
    }


def test_a_provider_knows_no_record_no_lock_and_no_terminal() -> None:
    sources = {p: s for p, s in _sources().items() if p.startswith("sessions/providers/")}
    assert len(sources) > 8
    assert {path: _knows(source) for path, source in sources.items() if _knows(source)} == {}


def test_a_provider_that_knows_more_would_be_seen() -> None:
    for law in NOT_A_PROVIDERS:
        assert importlib.util.find_spec(law), f"{law} is no more: the law about it guards nothing"
        package, _, name = law.rpartition(".")
        assert _knows(f"def f():\n    from {package} import {name}") == {law}
        assert _knows(f"from {law} import x") == {law}


def test_every_room_of_the_law_is_there() -> None:
    rooms = {path.split("/")[0].removesuffix(".py") for path in _sources()}
    assert rooms == LEVEL.keys()


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


def test_what_a_hook_asks_imports_nothing_slow() -> None:
    program = (
        f"import sys; sys.path.insert(0, {str(PACKAGE.parent)!r}); before = set(sys.modules);"
        f"import awsenv.cli.hook_env, {', '.join(f'awsenv.shells.{name}' for name in SHELLS)};"
        "print(*sorted(set(sys.modules) - before))"
    )
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(result.stdout.split()) - OS
    rooms = ("awsenv.hook", "awsenv.shells", "awsenv.files")
    single = {"awsenv", "awsenv.cli", "awsenv.cli.hook_env", "awsenv.errors", "awsenv.paths", "awsenv.replay", "awsenv.state", "awsenv.trusted", "awsenv.variables"}  # fmt: skip
    assert "awsenv.hook.env" in loaded
    assert {name for name in loaded - single if not name.startswith(rooms)} == set()
