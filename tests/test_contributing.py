"""CONTRIBUTING.md names modules and functions that are there."""

import ast
import re
from pathlib import Path

TOP = Path(__file__).parents[1]
TEXT = (TOP / "CONTRIBUTING.md").read_text()


def find(name: str) -> list[Path]:
    """The files that ``name`` may mean: whole, or from a room on."""
    folders = ("", "awsenv", "awsenv/sessions", "tests", "tests/*", "awsenv/*")
    return [path for folder in folders for path in TOP.glob(f"{folder}/{name}".lstrip("/"))]


def defined(path: Path) -> set[str]:
    """The functions, classes, methods and tables of a module, ``Class.method`` too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{each.name}" for each in node.body if hasattr(each, "name")}
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            names.add(getattr(target, "id", ""))
    return names


def test_every_file_that_it_names_is_there() -> None:
    named = set(re.findall(r"`((?:[\w-]+/)*[\w-]+\.py)`", TEXT))
    assert len(named) > 40
    assert [name for name in sorted(named) if not find(name)] == []


def test_every_function_that_it_names_with_its_file_is_there() -> None:
    named = re.findall(r"`((?:[\w-]+/)*\w+\.py)`\s`([\w.]+)`", TEXT)
    assert len(named) > 10
    for file, name in named:
        assert any(name in defined(path) for path in find(file)), f"{file} has no {name}"
    # The control.
    assert "nobody" not in defined(TOP / "awsenv/replay.py")
