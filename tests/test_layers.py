"""The import law: a room imports from rooms below it, never upward and never from its strangers."""

import ast
import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

from awsenv.cli.app import COMMANDS
from awsenv.sessions.providers import MODULES
from awsenv.shells.table import SHELLS

PACKAGE = Path(__file__).parent.parent / "awsenv"

# Top to bottom, as in CONTRIBUTING.md; rooms on one line are strangers.
LAW = [
    ["__main__"],
    ["__init__"],
    ["hook_env"],
    ["cli"],
    ["views"],
    ["ui"],
    ["actions"],
    ["hook"],
    ["envrc", "demo"],
    ["compose"],
    ["env_files"],
    ["server"],
    ["sessions"],
    ["identity_center", "aws_login"],
    ["aws"],
    ["records"],
    ["profiles"],
    ["replay"],
    ["request", "record_file"],
    ["successor"],
    ["programs"],
    ["shells"],
    ["settings"],
    ["toml_file"],
    ["variables"],
    ["files"],
    ["state"],
    ["distribution"],
    ["paths"],
    ["installation"],
    ["digests", "durations", "near", "regions"],
    ["errors", "debug"],
]
LEVEL = {room: level for level, rooms in enumerate(LAW) for room in rooms}

# What `python -S` may load for the fast half, beyond what the bare interpreter has.
FAST = {
    "awsenv",
    "awsenv.record_file",
    "awsenv.replay",
    "awsenv.request",
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
    strangers = {"envrc/trust.py": "import awsenv.demo.sts"}
    assert _violations(strangers) == ["envrc/trust.py imports demo"]


# Where modules are imported by a name out of a table: no syntax tree shows which.
BY_TABLE = {
    "awsenv.cli.app": {f"awsenv.cli.{module}" for module, _ in COMMANDS.values()},
    "awsenv.shells.table": {f"awsenv.shells.{name}" for name in (*SHELLS, "forms")},
    "awsenv.sessions.providers": {f"awsenv.sessions.providers.{name}" for name in MODULES.values()},
}


def _name(path: str) -> str:
    return "awsenv." + path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def _graph(files: dict[str, str]) -> dict[str, set[str]]:
    """Module → the modules of awsenv that it imports, anywhere in it."""
    names = {_name(path) for path in files}
    graph = {}
    for path, source in files.items():
        module = _name(path)
        found = set(BY_TABLE.get(module, ()))
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                for alias in node.names:
                    inner = f"{node.module}.{alias.name}"
                    found.add(inner if inner in names else node.module)
        # The package itself is loaded before any of its modules, and lends them its version.
        graph[module] = (found & names) - {module, "awsenv"}
    return graph


def _join_packages(files: dict[str, str]) -> dict[str, set[str]]:
    """Package → the packages whose modules its own import."""
    packages = {_name(path) for path in files if path.endswith("/__init__.py")}

    def package(module: str) -> str:
        return module if module in packages else module.rpartition(".")[0]

    joined: dict[str, set[str]] = {}
    for module, found in _graph(files).items():
        joined.setdefault(package(module), set()).update(map(package, found))
    joined.pop("awsenv", None)  # single modules, which the law above holds in order
    return {name: found - {name, "awsenv"} for name, found in joined.items()}


def _circles(graph: dict[str, set[str]]) -> list[set[str]]:
    """Those that reach each other in ``graph``, directly or through others."""

    def below(name: str) -> set[str]:
        seen: set[str] = set()
        todo = set(graph[name])
        while todo:
            each = todo.pop()
            seen.add(each)
            todo |= graph[each] - seen
        return seen

    reached = {name: below(name) for name in graph}
    return [{name, *(m for m in reached[name] if name in reached[m])} for name in sorted(graph) if name in reached[name]]  # fmt: skip


def test_no_two_modules_and_no_two_packages_import_each_other() -> None:
    assert _circles(_graph(_sources())) == []
    assert _circles(_join_packages(_sources())) == []


def test_a_circle_would_be_seen() -> None:
    files = {
        "a/__init__.py": "",
        "a/b.py": "from awsenv.a import c",
        "a/c.py": "def f():\n    from awsenv import d",
        "d.py": "import awsenv.a.b",
    }
    assert _circles(_graph(files)) == 3 * [{"awsenv.a.b", "awsenv.a.c", "awsenv.d"}]
    # Two packages in a circle, of whose modules no two are.
    files = {"a/__init__.py": "", "b/__init__.py": "", "a/low.py": "", "a/high.py": "import awsenv.b.middle",
             "b/middle.py": "import awsenv.a.low"}  # fmt: skip
    assert _circles(_graph(files)) == []
    assert _circles(_join_packages(files)) == 2 * [{"awsenv.a", "awsenv.b"}]


def test_every_import_by_a_name_is_known_to_the_law() -> None:
    by_name = {_name(path) for path, text in _sources().items() if re.search(r"__import__\(|import_module\(", text)}  # fmt: skip
    assert by_name == BY_TABLE.keys()
    assert set().union(*BY_TABLE.values()) <= {_name(path) for path in _sources()}


# What a provider may not know: where sessions are kept, who else is at it, and who is asked.
NOT_A_PROVIDERS = (
    "awsenv.records",
    "awsenv.record_file",
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
        f"import awsenv.hook_env, {', '.join(f'awsenv.shells.{name}' for name in SHELLS)};"
        "print(*sorted(set(sys.modules) - before))"
    )
    result = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True
    )
    loaded = set(result.stdout.split()) - OS
    rooms = ("awsenv.hook", "awsenv.shells", "awsenv.files")
    single = {"awsenv", "awsenv.cli", "awsenv.hook_env", "awsenv.errors", "awsenv.distribution", "awsenv.installation", "awsenv.paths", "awsenv.record_file", "awsenv.replay", "awsenv.request", "awsenv.state", "awsenv.envrc", "awsenv.envrc.trust_check", "awsenv.variables"}  # fmt: skip
    assert "awsenv.hook.decide" in loaded
    assert {name for name in loaded - single if not name.startswith(rooms)} == set()


def test_what_gets_a_session_at_a_prompt_loads_no_command_line(tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/config").write_text(
        f"[profile p]\ncredential_process = cat {tmp_path}/session\n"
    )
    fields = {"Version": 1, "AccessKeyId": "ASIAP", "SecretAccessKey": "p", "SessionToken": "t",
              "Expiration": "2099-01-01T00:00:00Z"}  # fmt: skip
    (tmp_path / "session").write_text(json.dumps(fields))
    program = (
        "import sys; from awsenv import hook_env\n"
        "assert hook_env.run(['bash', '', 'use', 'p']) == 0\n"
        "import awsenv.actions.renew\n"
        "sys.stderr.write(' '.join(sys.modules))"
    )
    result = subprocess.run(
        [sys.executable, "-c", program], env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "AWS_ACCESS_KEY_ID='ASIAP'" in result.stdout
    loaded = set(result.stderr.split())
    assert "awsenv.sessions.providers.process" in loaded
    assert loaded & {"typer", "click", "rich"} == set()


def test_what_lies_in_our_state_folder_is_named_in_one_place() -> None:
    elsewhere = {path: text for path, text in _sources().items() if path != "state.py"}
    assert [path for path, text in elsewhere.items() if _names_a_place(text)] == []
    assert _names_a_place('f"{state_folder(environ)}/records"')
    assert _names_a_place('os.path.join(state_folder(environ), "records")')


def _names_a_place(text: str) -> bool:
    return bool(
        re.search(
            r"""join\(state_folder\([\w.]+\), "|state_folder\([\w.]+\)\}/|"\.local/state""", text
        )
    )
