"""What awsenv uses of its libraries that they do not promise: named here, and there in the versions that it allows."""

import ast
import inspect
from pathlib import Path
from typing import Any

import botocore.session
from botocore.credentials import AssumeRoleCredentialFetcher, Credentials, ProcessProvider
from dotenv.parser import parse_stream
from dotenv.variables import parse_variables

PACKAGE = Path(__file__).parents[2] / "awsenv"
# Where a name that begins with an underscore is taken of something that is not ours.
PRIVATE = {
    "__init__.py": {
        "_run_exitfuncs"
    },  # what os._exit leaves out, and multiprocessing calls so, too
    "installation.py": {"_xoptions"},  # the way to -X, which CPython documents
    "sessions/providers/process.py": {"_retrieve_credentials_using"},
    "sessions/providers/role.py": {"_assume_kwargs"},
}
# Of tuples, locks and the system, and of ourselves: these are promised, or ours.
OURS = {"_replace", "_exit", "_what", "_list_tests"}


def test_private_parts_are_used_where_they_are_named() -> None:
    found: dict[str, set[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and _is_anothers(node):
                found.setdefault(path.relative_to(PACKAGE).as_posix(), set()).add(node.attr)
    assert found == PRIVATE


def _is_anothers(node: ast.Attribute) -> bool:
    own = getattr(node.value, "id", "") in ("self", "cls") or node.attr in OURS
    return node.attr[:1] == "_" and node.attr[:2] != "__" and not own


def test_they_are_there() -> None:
    retrieve = getattr(ProcessProvider, "_retrieve_credentials_using")  # noqa: B009
    assert list(inspect.signature(retrieve).parameters) == ["self", "credential_process"]
    creator: Any = None
    fetcher: Any = AssumeRoleCredentialFetcher(
        creator, Credentials("A", "s"), "arn:aws:iam::1:role/r"
    )
    assert "RoleSessionName" in fetcher._assume_kwargs
    assert "profile" in inspect.signature(botocore.session.Session).parameters
    assert callable(parse_stream)
    assert callable(parse_variables)
