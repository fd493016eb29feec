# SPDX-License-Identifier: Apache-2.0
"""The public surface of kit and wire is a list in each module (ruff keeps it sorted), and the list is the truth."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2] / "backend" / "headcall"
MODULES = [path for part in ("kit", "wire") for path in sorted((ROOT / part).rglob("*.py")) if path.stem != "__init__"]


def targets(node: ast.stmt) -> list[str]:
    match node:
        case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
            return [name]
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            is_type_variable = isinstance(value, ast.Call) and getattr(value.func, "id", "") == "TypeVar"
            return [] if is_type_variable else [name]
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case _:
            return []


def public_names(tree: ast.Module) -> list[str]:
    """What a module defines for others: not its logger, its type variables, nor what it imports."""
    names = {name for node in tree.body for name in targets(node)}
    return sorted(name for name in names if not name.startswith("_") and name != "log")


def listed(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "__all__":
            names: list[str] = ast.literal_eval(node.value)
            return names
    return None


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_exports_exactly_what_it_lists(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert sorted(listed(tree) or []) == public_names(tree)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_everything_public_is_explained(path: Path) -> None:
    """Classes and functions by a docstring, unless they are rows of a table (`wire`) whose fields say it all."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    kinds = (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    public = [node for node in tree.body if isinstance(node, kinds) and not node.name.startswith("_")]
    assert ast.get_docstring(tree), "the module itself"
    silent = [node.name for node in public if not ast.get_docstring(node) and not is_plain_data(node)]
    assert silent == []


def is_plain_data(node: ast.stmt) -> bool:
    return isinstance(node, ast.ClassDef) and any(getattr(base, "id", "") == "Struct" for base in node.bases)
